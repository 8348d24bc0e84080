"""The search form: what its fields ask for, and what stands in them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from bot.domain.errors import InvalidInput
from bot.domain.levels import Level
from bot.gateway.console import words
from bot.services.ports.search import EVENTS, Wanted

FIELDS = (
    "q", "level", "outcome", "rule", "channel", "status", "confidence", "fallback", "messages", "minutes",
    "reviewed", "tag", "flagged", "since", "until", "event", "after_event", "test",
)  # fmt: skip
FOLDED = (
    "rule", "channel", "fallback", "confidence", "messages", "minutes", "reviewed", "tag", "flagged", "test",
)  # fmt: skip
"""Fields that are out of sight until somebody wants more."""
YES_NO = {"yes": True, "no": False}
EVENT_WORDS: Mapping[str, str] = {
    "fallback": "the bot did not understand",
    "person": "asked for a person",
    "correct": "corrected something",
    "go_back": "went back",
    "complaint": "complained",
    "faq": "asked a question",
    "abuse": "wrote abuse",
    "injection": "tried to give orders to the bot",
    "emergency": "emergency text",
    "same_day": "same-day text",
    "crisis": "crisis text",
    "staff": "a person wrote to them",
    "booked": "a visit was booked",
    "callback": "a callback was promised",
}


@dataclass(frozen=True, kw_only=True)
class FindForm:
    """The fields as they came, checked by `wanted`."""

    given: Mapping[str, str]

    def value(self, name: str) -> str:
        return self.given.get(name, "")

    @property
    def query(self) -> str:
        """As it stands in an address, without the page."""
        return urlencode({name: text for name, text in self.given.items() if text})

    @property
    def asks(self) -> bool:
        """Whether anything is asked for."""
        return any(self.given.values())

    @property
    def wants_more(self) -> bool:
        """Whether a field that is out of sight otherwise is filled in."""
        return any(self.value(name) for name in FOLDED)

    def wanted(self, *, zone: ZoneInfo) -> Wanted:
        """What the search asks. Raises InvalidInput naming the field."""
        return Wanted(
            words=self.value("q") or None,
            levels=tuple(_one_of("level", name, {level.value for level in Level}) for name in self._levels()),
            outcome=self.value("outcome") or None,
            rule=self.value("rule").upper() or None,
            channel=self.value("channel") or None,
            status=self.value("status") or None,
            confidence_below=_number(self.value("confidence"), "confidence", scale=100),
            fallback=_yes_no(self.value("fallback"), "fallback"),
            messages_from=_whole(self.value("messages"), "messages"),
            minutes_from=_whole(self.value("minutes"), "minutes"),
            reviewed=_yes_no(self.value("reviewed"), "reviewed"),
            tag=self.value("tag") or None,
            flagged=_yes_no(self.value("flagged"), "flagged"),
            since=read_day(self.value("since"), "since", zone),
            until=read_day(self.value("until"), "until", zone, days=1),
            event=self.value("event") or None,
            after_event=self.value("after_event") or None,
            test=self.value("test") == "yes",
        )

    def _levels(self) -> list[str]:
        return [name for name in self.value("level").split(",") if name]


@dataclass(frozen=True, kw_only=True)
class Options:
    """What the selects offer: code -> word."""

    levels: Mapping[str, str]
    outcomes: Mapping[str, str]
    channels: Mapping[str, str]
    statuses: Mapping[str, str]
    events: Mapping[str, str]
    rules: Mapping[str, str]


def options(rule_titles: Mapping[str, str]) -> Options:
    """All of them, in the console's words."""
    return Options(
        levels=words.LEVELS,
        outcomes=words.OUTCOMES,
        channels={name: words.CHANNELS[name] for name in ("web", "sms")},
        statuses=words.STATUSES,
        events={name: EVENT_WORDS[name] for name in EVENTS},
        rules={rule: f"{rule} {title}" for rule, title in rule_titles.items()},
    )


def _one_of(name: str, text: str, allowed: set[str]) -> str:
    if text not in allowed:
        raise InvalidInput(f"{name} is one of {', '.join(sorted(allowed))}", code="unknown", field=name)
    return text


def _yes_no(text: str, name: str) -> bool | None:
    return YES_NO[_one_of(name, text, set(YES_NO))] if text else None


def _number(text: str, name: str, *, scale: float = 1) -> float | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 6):
        raise InvalidInput(f"{name} is a whole number", code="bad_number", field=name)
    return int(text) / scale


def _whole(text: str, name: str) -> int | None:
    number = _number(text, name)
    return None if number is None else int(number)


def read_day(text: str, name: str, zone: ZoneInfo, *, days: int = 0) -> dt.datetime | None:
    """The beginning of a day in the clinic, `days` later; None when there is none. Raises InvalidInput."""
    if not text:
        return None
    try:
        day = dt.date.fromisoformat(text) + dt.timedelta(days=days)
    except (ValueError, OverflowError):
        raise InvalidInput(f"{name} is a day: 2026-12-01", code="bad_day", field=name) from None
    return dt.datetime.combine(day, dt.time(), zone)
