"""Words of the figures page and of what became of a case; shares and counts as they are written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from bot.domain.dispositions import Attended, Decided, Urgency


class Question(NamedTuple):
    """A question that is no variable of the dictionary; `last`: it comes after those."""

    text: str
    last: bool = False


FRAME: Mapping[str, Question] = {
    "consent": Question("Agrees to be asked"),
    "who_for": Question("Who it is for"),
    "age": Question("Age"),
    "opening": Question("What brings you"),
    "contact_name": Question("Name", last=True),
    "contact_phone": Question("Phone number", last=True),
    "callback_ok_time": Question("Good time to call", last=True),
    "confirm_summary": Question("Is the summary right", last=True),
    "choose_time": Question("Choose a time", last=True),
    "confirm_time": Question("Confirm the time", last=True),
}
ENDINGS: Mapping[str, str] = {
    "booked": "Visit booked",
    "callback": "Call arranged",
    "emergency": "Sent to emergency care",
    "staff": "With a person of the clinic",
    "left": "Left before the end",
    "refused": "Did not agree to be asked",
    "going_on": "Still going on",
    "other": "Ended otherwise",
}
ATTENDED: Mapping[str, str] = {
    "came": "Came",
    "no_show": "Did not come",
    "cancelled": "Cancelled before",
    "not_noted": "Not noted",
}
CAME: Mapping[Attended, str] = {"came": "Came to the visit", "no_show": "Did not come"}
DECIDED: Mapping[Decided, str] = {
    "surgery_offered": "Surgery offered",
    "surgery_later": "Surgery perhaps later",
    "imaging_first": "Imaging first",
    "injection": "Injection",
    "conservative": "Care without surgery",
    "other_specialist": "Another specialist",
    "not_spine": "Not a spine problem",
    "emergency_care": "Emergency care",
}
URGENCY: Mapping[Urgency, str] = {"right": "Right", "too_high": "Too high", "too_low": "Too low"}
SPANS = (
    ("< 2 min", 0, 2), ("2-4", 2, 4), ("4-6", 4, 6), ("6-8", 6, 8), ("8-10", 8, 10), ("10-15", 10, 15),
    ("15-20", 15, 20), ("20-30", 20, 30), ("30-60", 30, 60), ("1-24 h", 60, 1440), ("longer", 1440, 10**9),
)  # fmt: skip
"""Label, from and below how many minutes."""


NONE_YET = "–"
"""Where there is nothing to count."""


def count(number: int) -> str:
    """`12,345`."""
    return f"{number:,}"


def share(part: int, whole: int) -> str:
    """`12%`; `< 1%` of a little, `-` of nothing."""
    if whole <= 0:
        return NONE_YET
    percent = 100 * part / whole
    return "< 1%" if 0 < percent < 1 else f"{percent:.0f}%"
