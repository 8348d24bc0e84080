"""Times, and what other systems are told of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from bot.domain.openings import Slot, Span, Taken, Wanted
from bot.domain.schedule import MOST_HOLDS, Appointment

if TYPE_CHECKING:
    from bot.services.context import Context
    from bot.services.ports.unit_of_work import UnitOfWork


class Appointments(Protocol):
    """Holds and bookings. Two overlapping ones of a provider or a room cannot exist: the database refuses."""

    async def hold(self, appointment: Appointment, *, now: dt.datetime, most: int = MOST_HOLDS) -> None:
        """Insert with status held, after expiring holds whose time is over. Raises TimeTaken (an id that
        exists is taken, too), and TooManyHolds when the holder holds `most` times."""

    async def hold_first(
        self, times: Iterable[Sequence[Appointment]], *, count: int, now: dt.datetime, most: int = MOST_HOLDS
    ) -> list[Appointment]:
        """Hold the first `count` that are free, in order, each in the first free one of its rooms; what was
        held, maybe fewer or none. All are one person's; raises TooManyHolds when that person holds `most`."""

    async def only_show(self, times: Sequence[Appointment]) -> list[Appointment]:
        """Times that a test offers: stored as expired from the start, so they keep nobody from booking."""

    async def book(self, appointment_id: str, *, case_id: str, now: dt.datetime) -> Appointment:
        """held -> booked by compare-and-swap; booking what is booked for the same case returns it.
        Raises HoldExpired otherwise, and for a time that has begun; Conflict while the case has
        another booked time."""

    async def release_holds(self, case_id: str) -> None:
        """All holds of a case become expired."""

    async def let_go(self, appointment_id: str) -> None:
        """One hold becomes expired."""

    async def cancel(self, appointment_id: str, *, case_id: str) -> bool:
        """booked -> cancelled, and whether this call did it; raises NotAllowed when it is not this case's."""

    async def move(self, old_id: str, new_id: str, *, case_id: str, now: dt.datetime) -> Appointment:
        """The old one cancelled and the new one booked, or neither. Raises HoldExpired when the new hold
        is over, NotAllowed when the old one is not booked any more."""

    async def taken(self, *, start: dt.datetime, end: dt.datetime, now: dt.datetime) -> Taken:
        """Held (unexpired) and booked spans by provider and by room that touch [start, end), and those of
        the providers' own calendars."""

    async def get(self, appointment_id: str) -> Appointment:
        """One of any status; raises NotAllowed when there is none."""

    async def booked_from(self, now: dt.datetime, *, limit: int = 1000) -> list[Appointment]:
        """Booked ones that are still to come, soonest first."""

    async def of_case(self, case_id: str) -> list[Appointment]:
        """All of a case, newest first."""

    async def bookings_of(self, case_ids: Collection[str]) -> Mapping[str, Sequence[Appointment]]:
        """What was ever booked, cancelled or not, by case; the earliest booking first. Each case is there."""

    async def booked_of(
        self, provider_id: str, *, start: dt.datetime, end: dt.datetime
    ) -> list[tuple[Appointment, str]]:
        """A provider's booked times that begin within [start, end), in order, with references of cases."""

    async def to_give_back(self, now: dt.datetime, *, limit: int = 50) -> list[Appointment]:
        """To come, not booked here any more, and maybe still taken in another system's schedule."""

    async def given_back(self, appointment_id: str) -> None:
        """The other system has it no more."""


class BusyTimes(Protocol):
    """When the providers are busy by their own calendars; `Appointments.taken` counts it in."""

    async def mark(self, provider_id: str) -> tuple[str, dt.datetime] | None:
        """Under which mark the calendar was read last, and when."""

    async def of(self, provider_id: str) -> Sequence[Span]:
        """What is known of a provider, in order."""

    async def replace(self, provider_id: str, spans: Collection[Span], *, mark: str, at: dt.datetime) -> None:
        """These are all of it now."""


class Schedule(Protocol):
    """Whose times count: the record's own, or another system's (`bot/services/schedules.py`).

    Called within a writing unit of work, which `outside.settled` may run again; the record keeps every hold
    and booking either way. Raises DeliveryFailed when another system cannot be asked: then nothing is done.
    """

    async def find(self, ctx: Context, uow: UnitOfWork, wanted: Wanted) -> Iterable[Slot]:
        """Free times for a visit, soonest first."""

    async def hold(
        self, uow: UnitOfWork, times: Iterable[Sequence[Appointment]], *, count: int, now: dt.datetime
    ) -> list[Appointment]:
        """Hold the first `count` that are free, as `Appointments.hold_first`. Raises TooManyHolds."""

    async def book(
        self, uow: UnitOfWork, hold: Appointment, *, instead_of: Appointment | None, now: dt.datetime
    ) -> Appointment:
        """Book what is held; with `instead_of` that one is given up, both or neither. Raises HoldExpired,
        TimeTaken when the other system gave the time away, NotAllowed when `instead_of` is not booked."""


class ScheduleServer(Protocol):
    """The line to another system's schedule. Each call may be repeated; all raise DeliveryFailed."""

    async def find(self, provider_ids: Sequence[str], wanted: Wanted) -> Sequence[Slot]:
        """Its free times, soonest first; `outside` of each says what is free there."""

    async def hold(self, address: str) -> None:
        """Keep a time that was found, where the system can; raises TimeTaken."""

    async def book(self, hold: Appointment, *, reference: str) -> None:
        """Book it under our id, once however often it is asked; raises TimeTaken."""

    async def give_back(self, appointment: Appointment) -> None:
        """Whatever is booked there under our id is called off."""

    async def stands(self, appointment: Appointment) -> bool:
        """Whether it is booked there under our id, at our time."""


@dataclass(frozen=True, kw_only=True)
class Publication:
    """A record that another system should hold a copy of, as it was claimed.

    `subject` is a case (target `fhir`) or an appointment (target `calendar`). `known` says what is
    there: address -> {"version": its version there, "tried": digests of what we sent since we knew it}.
    """

    target: str
    subject: str
    case_id: str
    revision: int
    attempts: int
    known: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


class Publications(Protocol):
    """Which copies are behind. The database itself counts the changes (`bot/store/revisions.py`)."""

    async def claim_due(
        self, target: str, *, owner: str, now: dt.datetime, lease_seconds: float, limit: int = 10
    ) -> list[Publication]:
        """Changed records whose copy may be made now, leased to `owner`."""

    async def note_attempt(self, publication: Publication, digests: Mapping[str, str]) -> None:
        """What is about to be sent, address by address, so that it is recognised there afterwards."""

    async def sent(self, publication: Publication, versions: Mapping[str, str], *, at: dt.datetime) -> None:
        """The copy is there, in these versions; changes since the claim are due again."""

    async def retry(self, publication: Publication, *, at: dt.datetime, error: str) -> None:
        """Try again at that time; one more attempt counted."""

    async def refused(self, publication: Publication, *, error: str) -> None:
        """Not again before the record changes."""

    async def start_over(self, case_id: str) -> None:
        """Forget what is known of a case's copies there; all of them are due."""

    async def published(self, target: str, *, now: dt.datetime) -> list[Publication]:
        """Copies that are up to date and still matter at that time."""

    async def of_case(self, case_id: str) -> list[Publication]:
        """All of a case."""
