"""What a patient says about the time they want: "thursday after 3", "later next week", "mornings only".

Plain patterns over a short text, no model: they are read only while times are offered, and what they find
is checked against the clinic's own times. Hours without a.m. or p.m. are those of a clinic's day: 7 to 11
in the morning, 12 to 6 from noon on.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

from bot.domain.time_wish import TimeWish

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NUMBERS = {
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8",
    "nine": "9", "ten": "10", "eleven": "11", "twelve": "12",
}  # fmt: skip
_DAY = r"(?:mon|tue|wed|thu|fri|sat|sun)(?:s|day|sday|nesday|r|rs|rsday|urday)?s?"
_CLOCK = r"(\d{1,2})(?::(\d\d))?\s*(am|pm)?(?!\d|/|st\b|nd\b|rd\b|th\b|\s*(?:days?|weeks?|hours?))"
_REFUSES = re.compile(
    r"\b(?:not|no|none|nothing|never|can'?t|cannot|won'?t|don'?t|doesn'?t|isn'?t|aren'?t|except|excluding|besides|"
    r"other than|apart from|avoid|busy|unavailable|bad|without|i(?:'m| am)? (?:at )?work(?:ing)?)\b"
)
_NOT = r"(?:not|no|can'?t(?: \w+){0,2}|don'?t(?: \w+){0,2})"
"""In front of "before" or "after" it turns them around."""
_CLAUSES = re.compile(r"[,;!?]|\.(?!\d)|\band (?=not|no|can't)|\bbut\b")
_PARTS = (
    (r"first thing|early (?:in the )?morning", None, dt.time(10)),
    (r"late(?:r)? (?:in the )?morning", dt.time(10), dt.time(12)),
    (r"mornings?|before (?:noon|lunch|midday)|\bin the am", None, dt.time(12)),
    (r"early (?:in the )?afternoon", dt.time(12), dt.time(15)),
    (r"late(?:r)? (?:in the )?(?:afternoon|day)|end of the day|evenings?|after work|after school",
     dt.time(15), None),
    (r"afternoons?|after (?:noon|lunch|midday)|\bin the pm", dt.time(12), None),
    (r"(?:at |around |about )?(?:lunch ?time|noon|midday)|over lunch", dt.time(11, 30), dt.time(13, 30)),
)  # fmt: skip
_LATE_FROM, _EARLY_UNTIL = 2, 2
"""Weekdays: "later next week" begins on Wednesday, "early next week" ends on Wednesday."""


def read_wish(text: str, *, today: dt.date) -> TimeWish | None:
    """What narrows the times, None when nothing does. `today` is the clinic's date.

    A later clause adds to an earlier one: "not monday, wednesday is fine".
    """
    found: TimeWish | None = None
    for clause in _clauses(text):
        wish = _Clause(clause, today).wish()
        if not wish.is_empty:
            found = found.joined(wish) if found else wish
    return found


def _clauses(text: str) -> Iterator[str]:
    plain = text.lower().replace("’", "'").replace("o'clock", "").replace("a.m.", "am").replace("p.m.", "pm")
    plain = re.sub(rf"\b(?:{'|'.join(_NUMBERS)})\b", lambda found: _NUMBERS[found.group()], plain)
    plain = re.sub(r"\b(?:any|every|all)(?:thing|time)?(?: days?)? but\b", "not", plain)
    plain = re.sub(rf"\b{_NOT}\s+(?:before|until|till|(?:earlier|sooner) than)\b", "from", plain)
    plain = re.sub(rf"\b{_NOT}\s+(?:after|past|later than)\b", "until", plain)
    yield from (clause.strip() for clause in _CLAUSES.split(plain) if clause and clause.strip())


class _Clause:
    """One clause: everything in it is wanted, or everything in it is refused."""

    def __init__(self, text: str, today: dt.date) -> None:
        self.text, self.today = text, today
        self.refuses = bool(_REFUSES.search(text))

    def wish(self) -> TimeWish:
        dates, days, hours = self._dates(), self._days(), self._hours()
        if self.refuses:
            refused = (dates[0],) if dates and dates[0] and dates[0] == dates[1] else ()
            begins, before = _turned(hours)
            return TimeWish(not_days=() if refused else days, not_dates=refused, begins=begins, before=before)
        first, last = dates or (None, None)
        begins, before = hours
        return TimeWish(days=() if dates else days, first=first, last=last, begins=begins, before=before)

    # --- days and dates ---

    def _days(self) -> tuple[int, ...]:
        if re.search(r"\bweek ?days?\b", self.text):
            return (0, 1, 2, 3, 4)
        if re.search(r"\bweekends?\b", self.text):
            return (5, 6)
        span = re.search(rf"\b({_DAY})\s*(?:-|to|through|thru|till|until|and)\s*({_DAY})\b", self.text)
        if span and ("between" in self.text or not re.search(rf"{_DAY}\s+and\s", self.text)):
            first, last = _number(span.group(1)), _number(span.group(2))
            return tuple((first + step) % 7 for step in range((last - first) % 7 + 1))
        return tuple(dict.fromkeys(_number(name) for name in re.findall(rf"\b{_DAY}\b", self.text)))

    def _dates(self) -> tuple[dt.date | None, dt.date | None] | None:
        """First and last day, None when no date is named; a weekday alone is no date."""
        return self._compared() or self._week() or self._one(self._named_date())

    def _one(self, day: dt.date | None) -> tuple[dt.date, dt.date] | None:
        return (day, day) if day else None

    def _compared(self) -> tuple[dt.date | None, dt.date | None] | None:
        """ "after thursday", "by the 10th", "friday or later"."""
        found = re.search(
            r"\b(after|from|starting|since|past|before|by|until|till|through)\s+(?:on\s+)?(.*)", self.text
        )
        later = re.search(
            rf"^(.*?\b(?:{_DAY}|\d+(?:st|nd|rd|th)?))\s+(?:or|and) (?:later|after|on)\b", self.text
        )
        if later:
            day = self._named_date(later.group(1)) or self._coming(later.group(1))
            return (day, None) if day else None
        if not found:
            return None
        word, rest = found.groups()
        day = self._named_date(rest) or self._coming(rest)
        if day is None:
            return None
        if word in ("after", "past"):
            return (day + dt.timedelta(days=1), None)
        if word in ("from", "starting", "since"):
            return (day, None)
        return (None, day if word in ("by", "until", "till", "through") else day - dt.timedelta(days=1))

    def _coming(self, text: str) -> dt.date | None:
        """The next day of that name that begins this text, today included."""
        name = re.match(rf"(?:.*\s)?({_DAY})\b", text) if not re.match(r"\d", text) else None
        if name is None:
            return None
        return self.today + dt.timedelta(days=(_number(name.group(1)) - self.today.weekday()) % 7)

    def _week(self) -> tuple[dt.date, dt.date] | None:
        monday = self.today - dt.timedelta(days=self.today.weekday())
        found = re.search(
            r"\b(?:(this|next) week|week after next|(?:the )?week after|in (?:a|1|2|3) weeks?)\b", self.text
        )
        if found is None:
            return self._weekday_of_a_week(monday)
        words = found.group()
        weeks = 0 if "this" in words else 1 if "next week" in words or re.search(r"in (?:a|1) ", words) else 2
        weeks = 3 if "in 3" in words else weeks
        start = monday + dt.timedelta(weeks=weeks)
        named = self._days()
        if len(named) == 1:
            return self._one(start + dt.timedelta(days=named[0]))
        end = start + dt.timedelta(days=6)
        if re.search(r"\b(?:later?|end|rest) (?:of )?(?:the )?(?:this|next|in)|\bend of\b", self.text):
            start += dt.timedelta(days=_LATE_FROM)
        elif re.search(r"\b(?:early|earlier|beginning|start|first half)\b", self.text):
            end = start + dt.timedelta(days=_EARLY_UNTIL)
        return (max(start, self.today), end)

    def _weekday_of_a_week(self, monday: dt.date) -> tuple[dt.date, dt.date] | None:
        found = re.search(rf"\b(this|next)\s+({_DAY})\b", self.text)
        if found is None:
            return None
        weeks = 1 if found.group(1) == "next" else 0
        return self._one(monday + dt.timedelta(weeks=weeks, days=_number(found.group(2))))

    def _named_date(self, text: str | None = None) -> dt.date | None:
        """ "tomorrow", "in 3 days", "dec 3", "12/3", "the 3rd"; None for a date that does not exist."""
        said = self.text if text is None else text
        for pattern, days in ((r"\bday after tomorrow\b", 2), (r"\btomorrow\b", 1), (r"\btoday\b", 0)):
            if re.search(pattern, said):
                return self.today + dt.timedelta(days=days)
        if found := re.search(r"\bin (\d{1,2}) days?\b", said):
            return self.today + dt.timedelta(days=int(found.group(1)))
        if found := re.search(
            rf"\b({'|'.join(_MONTHS)})[a-z]*\.? (?:the )?(\d{{1,2}})(?:st|nd|rd|th)?\b", said
        ):
            return self._next(_MONTHS.index(found.group(1)) + 1, int(found.group(2)))
        if found := re.search(rf"\b(\d{{1,2}})(?:st|nd|rd|th)? (?:of )?({'|'.join(_MONTHS)})", said):
            return self._next(_MONTHS.index(found.group(2)) + 1, int(found.group(1)))
        if found := re.search(r"\b(\d{1,2})/(\d{1,2})\b", said):
            return self._next(int(found.group(1)), int(found.group(2)))
        if found := re.search(r"\b(?:the )?(\d{1,2})(?:st|nd|rd|th)\b", said):
            return self._next_of_month(int(found.group(1)))
        return None

    def _next(self, month: int, day: int) -> dt.date | None:
        """That day this year, or the next when it is over; None when neither year has it."""
        years = (self.today.year, self.today.year + 1)
        dates = [date for year in years if (date := _date(year, month, day))]
        return next((date for date in dates if date >= self.today), None)

    def _next_of_month(self, day: int) -> dt.date | None:
        months = ((self.today.year + (self.today.month + n - 1) // 12, (self.today.month + n - 1) % 12 + 1)
                  for n in range(3))  # fmt: skip
        dates = (_date(year, month, day) for year, month in months)
        return next((date for date in dates if date and date >= self.today), None)

    # --- hours ---

    def _hours(self) -> tuple[dt.time | None, dt.time | None]:
        span = re.search(rf"(?:between |from )?\b{_CLOCK}\s*(?:-|to|and|until|till)\s*{_CLOCK}", self.text)
        if span:
            return _clock(*span.groups()[:3], end=span.group(6)), _clock(*span.groups()[3:])
        begins = self._at(r"after|from|past|starting(?: at)?|since|later than")
        before = self._at(r"before|until|till|by|earlier than")
        if begins or before:
            return begins, before
        near = self._at(r"around|about|near")
        if near:
            return _moved(near, -60), _moved(near, 61)
        exact = self._at(r"at|for") or self._at(r"(?=\d{1,2}(?::\d\d|\s*(?:am|pm)))")
        if exact:
            return _moved(exact, -15), _moved(exact, 30)
        parts = (part for part in _PARTS if re.search(rf"\b(?:{part[0]})\b", self.text))
        _, begins, before = next(parts, ("", None, None))
        return begins, before

    def _at(self, words: str) -> dt.time | None:
        found = re.search(rf"\b(?:{words})\s*{_CLOCK}", self.text)
        return _clock(*found.groups()) if found else None


def _number(name: str) -> int:
    return next(number for number, day in enumerate(_DAYS) if day.startswith(name[:3]))


def _turned(hours: tuple[dt.time | None, dt.time | None]) -> tuple[dt.time | None, dt.time | None]:
    """ "no mornings" leaves the rest of the day; a span in the middle of the day is left alone."""
    begins, before = hours
    return (before, begins) if begins is None or before is None else (None, None)


def _clock(hour: str, minute: str | None, half: str | None, *, end: str | None = None) -> dt.time | None:
    """None for what is no time of the day; `end` is the half of the day a span ends in."""
    number, half = int(hour), half or (end if end == "pm" and int(hour) < 7 else None)
    if half == "pm" or (half is None and 1 <= number <= 6):
        number = number % 12 + 12
    elif half == "am":
        number %= 12
    return dt.time(number, int(minute or 0)) if number < 24 and int(minute or 0) < 60 else None


def _moved(time: dt.time, minutes: int) -> dt.time:
    total = max(0, min(24 * 60 - 1, time.hour * 60 + time.minute + minutes))
    return dt.time(total // 60, total % 60)


def _date(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None
