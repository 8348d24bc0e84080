"""Staff read the rules and try facts; nothing is stored.

Every signed-in person may: what the clinic decides is no secret among its own people.
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.domain.dictionary import Dictionary, Value
from bot.domain.errors import NotAllowed, ProtocolError
from bot.domain.judgement import Judgement
from bot.protocols import AskPlan, Protocols
from bot.protocols.acceptance import AcceptanceCase, read_cases
from bot.protocols.handoff import HandoffRule
from bot.protocols.rule_book import Entry, read_book
from bot.services.access.permissions import May, require
from bot.services.context import Context
from bot.services.ports import StaffMember


@dataclass(frozen=True, kw_only=True)
class Page:
    """One entry of the book with the acceptance cases that are about it."""

    entry: Entry
    cases: tuple[AcceptanceCase, ...]


@dataclass(frozen=True, kw_only=True)
class Tried:
    """What would follow from a set of facts."""

    judgement: Judgement
    handoff: HandoffRule
    open_gates: tuple[str, ...]
    """Safety facts that are not known clearly, in order."""
    asked_next: AskPlan | None


@dataclass(kw_only=True)
class CaseShelf:
    """The acceptance cases, read once for each dictionary: half a megabyte of YAML."""

    folder: Path
    _kept: tuple[Dictionary, list[AcceptanceCase]] | None = field(default=None, repr=False)

    async def all(self, dictionary: Dictionary) -> list[AcceptanceCase]:
        """All cases, in order; none when this installation has none. Raises ProtocolError."""
        if self._kept is None or self._kept[0] != dictionary:
            try:
                read = await asyncio.to_thread(read_cases, self.folder, dictionary)
            except ProtocolError:
                if any(self.folder.rglob("*.yaml")):
                    raise
                read = []
            self._kept = (dictionary, read)
        return self._kept[1]


@functools.cache
def shelf_at(folder: Path) -> CaseShelf:
    """The one shelf of this process for a folder."""
    return CaseShelf(folder=folder)


def open_book(ctx: Context, member: StaffMember) -> Mapping[str, Entry]:
    """All rules, rows, factors and notes in force, by id."""
    require(member, May.SEE_CASES)
    return read_book(ctx.protocols)


async def open_entry(ctx: Context, shelf: CaseShelf, member: StaffMember, entry_id: str) -> Page:
    """One entry with its cases. Raises NotAllowed when there is none."""
    entry = open_book(ctx, member).get(entry_id)
    if entry is None:
        raise NotAllowed("no such rule")
    cases = await shelf.all(ctx.protocols.dictionary)
    return Page(entry=entry, cases=tuple(case for case in cases if entry_id in case.about))


def counted(cases: Sequence[AcceptanceCase]) -> dict[str, int]:
    """How many cases each entry has."""
    named = [name for case in cases for name in case.about]
    return {name: named.count(name) for name in set(named)}


def try_facts(protocols: Protocols, values: Mapping[str, Value]) -> Tried:
    """What these facts would come to; nothing is stored and nobody's case is looked at."""
    judgement = protocols.judge(values, nearly=bool(values))
    open_gates = protocols.gate_open_facts(values)
    return Tried(
        judgement=judgement,
        handoff=protocols.handoff_for(judgement, gate_complete=not open_gates),
        open_gates=open_gates,
        asked_next=protocols.next_question(values),
    )
