"""Whole conversations by text, with the real protocols, language layer and services; the engine is plain."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

import pytest

from bot.domain.sms_segments import segments
from bot.services.ports import Reader
from tests.integration.services.patient import PLAIN
from tests.integration.sms.world import EMERGENCY, World
from tests.plain_dialogue import PlainDialogue

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

STORY = "my low back hurts for 8 months, down the left leg past the knee. did PT and pills"
SUMMARY, TIMES = "confirm_summary", "choose_time"


@pytest.fixture
def texting(world: World, reader: Reader) -> World:
    """The door with the real language layer and the plain engine behind it."""
    dialogue = PlainDialogue()
    world.ctx = replace(world.ctx, reader=reader, dialogue=dialogue)
    dialogue.ctx = world.ctx
    return world


async def say(world: World, text: str) -> list[str]:
    """Send a text; what came back for it."""
    before = len(world.replies)
    await world.text(text)
    await world.work()
    world.clock.move(seconds=20)
    return world.replies[before:]


async def asked(world: World) -> str | None:
    """Name of the open question."""
    case = await world.case()
    async with world.store.unit_of_work(write=False) as uow:
        return (await uow.messages.get(case.pending)).asks if case.pending else None


async def answer_until(world: World, stop: str, answers: Mapping[str, str] = PLAIN) -> list[str]:
    reply: list[str] = []
    for _ in range(40):
        name = await asked(world)
        if name == stop:
            return reply
        assert name in answers, f"no plain answer to {name}"
        reply = await say(world, answers[name])
    raise AssertionError(f"never asked {stop}")


def digit_of(text: str, words: str) -> str:
    found = re.search(rf"^(\d+)\) .*{re.escape(words)}", text, re.IGNORECASE | re.MULTILINE)
    assert found, text
    return found.group(1)


async def test_routine_by_text_message_with_digits(texting: World) -> None:
    greeting, consent = await say(texting, STORY)
    assert "911" in greeting
    assert digit_of(consent, "OK") == "1"
    await say(texting, "1")
    summary = await answer_until(texting, SUMMARY)
    times = await say(texting, digit_of("\n".join(summary), "right"))
    assert "\n".join(times).count(" at ") >= 3
    booked = await say(texting, "2")
    assert any("booked" in text.lower() or "all set" in text.lower() for text in booked), booked
    case = await texting.case()
    assert (case.status, case.channel) == ("booked", "sms")
    assert all(segments(text) <= 3 for text in texting.replies)
    assert texting.recorder.refused == []


async def test_an_emergency_in_the_middle(texting: World) -> None:
    await say(texting, STORY)
    await say(texting, "1")
    reply = await say(texting, f"and {EMERGENCY}")
    assert "911" in reply[0]
    assert segments(reply[0]) <= 2
    case = await texting.case()
    assert case.status == "emergency"
    assert "emergency" in await texting.tasks(case.id)


async def test_refusal_closes_and_a_later_text_starts_anew(texting: World) -> None:
    await say(texting, "hi")
    first = await texting.case()
    await say(texting, "2")
    async with texting.store.unit_of_work(write=False) as uow:
        assert (await uow.cases.get(first.id)).status == "closed"
        assert all(not message.text for message in await uow.messages.of_patient(first.id))
    reply = await say(texting, "hello again")
    assert "automated helper" in reply[0]
    assert (await texting.case()).id != first.id


async def facts(world: World) -> dict[str, object]:
    case = await world.case()
    async with world.store.unit_of_work(write=False) as uow:
        return {name: fact.value for name, fact in (await uow.facts.current(case.id)).items()}


async def test_several_short_answers_in_one_text(texting: World) -> None:
    """A digit for the open question, words for what was asked along, and what nobody asked yet."""
    await say(texting, "hello")
    await say(texting, "1, my low back hurts, 8 months")
    assert (await facts(texting))["region"] == ("low_back",)
    await answer_until(texting, "radiates")
    await say(texting, "3, left side, I take blood thinners")
    told = await facts(texting)
    assert {name: told[name] for name in ("radiates_to", "side", "anticoagulant") if name in told} == {
        "side": "left",
        "anticoagulant": "yes",
    }
    assert told["radiates"] == "leg_below_knee"


@pytest.mark.parametrize(("text", "kept"), [("3, no wait, 2", None), ("3, and now i cant pee", "emergency")])
async def test_what_stands_beside_a_digit_is_read_for_danger_and_taken_back(
    texting: World, text: str, kept: str | None
) -> None:
    await say(texting, STORY.replace(", down the left leg past the knee", ""))
    await say(texting, "1")
    await answer_until(texting, "radiates")
    reply = await say(texting, text)
    told = await facts(texting)
    if kept == "emergency":
        assert "911" in reply[0]
    else:
        assert told.get("radiates") != "leg_below_knee"


async def test_a_booked_visit_is_moved_by_text_the_next_day(texting: World) -> None:
    """Who texts again after the night shows the birth date once, then moves the visit."""
    await say(texting, STORY)
    await say(texting, "1")
    await answer_until(texting, SUMMARY)
    await say(texting, "1")
    await say(texting, "3")
    await say(texting, "3/3/1968")
    first = await texting.case()
    texting.clock.move(hours=13)
    assert "same person" in (await say(texting, "please reschedule"))[-1]
    assert "birth date" in (await say(texting, "1"))[-1]
    [visit] = [text for text in await say(texting, "3/3/1968") if "What would you like to do" in text]
    assert digit_of(visit, "another time") == "1"
    times = await say(texting, "1")
    assert "1) " in times[-1]
    moved = await say(texting, "2")
    assert any("booked" in text.lower() for text in moved), moved
    case = await texting.case()
    assert (case.id, case.status) == (first.id, "booked")
    async with texting.store.unit_of_work(write=False) as uow:
        kept = [one.status for one in await uow.appointments.of_case(case.id)]
    assert (kept.count("booked"), kept.count("cancelled")) == (1, 1)
    assert all(segments(text) <= 3 for text in texting.replies)
