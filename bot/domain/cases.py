"""A case, its messages and what it was handed off to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from bot.domain.dictionary import Value
from bot.domain.levels import Level

Channel = Literal["web", "sms", "shell"]
Sender = Literal["bot", "patient", "staff"]
Kind = Literal[
    "greeting", "question", "info", "answer", "emergency", "same_day", "crisis",
    "summary", "times", "booked", "callback", "handoff", "fallback",
]  # fmt: skip
CaseStatus = Literal["open", "waiting_for_staff", "booked", "callback", "emergency", "closed"]
HandoffKind = Literal["booking", "callback", "urgent_callback", "emergency", "crisis", "none"]
Consent = Literal["unasked", "given", "refused"]
Phase = Literal["consent", "intake", "booking", "emergency", "staff", "done"]
"""Where the conversation stands. `emergency`: the service itself answers, without the engine."""


@dataclass(frozen=True, kw_only=True)
class MessageChoice:
    """A button. The id goes out; what choosing it means stays here."""

    id: str
    label: str
    sets: Mapping[str, Value] = field(default_factory=dict)
    """Facts it gives; empty for choices that are words (yes, a time, going)."""
    means: str = ""
    """A word the services act on: `affirm`, `deny`, `unsure`, `skip`, `slot:<id>`, `going`, ..."""


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A message of ours before it is stored: no id, no number, no time yet."""

    kind: Kind
    text: str
    asks: str | None = None
    also_asks: tuple[str, ...] = ()
    choices: tuple[MessageChoice, ...] = ()
    sender: Sender = "bot"
    text_id: str = ""
    """Which text of the protocols it is, for the lint and for staff."""


@dataclass(frozen=True, kw_only=True)
class Message:
    """A stored message. `seq` counts up within a case, across channels."""

    id: str
    case_id: str
    seq: int
    sender: Sender
    kind: Kind
    text: str
    at: dt.datetime
    channel: Channel
    asks: str | None = None
    also_asks: tuple[str, ...] = ()
    choices: tuple[MessageChoice, ...] = ()
    client_message_id: str | None = None
    reply_to: str | None = None
    """The patient's message that this one answers."""
    intent: str | None = None
    confidence: float | None = None
    reading: Mapping[str, Any] | None = None
    """A patient's message: the language layer's `Reading` in its JSON shape."""
    model: str | None = None
    """A patient's message: the language model that gave `intent`."""
    answered: bool = False
    """A patient's message: its turn is over and its replies are stored."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """One patient's request, across channels. `id` is opaque; `reference` is for the phone."""

    id: str
    reference: str
    channel: Channel
    created_at: dt.datetime
    updated_at: dt.datetime
    status: CaseStatus = "open"
    phase: Phase = "consent"
    consent: Consent = "unasked"
    level: Level = Level.NONE
    rules: tuple[str, ...] = ()
    outcome: str | None = None
    decision: str | None = None
    visit: str | None = None
    handoff: HandoffKind = "none"
    pending: str | None = None
    """Id of our message whose question is still open."""
    engine_state: str | None = None
    """What the engine handed back to be given again; opaque, dropped at any doubt."""
    address: str | None = None
    """The phone number the SMS channel talks to."""
    claimed_by: str | None = None
    acknowledged_at: dt.datetime | None = None
    test: bool = False
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AskState:
    """How often a question was put, and where it stands.

    `wanted`: to be put next whatever is known (a doubt, a correction, "go back"); the other words
    say how it ended; empty while it is simply open.
    """

    name: str
    times: int = 0
    state: Literal["", "wanted", "answered", "declined", "unsure", "skipped"] = ""

    @property
    def ended(self) -> bool:
        """Not to be put again."""
        return self.state not in ("", "wanted")
