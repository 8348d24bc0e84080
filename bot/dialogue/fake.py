"""A dialogue for tests that need no engine: says what it is told to, or fails."""

from __future__ import annotations

from collections.abc import Iterable

from bot.domain.cases import Draft
from bot.domain.errors import DialogueFailed
from bot.domain.findings import Reading
from bot.services.ports import Intent, TurnReply, TurnRequest


class FakeDialogue:
    """Held to the same contract tests as `EngineClient`. `drafts` empty or `down` means failure."""

    def __init__(
        self, *, drafts: Iterable[Draft] = (), intent: Intent | None = None, down: bool = False
    ) -> None:
        self.drafts = tuple(drafts)
        self.intent = intent or Intent(name="inform", confidence=0.9)
        self.down = down
        self.requests: list[TurnRequest] = []

    async def turn(self, request: TurnRequest) -> TurnReply:
        """The drafts it was given."""
        self._fail_when_down()
        self.requests.append(request)
        if not self.drafts:
            raise DialogueFailed("the engine answered nothing, or too much")
        return TurnReply(
            drafts=self.drafts,
            intent=self.intent.name,
            confidence=self.intent.confidence,
            state="state",
            topic=self.intent.topic,
            model="fake",
        )

    async def understand(self, text: str, *, asked: str | None, reading: Reading) -> Intent:
        """The intent it was given."""
        self._fail_when_down()
        return self.intent

    async def model_id(self) -> str:
        """Always the same."""
        self._fail_when_down()
        return "fake"

    async def close(self) -> None:
        """Nothing is open."""

    def _fail_when_down(self) -> None:
        if self.down:
            raise DialogueFailed("the engine did not answer: down")
