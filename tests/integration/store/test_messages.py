"""Messages: numbers, idempotency, turns, erasure."""

from __future__ import annotations

import asyncio

import pytest

from bot.domain.cases import MessageChoice
from bot.domain.errors import Conflict, InvalidInput, NotAllowed
from bot.store import Store
from tests.integration.store.samples import HOUR, NOW, a_draft, stored_case

CHOICE = MessageChoice(id="c1", label="Yes", sets={"region": ("leg", "low_back"), "age": 44}, means="affirm")
NASTY = "naïve 😀\u200d🏽 \u202eabc'; DROP TABLE cases; -- \x7f"


async def test_messages_round_trip_in_order(store: Store) -> None:
    case = await stored_case(store)
    draft = a_draft(asks="G2", also_asks=("bladder_retention",), choices=(CHOICE,))
    async with store.unit_of_work() as uow:
        said, new = await uow.messages.add_inbound(
            case.id, text=NASTY, channel="web", client_message_id="a", at=NOW, choices=["c7"]
        )
        asked = await uow.messages.add(case.id, draft, channel="web", at=NOW, reply_to=said.id)
        await uow.commit()
    assert new
    assert (said.seq, said.sender, said.text, said.answered) == (1, "patient", NASTY, False)
    assert said.choices == (MessageChoice(id="c7", label=""),)
    assert (asked.seq, asked.choices, asked.also_asks) == (2, (CHOICE,), ("bladder_retention",))
    async with store.unit_of_work(write=False) as uow:
        assert await uow.messages.get(said.id) == said
        assert await uow.messages.replies_to(said.id) == [asked]
        assert await uow.messages.after(case.id, 0) == [said, asked]
        assert await uow.messages.after(case.id, 0, limit=1) == [said]
        assert await uow.messages.after(case.id, 1) == [asked]
        assert await uow.messages.of_patient(case.id) == [said]


async def test_same_client_id_again_returns_the_stored_one(store: Store) -> None:
    case = await stored_case(store)
    async with store.unit_of_work() as uow:
        first, _ = await _said(uow, case.id, "hi", "a")
        again, new = await _said(uow, case.id, "hi", "a")
        assert (again, new) == (first, False)
        with pytest.raises(Conflict):
            await _said(uow, case.id, "other words", "a")
        assert [m.seq for m in await uow.messages.after(case.id, 0)] == [1]


async def test_client_id_is_unique_per_case_on_the_web(store: Store) -> None:
    one, two = await stored_case(store), await stored_case(store)
    async with store.unit_of_work() as uow:
        assert (await _said(uow, one.id, "hi", "a"))[1]
        assert (await _said(uow, two.id, "hi", "a"))[1]


async def test_provider_sid_is_unique_for_good_over_cases(store: Store) -> None:
    one, two = await stored_case(store), await stored_case(store)
    async with store.unit_of_work() as uow:
        first, _ = await _said(uow, one.id, "hi", "SM1", channel="sms")
        assert await _said(uow, two.id, "hi", "SM1", channel="sms") == (first, False)
        with pytest.raises(Conflict):
            await _said(uow, two.id, "forged", "SM1", channel="sms")


async def test_parallel_duplicates_become_one_row(store: Store) -> None:
    case = await stored_case(store)

    async def say() -> tuple[str, bool]:
        async with store.unit_of_work() as uow:
            message, new = await _said(uow, case.id, "hi", "same")
            await uow.commit()
        return message.id, new

    results = await asyncio.gather(*(say() for _ in range(8)))
    assert len({id_ for id_, _ in results}) == 1
    assert sum(new for _, new in results) == 1


async def test_numbers_are_gapless_under_concurrency_and_rollback(store: Store) -> None:
    case = await stored_case(store)

    async def say(n: int) -> None:
        async with store.unit_of_work() as uow:
            await _said(uow, case.id, "hi", f"m{n}")
            await uow.messages.add(case.id, a_draft(), channel="web", at=NOW, reply_to=None)
            if n % 3:
                await uow.commit()

    await asyncio.gather(*(say(n) for n in range(12)))
    async with store.unit_of_work(write=False) as uow:
        assert [m.seq for m in await uow.messages.after(case.id, 0)] == list(range(1, 17))


async def test_turn_of_a_message(store: Store) -> None:
    case = await stored_case(store)
    async with store.unit_of_work() as uow:
        late, _ = await _said(uow, case.id, "later", "b", channel="sms", at=NOW + HOUR)
        early, _ = await _said(uow, case.id, "first", "a", channel="sms")
        await _said(uow, case.id, "web", "w", channel="web")
        waiting = await uow.messages.unanswered(channel="sms", before=NOW + 2 * HOUR)
        assert waiting == [early, late]
        assert await uow.messages.unanswered(channel="sms", before=NOW + HOUR) == [early]
        await uow.messages.set_reading(early.id, {"facts": {"age": 4}})
        await uow.messages.mark_answered(early.id, intent="inform", confidence=0.75, model="m1")
        done = await uow.messages.get(early.id)
        assert (done.reading, done.intent, done.confidence, done.model, done.answered) == (
            {"facts": {"age": 4}}, "inform", 0.75, "m1", True,
        )  # fmt: skip
        assert await uow.messages.unanswered(channel="sms", before=NOW + 2 * HOUR) == [late]


async def test_erased_words_are_gone_and_the_id_still_answers(store: Store) -> None:
    case = await stored_case(store)
    async with store.unit_of_work() as uow:
        said, _ = await _said(uow, case.id, "secret", "a")
        ours = await uow.messages.add(case.id, a_draft("kept"), channel="web", at=NOW, reply_to=said.id)
        await uow.messages.set_reading(said.id, {"x": 1})
        await uow.messages.erase_words(case.id)
        erased, new = await _said(uow, case.id, "secret", "a")
        assert (erased.text, erased.choices, erased.reading, new) == ("", (), None, False)
        assert await uow.messages.get(ours.id) == ours


async def test_unknown_ids_are_not_allowed(store: Store) -> None:
    async with store.unit_of_work() as uow:
        for attempt in (
            uow.messages.get("x"),
            uow.messages.set_reading("x", {}),
            uow.messages.mark_answered("x", intent=None, confidence=None),
            uow.messages.add("x", a_draft(), channel="web", at=NOW, reply_to=None),
            _said(uow, "x", "hi", "a"),
        ):
            with pytest.raises(NotAllowed):
                await attempt


@pytest.mark.parametrize("text", ["nul \x00", "half \ud83d"])
async def test_text_no_database_can_keep_is_refused(store: Store, text: str) -> None:
    case = await stored_case(store)
    async with store.unit_of_work() as uow:
        with pytest.raises(InvalidInput) as caught:
            await _said(uow, case.id, text, "a")
    assert "nul" not in str(caught.value).split()
    assert caught.value.code == "invalid_text"


async def _said(uow, case_id, text, client_message_id, *, channel="web", at=NOW):  # type: ignore[no-untyped-def]
    return await uow.messages.add_inbound(
        case_id, text=text, channel=channel, client_message_id=client_message_id, at=at
    )
