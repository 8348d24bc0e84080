"""What a patient said about the time they want: days, dates, hours. Clinic time, as they said it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any


@dataclass(frozen=True, kw_only=True)
class TimeWish:
    """Every field narrows; an empty wish fits every time.

    Days are numbers, 0 is Monday. `first` and `last` are both included; `begins` is included, a visit
    must begin before `before`.
    """

    days: tuple[int, ...] = ()
    not_days: tuple[int, ...] = ()
    first: dt.date | None = None
    last: dt.date | None = None
    not_dates: tuple[dt.date, ...] = ()
    begins: dt.time | None = None
    before: dt.time | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing was said that narrows."""
        return self == TimeWish()

    def fits(self, local: dt.datetime) -> bool:
        """Whether a visit may begin at this time of the clinic."""
        day, time = local.date(), local.time()
        return (
            (not self.days or day.weekday() in self.days)
            and day.weekday() not in self.not_days
            and day not in self.not_dates
            and (self.first is None or self.first <= day)
            and (self.last is None or day <= self.last)
            and (self.begins is None or self.begins <= time)
            and (self.before is None or time < self.before)
        )

    def joined(self, newer: TimeWish) -> TimeWish:
        """This wish with what a newer one says: its days and hours replace ours, what is refused adds up."""
        said = {field.name: getattr(newer, field.name) for field in fields(newer)}
        kept = asdict(self)
        if newer.days or newer.first or newer.last:
            kept.update(days=(), first=None, last=None)
        if newer.begins or newer.before:
            kept.update(begins=None, before=None)
        kept.update({name: value for name, value in said.items() if value})
        kept["not_days"] = tuple(day for day in _both(self.not_days, newer.not_days) if day not in newer.days)
        kept["not_dates"] = _both(self.not_dates, newer.not_dates)
        return TimeWish(**kept)

    def to_json(self) -> dict[str, Any]:
        """Plain lists and texts, only what narrows."""
        return {name: _plain(value) for name, value in asdict(self).items() if value}

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> TimeWish:
        """The wish that `to_json` wrote."""
        return cls(**{name: _READ[name](value) for name, value in raw.items()})


ANY_TIME = TimeWish()


def _both(first: tuple[Any, ...], second: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(dict.fromkeys((*first, *second)))


def _dates(raw: list[str]) -> tuple[dt.date, ...]:
    return tuple(dt.date.fromisoformat(day) for day in raw)


_READ: Mapping[str, Callable[[Any], Any]] = {
    "days": tuple, "not_days": tuple, "not_dates": _dates,
    "first": dt.date.fromisoformat, "last": dt.date.fromisoformat,
    "begins": dt.time.fromisoformat, "before": dt.time.fromisoformat,
}  # fmt: skip


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, (dt.date, dt.time)) else value
