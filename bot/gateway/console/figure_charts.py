"""Charts as geometry for the templates: bars in rows, and columns. Units are those of the picture's viewBox.

A part is told by its pattern as well as its colour, every bar has its number beside it, and the table
behind the picture holds the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

WIDTH = 760
LABELS = 250
"""Room for the names on the left."""
NUMBERS = 150
"""Room for the numbers on the right."""
ROW = 28
THICK = 18
COLUMNS_HEIGHT = 220
BASE = 170
"""Where columns stand."""
MOST_NAMED = 16
"""Names under columns; of more columns not every one is named."""
HALF_LABEL = 20
"""Half of the widest label below a column."""
LONGEST_LABEL = 32
PATTERNS = ("solid", "hatched", "dotted")


@dataclass(frozen=True, kw_only=True)
class Row:
    """One bar: a number for each part, and what stands beside it."""

    label: str
    values: tuple[int, ...]
    note: str = ""

    @property
    def total(self) -> int:
        """All parts."""
        return sum(self.values)


@dataclass(frozen=True, kw_only=True)
class Part:
    """A rectangle of the picture."""

    x: float
    y: float
    width: float
    height: float
    pattern: str


@dataclass(frozen=True, kw_only=True)
class Word:
    """A text of the picture."""

    x: float
    y: float
    text: str
    anchor: str = "start"


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A picture with the table behind it. `says` is what a person should read off it."""

    id: str
    title: str
    says: str
    parts: tuple[str, ...]
    """Names of the parts of every bar."""
    rows: Sequence[Row]
    first: str = ""
    """Head of the table's first column."""
    noted: str = ""
    """Head of the table's last column; empty: no such column."""
    upright: bool = False
    """Columns side by side (an order in time or size) instead of bars in rows."""
    words: Sequence[Word] = field(init=False)
    shapes: Sequence[Part] = field(init=False)
    height: int = field(init=False)

    def __post_init__(self) -> None:
        drawn = list(_columns(self.rows) if self.upright else _bars(self.rows))
        height = COLUMNS_HEIGHT if self.upright else ROW * len(self.rows)
        for name, value in (
            ("words", [one for one in drawn if isinstance(one, Word)]),
            ("shapes", [one for one in drawn if isinstance(one, Part)]),
            ("height", max(height, ROW)),
        ):
            object.__setattr__(self, name, value)

    @property
    def legend(self) -> list[tuple[str, str]]:
        """(pattern, name) of each part; empty where there is only one."""
        return list(zip(PATTERNS, self.parts, strict=False)) if len(self.parts) > 1 else []


def _bars(rows: Sequence[Row]) -> Iterator[Word | Part]:
    most = max((row.total for row in rows), default=0) or 1
    room = WIDTH - LABELS - NUMBERS
    for number, row in enumerate(rows):
        top, x = number * ROW, float(LABELS)
        middle = top + ROW / 2 + 5
        yield Word(x=LABELS - 8, y=middle, text=_short(row.label), anchor="end")
        for value, pattern in zip(row.values, PATTERNS, strict=False):
            width = value / most * room
            if value:
                yield Part(
                    x=_to(x), y=top + (ROW - THICK) / 2, width=_to(width), height=THICK, pattern=pattern
                )
            x += width
        yield Word(x=_to(x + 6), y=middle, text=row.note or f"{row.total:,}")


def _columns(rows: Sequence[Row]) -> Iterator[Word | Part]:
    most = max((row.total for row in rows), default=0) or 1
    step = WIDTH / max(1, len(rows))
    every = -(-len(rows) // MOST_NAMED)
    for number, row in enumerate(rows):
        height = row.total / most * (BASE - 24)
        x, named = number * step, number % every == 0
        if row.total:
            width = min(step * 0.8, 60)
            left = x + (step - width) / 2
            yield Part(
                x=_to(left), y=_to(BASE - height), width=_to(width), height=_to(height), pattern="solid"
            )
        if named and every == 1:
            text = row.note or f"{row.total:,}"
            yield Word(x=_to(x + step / 2), y=_to(BASE - height - 6), text=text, anchor="middle")
        if named:
            middle = max(x + step / 2, HALF_LABEL)  # the first one is not cut off at the edge
            yield Word(x=_to(middle), y=BASE + 20, text=row.label, anchor="middle")
    if every > 1:
        yield Word(x=0, y=14, text=f"highest column: {most:,}")


def _short(label: str) -> str:
    return label if len(label) <= LONGEST_LABEL else f"{label[: LONGEST_LABEL - 1].rstrip()}…"


def _to(number: float) -> float:
    return round(number, 1)
