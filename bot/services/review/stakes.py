"""What a misreading of one message would have changed: the other reading is judged beside what is known."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from bot.domain.cases import Message
from bot.domain.dictionary import Dictionary, Value
from bot.domain.findings import Reading
from bot.protocols import Protocols
from bot.services.ports.teaching import ReviewItem

UNSURE_BELOW = 0.6
"""The engine's own threshold is lower; between the two it guesses."""
SAMPLE_OF = 50
SECOND_OF = 5
"""One message in 50 is drawn, one in 5 of the inbox gets two reviewers."""
DOUBTS_FROM, SAMPLE_RANK, HIGHEST = 10, 20, 9


def rate(protocols: Protocols, message: Message, values: Mapping[str, Value]) -> ReviewItem | None:
    """The message as an item of the inbox, None when nothing speaks for looking at it.

    `values` is what the case holds now. Rank 0 to 8: the other reading moves the level by four steps
    down to the outcome alone; 10 to 15: the engine was unsure; 20: drawn by its id.
    """
    reading = Reading.from_json(message.reading) if message.reading else Reading()
    found = max(_changes(protocols, reading, values), key=lambda one: one[0], default=(0, {}))
    if found[0] > 0:
        return _item(message, HIGHEST - min(found[0], HIGHEST), found[1])
    if message.confidence is not None and message.confidence < UNSURE_BELOW:
        return _item(message, DOUBTS_FROM + int(message.confidence * 10), {"why": "doubt"})
    if _draw(message.id) % SAMPLE_OF == 0:
        return _item(message, SAMPLE_RANK, {"why": "sample"})
    return None


def _changes(
    protocols: Protocols, reading: Reading, values: Mapping[str, Value]
) -> Iterator[tuple[int, dict[str, Any]]]:
    """(2 for each step of the level, and 1 when the outcome is another; what would have changed)."""
    now = protocols.judge(values)
    for name, other in _other_readings(protocols.dictionary, reading, values):
        then = dict(values)
        then.pop(name, None)
        if other is not None:
            then[name] = other
        judged = protocols.judge(then)
        moved = abs(judged.level.rank - now.level.rank)
        weight = 2 * moved + (judged.outcome != now.outcome)
        yield (
            weight,
            {
                "why": "stake",
                "variable": name,
                "value": list(other) if isinstance(other, tuple) else other,
                "level": judged.level.value,
                "outcome": judged.outcome,
            },
        )


def _other_readings(
    dictionary: Dictionary, reading: Reading, values: Mapping[str, Value]
) -> Iterator[tuple[str, Value | None]]:
    """The opposite of each answer, nothing in place of each other value, a sign that was hinted at only."""
    for name, value in reading.facts.items():
        if name in dictionary and values.get(name) == value:
            closed = dictionary[name].kind in ("yes_no", "four_valued")
            yield name, ("no" if value == "yes" else "yes") if closed else None
    for name in reading.ask:
        if name in dictionary and values.get(name) != "yes" and "yes" in dictionary[name].values:
            yield name, "yes"


def _item(message: Message, rank: int, because: Mapping[str, Any]) -> ReviewItem:
    needed = 2 if _draw(message.id) % SECOND_OF == 0 else 1
    return ReviewItem(
        message_id=message.id, case_id=message.case_id, rank=rank, because=because, needed=needed
    )


def _draw(message_id: str) -> int:
    """The same number for the same message, whoever draws."""
    return int.from_bytes(hashlib.sha256(message_id.encode()).digest()[:4])
