"""The routing of a case: need, complexity, notes, gates, decision table (clinical.md 4.1-4.5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain.dictionary import Dictionary
from bot.domain.errors import ProtocolError
from bot.domain.levels import Level
from bot.protocols.conditions import Compiler, Condition, Values
from bot.protocols.documents import Document, body_keys
from bot.protocols.grammar import Scope
from bot.protocols.handoff import HandoffRule, read_handoff
from bot.protocols.records import build, place
from bot.protocols.red_flags import read_scope

KEYS = (
    "lists",
    "helpers",
    "words",
    "gates",
    "need",
    "tiers",
    "complexity",
    "notes",
    "decisions",
    "urgent_visit",
    "handoff",
)


@dataclass(frozen=True, kw_only=True)
class Factor:
    """A factor for (N1-N10) or against (A1-A5): the first of `points` that holds, and all of `plus`."""

    id: str
    title: str
    points: tuple[tuple[int, Condition], ...]
    plus: tuple[tuple[int, Condition], ...]
    source: tuple[str, ...]

    def score(self, values: Values) -> int:
        """Points on these facts; what is unknown gives none."""
        first = next((points for points, when in self.points if when.test(values) is True), 0)
        return first + sum(points for points, when in self.plus if when.test(values) is True)


@dataclass(frozen=True, kw_only=True)
class Note:
    """Something the team should optimize; never changes the route."""

    id: str
    title: str
    condition: Condition
    major: Condition | None
    staff: str
    patient: str
    source: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Decision:
    """A row of the decision table. Without `condition` it always matches."""

    id: str
    title: str
    rule: str
    level: Level | None
    condition: Condition | None
    gate: str
    outcome: str
    visit: str
    other_visit: tuple[str, Condition] | None
    lifted_by_urgent: bool
    surgical: bool
    source: tuple[str, ...]

    def matches(self, values: Values) -> bool:
        """Whether the facts meet the row's condition."""
        return self.condition is None or self.condition.test(values) is True

    def visit_for(self, values: Values) -> str:
        """The row's visit on these facts."""
        if self.other_visit is not None and self.other_visit[1].test(values) is True:
            return self.other_visit[0]
        return self.visit


@dataclass(frozen=True, kw_only=True)
class Routing:
    """Everything of 4.1-4.6b, ready to run."""

    need: tuple[Factor, ...]
    complexity: tuple[Factor, ...]
    notes: tuple[Note, ...]
    tiers: tuple[tuple[str, int], ...]
    decisions: tuple[Decision, ...]
    core: tuple[str, ...]
    urgent_visit: str
    handoff: tuple[HandoffRule, ...]
    scope: Scope

    def urgent_row(self, fired: Sequence[str], level: Level) -> Decision | None:
        """The row that a red flag decides (C00a-C00c), or None."""
        for row in self.decisions:
            if (row.rule and row.rule in fired) or (row.level is not None and row.level is level):
                return row
        return None

    def elective_row(self, values: Values) -> Decision:
        """The first row that matches the facts, whatever the level."""
        return next(
            row for row in self.decisions if not row.rule and row.level is None and row.matches(values)
        )

    def tier(self, score: int) -> str:
        """high, moderate or low."""
        return next(name for name, least in self.tiers if score >= least)

    def tier_rank(self, tier: str) -> int:
        """0 for the highest tier; a tier of an older version comes after all of these."""
        names = [name for name, _ in self.tiers]
        return names.index(tier) if tier in names else len(names)


@dataclass(frozen=True, kw_only=True)
class _FactorText:
    id: str
    title: str
    points: tuple[Any, ...]
    source: tuple[str, ...]
    plus: tuple[Any, ...] = ()


@dataclass(frozen=True, kw_only=True)
class _PointsText:
    points: int
    when: str


@dataclass(frozen=True, kw_only=True)
class _NoteText:
    id: str
    title: str
    when: str
    staff: str
    source: tuple[str, ...]
    major: str = ""
    patient: str = ""


@dataclass(frozen=True, kw_only=True)
class _GateText:
    title: str
    when: str
    source: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class _DecisionText:
    id: str
    outcome: str
    visit: str
    source: tuple[str, ...]
    title: str = ""
    rule: str = ""
    level: str = ""
    when: str = ""
    gate: str = ""
    other_visit: Mapping[str, Any] | None = None
    lifted_by_urgent: bool = True
    surgical: bool = False


