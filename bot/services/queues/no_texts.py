"""Numbers that take no texts, as the provider tells by its error codes: land lines, numbers nobody has.

Nothing more is texted there until a text comes from there; staff see it on the case and call.
Source: Twilio, "Error and warning dictionary".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.domain.cases import Case
from bot.services.context import Context
from bot.services.ports import UnitOfWork

FLAG = "no_texts"
REASON = "no_texts"
"""Why a text was dropped."""

FOR_GOOD: Mapping[str, str] = {
    "21211": "the number does not exist",
    "21217": "the number does not exist",
    "21614": "a land line: it takes no texts",
    "30005": "nobody has this number",
    "30006": "a land line, or a carrier that takes no texts",
}
PERHAPS: Mapping[str, str] = {"30003": "the phone is off, or a land line"}
"""A phone that is off gives this too: only the second time within a day counts."""
_DAY_SECONDS = 86_400


async def note(ctx: Context, uow: UnitOfWork, case: Case, number: str, code: str | None) -> str:
    """Remember what a failed text says about its number; in words for the staff, empty for other failures."""
    if code is None or code not in {**FOR_GOOD, **PERHAPS}:
        return ""
    now = ctx.clock.now()
    if code in FOR_GOOD or await uow.tallies.hit(f"{code}:{number}", at=now, seconds=_DAY_SECONDS) > 1:
        await uow.numbers.note_unreachable(number, code=code, at=now)
        await uow.cases.save(replace(case, flags=tuple(dict.fromkeys((*case.flags, FLAG)))))
    return {**FOR_GOOD, **PERHAPS}[code]
