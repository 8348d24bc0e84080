"""Every message that conversations produce passes the lint of what the bot must never say."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from bot.domain.cases import Message
from bot.protocols.lint import Said, check
from bot.services.context import Context
from bot.services.ports import StaffMember
from bot.services.talk import silence, takeover
from tests.integration.services.conftest import StandingClock
from tests.integration.services.patient import PLAIN, Patient

STORIES = (
    "my low back hurts for 8 months, down the left leg past the knee. did PT and pills",
    "neck and right arm pain since 3 weeks, both hands are clumsy for a year, same",
    "for my mom, she is 81, back pain for 2 weeks and she lost weight",
    "i had a fusion at L4-5 3 years ago, same spot hurts again for 5 months",
    "my son is 15, his back hurts for 3 weeks",
    "low back pain for a week and a fever of 101.5",
    "i want to kill myself",
    "since yesterday i cant feel it when i wipe",
    "my husband pushed me down, my back hurts",
    "I only want to reschedule my appointment",
    "lol i peed myself laughing",
    "i have a slipped disc, low back, 9 out of 10, been going on 2 years",
)
ASIDES = (
    "how long is recovery?", "why do you ask?", "go back", "make that 10 months instead of 6",
    "you stupid bot", "thanks", "zxcvb", "not sure", "actually it has been banana months", "bonjour",
    "scratch that", "no i meant my mom", "can i talk to a person", "pain wraps to my ribs", "idk",
)  # fmt: skip
NURSE = StaffMember(id="n1", name="Nora", role="nurse", password_hash="-")
GRADED = ("question", "info", "handoff", "fallback")


def complaints(messages: list[Message]) -> Iterator[str]:
    for message in messages:
        exempt = {"keyword": "checked by text id", "segments": "cut when it is sent"}
        if message.kind not in GRADED or "1." in message.text or message.choices:
            exempt["grade"] = "checked by text id; holds the patient's own words or labels"
        said = Said(id=message.kind, channel="web", wording=message.text, exempt=exempt)
        yield from (f"{complaint}: {message.text}" for complaint in check(said))


@pytest.mark.parametrize("seed", range(len(STORIES)))
async def test_whatever_is_said_is_kind_plain_and_promises_nothing(patient: Patient, seed: int) -> None:
    chance = random.Random(seed)
    await patient.say(STORIES[seed])
    for _ in range(22):
        if patient.status not in ("open", "waiting_for_staff"):
            break
        plain = PLAIN.get(patient.question.asks or "", "not sure")
        reply = await patient.say(chance.choice(ASIDES) if chance.random() < 0.4 else plain)
        assert reply, "nobody meets silence"
        assert sum(message.asks is not None for message in reply) <= 1
    assert list(complaints([one for one in patient.heard if one.sender == "bot"])) == []


async def test_what_is_said_without_being_asked(ctx: Context, patient: Patient, clock: StandingClock) -> None:
    await patient.say(STORIES[0])
    await patient.answer_until("G2")
    await takeover.take_over(ctx, NURSE, patient.case_id)
    await patient.say("hello?")
    clock.forward(minutes=15)
    await takeover.give_up_waiting(ctx)
    clock.forward(days=4)
    await silence.look(ctx)
    await patient.say("Dana Example, 314-555-0123")
    async with ctx.unit_of_work(write=False) as uow:
        said = [one for one in await uow.messages.after(patient.case_id, 0) if one.sender == "bot"]
    assert list(complaints(said)) == []
