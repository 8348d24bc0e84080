"""Safety breaks in: emergencies, crises, gates left open, minors, contradictions."""

from __future__ import annotations

import pytest

from bot.domain.levels import Level
from bot.services.context import Context
from bot.services.talk import chat
from tests.integration.services.conftest import StandingClock
from tests.integration.services.patient import Patient
from tests.plain_dialogue import PlainDialogue

STORY = "my low back hurts for 8 months, down the left leg past the knee. did PT and pills"
NUMB = "since yesterday i cant feel it when i wipe"


async def test_an_emergency_before_consent_is_answered_and_kept_for_staff(patient: Patient) -> None:
    reply = await patient.say(NUMB)
    assert reply[0].kind == "emergency"
    assert reply[0].asks == "safe_now"
    assert (await patient.facts())["saddle_numbness"].value == "yes"
    task = (await patient.tasks())[0]
    assert (task.kind, task.priority, task.status) == ("emergency", "P0", "open")


async def test_emergency_stops_the_intake_and_releases_held_times(patient: Patient) -> None:
    await patient.say(STORY)
    await patient.answer_until("confirm_summary")
    await patient.choose("right")
    reply = await patient.say(NUMB)
    assert reply[0].kind == "emergency"
    assert "told our team" in reply[0].text
    assert all(one.status != "held" for one in await patient.appointments())
    assert patient.status == "emergency"


async def test_emergency_needs_no_engine(patient: Patient, dialogue: PlainDialogue) -> None:
    dialogue.down = True
    reply = await patient.say(NUMB)
    assert reply[0].kind == "emergency"


@pytest.mark.parametrize(
    ("label", "words"), [("going", "don't drive"), ("can't get", "911"), ("mistake", "what i got wrong")]
)
async def test_after_an_emergency_only_its_own_questions(patient: Patient, label: str, words: str) -> None:
    await patient.say(NUMB)
    reply = await patient.choose(label)
    assert words in reply[0].text.lower()
    assert [message.asks for message in reply] == ["safe_now"]


async def test_a_corrected_emergency_goes_on_and_is_flagged(patient: Patient) -> None:
    await patient.say(STORY)
    await patient.answer_until("G3")
    await patient.say(NUMB)
    await patient.choose("mistake")
    reply = await patient.say("actually i can feel it fine when i wipe, no numbness down there")
    case = await patient.case()
    assert case.level < Level.EMERGENCY_NOW
    assert "downgraded_by_patient" in case.flags
    assert reply[-1].asks
    assert reply[-1].asks != "safe_now"
    assert any(task.kind == "emergency" and task.status == "open" for task in await patient.tasks())


async def test_self_harm_gets_the_crisis_script_and_a_p0(patient: Patient) -> None:
    reply = await patient.say("i can't do this anymore, i want to end my life")
    assert reply[0].kind == "crisis"
    assert "988" in reply[0].text
    assert (await patient.tasks())[0].kind == "crisis"
    assert patient.status == "emergency"


async def test_bare_yes_at_the_first_gate_is_an_emergency_at_once(patient: Patient) -> None:
    await patient.say(STORY)
    await patient.answer_until("G1")
    reply = await patient.say("yes")
    assert reply[0].kind == "emergency"


async def test_bare_yes_at_another_gate_asks_which(patient: Patient) -> None:
    await patient.say(STORY)
    await patient.answer_until("G4")
    reply = await patient.choose("yes, at least one")
    assert reply[-1].asks == "G4"
    assert len(reply[-1].choices) > 3
    await patient.choose("infection")
    assert (await patient.facts())["recent_infection"].value == "yes"


async def test_unsure_twice_at_the_second_gate_is_same_day(patient: Patient) -> None:
    await patient.say(STORY)
    await patient.answer_until("G2")
    first = await patient.choose("not sure")
    assert first[-1].asks == "G2"
    assert "saddle_numbness" not in await patient.facts()
    second = await patient.choose("not sure")
    assert (await patient.facts())["saddle_numbness"].value == "unsure"
    assert (await patient.case()).level is Level.SAME_DAY
    assert second


async def test_unsure_twice_at_a_later_gate_leaves_it_incomplete(patient: Patient) -> None:
    await patient.say(STORY)
    await patient.answer_until("G5")
    await patient.choose("not sure")
    await patient.choose("not sure")
    facts = await patient.facts()
    assert facts["gate_incomplete"].value == "yes"
    assert "cancer_status" not in facts


async def test_same_day_is_said_at_once_and_ends_in_an_urgent_call(patient: Patient) -> None:
    await patient.say("my low back started to hurt a week ago and it is getting worse")
    await patient.answer_until("G4")
    reply = await patient.say("i have a fever of 101.5")
    assert reply[0].kind == "same_day"
    await patient.answer_until(
        "nothing", answers={"duration_weeks": "a week", "G4": "just the fever, nothing else"}
    )
    case = await patient.case()
    assert case.handoff in ("urgent_callback", "callback")


async def test_a_minor_alone_is_sent_to_a_grown_up(patient: Patient) -> None:
    await patient.say("my back hurts since 2 weeks")
    await patient.say("yes")
    reply = await patient.say("for me, i am 15")
    assert reply[-1].asks == "parent_present"
    reply = await patient.choose("no")
    assert patient.status == "closed"
    assert any("parent" in message.text for message in reply)
    assert (await patient.case()).handoff == "none"


