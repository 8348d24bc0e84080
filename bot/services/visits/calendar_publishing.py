"""Appointments published to a calendar server: one object each, in its provider's collection.

The same promise as for records (`publishing.py`): due with the change itself, written again under the same
name after any interruption, and never over somebody else's change. A change made there is reported to
staff and left as it is; the appointment in our record is what counts.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from bot.domain.errors import DeliveryFailed
from bot.domain.schedule import Appointment
from bot.domain.tasks import TaskKind
from bot.failpoints import reach
from bot.services.context import Context
from bot.services.ports import Publication, UnitOfWork
from bot.services.queues import task_queue
from bot.services.records.publishing import FAILURES_TO_TELL, claim, next_try
from bot.services.visits import ics
from bot.services.visits.calendars import event_of

log = logging.getLogger("intake.publishing")

TARGET = "calendar"
CONFLICT: TaskKind = "calendar_conflict"
CHANGED_THERE = "412"
MOVED = "moved or edited in the calendar"
REMOVED = "removed from the calendar"


class CalendarServer(Protocol):
    """The line to a calendar server; a collection for each provider."""

    async def put(self, collection: str, name: str, body: str, *, version: str | None) -> str:
        """The version there; `version` None: it must not be there yet. Raises DeliveryFailed, code 412."""

    async def delete(self, collection: str, name: str, *, version: str) -> None:
        """Raises DeliveryFailed, code 412."""

    async def read(self, collection: str, name: str) -> tuple[str, str] | None:
        """(version, text). Raises DeliveryFailed."""


@dataclass(frozen=True, kw_only=True)
class _Due:
    """An appointment whose copy is behind, with all that was ever booked for its case."""

    publication: Publication
    item: Appointment
    reference: str
    bookings: tuple[Appointment, ...]


async def publish_due(
    ctx: Context,
    server: CalendarServer,
    *,
    owner: str,
    limit: int = 10,
    jitter: Callable[[], float] = random.random,
) -> int:
    """Publish what is due; how many appointments were tried."""
    claimed = [await _load(ctx, one) for one in await claim(ctx, TARGET, owner=owner, limit=limit)]
    # A moved visit keeps its UID, which a calendar holds once (RFC 4791, 5.3.2.1): the old time goes first.
    for due in sorted(claimed, key=lambda one: one.item.status == "booked"):
        await _publish(ctx, server, due, jitter())
    return len(claimed)


async def watch(ctx: Context, server: CalendarServer) -> int:
    """Look at every published time that is still to come; how many differ there from our record."""
    found = 0
    async with ctx.unit_of_work(write=False) as uow:
        published = await uow.publications.published(TARGET, now=ctx.clock.now())
    for publication in published:
        item = (await _load(ctx, publication)).item
        if item.status == "booked" and (difference := await _difference(server, publication, item)):
            found += await report_conflict(ctx, publication.case_id, difference)
    return found


async def _publish(ctx: Context, server: CalendarServer, due: _Due, jitter: float) -> None:
    reach("calendar.claimed")
    try:
        versions = await _write(ctx, server, due)
    except DeliveryFailed as failure:
        await _failed(ctx, due.publication, failure, jitter)
        return
    reach("calendar.sent")
    async with ctx.unit_of_work() as uow:
        await uow.publications.sent(due.publication, versions, at=ctx.clock.now())
        await uow.commit()
    reach("calendar.noted")


async def _write(ctx: Context, server: CalendarServer, due: _Due) -> dict[str, str]:
    """The version there by address, none for what was taken away. Raises DeliveryFailed."""
    publication, item, address = due.publication, due.item, address_of(due.item)
    known = publication.known.get(address, {})
    event = event_of(
        ctx.protocols, item, reference=due.reference, stamp=ctx.clock.now(), bookings=due.bookings
    )
    body = ics.calendar([event])
    async with ctx.unit_of_work() as uow:
        await uow.publications.note_attempt(publication, {address: ics.essence(body)})
        await uow.commit()
    reach("calendar.noted_attempt")
    version = await _expected(server, publication, item)
    if item.status == "booked":
        return {address: await server.put(item.provider_id, name_of(item), body, version=version)}
    if version is not None:
        await server.delete(item.provider_id, name_of(item), version=version)
    return {address: ""} if known else {}


async def _expected(server: CalendarServer, publication: Publication, item: Appointment) -> str | None:
    """The version to write over: what is there, if it is ours. Raises DeliveryFailed, code 412."""
    there = await server.read(item.provider_id, name_of(item))
    known = publication.known.get(address_of(item), {})
    if there is None:
        if known.get("version") and item.status == "booked":
            raise _conflict()
        return None
    version, text = there
    if version != known.get("version") and ics.essence(text) not in known.get("tried", ()):
        raise _conflict()
    return version


async def _difference(server: CalendarServer, publication: Publication, item: Appointment) -> str:
    known = publication.known.get(address_of(item), {})
    try:
        there = await server.read(item.provider_id, name_of(item))
    except DeliveryFailed:
        return ""  # a server that is down says nothing about our appointments
    if there is None:
        return REMOVED
    version, text = there
    same = version == known.get("version") or ics.essence(text) in known.get("tried", ())
    return "" if same else MOVED


async def report_conflict(ctx: Context, case_id: str, difference: str) -> bool:
    """Tell staff, once for each open task; whether it was news."""
    async with ctx.unit_of_work() as uow:
        news = await _add_conflict(ctx, uow, case_id, difference)
        await uow.commit()
    return news


async def _add_conflict(ctx: Context, uow: UnitOfWork, case_id: str, difference: str) -> bool:
    if any(task.kind == CONFLICT and task.status != "done" for task in await uow.tasks.of_case(case_id)):
        return False
    case = await uow.cases.get(case_id)
    note = f"{difference}; our record is unchanged: call the patient or put the calendar right"
    await task_queue.add(ctx, uow, case, kind=CONFLICT, priority="P2", note=note)
    return True


async def _failed(ctx: Context, publication: Publication, failure: DeliveryFailed, jitter: float) -> None:
    error = failure.code or "unreachable"
    case = {"case_id": publication.case_id}
    log.error("an appointment was not taken by the calendar: %s", error, extra=case)
    async with ctx.unit_of_work() as uow:
        if failure.permanent:
            await uow.publications.refused(publication, error=error)
        else:
            at = next_try(ctx, publication, jitter)
            await uow.publications.retry(publication, at=at, error=error)
        # In the same transaction: what was refused is not tried again, so nothing else would tell staff.
        if error == CHANGED_THERE:
            await _add_conflict(ctx, uow, publication.case_id, "changed or removed in the calendar")
        elif failure.permanent or publication.attempts + 1 == FAILURES_TO_TELL:
            await _add_conflict(ctx, uow, publication.case_id, f"not in the calendar yet ({error})")
        await uow.commit()


async def _load(ctx: Context, publication: Publication) -> _Due:
    async with ctx.unit_of_work(write=False) as uow:
        item = await uow.appointments.get(publication.subject)
        case = await uow.cases.get(publication.case_id)
        bookings = (await uow.appointments.bookings_of([case.id]))[case.id]
    return _Due(publication=publication, item=item, reference=case.reference, bookings=tuple(bookings))


def address_of(item: Appointment) -> str:
    """Where an appointment lies below the base address."""
    return f"{item.provider_id}/{name_of(item)}"


def name_of(item: Appointment) -> str:
    """The object of an appointment in its provider's collection."""
    return f"{item.id}.ics"


def _conflict() -> DeliveryFailed:
    return DeliveryFailed("the calendar was changed there", permanent=True, code=CHANGED_THERE)
