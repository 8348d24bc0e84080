"""Facts read against facts meant: right, missed, wrong, for every variable."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from bot.domain.dictionary import Dictionary, Value
from bot.evaluation.same import is_same, is_time, widened
from bot.language.corpus import Row

Verdict = Literal["right", "missed", "wrong", "confused"]
"""confused: it has a value, another one than was meant; it counts as missed and as wrong."""


@dataclass
class Tally:
    """Counts of one variable (or of all)."""

    right: int = 0
    missed: int = 0
    wrong: int = 0

    def add(self, verdict: Verdict) -> None:
        """One more."""
        self.right += verdict == "right"
        self.missed += verdict in ("missed", "confused")
        self.wrong += verdict in ("wrong", "confused")

    def figures(self) -> dict[str, Any]:
        """Counts with precision, recall and F1; a share of nothing is null."""
        recall = share(self.right, self.right + self.missed)
        precision = share(self.right, self.right + self.wrong)
        f1 = share(2 * self.right, 2 * self.right + self.missed + self.wrong)
        return {**vars(self), "precision": precision, "recall": recall, "f1": f1}


def share(part: float, whole: float) -> float | None:
    """To four places; None of nothing."""
    return round(part / whole, 4) if whole else None


def verdicts(row: Row, read: Mapping[str, Value], dictionary: Dictionary) -> Iterator[tuple[str, Verdict]]:
    """Each variable that is meant or read, with what became of it.

    What may or may not be taken from the text (`optional`), and what follows from what is meant, is neither
    missed nor wrong. A meant fact that follows from the facts read is right. A list is right when it holds
    what is meant and nothing that is not meant, optional or following.
    """
    meant, may = widened(row.facts), widened({**row.optional, **row.facts})
    found = widened(read)
    for name, value in row.facts.items():
        if name not in found:
            yield name, "missed"
        elif isinstance(value, tuple):
            allowed = {
                *value,
                *_items(meant.get(name)),
                *_items(may.get(name)),
                *_items(row.optional.get(name)),
            }
            good = set(value) <= set(_items(found[name])) <= allowed
            yield name, "right" if good else "confused"
        else:
            yield name, "right" if is_same(dictionary[name], found[name], value) else "confused"
    for name, value in read.items():
        if name not in row.facts and not _allowed(name, value, meant, may, row, dictionary):
            yield name, "wrong"


def _allowed(
    name: str,
    value: Value,
    meant: Mapping[str, Value],
    may: Mapping[str, Value],
    row: Row,
    dictionary: Dictionary,
) -> bool:
    wanted = [source[name] for source in (meant, may, row.optional) if name in source]
    if isinstance(value, tuple) and wanted:
        return set(value) <= {item for one in wanted for item in _items(one)}
    return any(is_same(dictionary[name], value, one) for one in wanted)


def _items(value: Value | None) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else () if value is None else (str(value),)


@dataclass
class FactScores:
    """All variables, all together, and times apart; `failed` lists (row, variable, verdict)."""

    by_name: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    all: Tally = field(default_factory=Tally)
    times: Tally = field(default_factory=Tally)
    failed: list[tuple[str, str, Verdict]] = field(default_factory=list)

    def add(self, row: Row, read: Mapping[str, Value], dictionary: Dictionary) -> None:
        """One more message."""
        for name, verdict in verdicts(row, read, dictionary):
            self.by_name[name].add(verdict)
            self.all.add(verdict)
            if is_time(name):
                self.times.add(verdict)
            if verdict != "right":
                self.failed.append((row.id, name, verdict))

    def figures(self) -> dict[str, Any]:
        """For the report."""
        return {
            "all": self.all.figures(),
            "times": self.times.figures(),
            "by_variable": {name: self.by_name[name].figures() for name in sorted(self.by_name)},
        }