async def test_store_down_still_screens(ctx: Context) -> None:
    draft = chat.screen_only(ctx, NUMB)
    assert draft is not None
    assert draft.kind == "emergency"
    assert "told our team" not in draft.text
    assert chat.screen_only(ctx, "my back hurts a bit") is None


async def test_a_contradiction_keeps_the_more_urgent_and_is_flagged(patient: Patient) -> None:
    await patient.say("my low back hurts for 8 months and my left foot drags, same for a year")
    await patient.answer_until("function_limit", answers={"course": "same"})
    await patient.say("my foot does not drag")
    assert (await patient.facts())["foot_drop"].value == "yes"
    assert "conflict" in (await patient.case()).flags


async def test_no_to_the_rest_of_a_gate_leaves_what_was_said(patient: Patient) -> None:
    await patient.say("my low back hurts for 8 months and my left foot drags, same for a year")
    await patient.answer_until("G3")
    assert "rest" in patient.question.text
    await patient.say("no")
    facts = await patient.facts()
    assert facts["foot_drop"].value == "yes"
    assert facts["hand_clumsiness"].value == "no"
    assert "conflict" not in (await patient.case()).flags


async def test_an_emergency_at_night_is_due_in_minutes(patient: Patient, clock: StandingClock) -> None:
    clock.forward(hours=12)
    await patient.say(NUMB)
    task = (await patient.tasks())[0]
    assert (task.due_at - clock.now()).total_seconds() == 300


async def test_a_finished_gate_is_no_longer_called_incomplete(patient: Patient) -> None:
    await patient.say(STORY)
    await patient.answer_until("G2")
    assert "gate_incomplete" in (await patient.case()).flags
    await patient.answer_until("confirm_summary")
    assert "gate_incomplete" not in (await patient.case()).flags


async def test_unsure_twice_at_the_first_gate_is_an_emergency_with_an_alarm(patient: Patient) -> None:
    await patient.say(STORY)
    await patient.answer_until("G1")
    assert (await patient.choose("not sure"))[-1].asks == "G1"
    reply = await patient.choose("not sure")
    assert reply[0].kind == "emergency"
    assert [task.kind for task in await patient.tasks()] == ["emergency"]


async def test_unsure_twice_at_the_second_gate_is_said_and_called_today(patient: Patient) -> None:
    await patient.say(STORY)
    await patient.answer_until("G2")
    await patient.choose("not sure")
    reply = await patient.choose("not sure")
    assert reply[0].kind == "same_day"
    assert [(task.kind, task.priority) for task in await patient.tasks()] == [("urgent_callback", "P1")]


async def test_a_level_that_stands_is_not_lowered_by_a_later_no(patient: Patient) -> None:
    await patient.say(STORY)
    await patient.answer_until("G2")
    await patient.choose("not sure")
    await patient.choose("not sure")
    await patient.say("no numbness down there and peeing is fine")
    await patient.answer_until("nothing")
    case = await patient.case()
    assert case.level is Level.SAME_DAY
    assert case.handoff == "urgent_callback"
    assert not await patient.appointments()


async def test_no_visit_is_booked_once_a_call_is_due_today(patient: Patient) -> None:
    await patient.say("my low back started to hurt a week ago and it is getting worse")
    await patient.answer_until("confirm_summary")
    await patient.choose("right")
    reply = await patient.say("the first one. i have a fever since yesterday")
    assert reply[0].kind == "same_day"
    assert patient.status == "callback"
    assert not any(one.status == "booked" for one in await patient.appointments())


async def test_a_second_emergency_sounds_again(ctx: Context, patient: Patient) -> None:
    await patient.say(NUMB)
    task = (await patient.tasks())[0]
    async with ctx.unit_of_work() as uow:
        await uow.tasks.acknowledge(task.id, by="nurse", at=ctx.clock.now())
        await uow.commit()
    reply = await patient.say("now i have chest pain too")
    assert reply[0].kind == "emergency"
    assert (await patient.tasks())[0].status == "open"


async def test_a_crisis_with_a_red_flag_says_both(patient: Patient) -> None:
    reply = await patient.say("i want to kill myself. since yesterday i can't feel it when i wipe")
    assert [message.kind for message in reply] == ["emergency", "crisis"]
    assert "988" in reply[1].text
    again = await patient.say("ok")
    assert "988" in again[0].text


async def test_a_taken_back_word_before_consent_leaves_nothing(patient: Patient) -> None:
    await patient.say("my back hurts and i have had cancer")
    await patient.say("actually no, i never had cancer")
    await patient.say("yes")
    assert (await patient.facts())["cancer_status"].value == "none"


async def test_same_day_is_said_once_before_consent(patient: Patient) -> None:
    first = await patient.say("back pain for a week and a fever of 101.5")
    assert first[0].kind == "same_day"
    second = await patient.say("what is this about")
    assert [message.kind for message in second] == ["question"] or second[0].kind != "same_day"
    await patient.say("yes")
    assert [task.kind for task in await patient.tasks()] == ["urgent_callback"]