@dataclass(frozen=True, kw_only=True)
class _TierText:
    tier: str
    at_least: int


def read_routing(document: Document, dictionary: Dictionary, shared: Scope) -> Routing:
    """The routing of a file; `shared` are the red flags' helpers. Raises ProtocolError."""
    body, where = (
        body_keys(document, KEYS, required=tuple(key for key in KEYS if key != "words")),
        document.name,
    )
    scope = shared.joined(read_scope(document, dictionary))
    reader = _Reader(Compiler(dictionary, scope), where)
    gates = {name: reader.gate(name, raw) for name, raw in body["gates"].items()}
    tiers = [build(_TierText, raw, where=f"{where}, tiers") for raw in body["tiers"]]
    return Routing(
        need=tuple(reader.factor(raw) for raw in body["need"]),
        complexity=tuple(reader.factor(raw) for raw in body["complexity"]),
        notes=tuple(reader.note(raw) for raw in body["notes"]),
        tiers=tuple((t.tier, t.at_least) for t in tiers),
        decisions=_closed([reader.decision(raw, gates) for raw in body["decisions"]], where),
        core=_core(scope, where),
        urgent_visit=body["urgent_visit"],
        handoff=read_handoff(body["handoff"], where=f"{where}, handoff"),
        scope=scope,
    )


class _Reader:
    def __init__(self, compiler: Compiler, where: str) -> None:
        self._compiler = compiler
        self._where = where

    def condition(self, text: str, name: str) -> Condition:
        return self._compiler.compile(text, where=f"{self._where}, {name}")

    def gate(self, name: str, raw: Any) -> Condition:
        text = build(_GateText, raw, where=f"{self._where}, gate {name}")
        return self.condition(text.when, f"gate {name}")

    def factor(self, raw: Any) -> Factor:
        text = build(_FactorText, raw, where=f"{self._where}, a factor")
        return Factor(
            id=text.id,
            title=text.title,
            points=self._points(text.points, text.id),
            plus=self._points(text.plus, text.id),
            source=text.source,
        )

    def _points(self, raw: Sequence[Any], name: str) -> tuple[tuple[int, Condition], ...]:
        texts = [build(_PointsText, item, where=f"{self._where}, {name}") for item in raw]
        return tuple((text.points, self.condition(text.when, name)) for text in texts)

    def note(self, raw: Any) -> Note:
        text = build(_NoteText, raw, where=f"{self._where}, a note")
        return Note(
            id=text.id,
            title=text.title,
            condition=self.condition(text.when, text.id),
            major=self.condition(text.major, text.id) if text.major else None,
            staff=text.staff,
            patient=text.patient,
            source=text.source,
        )

    def decision(self, raw: Any, gates: Mapping[str, Condition]) -> Decision:
        text = build(_DecisionText, raw, where=f"{self._where}, a decision")
        where = place(raw, name=text.id)
        if text.gate and text.gate not in gates:
            raise ProtocolError(f"{where}: unknown gate {text.gate!r}; known: {', '.join(gates)}")
        other = text.other_visit
        return Decision(
            id=text.id,
            title=text.title,
            rule=text.rule,
            level=_level(text.level, where) if text.level else None,
            condition=gates[text.gate]
            if text.gate
            else self.condition(text.when, text.id)
            if text.when
            else None,
            gate=text.gate,
            outcome=text.outcome,
            visit=text.visit,
            other_visit=(other["visit"], self.condition(other["when"], text.id)) if other else None,
            lifted_by_urgent=text.lifted_by_urgent,
            surgical=text.surgical,
            source=text.source,
        )


def _level(word: str, where: str) -> Level:
    try:
        return Level(word)
    except ValueError as error:
        raise ProtocolError(
            f"{where}, level: {word!r}; allowed: {', '.join(v.value for v in Level)}"
        ) from error


def _closed(rows: Sequence[Decision], where: str) -> tuple[Decision, ...]:
    last = rows[-1]
    if last.condition is not None or last.rule or last.level is not None:
        raise ProtocolError(f"{where}, decisions: the last row must always match; give it no condition")
    return tuple(rows)


def _core(scope: Scope, where: str) -> tuple[str, ...]:
    if "CORE" not in scope.lists:
        raise ProtocolError(
            f"{where}: the list CORE is missing; name the facts without which no route is chosen"
        )
    return scope.lists["CORE"]
