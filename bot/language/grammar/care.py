"""What care gave, said behind its list: "PT x 8 weeks, meloxicam, nothing." was done, in vain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.language.text.report import Report
from bot.language.text.segments import NAY, Token

_NOTHING = frozenset(("nothing", "zilch", "zip", "nada", "squat"))
_AT_LEAST = 2
"""So many kinds of care make a list; "PT? nothing" denies the one."""


def settle_care(reports: Sequence[Report], tokens: Sequence[Token]) -> list[Report]:
    """The reports with care that a closing "nothing" denied turned to care that gave no relief."""
    ends = [i for i, token in enumerate(tokens) if token.norm == NAY and token.raw in _NOTHING]
    out = list(reports)
    for end in ends:
        before = [
            one for one in out if one.sentence == tokens[end].sentence and one.start < end and _is_care(one)
        ]
        if len({one.start for one in before}) < _AT_LEAST:
            continue
        out = [replace(one, assertion="present") if one in before else one for one in out]
        last = max(before, key=lambda one: one.start)
        out.append(
            replace(
                last,
                sets={"cons_relief": "none"},
                name="care in vain",
                assertion="present",
                start=end,
                end=end + 1,
            )
        )
    return out


def _is_care(report: Report) -> bool:
    return any(name.startswith("cons_") and name != "cons_relief" for name in report.sets)
