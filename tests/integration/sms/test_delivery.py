"""The outbox: order, retries, dead letters, what the provider reports later."""

from __future__ import annotations

import re

import pytest

from bot.domain.errors import DeliveryFailed
from bot.services.queues import outgoing, post
from bot.services.queues.backoff import pause
from tests.integration.sms.world import ACCOUNT, NUMBER, PATIENT, PUBLIC_URL, World

STATUS = "/sms/twilio/status"
OTHER = "+15555550143"


async def queued(world: World, *bodies: str, to: str = PATIENT) -> str:
    """Texts of a case, queued in this order."""
    await world.text("hi", From=to)
    case = await world.case(to)
    async with world.store.unit_of_work() as uow:
        for body in bodies:
            await post.queue(world.ctx, uow, to=to, body=body, case_id=case.id, dedupe_key=f"{to}:{body}")
        await uow.commit()
    return case.id


async def drain(world: World) -> None:
    while await world.deliver():
        pass


async def test_a_text_leaves_once_with_all_the_provider_needs(world: World) -> None:
    await queued(world, "hello", "hello")
    await drain(world)
    [sent] = world.recorder.sent
    assert (sent.to, sent.sender, sent.body) == (PATIENT, NUMBER, "hello")
    assert re.fullmatch(rf"{PUBLIC_URL}/sms/twilio/status\?text=[0-9a-f]{{32}}", sent.status_callback or "")
    assert sent.dedupe_key == f"{PATIENT}:hello"
    assert world.recorder.refused == []


@pytest.mark.parametrize(
    "failure",
    [{"status": 500}, {"status": 429, "code": 20429}, {"reset": True}, {"status": 401, "code": 20003}],
)
async def test_a_failed_try_is_repeated_and_keeps_the_order(world: World, failure: dict[str, object]) -> None:
    await queued(world, "one", "two")
    await queued(world, "three", to=OTHER)
    world.recorder.fail(to=PATIENT, times=2, **failure)
    await drain(world)
    assert world.replies == ["three"]
    world.clock.move(seconds=1)
    await drain(world)
    assert world.replies == ["three"]
    world.clock.move(seconds=1)
    await drain(world)
    assert world.recorder.tries == 3
    world.clock.move(seconds=4)
    await drain(world)
    assert world.replies == ["three", "one", "two"]


@pytest.mark.parametrize("code", [21211, 21614])
async def test_a_number_that_takes_no_texts_goes_to_staff(world: World, code: int) -> None:
    case_id = await queued(world, "one", "two")
    world.recorder.fail(status=400, code=code)
    await drain(world)
    assert world.replies == []
    assert await world.tasks(case_id) == {"undelivered"}
    assert not await world.is_out()


async def test_the_provider_says_that_the_number_opted_out(world: World) -> None:
    case_id = await queued(world, "one", "two")
    world.recorder.fail(status=400, code=21610)
    await drain(world)
    assert world.replies == []
    assert await world.is_out()
    assert await world.tasks(case_id) == set()


async def test_staff_hear_early_and_trying_ends_after_hours(world: World) -> None:
    case_id = await queued(world, "one")
    world.recorder.fail(status=503, times=1000)
    for _ in range(outgoing.FAILURES_TO_TELL - 1):
        await drain(world)
        assert await world.tasks(case_id) == set()
        world.clock.move(seconds=60)
    await drain(world)
    assert await world.tasks(case_id) == {"undelivered"}
    world.clock.move(hours=4)
    await drain(world)
    tries = world.recorder.tries
    world.clock.move(hours=4)
    await drain(world)
    assert world.recorder.tries == tries


async def test_a_text_that_a_dead_worker_held_is_sent_after_its_lease(world: World) -> None:
    await queued(world, "one")
    async with world.store.unit_of_work() as uow:
        await uow.outbox.claim_due(owner="dead", now=world.clock.now(), lease_seconds=outgoing.LEASE_SECONDS)
        await uow.commit()
    await drain(world)
    assert world.replies == []
    world.clock.move(seconds=outgoing.LEASE_SECONDS)
    await drain(world)
    assert world.replies == ["one"]


@pytest.mark.parametrize(
    ("failures", "jitter", "seconds"),
    [(0, 0.0, 1.0), (0, 1.0, 2.0), (1, 1.0, 4.0), (4, 0.5, 24.0), (5, 1.0, 60.0), (50, 1.0, 60.0)],
)
def test_pauses_double_up_to_a_minute(failures: int, jitter: float, seconds: float) -> None:
    longest = outgoing.LONGEST_PAUSE_SECONDS["sms"]
    assert pause(failures, jitter, longest_seconds=longest).total_seconds() == seconds


@pytest.mark.parametrize(("state", "code"), [("undelivered", "30003"), ("failed", "30006")])
async def test_a_text_that_never_arrived_goes_to_staff(world: World, state: str, code: str) -> None:
    case_id = await queued(world, "one")
    await drain(world)
    fields = {"AccountSid": ACCOUNT, "MessageSid": world.recorder.sent[0].sid, "MessageStatus": state}
    assert (await world.post(fields | {"ErrorCode": code}, path=STATUS)).status_code == 204
    assert await world.tasks(case_id) == {"undelivered"}


@pytest.mark.parametrize("state", ["queued", "sent", "delivered"])
async def test_other_states_are_noted_only(world: World, state: str) -> None:
    case_id = await queued(world, "one")
    await drain(world)
    fields = {"AccountSid": ACCOUNT, "MessageSid": world.recorder.sent[0].sid, "MessageStatus": state}
    assert (await world.post(fields, path=STATUS)).status_code == 204
    assert (await world.post(fields | {"MessageSid": "SM0"}, path=STATUS)).status_code == 204
    assert await world.tasks(case_id) == set()


