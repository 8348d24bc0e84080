"""Turns of texts: in order, greeted once, urgent first, never silence."""

from __future__ import annotations

import pytest

from bot.domain.cases import Draft, MessageChoice
from bot.domain.errors import DialogueFailed, StoreUnavailable
from bot.domain.sms_segments import segments
from bot.services.texting import sms_turns
from tests.integration.sms import payloads
from tests.integration.sms.world import EMERGENCY, PATIENT, World

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""One database is enough here; `test_races.py` and `test_delivery.py` run on both."""

TIMES = Draft(
    kind="times",
    text="Which time suits you?",
    asks="choose_time",
    choices=(
        MessageChoice(id="c1", label="Tue, Dec 1 at 9:00 AM", means="slot:1"),
        MessageChoice(id="c2", label="Wed, Dec 2 at 1:30 PM", means="slot:2"),
    ),
)


async def test_the_first_text_is_greeted_then_answered(world: World) -> None:
    await world.text("my back hurts")
    await world.work()
    assert "automated helper" in world.replies[0]
    assert world.replies[1:] == ["You said my back hurts."]
    await world.text("8 months")
    await world.work()
    assert world.replies[2:] == ["You said 8 months."]
    case = await world.case()
    assert [m.seq for m in await world.messages(case.id)] == [1, 2, 3, 4, 5]


async def test_an_emergency_is_answered_before_the_greeting(world: World) -> None:
    await world.text(EMERGENCY)
    await world.work()
    assert "911" in world.replies[0]
    assert "helper" not in world.replies[0]
    assert world.dialogue.requests == []
    case = await world.case()
    assert "emergency" in await world.tasks(case.id)


async def test_texts_of_one_case_run_in_the_order_they_came(world: World) -> None:
    for number in range(5):
        await world.text(f"part {number}")
        world.clock.move(seconds=1)
    await world.work()
    assert world.dialogue.texts == [f"part {number}" for number in range(5)]
    assert world.replies[1:] == [f"You said part {number}." for number in range(5)]


async def test_choices_are_digits_and_a_digit_is_a_choice(world: World) -> None:
    world.dialogue.drafts = (TIMES,)
    await world.text("times please")
    await world.work()
    assert world.replies[-1] == ("Which time suits you?\n1) Tue, Dec 1 at 9:00 AM\n2) Wed, Dec 2 at 1:30 PM")
    await world.text("2)")
    case = await world.case()
    messages = await world.messages(case.id)
    offered, chosen = messages[-2], messages[-1]
    assert [choice.id for choice in chosen.choices] == [offered.choices[1].id]
    assert chosen.text == "2)"


async def test_a_number_that_is_not_offered_is_words(world: World) -> None:
    world.dialogue.drafts = (TIMES,)
    await world.text("times please")
    await world.work()
    await world.text("3")
    case = await world.case()
    assert (await world.messages(case.id))[-1].choices == ()


async def test_long_replies_leave_as_texts_of_three_segments(world: World) -> None:
    lines = "\n".join(f"{number}. " + "word " * 13 + "word" for number in range(12))
    world.dialogue.drafts = (Draft(kind="summary", text=lines, asks="confirm_summary"),)
    await world.text("hi")
    await world.work()
    assert len(world.replies) == 3
    assert all(segments(text) <= 3 for text in world.replies)
    assert "\n".join(world.replies[1:]) == lines


@pytest.mark.parametrize("raw", [payloads.MMS, payloads.BLANK])
async def test_a_picture_or_nothing_is_refused_kindly(world: World, raw: str) -> None:
    await world.post(raw)
    await world.work()
    assert "in words" in world.replies[-1]
    assert world.dialogue.requests == []


async def test_words_with_a_picture_are_answered_and_the_picture_refused(world: World) -> None:
    await world.post(payloads.MMS_WITH_WORDS)
    await world.work()
    assert any("in words" in text for text in world.replies)
    assert world.dialogue.texts == ["my mri"]


@pytest.mark.parametrize(("length", "reaches_engine"), [(1600, True), (1601, False)])
async def test_a_text_that_is_too_long_stays_out_of_the_engine(
    world: World, length: int, reaches_engine: bool
) -> None:
    await world.text("a" * length)
    await world.work()
    assert bool(world.dialogue.requests) == reaches_engine
    assert ("in parts" in world.replies[-1]) == (not reaches_engine)
    case = await world.case()
    assert len((await world.messages(case.id))[0].text) == length


async def test_an_emergency_in_a_text_that_is_too_long_is_answered(world: World) -> None:
    await world.text("so much to tell. " * 120 + EMERGENCY)
    await world.work()
    assert "911" in world.replies[0]
    assert world.dialogue.requests == []


async def test_a_silent_engine_is_answered_and_given_to_staff(world: World) -> None:
    world.dialogue.errors["hi"] = DialogueFailed("silent")
    await world.text("hi")
    await world.work()
    assert "not working" in world.replies[-1]
    case = await world.case()
    assert await world.tasks(case.id) == {"engine_failure"}


async def test_an_unforeseen_failure_is_tried_again_then_answered(world: World) -> None:
    world.dialogue.errors["poison"] = KeyError("a defect")
    await world.text("poison")
    await world.text("behind it")
    await world.text("other person", From="+15555550143")
    await world.work()
    assert "You said other person." in world.replies
    for _ in range(sms_turns.MOST_FAILURES):
        await world.work()
    assert world.dialogue.texts.count("poison") == sms_turns.MOST_FAILURES
    assert any("not working" in text for text in world.replies)
    assert "You said behind it." in world.replies
    assert await world.tasks((await world.case(PATIENT)).id) == {"engine_failure"}


async def test_a_store_that_is_down_is_waited_for(world: World) -> None:
    world.dialogue.errors["hi"] = StoreUnavailable("busy")
    await world.text("hi")
    for _ in range(sms_turns.MOST_FAILURES + 2):
        await world.work()
    assert world.dialogue.texts.count("hi") > sms_turns.MOST_FAILURES
    assert not any("not working" in text for text in world.replies)
    world.dialogue.errors.clear()
    await world.work()
    assert world.replies[-1] == "You said hi."


async def test_nothing_waits_nothing_runs(world: World) -> None:
    assert await sms_turns.process_waiting(world.ctx, world.failures) == 0
    assert await world.deliver() == 0
