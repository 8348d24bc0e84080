"""What is not ours to keep: the engine, the language layer, carriers, clock and ids."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from bot.domain.cases import Draft
from bot.domain.findings import Reading
from bot.domain.notices import Channel
from bot.services.ports.outbox import Outbound

if TYPE_CHECKING:  # who only names the port loads no language layer
    from bot.language.answers.sayings import Sayings
    from bot.language.grammar.hints import Hints


@dataclass(frozen=True, kw_only=True)
class TurnRequest:
    """One message for the engine."""

    case_id: str
    message_id: str
    text: str
    phase: str
    asked: str | None
    question: str | None
    reading: Reading
    state: str | None


@dataclass(frozen=True, kw_only=True)
class TurnReply:
    """What the engine made of it. `drafts` is never empty: silence raises DialogueFailed."""

    drafts: tuple[Draft, ...]
    intent: str
    confidence: float
    state: str | None
    topic: str | None = None
    model: str | None = None
    """Who understood it."""


@dataclass(frozen=True, kw_only=True)
class Intent:
    name: str
    confidence: float
    topic: str | None = None


class Dialogue(Protocol):
    """The line to the engine."""

    async def turn(self, request: TurnRequest) -> TurnReply:
        """Raises DialogueFailed on timeout, error, silence or a reply for another case."""

    async def understand(self, text: str, *, asked: str | None, reading: Reading) -> Intent:
        """The intent alone; nothing is remembered. Raises DialogueFailed."""

    async def model_id(self) -> str:
        """Which model answers. Raises DialogueFailed."""


class Reader(Protocol):
    """The language layer."""

    def read(
        self, text: str, *, asked: str | None = None, question: str | None = None, date: dt.date
    ) -> Reading:
        """What the text says, given what was asked, on that date (the patient's day)."""

    @property
    def hints(self) -> Hints:
        """The words that are asked about wherever they stand."""

    @property
    def sayings(self) -> Sayings:
        """What people say about the conversation itself."""


class Carrier(Protocol):
    """What takes items of the outbox out of the house: a text provider, a mail server, webhooks."""

    @property
    def channel(self) -> Channel: ...

    async def carry(self, item: Outbound) -> str:
        """The provider's id of what it took. The same item again bears the same key for the receiver to
        recognise it by. Raises DeliveryFailed, `permanent` when no try will help."""


class Clock(Protocol):
    def now(self) -> dt.datetime:
        """Zone-aware UTC."""


class Ids(Protocol):
    def new(self) -> str:
        """An opaque id: 32 lower-case hex digits, 128 random bits."""

    def token(self) -> str:
        """A secret for a bearer: 256 random bits, URL-safe."""

    def reference(self) -> str:
        """A short code to read out on the phone, without look-alike letters, e.g. `K7QM-4T2X`."""