async def test_texts_without_a_case_make_no_task(world: World) -> None:
    async with world.store.unit_of_work() as uow:
        await post.queue(world.ctx, uow, to=PATIENT, body="x", case_id=None, dedupe_key="x")
        await uow.commit()
    world.recorder.fail(status=400, code=21211)
    await drain(world)
    assert world.replies == []


@pytest.mark.parametrize(
    ("failure", "permanent", "code"),
    [
        ({"status": 400, "code": 21211}, True, "21211"),
        ({"status": 404}, True, "404"),
        ({"status": 429, "code": 20429}, False, "20429"),
        ({"status": 401, "code": 20003}, False, "20003"),
        ({"status": 503}, False, "503"),
        ({"status": 503, "body": b"<html>"}, False, "503"),
        ({"status": 201, "body": b"[]"}, False, "201"),
        ({"reset": True}, False, None),
    ],
)
async def test_what_the_provider_answers(
    world: World, failure: dict[str, object], permanent: bool, code: str | None
) -> None:
    world.recorder.fail(**failure)
    with pytest.raises(DeliveryFailed) as caught:
        await world.provider.send(to=PATIENT, body="secret words", dedupe_key="k")
    assert (caught.value.permanent, caught.value.code) == (permanent, code)
    assert "secret" not in str(caught.value)
    assert PATIENT not in str(caught.value)


async def test_a_provider_that_hangs_is_a_failure(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.provider._http.timeout = 0.1
    world.recorder.fail(delay_seconds=0.5)
    with pytest.raises(DeliveryFailed, match="Timeout"):
        await world.provider.send(to=PATIENT, body="x", dedupe_key="k")


@pytest.mark.parametrize(
    ("to", "body", "code"),
    [
        ("5555550142", "x", "21211"),
        ("+1555555014x", "x", "21211"),
        (PATIENT, "", "21602"),
        (PATIENT, "a" * 1601, "21617"),
    ],
)
async def test_the_recorder_is_strict(world: World, to: str, body: str, code: str) -> None:
    with pytest.raises(DeliveryFailed) as caught:
        await world.provider.send(to=to, body=body, dedupe_key="k")
    assert (caught.value.code, caught.value.permanent) == (code, True)
    assert len(world.recorder.refused) == 1
    assert world.recorder.sent == []


@pytest.mark.parametrize(("code", "words"), [("30006", "land line"), ("30005", "nobody has this number")])
async def test_a_land_line_gets_no_second_text_and_staff_call(world: World, code: str, words: str) -> None:
    case_id = await queued(world, "one")
    world.recorder.fates[PATIENT] = ("undelivered", code)
    await drain(world)
    await world.report(world.recorder.sent[0])
    await queued_more(world, case_id, "two", "three")
    await drain(world)
    assert world.replies == ["one"]
    case = await world.case()
    assert "no_texts" in case.flags
    async with world.store.unit_of_work(write=False) as uow:
        [task] = await uow.tasks.of_case(case_id)
    assert (task.kind, words in task.note) == ("undelivered", True)
    await world.text("I do have a phone now")
    await queued_more(world, case_id, "four")
    await drain(world)
    assert world.replies[-1] == "four"


@pytest.mark.parametrize("code", [21211, 21614])
async def test_a_refused_number_is_not_tried_again(world: World, code: int) -> None:
    await queued(world, "one", "two", "three")
    world.recorder.fail(status=400, code=code)
    await drain(world)
    assert (world.replies, world.recorder.tries) == ([], 1)


async def test_a_phone_that_was_off_once_is_texted_again(world: World) -> None:
    case_id = await queued(world, "one")
    world.recorder.fates[PATIENT] = ("undelivered", "30003")
    await drain(world)
    await world.report(world.recorder.sent[0])
    await queued_more(world, case_id, "two")
    await drain(world)
    assert world.replies == ["one", "two"]
    await world.report(world.recorder.sent[1])
    await queued_more(world, case_id, "three")
    await drain(world)
    assert world.replies == ["one", "two"]


async def test_reports_that_come_twice_late_and_out_of_order(world: World) -> None:
    case_id = await queued(world, "one")
    world.recorder.fates[PATIENT] = ("undelivered", "30003")
    await drain(world)
    [sent] = world.recorder.sent
    for state in ("undelivered", "sent", "undelivered", "queued", "sent"):
        await world.report(sent, only=state)
    async with world.store.unit_of_work() as uow:
        again = await uow.outbox.delivery_state(sent.sid, state="sent", error=None)
        await uow.commit()
    assert again is None
    assert await world.tasks(case_id) == {"undelivered"}
    assert "no_texts" not in (await world.case()).flags, "one text was counted twice"


async def test_a_text_whose_answer_was_lost_is_not_sent_again_when_a_report_names_it(world: World) -> None:
    await queued(world, "one")
    [claimed] = await outgoing.claim_due(world.ctx, owner="killed")
    sid = await world.provider.carry(claimed)  # and the process dies before it notes the answer
    await world.report(world.recorder.sent[0])
    world.clock.move(seconds=outgoing.LEASE_SECONDS)
    await drain(world)
    assert [sent.sid for sent in world.recorder.sent] == [sid]


async def test_the_providers_own_list_counts_as_ours(world: World) -> None:
    await queued(world, "one", "two")
    world.recorder.opted_out.add(PATIENT)
    await drain(world)
    assert (world.replies, world.recorder.tries) == ([], 1)
    assert await world.is_out()


async def queued_more(world: World, case_id: str, *bodies: str) -> None:
    async with world.store.unit_of_work() as uow:
        for body in bodies:
            await post.queue(
                world.ctx, uow, to=PATIENT, body=body, case_id=case_id, dedupe_key=f"more:{body}"
            )
        await uow.commit()
