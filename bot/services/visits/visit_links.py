"""The signed link by which a patient sees, moves or gives up one booked visit, and nothing else.

The address holds the appointment's id and its signature: nothing is stored, nothing can be guessed. It opens
until the visit begins or is changed; the birth date is checked each time before anything is shown.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.domain.cases import AskState, Draft
from bot.domain.errors import NotAllowed
from bot.domain.levels import Level
from bot.domain.schedule import Appointment
from bot.services import outside
from bot.services.case import speaking
from bot.services.case.steps import Step
from bot.services.case_view import CaseView, load_view
from bot.services.context import Context
from bot.services.ports import UnitOfWork
from bot.services.visits import booking, calendars, changing, ics, time_choice

SAVE = "save"
"""The visit as a calendar file."""


@dataclass(frozen=True, kw_only=True)
class Opened:
    """What the page shows; no drafts while the birth date is not checked."""

    drafts: tuple[Draft, ...]
    checked: bool
    closed: bool = False
    """Too many wrong dates: only a person helps now."""
    calendar: str = ""
    """The visit for the patient's own calendar, when that was asked for."""


async def knock(ctx: Context, token: str) -> None:
    """Raises NotAllowed unless this link opens a visit to come."""
    async with ctx.unit_of_work(write=False) as uow:
        await _open(ctx, uow, token)


async def act(ctx: Context, token: str, *, birth_date: str, choice: str = "") -> Opened:
    """Check the birth date, then show the visit, or do what `choice` means (a time, move, drop, keep, save).

    Raises NotAllowed for a link that opens nothing.
    """
    view, opened = await outside.settled(lambda: _act(ctx, token, birth_date, choice))
    ctx.wake(view.case.id)
    return opened


async def _act(ctx: Context, token: str, birth_date: str, choice: str) -> tuple[CaseView, Opened]:
    async with ctx.unit_of_work() as uow:
        view, booked = await _open(ctx, uow, token)
        opened = await _checked(ctx, uow, view, birth_date)
        if opened is None:
            step = await _do(ctx, uow, view, booked, choice)
            if choice in (changing.DROP, time_choice.CALL) or choice.startswith(time_choice.SLOT):
                await _tell(ctx, uow, view, step)
            saved = await _calendar(ctx, uow, view, booked) if choice == SAVE else ""
            opened = Opened(drafts=step.drafts, checked=True, calendar=saved)
        await uow.commit()
    return view, opened


async def _tell(ctx: Context, uow: UnitOfWork, view: CaseView, step: Step) -> None:
    """What was changed is said in the conversation too; looking leaves no trace there."""
    case = replace(await uow.cases.get(view.case.id), phase=step.phase, engine_state=None)
    await speaking.say(ctx, uow, case, step.drafts, reply_to=None, channel=case.channel)


async def _open(ctx: Context, uow: UnitOfWork, token: str) -> tuple[CaseView, Appointment]:
    if ctx.links is None:
        raise NotAllowed("no such visit")
    one = await uow.appointments.get(ctx.links.appointment_id(token))
    if one.status != "booked" or one.start <= ctx.clock.now():
        raise NotAllowed("no such visit")
    view = await load_view(uow, one.case_id)
    if view.case.level >= Level.SAME_DAY or view.case.phase in ("staff", "emergency"):
        raise NotAllowed("no such visit")
    return view, one


async def _checked(ctx: Context, uow: UnitOfWork, view: CaseView, birth_date: str) -> Opened | None:
    """None when the date fits; a wrong one counts, whichever door it came through."""
    tries = view.times_asked(changing.TRIES)
    if tries < changing.MOST_TRIES and changing.fits_record(ctx, view, birth_date):
        await uow.asks.save(view.case.id, AskState(name=changing.TRIES))
        return None
    await uow.asks.save(view.case.id, AskState(name=changing.TRIES, times=tries + 1))
    closed = tries + 1 >= changing.MOST_TRIES or changing.BIRTH_DATE not in view.values
    return Opened(drafts=(), checked=False, closed=closed)


async def _calendar(ctx: Context, uow: UnitOfWork, view: CaseView, booked: Appointment) -> str:
    bookings = (await uow.appointments.bookings_of([view.case.id]))[view.case.id]
    event = calendars.patient_event(
        ctx.protocols, booked, reference=view.case.reference, stamp=ctx.clock.now(), bookings=bookings
    )
    return ics.calendar([event])


async def _do(ctx: Context, uow: UnitOfWork, view: CaseView, booked: Appointment, choice: str) -> Step:
    if choice.startswith(time_choice.SLOT):
        return await booking.book_held(ctx, uow, view, choice.removeprefix(time_choice.SLOT))
    if choice in (changing.MOVE, time_choice.LATER):
        return await booking.offer(ctx, uow, view, lead=())
    if choice == time_choice.CALL:
        return await booking.wants_call(ctx, uow, view)
    if choice == changing.DROP:
        return await changing.give_up(ctx, uow, view, booked)
    return changing.shown(ctx, view, booked)
