"""What became of a case later: did the patient come, what did the clinic decide, was the urgency right.

The codes are defaults for the clinic to confirm (open question G18 of `data/protocols/README.md`).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal, get_args

Attended = Literal["came", "no_show"]
Decided = Literal[
    "surgery_offered", "surgery_later", "imaging_first", "injection", "conservative", "other_specialist",
    "not_spine", "emergency_care",
]  # fmt: skip
Urgency = Literal["right", "too_low", "too_high"]
"""How the level that the service gave looks afterwards: too low is the dangerous one."""

ATTENDED: tuple[Attended, ...] = get_args(Attended)
DECIDED: tuple[Decided, ...] = get_args(Decided)
URGENCIES: tuple[Urgency, ...] = get_args(Urgency)


@dataclass(frozen=True, kw_only=True)
class Disposition:
    """What a person of the clinic wrote down about a case; a later one replaces it, none is changed.

    `level`, `outcome` and `tier` are what the service had said of the case at that time.
    """

    id: str
    case_id: str
    at: dt.datetime
    by: str
    attended: Attended | None = None
    decided: Decided | None = None
    urgency: Urgency | None = None
    reason: str = ""
    level: str = ""
    outcome: str = ""
    tier: str = ""
