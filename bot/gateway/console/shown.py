"""What the case page shows, piece by piece. Text only: nothing here is markup."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.gateway.console.highlight import Piece
from bot.protocols.staff_tasks import OutcomeCode


@dataclass(frozen=True, kw_only=True)
class When:
    """A moment: short for the eye, full for the tooltip, exact for machines."""

    short: str
    day: str
    """With the day always, without seconds: for appointments."""
    full: str
    machine: str


@dataclass(frozen=True, kw_only=True)
class ShownMessage:
    """A line of the transcript."""

    seq: int
    sender: str
    sender_word: str
    channel: str
    at: When
    kind: str
    pieces: Sequence[Piece]
    intent: str
    confidence: str
    findings: Sequence[Mapping[str, Any]]
    choices: Sequence[str]
    delivery: str
    """What became of a text message; empty for what did not leave as one."""
    flag: ShownFlag | None = None


@dataclass(frozen=True, kw_only=True)
class ShownFlag:
    """Who flagged a message, when and why."""

    by: str
    at: When
    reason: str


@dataclass(frozen=True, kw_only=True)
class ShownFact:
    """A fact, or an earlier value of one."""

    variable: str
    label: str
    value: str
    words: str
    seq: int | None
    """The message whose words gave it."""
    by: str
    how: str
    """Asked for, or volunteered."""
    at: When
    marks: Sequence[str]
    reason: str
    """Who of the staff entered it, and why; empty for what the patient said."""
    calm: bool
    """A plain "no": a nurse may skip over it."""
    history: Sequence[ShownFact] = ()


@dataclass(frozen=True, kw_only=True)
class ShownReason:
    """A rule that fired, the facts it read, and where it comes from."""

    rule: str
    title: str
    staff: str
    facts: Sequence[ShownFact]
    source: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class ShownNear:
    """A rule that one more fact would fire."""

    rule: str
    title: str
    level: str
    level_word: str
    wanted: Sequence[str]
    """What it still takes: `Fever: yes`."""
    source: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class ShownTry:
    """One try at a task."""

    at: str
    by: str
    how: str
    note: str


@dataclass(frozen=True, kw_only=True)
class ShownTask:
    """Something to do, with its buttons."""

    id: str
    title: str
    priority: str
    status: str
    due: str
    due_at: When
    late: bool
    by: str
    at: When | None
    note: str
    private: bool
    outcome: str
    """How it ended, in the clinic's words; empty for what is not done, or the service settled itself."""
    outcomes: Sequence[OutcomeCode]
    """How it may end now."""
    tries: Sequence[ShownTry]


@dataclass(frozen=True, kw_only=True)
class NeedPart:
    """One line of the need score."""

    id: str
    title: str
    points: int
    most: int
