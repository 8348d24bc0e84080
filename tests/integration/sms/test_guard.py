"""Machines, far countries, floods, circles and calls: safe, cheap, seen by staff."""

from __future__ import annotations

import pytest

from bot.services.texting import sms_guard
from tests.integration.sms.world import ACCOUNT, EMERGENCY, NUMBER, PATIENT, World, form

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""One database is enough here: `tests/integration/store/test_texting.py` counts on both."""

LONDON = "+442071838750"


async def opened_cases(world: World, address: str) -> int:
    async with world.store.unit_of_work(write=False) as uow:
        return len(await uow.cases.of_address(address))


@pytest.mark.parametrize("sender", ["72345", "729725", "GOOGLE", "12345678"])
async def test_short_codes_and_names_are_never_answered(world: World, sender: str) -> None:
    for _ in range(3):
        await world.text("Your code is 123456. Reply STOP to opt out", From=sender)
    await world.work()
    assert world.replies == []
    assert await opened_cases(world, sender) == 0
    assert not await world.is_out(sender)


async def test_a_number_of_another_country_hears_once_where_to_call(world: World) -> None:
    for _ in range(4):
        await world.text("my back hurts", From=LONDON, FromCountry="GB")
    await world.work()
    assert len(world.replies) == 1
    assert "can't text with your number" in world.replies[0]
    case = await world.case(LONDON)
    assert "foreign_number" in case.flags
    assert await world.tasks(case.id) == {"person_wanted"}
    assert world.dialogue.requests == []


async def test_an_emergency_from_another_country_is_answered(world: World) -> None:
    await world.text(EMERGENCY, From=LONDON, FromCountry="GB")
    await world.work()
    assert "911" in world.replies[0]
    assert "emergency" in await world.tasks((await world.case(LONDON)).id)


async def test_the_same_prefix_is_not_the_same_country(world: World) -> None:
    await world.text("hi", From="+18765550142", FromCountry="JM")
    await world.work()
    assert "can't text with your number" in world.replies[0]
    await world.text("hi", From="+14165550142", FromCountry="CA")
    await world.work()
    assert world.dialogue.texts == ["hi"]


async def test_a_flood_is_answered_up_to_a_limit_and_then_once(world: World) -> None:
    world.dialogue.drafts = None
    for number in range(sms_guard.MOST_IN_A_WINDOW + 15):
        await world.text(f"text {number}")
    await world.work()
    replies = [reply for reply in world.replies if "can't get further" in reply]
    assert len(replies) == 1
    assert len(world.dialogue.requests) <= sms_guard.MOST_IN_A_WINDOW
    case = await world.case()
    assert "many_texts" in case.flags
    assert await world.tasks(case.id) == {"person_wanted"}
    stored = [m for m in await world.messages(case.id) if m.sender == "patient"]
    assert len(stored) == sms_guard.MOST_IN_A_WINDOW + 15
    await world.text(EMERGENCY)
    await world.work()
    assert "911" in world.replies[-1]
    world.clock.move(seconds=sms_guard.QUIET_SECONDS)


async def test_far_beyond_a_flood_nothing_is_stored(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sms_guard, "NOT_EVEN_LOOKED_AT", 3)
    for number in range(6):
        await world.text(f"text {number}")
    case = await world.case()
    assert len(await world.messages(case.id)) == 3
    world.clock.move(seconds=sms_guard.WINDOW_SECONDS)
    await world.text("later")
    assert len(await world.messages(case.id)) == 4


async def test_an_opt_out_counts_in_any_flood(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sms_guard, "NOT_EVEN_LOOKED_AT", 1)
    for body in ("one", "two", "STOP", "STOP"):
        await world.text(body)
    assert await world.is_out()


OFFICE = "Thank you for your message. We are closed and will be back on Monday."


@pytest.mark.parametrize(
    "says",
    [
        lambda number, heard: OFFICE,
        lambda number, heard: f"Automatic reply number {number}: nobody reads this.",
        lambda number, heard: heard or "hello",
        lambda number, heard: f"You wrote: {heard}",
        lambda number, heard: "ok",
        lambda number, heard: EMERGENCY + heard,
        lambda number, heard: "HELP",
        lambda number, heard: "STOP" if number % 2 else "START",
    ],
    ids=["out-of-office", "numbered", "echo", "quoting", "ok", "alarming echo", "help", "stop-start"],
)
async def test_talk_with_a_machine_ends_within_ten_texts(world: World, says) -> None:  # type: ignore[no-untyped-def]
    """The machine answers every text of ours; so do we, until we notice."""
    heard = ""
    for number in range(40):
        before = len(world.replies)
        await world.text(says(number, heard))
        await world.work()
        world.clock.move(seconds=5)
        if len(world.replies) > before:
            heard = world.replies[-1]
    assert len(world.replies) <= 10


async def test_who_was_kept_waiting_is_heard_again_after_an_hour_and_seen_meanwhile(world: World) -> None:
    for _ in range(5):
        await world.text(OFFICE)
        await world.work()
    case = await world.case()
    assert "goes_in_circles" in case.flags
    assert "person_wanted" in await world.tasks(case.id)
    world.clock.move(seconds=sms_guard.QUIET_SECONDS + 1)
    await world.text("my leg is numb too")
    await world.work()
    assert world.dialogue.texts[-1] == "my leg is numb too"


async def call(world: World, **changed: str) -> str:
    fields = {
        "AccountSid": ACCOUNT, "CallSid": "CA" + "1" * 32, "From": PATIENT, "To": NUMBER,
        "CallStatus": "ringing", "ApiVersion": "2010-04-01", "Direction": "inbound", "CallerName": "",
    }  # fmt: skip
    answer = await world.post(fields | changed, path="/sms/twilio/voice")
    assert answer.status_code == 200, answer.text
    return answer.text


async def test_a_caller_hears_where_to_call_and_staff_see_it(world: World) -> None:
    assert "911" in await call(world)
    await world.text("my back hurts")
    heard = await call(world, CallSid="CA" + "2" * 32)
    assert heard.endswith("</Say><Hangup/></Response>")
    assert "555" in heard
    assert await world.tasks((await world.case()).id) == {"person_wanted"}


@pytest.mark.parametrize("changed", [{"To": "+15555550199"}, {"AccountSid": "AC" + "9" * 32}])
async def test_calls_of_others_are_refused(world: World, changed: dict[str, str]) -> None:
    fields = {"AccountSid": ACCOUNT, "CallSid": "CA1", "From": PATIENT, "To": NUMBER}
    assert (await world.post(fields | changed, path="/sms/twilio/voice")).status_code == 403
    assert (await world.post(form("hi"), path="/sms/twilio/voice")).status_code == 400
