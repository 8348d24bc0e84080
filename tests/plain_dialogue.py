"""A stand-in for the engine at its port: the plainest possible dialogue, calling the same services.

For tests of the services alone. What the engine really makes of messages is tested with the engine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain.cases import Draft
from bot.domain.errors import DialogueFailed
from bot.domain.findings import Reading
from bot.services.case.steps import Step, Turn
from bot.services.ports import Intent, TurnReply, TurnRequest
from bot.services.talk import asides, handoff, interview
from bot.services.visits import booking

if TYPE_CHECKING:
    from bot.services.context import Context

_WORDS = {
    "person": ("person", "human", "operator"),
    "why": ("why do you ask",),
    "go_back": ("go back",),
    "start_over": ("start over",),
    "thanks": ("thanks", "thank you"),
    "reschedule": ("reschedule",),
    "cancel_appointment": ("cancel my appointment",),
    "abuse": ("stupid",),
    "other_language": ("bonjour",),
    "nlu_fallback": ("zxcvb",),
    "book": ("earliest slot", "see me tomorrow"),
    "skip": ("rather not",),
}


class PlainDialogue:
    """Polarity gives affirm, deny, unsure; a question is an faq; everything else informs."""

    def __init__(self) -> None:
        self.ctx: Context | None = None
        self.down = False
        self.topic: str | None = "recovery_time"
        self.misses = 0

    async def turn(self, request: TurnRequest) -> TurnReply:
        if self.down or self.ctx is None:
            raise DialogueFailed("the engine is down")
        intent = await self.understand(request.text, asked=request.asked, reading=request.reading)
        turn = Turn(
            case_id=request.case_id,
            message_id=request.message_id,
            intent=intent.name,
            confidence=intent.confidence,
            topic=intent.topic,
        )
        drafts = await self._play(self.ctx, turn, request.phase)
        if not drafts:
            raise DialogueFailed("silence")
        return TurnReply(drafts=drafts, intent=intent.name, confidence=intent.confidence, state=None)

    async def _play(self, ctx: Context, turn: Turn, phase: str) -> tuple[Draft, ...]:
        if turn.intent == "nlu_fallback":
            self.misses += 1
            step = await interview.not_understood(ctx, turn, self.misses)
            return step.drafts if step.asking else (*step.drafts, *(await handoff.hand_off(ctx, turn)).drafts)
        self.misses = 0
        if turn.intent in ("faq", "why", "thanks", "abuse", "other_language"):
            said = await asides.interject(ctx, turn, turn.intent)
            return said if phase == "done" else (*said, *(await interview.resume(ctx, turn)).drafts)
        changes = turn.intent in ("reschedule", "cancel_appointment")
        if phase == "booking" and not changes:
            return (await booking.take_booking_turn(ctx, turn)).drafts
        if phase == "done" and not changes:
            return await asides.interject(ctx, turn, "out_of_scope")
        step = await self._step(ctx, turn)
        if step.asking is not None:
            return step.drafts
        return (*step.drafts, *(await handoff.hand_off(ctx, turn)).drafts)

    async def _step(self, ctx: Context, turn: Turn) -> Step:
        special = {
            "person": interview.wants_person,
            "go_back": interview.go_back,
            "start_over": interview.start_over,
            "correct": interview.correct,
            "skip": interview.skip,
            "reschedule": interview.admin,
            "cancel_appointment": interview.admin,
        }
        return await special.get(turn.intent, interview.take_turn)(ctx, turn)

    async def understand(self, text: str, *, asked: str | None, reading: Reading) -> Intent:
        if reading.answer == "full" and reading.polarity:
            return Intent(name=reading.polarity, confidence=0.9)
        lowered = text.lower()
        for name, words in _WORDS.items():
            if any(word in lowered for word in words):
                return Intent(name=name, confidence=0.9)
        if reading.question:
            return Intent(name="faq", confidence=0.9, topic=self.topic)
        name = "correct" if reading.correction else reading.polarity or "inform"
        return Intent(name=name, confidence=0.9)

    async def model_id(self) -> str:
        return "plain"
