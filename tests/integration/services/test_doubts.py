"""Doubt about a danger sign is asked about at once, and is never resolved downward."""

from __future__ import annotations

import asyncio

import pytest

from bot.domain.findings import Reading
from bot.domain.levels import Level
from bot.services.case import doubts
from bot.services.context import Context
from bot.services.ports import TurnReply, TurnRequest
from bot.services.talk import turns
from tests.integration.services.patient import Patient
from tests.plain_dialogue import PlainDialogue

STORY = "my low back hurts for 8 months, down the left leg past the knee. did PT and pills"
NUMB = "since yesterday i cant feel it when i wipe"


async def test_a_leak_told_with_a_laugh_is_asked_about_before_anything_else(patient: Patient) -> None:
    reply = await patient.say("lol i peed myself laughing")
    assert reply[-1].asks == "bladder_incontinence"
    assert "laughing" in reply[-1].text
    reply = await patient.choose("laughing")
    assert reply[-1].asks == "consent"
    await patient.say("yes")
    assert (await patient.facts())["bladder_incontinence"].value == "no"


async def test_a_leak_that_is_no_laughing_matter_is_an_emergency(patient: Patient) -> None:
    await patient.say("lol i peed myself laughing")
    assert (await patient.choose("new loss"))[0].kind == "emergency"


@pytest.mark.parametrize(
    "text", ["pain wraps to my ribs when i twist", "i have a chest cold and my back hurts"]
)
async def test_words_near_the_chest_are_asked_about(patient: Patient, text: str) -> None:
    assert (await patient.say(text))[-1].asks == "chest_pain"
    assert (await patient.say("no"))[-1].asks == "consent"


async def test_a_plain_denial_at_the_gate_hints_at_nothing(patient: Patient) -> None:
    await patient.say(STORY)
    await patient.answer_until("G1")
    assert (await patient.say("no chest pain"))[-1].asks == "G1"


async def test_doubt_that_stays_counts_as_the_danger_sign(patient: Patient) -> None:
    await patient.say("pain wraps to my ribs when i twist")
    assert (await patient.choose("not sure"))[-1].asks == "chest_pain"
    assert (await patient.choose("not sure"))[0].kind == "emergency"


async def test_at_the_times_a_danger_sign_in_doubt_is_asked_about(ctx: Context, patient: Patient) -> None:
    await patient.say(STORY)
    await patient.answer_until("confirm_summary")
    await patient.choose("right")
    await _hint(ctx, patient, "one_leg_swelling")
    assert (await patient.say("hm let me see"))[-1].asks == "one_leg_swelling"
    assert (await patient.say("no"))[-1].asks == "choose_time"
    await patient.say("1")
    assert patient.status == "booked"


async def test_a_visit_that_was_booked_stays_after_a_doubt(ctx: Context, patient: Patient) -> None:
    await patient.say(STORY)
    await patient.answer_until("confirm_summary")
    await patient.choose("right")
    await patient.say("1")
    await _hint(ctx, patient, "one_leg_swelling")
    assert (await patient.say("ok"))[-1].asks == "one_leg_swelling"
    reply = await patient.say("no")
    assert "You have a visit booked" in reply[-1].text
    assert patient.status == "booked"
    await _hint(ctx, patient, "flank_pain")
    assert (await patient.say("please call me about it"))[-1].asks == "flank_pain"
    assert (await patient.say("no"))[-1].asks == "callback_ok_time", "the wish is honoured right after"
    assert (await patient.say("after 3 pm"))[-1].kind == "callback"
    assert patient.status == "booked"


async def test_a_danger_sign_in_doubt_is_not_lost_behind_other_news(ctx: Context, patient: Patient) -> None:
    await patient.say(STORY)
    await patient.answer_until("G2")
    await _hint(ctx, patient, "one_leg_swelling")
    assert (await patient.say("no"))[-1].asks == "one_leg_swelling"
    reply = await patient.say("my mom had cancer and i am diabetic")
    assert reply[-1].asks == "one_leg_swelling"
    assert (await patient.say("no"))[-1].asks == "G3"


async def test_hurting_oneself_is_asked_gently_and_only_a_clear_no_ends_it(
    ctx: Context, patient: Patient
) -> None:
    await patient.say(STORY)
    await patient.answer_until("G2")
    await _hint(ctx, patient, "self_harm")
    reply = await patient.say("no")
    assert reply[-1].asks == "self_harm"
    assert "be sure you're safe" in reply[-1].text
    assert (await patient.say("i don't know"))[0].kind == "crisis"


async def test_a_clear_no_goes_on_with_the_questions(ctx: Context, patient: Patient) -> None:
    await patient.say(STORY)
    await patient.answer_until("G2")
    await _hint(ctx, patient, "self_harm")
    await patient.say("no")
    assert (await patient.say("no"))[-1].asks == "G3"
    assert (await patient.case()).level < Level.EMERGENCY_NOW


