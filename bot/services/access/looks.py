"""Who saw whose personal data: one rule for pages, the parts they refresh, and answers to programs.

What shows names, numbers or words of patients says here whose, before it is shown. A case is written into
the audit once an hour for each person and place: an open page that refreshes itself writes nothing more, and
a patient who comes new onto it is written down. Besides: a whole case each time it is opened
(`desk.open_case`), a message each time (`teaching.open_item`), a search with what it asked by, a table as one
export.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from bot.services.access.permissions import May, may
from bot.services.ports import StaffMember

if TYPE_CHECKING:
    from bot.services.context import Context

Place = Literal[
    "work", "task", "alarms", "cases", "search", "review", "disputes", "undelivered", "same_phone"
]  # fmt: skip
SHOWN = "case.shown"
AGAIN = dt.timedelta(hours=1)
REMEMBERED = 50_000
"""Looks that are remembered at most, about 10 MB; those an hour old are forgotten first."""
_WORDS: frozenset[Place] = frozenset({"review", "disputes"})
"""Places that show what patients wrote also to those who may not know who they are."""


@dataclass(kw_only=True)
class Looks:
    """What this process has written already. Another process, and a restart, writes once more."""

    _at: dict[tuple[str, Place, str], dt.datetime] = field(default_factory=dict)

    def fresh(self, name: str, place: Place, case_ids: Iterable[str], *, now: dt.datetime) -> list[str]:
        """The cases that must be written down, each once."""
        return [
            one
            for one in dict.fromkeys(case_ids)
            if (at := self._at.get((name, place, one))) is None or now - at >= AGAIN
        ]

    def keep(self, name: str, place: Place, case_ids: Iterable[str], *, now: dt.datetime) -> None:
        """They are written."""
        if len(self._at) >= REMEMBERED:
            self._at = {key: at for key, at in self._at.items() if now - at < AGAIN}
        if len(self._at) >= REMEMBERED:
            self._at.clear()
        self._at.update({(name, place, one): now for one in case_ids})


async def saw(ctx: Context, member: StaffMember, case_ids: Iterable[str], *, place: Place) -> None:
    """Write down that this person is shown these cases; nothing for who sees neither names nor words.

    Raises StoreUnavailable: what cannot be written down is not shown.
    """
    if place not in _WORDS and not may(member, May.SEE_CONTACT):
        return
    now = ctx.clock.now()
    fresh = ctx.looks.fresh(member.name, place, case_ids, now=now)
    if not fresh:
        return
    async with ctx.unit_of_work() as uow:
        for case_id in fresh:
            await uow.audit.add(
                actor=member.name, action=SHOWN, case_id=case_id, at=now, detail={"place": place}
            )
        await uow.commit()
    ctx.looks.keep(member.name, place, fresh, now=now)
