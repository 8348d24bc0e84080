"""A complaint is kept for the staff and met kindly; the open question comes again."""

from __future__ import annotations

import pytest

from tests.integration.services.patient import Patient

STORY = "my low back hurts for 6 months, down the left leg past the knee"
RECORD = "i want it on record that your front desk hung up on me"


@pytest.mark.parametrize("gate", ["G2", "G5"])
async def test_a_complaint_at_a_gate_is_kept_and_the_gate_goes_on(patient: Patient, gate: str) -> None:
    await patient.say(STORY)
    await patient.answer_until(gate)
    reply = await patient.say(RECORD)
    assert "noted your complaint" in reply[0].text
    assert reply[-1].asks == gate
    assert [task.kind for task in await patient.tasks()] == ["complaint"]
    assert "complaint" in (await patient.case()).flags
    assert "visit_reason" not in await patient.facts()


async def test_before_consent_nothing_is_kept_and_nothing_is_said_of_keeping(patient: Patient) -> None:
    reply = await patient.say(RECORD)
    assert "noted" not in " ".join(one.text for one in reply)
    assert await patient.tasks() == []
    assert reply[-1].asks == "consent"


async def test_a_word_on_bills_beside_a_safety_question_ends_no_intake(patient: Patient) -> None:
    await patient.say(STORY)
    await patient.answer_until("G2")
    await patient.say("i have a question about my bill, nothing new down there")
    assert (await patient.answer_until("G4"))[-1].asks == "G4"