async def test_how_bad_it_is_is_asked_once_when_it_was_read_by_half(ctx: Context, patient: Patient) -> None:
    await patient.say("my low back hurts for 6 months and my left leg is a bit weak")
    await patient.answer_until("G1")
    half = Reading(facts={"weakness": "mild"}, half_read=("weakness",))
    assert await _request(ctx, patient, half) == ("weakness",)
    reply = await patient.say("no")
    assert reply[-1].asks == "weakness"
    await patient.say("can't lift it at all")
    assert (await patient.facts())["weakness"].value == "severe"
    assert await _request(ctx, patient, half) == (), "once"


async def test_the_gravest_value_read_by_half_is_not_asked_about(ctx: Context, patient: Patient) -> None:
    await patient.say("my low back hurts for 6 months")
    await patient.answer_until("G1")
    half = Reading(facts={"weakness": "severe"}, half_read=("weakness",))
    assert await _request(ctx, patient, half, weakness="severe") == ()


@pytest.mark.parametrize(
    ("text", "asked"),
    [("it is my left leg", ()), ("it is in my left leg too", ("bilateral_leg_symptoms",))],
)
async def test_one_leg_named_alone_is_not_both(
    ctx: Context, patient: Patient, text: str, asked: tuple[str, ...]
) -> None:
    await patient.say("my low back hurts for 6 months")
    await patient.answer_until("G1")
    await patient.say(text)
    reading = Reading(ask=("bilateral_leg_symptoms",), facts={"side": "left"})
    assert await _request(ctx, patient, reading) == asked


async def _hint(ctx: Context, patient: Patient, name: str) -> None:
    """What the language layer does when a text may mean a danger sign."""
    await _request(ctx, patient, Reading(ask=(name,)))


async def _request(ctx: Context, patient: Patient, reading: Reading, **known: str) -> tuple[str, ...]:
    async with ctx.unit_of_work() as uow:
        from bot.services.case_view import load_view

        view = await load_view(uow, patient.case_id)
        message = (await uow.messages.of_patient(patient.case_id))[-1]
        asked = await doubts.request(
            uow,
            view,
            message,
            reading,
            values={**view.values, **known},
            protocols=ctx.protocols,
            hints=ctx.reader.hints,
            sayings=ctx.reader.sayings,
        )
        await uow.commit()
    return asked


async def test_an_overdose_names_the_help_line_too(patient: Patient) -> None:
    reply = await patient.say("took all my percs")
    assert reply[0].kind == "emergency"
    assert "988" in reply[0].text


async def test_a_threat_ends_the_chat_and_calls_a_person(patient: Patient) -> None:
    await patient.say(STORY)
    reply = await patient.say("i am going to kill my boss")
    assert "911" in reply[0].text
    assert patient.status == "closed"
    assert [(task.kind, task.priority) for task in await patient.tasks()] == [("crisis", "P0")]


async def test_my_back_is_killing_me_is_no_threat(patient: Patient) -> None:
    assert (await patient.say("my back is killing me, i could kill for some sleep"))[-1].asks == "consent"


async def test_a_slipped_disc_is_asked_about_once(patient: Patient) -> None:
    await patient.say(STORY + " i have a slipped disc")
    await patient.answer_until("dx")
    assert "one bone" in patient.question.text
    await patient.choose("disc on a nerve")
    assert (await patient.facts())["dx"].value == ("herniated_disc",)
    assert patient.asked.count("dx") == 1


