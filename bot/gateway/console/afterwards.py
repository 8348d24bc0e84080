"""What became of a case, as the case page shows it, and the codes to choose from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain.dispositions import Disposition
from bot.gateway.console.figure_words import CAME, DECIDED, URGENCY
from bot.gateway.console.shown import When


@dataclass(frozen=True, kw_only=True)
class Line:
    """What one person noted."""

    said: str
    reason: str
    by: str
    at: When


class Afterwards:
    """Newest first: the first line is the one that counts."""

    came: Mapping[Any, str] = CAME
    decided: Mapping[Any, str] = DECIDED
    urgency: Mapping[Any, str] = URGENCY

    def __init__(self, noted: Sequence[Disposition], *, moment: Callable[[dt.datetime], When]) -> None:
        self.lines = [
            Line(said=_said(one), reason=one.reason, by=one.by, at=moment(one.at)) for one in reversed(noted)
        ]


def _said(one: Disposition) -> str:
    parts = (
        CAME[one.attended] if one.attended else "",
        DECIDED[one.decided] if one.decided else "",
        f"urgency {URGENCY[one.urgency].lower()}" if one.urgency else "",
    )
    return "; ".join(part for part in parts if part)
