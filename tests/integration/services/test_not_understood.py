"""Nobody can read it: in other words, then choices, then a person; who wants no intake has no result."""

from __future__ import annotations

import pytest

from tests.integration.services.patient import Patient

STORY = "my low back hurts for 6 months, down the left leg past the knee"
NONSENSE = ("asdf qwer", "blorp", "fnord zip")


@pytest.mark.parametrize("gate", ["G1", "G3"])
async def test_nonsense_at_a_gate_leads_to_a_person(patient: Patient, gate: str) -> None:
    """Whatever the engine takes it for: here it takes everything for an answer."""
    await patient.say(STORY)
    await patient.answer_until(gate)
    said = [await patient.say(text) for text in NONSENSE]
    assert [reply[-1].asks for reply in said] == [gate, gate, "contact_name"]
    assert len({reply[-1].text for reply in said}) == 3
    assert len(said[1][-1].choices) > len(said[0][-1].choices), "the single signs to pick from"
    assert "person_wanted" in (await patient.case()).flags


async def test_nonsense_across_questions_leads_to_a_person_too(patient: Patient) -> None:
    await patient.say(STORY)
    await patient.answer_until("function_limit")
    said = [await patient.say(text) for text in NONSENSE]
    assert said[-1][-1].asks == "contact_name"
    texts = [message.text for reply in said for message in reply]
    assert len(texts) == len(set(texts))


async def test_an_answer_in_between_begins_the_count_again(patient: Patient) -> None:
    await patient.say(STORY)
    await patient.answer_until("G1")
    await patient.say("asdf qwer")
    await patient.say("blorp")
    await patient.say("no, none of these")
    assert (await patient.say("fnord zip"))[-1].asks == "G2"


async def test_not_sure_is_no_nonsense(patient: Patient) -> None:
    await patient.say(STORY)
    await patient.answer_until("function_limit")
    for _ in range(3):
        await patient.say("not sure")
    assert "person_wanted" not in (await patient.case()).flags


@pytest.mark.parametrize(
    "wish",
    ["I need to move my appointment on thursday", "I'd like to pay my bill", "please send my records"],
)
async def test_who_wants_the_office_has_no_outcome_and_no_visit(patient: Patient, wish: str) -> None:
    await patient.say(wish)
    await patient.say("yes")
    await patient.answer_until("nothing")
    case = await patient.case()
    assert (case.status, case.outcome, case.visit, case.decision) == ("callback", None, None, None)


async def test_who_wants_a_person_in_the_middle_has_no_outcome(patient: Patient) -> None:
    await patient.say(STORY)
    await patient.answer_until("G3")
    await patient.say("can i talk to a person")
    await patient.answer_until("nothing")
    case = await patient.case()
    assert (case.status, case.outcome, case.visit) == ("callback", None, None)
