"""Whom of the clinic's staff the service calls, by which channel, and what patients hear before a visit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from bot.domain.tasks import Priority

Channel = Literal["sms", "email", "webhook"]
CHANNELS: tuple[Channel, ...] = ("sms", "email", "webhook")


@dataclass(frozen=True, kw_only=True)
class Contact:
    """Somebody of the clinic, or a system that pages somebody; at least one address."""

    id: str
    name: str
    addresses: Mapping[Channel, str] = field(repr=False)
    """Phone number as +1..., e-mail address, name of a webhook target of the settings."""
    by: Mapping[Priority, tuple[Channel, ...]]
    """Which channels for which priority; a priority that is not named reaches nobody here."""

    def channels(self, priority: Priority, *, loud: bool = False) -> tuple[Channel, ...]:
        """How to call; `loud`: by everything there is, whatever the priority."""
        return tuple(self.addresses) if loud else self.by.get(priority, ())


@dataclass(frozen=True, kw_only=True)
class StaffNotices:
    """Who hears of a task at once, and who next while nobody takes it."""

    at_once: Mapping[Priority, tuple[Contact, ...]] = field(default_factory=dict)
    escalation: Mapping[Priority, tuple[Contact, ...]] = field(default_factory=dict)
    """In this order; the last one is called loudly."""

    @property
    def contacts(self) -> tuple[Contact, ...]:
        """Everybody named, once."""
        lists = (*self.at_once.values(), *self.escalation.values())
        return tuple({one.id: one for people in lists for one in people}.values())


@dataclass(frozen=True, kw_only=True)
class Reminders:
    """How long before a visit its patient is reminded; none when empty."""

    before: tuple[dt.timedelta, ...] = ()
    """The longest first."""
    not_within: dt.timedelta = dt.timedelta(hours=2)
    """No reminder when the visit was booked so shortly before it is due, or begins so soon."""
