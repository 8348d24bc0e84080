"""The staff's work (tasks.yaml): by when, who hears of it, which tasks follow a result, how they may end."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from bot.domain.judgement import Judgement
from bot.domain.schedule import Hours
from bot.domain.tasks import Priority, StaffTask, TaskKind
from bot.protocols.conditions import Compiler, Condition, Values
from bot.protocols.documents import Document, body_keys
from bot.protocols.records import build
from bot.protocols.yamlfile import Section, fail, keys, take, word, words

PRIORITIES: tuple[Priority, ...] = get_args(Priority)
KINDS: tuple[TaskKind, ...] = get_args(TaskKind)
URGENT_TEXTS = ("emergency", "same_day")
_BODY = ("priorities", "claimed_emergency", "unanswered", "follow_up", "attempts", "outcomes")
_SPAN = re.compile(r"([1-9]\d{0,3}) (business )?(minute|hour|day)s?")


@dataclass(frozen=True, kw_only=True)
class Span:
    """A time from now: minutes by the clock, or open time of the clinic, or whole open days."""

    minutes: int = 0
    business_minutes: int = 0
    business_days: int = 0

    def after(self, since: dt.datetime, hours: Hours) -> dt.datetime:
        """When it is over; UTC. 1 business hour from 16:45 ends 45 minutes after the next opening."""
        if self.minutes:
            return since.astimezone(dt.UTC) + dt.timedelta(minutes=self.minutes)
        if self.business_days:
            return hours.due(since, business_days=self.business_days)
        return hours.due(since, business_hours=self.business_minutes / 60)


@dataclass(frozen=True, kw_only=True)
class Target:
    """What one priority promises (clinical.md 3.0, 4.6b)."""

    due: Span
    next_contact: Span
    loud: Span
    snooze_minutes: int


@dataclass(frozen=True, kw_only=True)
class Unanswered:
    """How long the patient may leave an urgent text without a word, and how urgent the call is then."""

    minutes: int
    priority: Priority


@dataclass(frozen=True, kw_only=True)
class FollowUp:
    """A task that follows from a result."""

    kind: TaskKind
    outcomes: tuple[str, ...] = ()
    decisions: tuple[str, ...] = ()
    condition: Condition | None = None

    def applies(self, judgement: Judgement, values: Values) -> bool:
        """Whether everything it names holds; a condition over what is unknown does not."""
        return (
            (not self.outcomes or judgement.outcome in self.outcomes)
            and (not self.decisions or judgement.decision in self.decisions)
            and (self.condition is None or self.condition.test(values) is True)
        )


@dataclass(frozen=True, kw_only=True)
class TryCode:
    """How a try may end."""

    id: str
    label: str
    reached: bool = False


@dataclass(frozen=True, kw_only=True)
class OutcomeCode:
    """How a task may end. `kinds`: of these tasks only, empty for all; `tries`: so many come before it."""

    id: str
    label: str
    kinds: tuple[str, ...] = ()
    tries: int = 0

    def fits(self, kind: str) -> bool:
        """Whether a task of this kind may end so."""
        return not self.kinds or kind in self.kinds


@dataclass(frozen=True, kw_only=True)
class StaffTasks:
    """The whole file."""

    targets: Mapping[str, Target]
    claimed: Span
    """How long whoever has an emergency may do nothing about it, before everybody hears of it again."""
    unanswered: Mapping[str, Unanswered]
    follow_up: tuple[FollowUp, ...]
    tries: Mapping[str, TryCode]
    outcomes: Mapping[str, OutcomeCode]

    def may_end(self, task: StaffTask) -> list[OutcomeCode]:
        """How a task may end now, after the tries it has seen."""
        fitting = (one for one in self.outcomes.values() if one.fits(task.kind))
        return [one for one in fitting if one.tries <= task.attempts]

    def following(self, judgement: Judgement, values: Values) -> list[TaskKind]:
        """The kinds of task that this result asks for, each once, in the order of the file."""
        return list(dict.fromkeys(one.kind for one in self.follow_up if one.applies(judgement, values)))


def read_staff_tasks(
    document: Document, compiler: Compiler, *, outcomes: Collection[str], decisions: Collection[str]
) -> StaffTasks:
    """The file; `outcomes` and `decisions` are those a judgement may have. Raises ProtocolError."""
    body = body_keys(document, _BODY, _BODY)
    return StaffTasks(
        targets=_targets(take(body, "priorities", Section)),
        claimed=_span(document.body, "claimed_emergency"),
        unanswered=_unanswered(take(body, "unanswered", Section)),
        follow_up=tuple(
            _follow_up(item, compiler, outcomes, decisions, where=document.name)
            for item in take(body, "follow_up", list)
        ),
        tries=_codes(TryCode, take(body, "attempts", list), where=document.name),
        outcomes=_outcome_codes(take(body, "outcomes", list), where=document.name),
    )


def _targets(section: Section) -> dict[str, Target]:
    keys(section, allowed=PRIORITIES, required=PRIORITIES)
    return {name: _target(take(section, name, Section)) for name in PRIORITIES}


def _target(section: Section) -> Target:
    names = ("due", "next_contact", "loud", "snooze_minutes")
    keys(section, allowed=names, required=names)
    snooze = take(section, "snooze_minutes", int)
    if snooze < 0:
        raise fail(section, "snooze_minutes", "snooze_minutes must be 0 or more")
    return Target(
        due=_span(section, "due"),
        next_contact=_span(section, "next_contact"),
        loud=_span(section, "loud"),
        snooze_minutes=snooze,
    )


def _span(section: Mapping[str, Any], key: str) -> Span:
    match = _SPAN.fullmatch(take(section, key, str))
    if match is None or (match[3] == "day" and not match[2]):
        raise fail(section, key, f"{key}: write it like 5 minutes, 1 business hour or 2 business days")
    count, in_open_time, unit = int(match[1]), bool(match[2]), match[3]
    if unit == "day":
        return Span(business_days=count)
    minutes = count * 60 if unit == "hour" else count
    return Span(business_minutes=minutes) if in_open_time else Span(minutes=minutes)


def _unanswered(section: Section) -> dict[str, Unanswered]:
    keys(section, allowed=URGENT_TEXTS, required=URGENT_TEXTS)
    found = {name: build(Unanswered, section[name], where=name) for name in URGENT_TEXTS}
    for name, one in found.items():
        if one.minutes < 1:
            raise fail(section, name, f"{name}: minutes must be 1 or more")
    return found


def _follow_up(
    section: Section,
    compiler: Compiler,
    outcomes: Collection[str],
    decisions: Collection[str],
    *,
    where: str,
) -> FollowUp:
    allowed = ("kind", "outcomes", "decisions", "when", "source")
    keys(section, allowed=allowed, required=("kind", "source"))
    if not {"outcomes", "decisions", "when"} & set(section):
        raise fail(section, None, "a task that follows needs outcomes, decisions or a condition (when)")
    kind = word(section, "kind", allowed=KINDS)
    text = take(section, "when", str) if "when" in section else ""
    return FollowUp(
        kind=kind,  # type: ignore[arg-type]
        outcomes=words(section, "outcomes", allowed=tuple(outcomes)),
        decisions=words(section, "decisions", allowed=tuple(decisions)),
        condition=compiler.compile(text, where=f"{where}, {kind}") if text else None,
    )


def _outcome_codes(raw: list[Any], *, where: str) -> dict[str, OutcomeCode]:
    for section in raw:
        words(section, "kinds", allowed=KINDS)
    return _codes(OutcomeCode, raw, where=where)


def _codes[Code: (TryCode, OutcomeCode)](kind: type[Code], raw: list[Any], *, where: str) -> dict[str, Code]:
    found: dict[str, Code] = {}
    for section in raw:
        code = build(kind, section, where=where)
        if code.id in found:
            raise fail(section, "id", f"the code {code.id!r} is there twice; give one another id")
        found[code.id] = code
    return found
