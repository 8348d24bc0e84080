"""The same words are not said three times running, whatever the patient repeats."""

from __future__ import annotations

import pytest

from bot.domain.cases import Message
from bot.services.context import Context
from tests.integration.services import seeds
from tests.integration.services.patient import Patient

STORY = "my low back hurts for 6 months, down the left leg past the knee"


def _three_running(replies: list[list[Message]]) -> set[str]:
    texts = [{message.text for message in reply} for reply in replies]
    return {
        text
        for first, second, third in zip(texts, texts[1:], texts[2:], strict=False)
        for text in first & second & third
    }


async def _same_again(patient: Patient, text: str) -> list[list[Message]]:
    return [await patient.say(text) for _ in range(6)]


@pytest.mark.parametrize(
    ("ask", "text"),
    [("G3", "why do you ask?"), ("G4", "my sister says hello"), ("consent", "how long is recovery?")],
)
async def test_at_a_question(patient: Patient, ask: str, text: str) -> None:
    if ask != "consent":
        await patient.say(STORY)
    await patient.answer_until(ask)
    assert not _three_running(await _same_again(patient, text))


async def test_without_a_number(patient: Patient) -> None:
    await patient.say("can i talk to a person")
    await patient.answer_until("nothing", answers={"contact_name": "no", "contact_phone": "no"})
    assert not _three_running(await _same_again(patient, "ok whatever"))


async def test_in_an_emergency(patient: Patient) -> None:
    await patient.say("since yesterday i cant feel it when i wipe")
    replies = await _same_again(patient, "my dog is called Max")
    assert not _three_running(replies)
    assert all("911" in reply[-1].text for reply in replies)


async def test_in_a_crisis(patient: Patient) -> None:
    await patient.say("i want to kill myself")
    replies = await _same_again(patient, "my dog is called Max")
    assert not _three_running(replies)
    assert all("988" in reply[-1].text for reply in replies)


async def test_after_the_booking(ctx: Context) -> None:
    patient = await seeds.with_a_visit(ctx, birth_date="1968-04-12")
    assert not _three_running(await _same_again(patient, "fine"))
