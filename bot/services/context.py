"""What every use case is given: the ports, the clinic's protocols, the limits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from bot.domain.notices import Channel
from bot.protocols import Protocols
from bot.protocols.shelf import Shelf
from bot.services.access.looks import Looks
from bot.services.ports import Clock, Dialogue, Ids, Reader, Schedule, UnitOfWorkFactory
from bot.services.schedules import OwnSchedule
from bot.services.signed_links import VisitLinks


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Numbers the clinic does not decide."""

    web_characters: int = 2000
    sms_characters: int = 1600
    sms_settle_seconds: float = 4
    """A text that follows the one before within so many seconds goes on with it; 0: each stands alone."""
    session_days: float = 30
    turn_lease_seconds: float = 30
    """How long one turn may hold a case; longer than the engine's budget."""
    turn_wait_seconds: float = 20
    """How long a message waits for the turn before it."""


@dataclass(kw_only=True)
class Standing:
    """Which revision of the clinic's editions this process has taken up (`in_force.py`)."""

    revision: int = 0
    problem: str = ""
    """Why the newest revision is not in force; empty while it is."""


@dataclass(kw_only=True, eq=False)
class Context:
    """One per process, made by `bot.bootstrap`. Not frozen, for `protocols` follow what the clinic publishes
    (`take_up`); nothing else is set after it was made."""

    unit_of_work: UnitOfWorkFactory
    protocols: Protocols
    reader: Reader
    dialogue: Dialogue
    clock: Clock
    ids: Ids
    limits: Limits = field(default_factory=Limits)
    wake: Callable[[str], None] = lambda case_id: None
    """Called with a case id after new messages are committed; wakes this process's streams."""
    links: VisitLinks | None = None
    """Makes the links that open one visit; None: none are given."""
    reach: frozenset[Channel] = frozenset()
    """The channels by which this installation can send something on its own."""
    mail_from: str | None = None
    """Who invites by e-mail; None: nobody."""
    schedule: Schedule = field(default_factory=OwnSchedule)
    """Where times are found and booked."""
    shelf: Shelf | None = None
    """The installed protocol files; None: what the clinic publishes is not looked for."""
    standing: Standing = field(default_factory=Standing)
    looks: Looks = field(default_factory=Looks)
    """Whose data was shown to whom a short while ago."""

    def pinned(self) -> Context:
        """A copy that no publication reaches: one turn is judged by one version from its start to its end."""
        return replace(self)

    def take_up(self, protocols: Protocols) -> None:
        """These count from now on, for every use case of this process. Only `in_force.look` calls this."""
        self.protocols = protocols