class SlowDialogue(PlainDialogue):
    """An engine that thinks until it is told to answer."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = asyncio.Event()
        self.may_answer = asyncio.Event()

    async def turn(self, request: TurnRequest) -> TurnReply:
        self.asked.set()
        await self.may_answer.wait()
        return await super().turn(request)


@pytest.fixture
def dialogue() -> SlowDialogue:
    slow = SlowDialogue()
    slow.may_answer.set()
    return slow


async def test_an_emergency_does_not_wait_for_the_engine(patient: Patient, dialogue: SlowDialogue) -> None:
    await patient.say(STORY)
    await patient.say("yes")
    dialogue.may_answer.clear()
    dialogue.asked.clear()
    slow = asyncio.create_task(patient.say("it is for me, i am 58"))
    await dialogue.asked.wait()
    reply = await asyncio.wait_for(patient.say(NUMB), timeout=10)
    assert reply[0].kind == "emergency"
    assert not slow.done()
    dialogue.may_answer.set()
    late = await slow
    assert [message.asks for message in late] == ["safe_now"], "the intake does not go on behind it"
    assert [task.kind for task in await patient.tasks()] == ["emergency"]


async def test_an_ordinary_message_still_waits_for_its_turn(
    ctx: Context, patient: Patient, dialogue: SlowDialogue
) -> None:
    await patient.say(STORY)
    message = (await _of_patient(ctx, patient))[-1]
    assert await turns.answer_emergency(ctx, message) is not None, "answered already: the same answer"


async def _of_patient(ctx: Context, patient: Patient) -> list:  # type: ignore[type-arg]
    async with ctx.unit_of_work(write=False) as uow:
        return await uow.messages.of_patient(patient.case_id)


async def test_a_laugh_in_an_unclear_answer_is_no_denial(patient: Patient) -> None:
    await patient.say("lol i peed myself laughing")
    await patient.say("lol idk")
    assert "bladder_incontinence" not in await patient.facts()
    assert patient.heard[-1].asks == "bladder_incontinence"


async def test_a_doubt_is_asked_about_when_the_engine_is_down(
    ctx: Context, patient: Patient, dialogue: PlainDialogue
) -> None:
    await patient.say(STORY)
    await patient.say("yes")
    await _hint(ctx, patient, "self_harm")
    dialogue.down = True
    assert [one.asks for one in await patient.say("hm")][-1] == "self_harm"
    assert (await patient.say("what"))[0].kind == "crisis"


@pytest.mark.parametrize("text", ["start over", "zxcvb", "why do you ask"])
async def test_a_doubt_is_asked_about_next_whatever_the_turn_was(
    ctx: Context, patient: Patient, text: str
) -> None:
    await patient.say(STORY)
    await patient.answer_until("G3")
    await _hint(ctx, patient, "self_harm")
    assert (await patient.say(text))[-1].asks == "self_harm"


async def test_same_day_is_said_before_a_doubt_at_the_times(ctx: Context, patient: Patient) -> None:
    await patient.say(STORY)
    await patient.answer_until("confirm_summary")
    await patient.choose("right")
    await _hint(ctx, patient, "one_leg_swelling")
    reply = await patient.say("and i can't lift my left foot since this morning")
    assert [one.kind for one in reply][:1] == ["same_day"], [one.text for one in reply]
    assert reply[-1].asks == "one_leg_swelling"


@pytest.mark.parametrize("doubted", ["saddle_numbness"])
async def test_a_denial_that_the_words_speak_against_is_asked_about_once(
    ctx: Context, patient: Patient, doubted: str
) -> None:
    await patient.say(STORY)
    await patient.answer_until("G2")
    await patient.say("no, none of these")
    await _hint(ctx, patient, doubted)
    reply = await patient.say("no")
    assert reply[-1].asks == doubted, "a yes would be an emergency"
    assert (await patient.choose("not sure"))[-1].asks == doubted, "once more, plainer"
    assert (await patient.say("no"))[-1].asks != doubted
    await _hint(ctx, patient, doubted)
    assert (await patient.say("ok"))[-1].asks != doubted


async def test_a_doubted_denial_that_stays_in_doubt_is_no_denial_any_more(
    ctx: Context, patient: Patient
) -> None:
    await patient.say(STORY)
    await patient.answer_until("G3")
    await _hint(ctx, patient, "saddle_numbness")
    await patient.say("no")
    await patient.choose("not sure")
    await patient.choose("not sure")
    assert (await patient.facts())["saddle_numbness"].value == "unsure"
    assert (await patient.case()).level is Level.SAME_DAY


async def test_an_earlier_denial_that_is_no_emergency_is_left_alone(ctx: Context, patient: Patient) -> None:
    await patient.say(STORY)
    await patient.answer_until("G5")
    await _hint(ctx, patient, "immunosuppressed")
    assert (await patient.say("no"))[-1].asks == "G6"


async def test_a_later_hint_at_hurting_oneself_is_asked_about_again_but_not_in_every_reply(
    ctx: Context, patient: Patient
) -> None:
    await patient.say(STORY)
    await patient.answer_until("G2")
    await _hint(ctx, patient, "self_harm")
    first = (await patient.say("no"))[-1]
    await patient.say("no")
    await _hint(ctx, patient, "self_harm")
    assert (await patient.say("no"))[-1].asks == "G4", "it was asked just now"
    await patient.answer_until("function_limit")
    await _hint(ctx, patient, "self_harm")
    second = (await patient.say("a lot"))[-1]
    assert (first.asks, second.asks) == ("self_harm", "self_harm")
    assert first.text != second.text
    assert (await patient.say("i don't know"))[0].kind == "crisis"


async def test_a_doubt_after_the_end_becomes_a_staff_item(ctx: Context, patient: Patient) -> None:
    await patient.say(STORY)
    await patient.say("yes")
    await patient.say("STOP")
    await patient.say("pain wraps to my ribs when i twist")
    assert "safety_flag" in [task.kind for task in await patient.tasks()]
    async with ctx.unit_of_work(write=False) as uow:
        [note] = await uow.desk.notes(patient.case_id)
    assert note.text == "The last message may mean: Chest pain. Please ask about it."


async def test_a_doubt_of_who_refused_gets_the_safety_net_and_leaves_nothing(
    ctx: Context, patient: Patient
) -> None:
    await patient.choose("no thanks")
    reply = await patient.say("pain wraps to my ribs when i twist")
    assert any("911" in one.text for one in reply)
    assert await patient.tasks() == []


async def test_abuse_and_a_danger_sign_in_one_message_are_both_answered(patient: Patient) -> None:
    await patient.say("yes")
    reply = await patient.say(
        "my husband hit me. low back pain for 2 weeks and a fever of 101 since yesterday"
    )
    assert [one.kind for one in reply] == ["same_day", "crisis"]
    assert reply[-1].asks == "safe_to_text"
    assert sorted(task.kind for task in await patient.tasks()) == ["safety_flag", "urgent_callback"]
