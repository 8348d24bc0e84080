"""Many patients who want few times: how long one waits, and that nobody gets a time twice.

Each attempt asks for one time, as "Tuesday at 9:05" does. Who gets it held books it; who comes too late is
offered other times, or a call when none is left, and walks away. It is what the service does at such a
message (`booking.offer`, `booking.book_held`), on a real database. What is timed is what a patient waits
for: from the wish until it is booked or others are offered.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace

from bot.bootstrap import PROTOCOLS, Absent
from bot.domain.cases import Case
from bot.domain.errors import StoreUnavailable
from bot.domain.openings import Slot, Taken, Wanted, open_slots
from bot.domain.schedule import Appointment, Hours, Provider
from bot.domain.time_wish import TimeWish
from bot.protocols import Protocols, load_protocols
from bot.services.case.steps import Step
from bot.services.case_view import load_view
from bot.services.context import Context
from bot.services.ports import UnitOfWork
from bot.services.visits import booking
from bot.services.visits.time_choice import SLOT
from bot.store import Store
from bot.system import RandomIds

VISIT = "NEW_PATIENT_EVAL"
_A_DAY = 5
"""Times of one provider on one day."""
_LEAD = 120
_AT_ONCE = 500
"""Cases made in one transaction, before the storm."""


@dataclass(frozen=True, kw_only=True)
class Size:
    """`providers` times `days` times five are the times; `attempts` are shared out among `clients`."""

    providers: int
    days: int
    attempts: int
    clients: int

    @property
    def times(self) -> int:
        return self.providers * self.days * _A_DAY


LARGE = Size(providers=10, days=10, attempts=10_000, clients=50)


@dataclass
class Tally:
    """What became of the attempts; milliseconds of each. `late` ones came after the storm, one by one, for
    times that were only held when their last attempt came."""

    booked: list[Appointment] = field(default_factory=list)
    offered_others: int = 0
    offered_a_call: int = 0
    told_to_try_again: int = 0
    late: int = 0
    ms: list[float] = field(default_factory=list)


class Midnight:
    """A clock that stands at midnight of the clinic, so that the days ahead are whole."""

    def __init__(self, zone: dt.tzinfo) -> None:
        self._now = dt.datetime(2026, 12, 7, tzinfo=zone).astimezone(dt.UTC)

    def now(self) -> dt.datetime:
        return self._now


async def storm(store: Store, size: Size) -> Tally:
    """Run the attempts on an empty database."""
    ctx = _context(store, size)
    slots, tally = _slots(ctx, size), Tally()
    cases = await _patients(ctx, size.attempts)
    numbers = iter(range(size.attempts))

    async def client() -> None:
        for number in numbers:
            await _attempt(ctx, cases[number], slots[number % len(slots)], tally)

    await asyncio.gather(*(client() for _ in range(size.clients)))
    await _late(ctx, size, slots, tally)
    return tally


async def _late(ctx: Context, size: Size, slots: Sequence[Slot], tally: Tally) -> None:
    taken = {(one.provider_id, one.start) for one in tally.booked}
    left = [slot for slot in slots if (slot.provider_id, slot.start) not in taken]
    for case_id, slot in zip(await _patients(ctx, len(left), since=size.attempts), left, strict=True):
        await _attempt(ctx, case_id, slot, tally)
    tally.late = len(left)


async def _patients(ctx: Context, count: int, *, since: int = 0) -> list[str]:
    """Cases that have come as far as choosing a time."""
    cases = [_case(ctx, ctx.ids.new(), since + number) for number in range(count)]
    for first in range(0, count, _AT_ONCE):
        async with ctx.unit_of_work() as uow:
            for case in cases[first : first + _AT_ONCE]:
                await uow.cases.add(case)
            await uow.commit()
    return [case.id for case in cases]


async def _attempt(ctx: Context, case_id: str, slot: Slot, tally: Tally) -> None:
    async def go_for_it(uow: UnitOfWork) -> Step:
        wish = _exactly(slot, ctx.protocols.clinic.zone)
        return await booking.offer(ctx, uow, await load_view(uow, case_id), lead=(), wish=wish)

    async def walk_away(uow: UnitOfWork) -> None:
        await uow.appointments.release_holds(case_id)

    began = time.perf_counter()
    step = await _until_done(ctx, go_for_it, tally)
    outcome = _outcome(step)
    if outcome == "held":
        tally.booked.append(await _book(ctx, case_id, step, tally))
    tally.ms.append(1000 * (time.perf_counter() - began))
    if outcome == "others":
        await _until_done(ctx, walk_away, tally)
    tally.offered_others += outcome == "others"
    tally.offered_a_call += outcome == "call"


def _outcome(step: Step) -> str:
    others = step.drafts[0].text_id == "no_time_like_that"
    if step.asking == "choose_time":
        return "others" if others else "held"
    return "call" if others and step.drafts[-1].text_id == "callback" else "nothing"


async def _book(ctx: Context, case_id: str, step: Step, tally: Tally) -> Appointment:
    held = step.drafts[-1].choices[0].means.removeprefix(SLOT)

    async def book(uow: UnitOfWork) -> Appointment:
        done = await booking.book_held(ctx, uow, await load_view(uow, case_id), held)
        assert done.handoff == "booking", done.handoff  # noqa: S101 - what is held can be booked
        return await uow.appointments.get(held)

    return await _until_done(ctx, book, tally)


async def _until_done[T](ctx: Context, work: Callable[[UnitOfWork], Awaitable[T]], tally: Tally) -> T:
    """As a client does that is told "busy, try again": the database may be too busy for a moment."""
    while True:
        try:
            async with ctx.unit_of_work() as uow:
                result = await work(uow)
                await uow.commit()
            return result
        except StoreUnavailable:
            tally.told_to_try_again += 1


def _exactly(slot: Slot, zone: dt.tzinfo) -> TimeWish:
    """No two providers of the storm begin at the same minute: a time names one of them."""
    start = slot.start.astimezone(zone)
    minute_later = start + dt.timedelta(minutes=1)
    return TimeWish(first=start.date(), last=start.date(), begins=start.time(), before=minute_later.time())


def _case(ctx: Context, case_id: str, number: int) -> Case:
    now, phone = ctx.clock.now(), f"+1{200 + number // 100}55501{number % 100:02}"
    return Case(
        id=case_id, reference=ctx.ids.reference(), channel="web", created_at=now, updated_at=now,
        phase="booking", consent="given", visit=VISIT, address=phone,
    )  # fmt: skip


def _slots(ctx: Context, size: Size) -> Sequence[Slot]:
    now, clinic = ctx.clock.now(), ctx.protocols.clinic
    wanted = Wanted(
        visit=VISIT, minutes=ctx.protocols.visits[VISIT].minutes, buffer_minutes=clinic.buffer_minutes,
        earliest=now, latest=now + dt.timedelta(days=size.days),
    )  # fmt: skip
    slots = list(open_slots(clinic.providers, clinic.rooms, wanted, taken=Taken()))
    assert len(slots) == size.times, len(slots)  # noqa: S101 - the figures below are about that many
    return slots


def _context(store: Store, size: Size) -> Context:
    protocols = _clinic(load_protocols(PROTOCOLS), size)
    return Context(
        unit_of_work=store.unit_of_work, protocols=protocols, reader=Absent(), dialogue=Absent(),
        clock=Midnight(protocols.clinic.zone), ids=RandomIds(),
    )  # fmt: skip


def _clinic(protocols: Protocols, size: Size) -> Protocols:
    """The clinic's own rules with enough people, who work every day, and a room for each."""
    people = tuple(
        Provider(
            id=f"p{number}", name=f"P{number}", visits=frozenset({VISIT}), hours=_hours(protocols, number)
        )
        for number in range(size.providers)
    )
    clinic = replace(
        protocols.clinic, providers=people, rooms=(), lead_minutes=_LEAD, furthest_days=size.days
    )
    visit = replace(protocols.visits[VISIT], horizon_days=size.days)
    return replace(protocols, clinic=clinic, visits={**protocols.visits, VISIT: visit})


def _hours(protocols: Protocols, minute: int) -> Hours:
    morning = ((dt.time(8, minute), dt.time(11, 45 + minute)),)
    return Hours(zone=protocols.clinic.zone, weekly=(morning,) * 7)
