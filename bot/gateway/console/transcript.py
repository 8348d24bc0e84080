"""Which part of a long conversation a page shows: the end, what came before a message, or around one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.cases import Message

SHOWN = 40
"""Messages of a page: with findings and choices about 40 kB."""
BEFORE = 12
"""Of those, so many before the message that is looked at."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """`at`: around that message; `before`: what ends just before it; neither: the end."""

    at: int | None = None
    before: int | None = None

    @property
    def query(self) -> str:
        """As it stands in an address, with its question mark; empty for the end."""
        given = {"at": self.at, "before": self.before}
        asked = "&".join(f"{name}={seq}" for name, seq in given.items() if seq is not None)
        return f"?{asked}" if asked else ""


END = Place()


@dataclass(frozen=True, kw_only=True)
class Part:
    """The messages of a page, in order, and whether there are more on either side."""

    messages: Sequence[Message]
    earlier: bool
    later: bool
    whole: int
    """How many there are altogether."""

    @property
    def first(self) -> int:
        return self.messages[0].seq if self.messages else 0

    @property
    def last(self) -> int:
        return self.messages[-1].seq if self.messages else 0

    def holds(self, seq: int) -> bool:
        """Whether that message is on the page."""
        return bool(self.messages) and self.first <= seq <= self.last


def part_of(messages: Sequence[Message], place: Place) -> Part:
    """At most SHOWN messages; `messages` is the whole conversation in order."""
    start = _start(messages, place)
    stop = min(len(messages), start + SHOWN)
    if place.before is not None:
        stop = min(stop, sum(one.seq < place.before for one in messages))
    return Part(
        messages=messages[start:stop], earlier=start > 0, later=stop < len(messages), whole=len(messages)
    )


def _start(messages: Sequence[Message], place: Place) -> int:
    if place.at is not None:
        wanted = sum(one.seq < place.at for one in messages) - BEFORE
    elif place.before is not None:
        wanted = sum(one.seq < place.before for one in messages) - SHOWN
    else:
        wanted = len(messages) - SHOWN
    return max(0, min(wanted, len(messages) - SHOWN))
