"""What is counted of one day, as SQL: one statement for each table of the figures page.

Every statement gives rows of channel, number and what its key is made of.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, distinct, func, literal, or_, select

from bot.store.columns import seconds_between
from bot.store.figure_tables import dispositions
from bot.store.search_tables import case_events
from bot.store.tables import appointments, asks, cases, messages, search_keys, task_attempts, tasks

TALKING = ("consent", "intake", "booking")
QUIET = dt.timedelta(days=1)
"""Who says nothing for so long has left, whether or not the case was closed over it since."""
Counting = tuple[str, Select[Any], Callable[[Row[Any]], str]]


def counting_of(since: dt.datetime, until: dt.datetime, now: dt.datetime) -> Iterator[Counting]:
    """(what, statement, the key of a row) for the cases begun in [since, until)."""
    begun = and_(cases.c.created_at >= since, cases.c.created_at < until, ~cases.c.test)
    left = has_left(now)
    yield from _conversations(begun, left)
    yield from _questions(begun, left)
    yield from _work(begun, now)
    yield from _afterwards(begun)
    yield "visit", _visits(since, until, now), lambda row: row.key


def has_left(now: dt.datetime) -> ColumnElement[bool]:
    """In the middle of a conversation, and silent: consent was not refused, nothing was arranged."""
    silent = func.coalesce(cases.c.said_at, cases.c.created_at) < now - QUIET
    return and_(
        cases.c.phase.in_(TALKING),
        cases.c.consent != "refused",
        or_(silent, cases.c.status != "open"),
    )


def _by(key: Any, begun: ColumnElement[bool], number: Any = None) -> Select[Any]:
    counted = (func.count() if number is None else number).label("number")
    return select(cases.c.channel, key.label("key"), counted).where(begun).group_by(cases.c.channel, key)


def _key(row: Row[Any]) -> str:
    return str(row.key)


def _conversations(begun: ColumnElement[bool], left: ColumnElement[bool]) -> Iterator[Counting]:
    ending = case(
        (cases.c.consent == "refused", "refused"),
        (cases.c.handoff.in_(("emergency", "crisis")), "emergency"),
        (left, "left"),
        (cases.c.phase == "staff", "staff"),
        (cases.c.phase.in_(TALKING), "going_on"),
        (cases.c.handoff == "booking", "booked"),
        (cases.c.handoff.in_(("callback", "urgent_callback")), "callback"),
        else_="other",
    )
    yield "ending", _by(ending, begun), _key
    yield "begun", _by(cases.c.consent, begun), _key
    yield "handoff", _by(cases.c.handoff, begun), _key
    rules = _by(search_keys.c.key, and_(begun, search_keys.c.kind == "rule"))
    yield "rule", rules.join(search_keys, search_keys.c.case_id == cases.c.id), _key
    yield "fallback", _whole(begun, func.sum(cases.c.fallbacks)), lambda _: "times"
    yield "fallback", _whole(and_(begun, cases.c.fallbacks > 0), func.count()), lambda _: "conversations"
    said = _whole(and_(begun, messages.c.sender == "patient"), func.count())
    said = said.join(messages, messages.c.case_id == cases.c.id)
    yield "fallback", said, lambda _: "messages"
    yield "minutes", _durations(begun), lambda row: str(int(max(0.0, row.seconds + 0.5) // 60))


def _whole(begun: ColumnElement[bool], number: Any) -> Select[Any]:
    return select(cases.c.channel, number.label("number")).where(begun).group_by(cases.c.channel)


def _durations(begun: ColumnElement[bool]) -> Select[Any]:
    """From the first word to what was arranged, of those who came to the end. One row a case."""
    arranged = and_(
        begun,
        cases.c.phase == "done",
        cases.c.handoff.in_(("booking", "callback", "urgent_callback")),
        case_events.c.event == case((cases.c.handoff == "booking", "booked"), else_="callback"),
    )
    lasted = seconds_between(cases.c.created_at, messages.c.at).label("seconds")
    told = and_(messages.c.case_id == cases.c.id, messages.c.seq == case_events.c.first_seq)
    return (
        select(cases.c.channel, lasted, literal(1).label("number"))
        .join(case_events, case_events.c.case_id == cases.c.id)
        .join(messages, told)
        .where(arranged)
    )


def _questions(begun: ColumnElement[bool], left: ColumnElement[bool]) -> Iterator[Counting]:
    put = and_(begun, messages.c.sender == "bot", messages.c.asks.is_not(None))
    asked = _by(messages.c.asks, put, func.count(distinct(cases.c.id)))
    yield "asked", asked.join(messages, messages.c.case_id == cases.c.id), _key
    pending = func.coalesce(messages.c.asks, "")
    gone = _by(pending, and_(begun, left)).outerjoin(messages, messages.c.id == cases.c.pending)
    yield "left", gone, _key
    unclear = and_(begun, asks.c.state.in_(("declined", "unsure", "skipped")))
    yield "open", _by(asks.c.name, unclear).join(asks, asks.c.case_id == cases.c.id), _key


def _work(begun: ColumnElement[bool], now: dt.datetime) -> Iterator[Counting]:
    tried = (
        select(func.min(task_attempts.c.at))
        .where(task_attempts.c.task_id == tasks.c.id)
        .correlate(tasks)
        .scalar_subquery()
    )
    # The clock of an emergency asks that a person has it; of everything else, that somebody tried.
    done = case(
        (tasks.c.priority == "P0", func.coalesce(tasks.c.acknowledged_at, tasks.c.done_at)),
        else_=func.coalesce(tried, tasks.c.done_at),
    )
    state = case((done.is_(None), "open"), (done <= tasks.c.due_at, "in_time"), else_="late")
    waited = _by(tasks.c.kind + ":" + state, begun).join(tasks, tasks.c.case_id == cases.c.id)
    yield "task", waited, _key
    closed = _by(tasks.c.kind + ":" + tasks.c.outcome, and_(begun, tasks.c.outcome.is_not(None)))
    yield "closed", closed.join(tasks, tasks.c.case_id == cases.c.id), _key


def _newest() -> ColumnElement[bool]:
    """The disposition that counts: the last of its case."""
    later = dispositions.alias("later")
    after = or_(
        later.c.at > dispositions.c.at,
        and_(later.c.at == dispositions.c.at, later.c.id > dispositions.c.id),
    )
    return ~select(later.c.id).where(later.c.case_id == dispositions.c.case_id, after).exists()


def _afterwards(begun: ColumnElement[bool]) -> Iterator[Counting]:
    said = {
        "route": (dispositions.c.outcome, dispositions.c.decided),
        "tier": (dispositions.c.tier, dispositions.c.decided),
        "urgency": (dispositions.c.level, dispositions.c.urgency),
    }
    for what, (ours, theirs) in said.items():
        told = and_(begun, theirs.is_not(None), _newest())
        counted = _by(ours + ":" + theirs, told).join(dispositions, dispositions.c.case_id == cases.c.id)
        yield what, counted, _key


def _visits(since: dt.datetime, until: dt.datetime, now: dt.datetime) -> Select[Any]:
    """Visits of that time by what became of them; those still to come are left out."""
    became = case(
        (appointments.c.status == "cancelled", "cancelled"),
        else_=func.coalesce(dispositions.c.attended, "not_noted"),
    )
    over = and_(
        appointments.c.start_at >= since,
        appointments.c.start_at < until,
        appointments.c.start_at < now,
        appointments.c.status.in_(("booked", "cancelled")),
        ~cases.c.test,
    )
    counted = _by(became, over).join(appointments, appointments.c.case_id == cases.c.id)
    return counted.outerjoin(dispositions, and_(dispositions.c.case_id == cases.c.id, _newest()))
