"""The rules as a clinician reads them: every rule, row, factor and note in plain words, with its source.

Made from the very files that judge (`Protocols.files`), so that what is read is what decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bot.protocols.plain import Plain, PlainWords
from bot.protocols.protocols import Protocols
from bot.protocols.yamlfile import Section

Kind = Literal["red_flag", "decision", "gate", "need", "complexity", "note"]


@dataclass(frozen=True, kw_only=True)
class Clause:
    """One condition: what it is for, in plain words, and exactly as the file has it."""

    caption: str
    plain: Plain
    exact: str


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One rule of the book. Empty texts: it has none."""

    id: str
    kind: Kind
    title: str
    clauses: tuple[Clause, ...]
    source: tuple[str, ...]
    place: str
    """File and line: `red_flags.yaml:98`."""
    level: str = ""
    patient: str = ""
    sms: str = ""
    staff: str = ""
    outcome: str = ""
    visit: str = ""
    remarks: tuple[str, ...] = ()


def read_book(protocols: Protocols) -> dict[str, Entry]:
    """All entries by id, in the order of the files: red flags first, then routing."""
    book = _Book(PlainWords(dictionary=protocols.dictionary, scope=protocols.routing.scope))
    return {entry.id: entry for entry in book.entries(protocols)}


class _Book:
    def __init__(self, words: PlainWords) -> None:
        self._words = words

    def entries(self, protocols: Protocols) -> Iterator[Entry]:
        flags, routing = (protocols.files[name].body for name in ("red_flags", "routing"))
        yield from (self._red_flag(raw) for raw in flags["red_flags"])
        yield from (self._decision(raw, routing["gates"]) for raw in routing["decisions"])
        yield from (self._gate(name, raw) for name, raw in routing["gates"].items())
        for kind in ("need", "complexity"):
            yield from (self._factor(raw, kind) for raw in routing[kind])
        yield from (self._note(raw) for raw in routing["notes"])

    def _clause(self, caption: str, condition: str) -> Clause:
        exact = " ".join(condition.split())
        return Clause(caption=caption, plain=self._words.of(condition), exact=exact)

    def _red_flag(self, raw: Section) -> Entry:
        clauses = [self._clause("Fires when", raw["when"])]
        if raised := raw.get("raised"):
            clauses.append(
                self._clause(f"Raised to {raised['level'].replace('_', ' ')} when", raised["when"])
            )
        if closes := raw.get("closes_group_when"):
            clauses.append(self._clause(f"Closes the group {raw['group']} only when", closes))
        return _entry(
            raw, "red_flag", clauses, level=raw["level"], sms=raw.get("sms", ""), remarks=tuple(_remarks(raw))
        )

    def _decision(self, raw: Section, gates: Mapping[str, Any]) -> Entry:
        clauses = []
        if gate := raw.get("gate"):
            clauses.append(self._clause(f"Taken when gate {gate} is passed", gates[gate]["when"]))
        elif when := raw.get("when"):
            clauses.append(self._clause("Taken when", when))
        if other := raw.get("other_visit"):
            clauses.append(self._clause(f"Visit {other['visit']} instead when", other["when"]))
        remarks = [f"Taken when rule {raw['rule']} fired."] if raw.get("rule") else []
        if raw.get("level"):
            remarks.append(f"Taken when the level is {raw['level'].replace('_', ' ')}.")
        if not clauses and not remarks:
            remarks.append("Taken when no row above was.")
        return _entry(raw, "decision", clauses, remarks=tuple(remarks))

    def _gate(self, name: str, raw: Section) -> Entry:
        clauses = [self._clause("Passed when", raw["when"])]
        return _entry(Section({**raw, "id": name}), "gate", clauses, place=raw.where())

    def _factor(self, raw: Section, kind: Kind) -> Entry:
        first = [self._clause(_points(item), item["when"]) for item in raw["points"]]
        plus = [self._clause(f"{_points(item)} more", item["when"]) for item in raw.get("plus", ())]
        remarks = ("The first that holds counts.",) if len(first) > 1 else ()
        return _entry(raw, kind, [*first, *plus], remarks=remarks)

    def _note(self, raw: Section) -> Entry:
        clauses = [self._clause("Noted when", raw["when"])]
        if major := raw.get("major"):
            clauses.append(self._clause("Of weight when", major))
        return _entry(raw, "note", clauses)


def _entry(raw: Section, kind: Kind, clauses: list[Clause], *, place: str = "", **more: Any) -> Entry:
    same = {name: raw.get(name, "") for name in ("title", "patient", "staff", "outcome", "visit")}
    return Entry(
        id=raw["id"], kind=kind, clauses=tuple(clauses), source=tuple(raw["source"]),
        place=place or raw.where(), **{**same, **more},
    )  # fmt: skip


def _points(raw: Mapping[str, Any]) -> str:
    return f"{raw['points']} point{'s' if raw['points'] != 1 else ''}"


def _remarks(raw: Mapping[str, Any]) -> Iterator[str]:
    if raw.get("group"):
        yield f"Of the group {raw['group']} only the first rule that fires counts."
    if raw.get("call_911"):
        yield "The patient is told to call 911."
    if raw.get("keep_still"):
        yield "The patient is told to keep still."
    if raw.get("script"):
        yield f"The {raw['script']} script is said instead of the standard text."
