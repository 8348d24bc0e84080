"""How fast one core reads: messages of 300 and of 2,000 characters, and the set itself."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from typing import Any

from bot.language import Reader
from bot.language.corpus import Row

LENGTHS = (300, 2000)
_TIMES = 200


def speed_of(reader: Reader, rows: Sequence[Row]) -> dict[str, Any]:
    """Milliseconds at each length (p50, p99), and messages a second over the rows."""
    figures: dict[str, Any] = {
        f"characters_{length}": _quantiles([_ms(reader, row, text) for row, text in _made(rows, length)])
        for length in LENGTHS
    }
    began = time.perf_counter()
    for row in rows:
        reader.read(row.text, row.asked, row.question, row.date)
    figures["messages_a_second"] = round(len(rows) / (time.perf_counter() - began), 1) if rows else None
    return figures


def _made(rows: Sequence[Row], length: int) -> list[tuple[Row, str]]:
    """Messages of exactly that length, put together from the rows."""
    joined = ". ".join(row.text for row in rows)
    while rows and len(joined) < length * _TIMES:
        joined += ". " + joined
    return [(rows[0], joined[at * length : (at + 1) * length]) for at in range(_TIMES)] if rows else []


def _ms(reader: Reader, row: Row, text: str) -> float:
    began = time.perf_counter()
    reader.read(text, None, None, row.date)
    return (time.perf_counter() - began) * 1000


def _quantiles(ms: Sequence[float]) -> dict[str, float] | None:
    if len(ms) < 2:
        return None
    cuts = statistics.quantiles(ms, n=100, method="inclusive")
    return {"p50_ms": round(cuts[49], 2), "p99_ms": round(cuts[98], 2)}
