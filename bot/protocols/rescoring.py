"""Judge many cases with two versions and say what would change; interruptible, goes on where it was.

The record of a run is a file of JSON lines: what is compared, every change, and how far it came. Cases must
come in the same order again.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from bot.domain.dictionary import Value
from bot.domain.errors import ProtocolError
from bot.domain.levels import Level
from bot.protocols.releases import Release

CHECKPOINT = 500

CaseFacts = tuple[str, Mapping[str, Value]]
"""A case's id and its facts, checked against the dictionary."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """A case whose level, outcome or visit would be another one, and what did it."""

    case_id: str
    level: tuple[str, str]
    outcome: tuple[str, str]
    visit: tuple[str, str]
    decision: tuple[str, str]
    rules_added: tuple[str, ...]
    rules_removed: tuple[str, ...]

    @property
    def rise(self) -> int:
        """Steps of urgency gained; negative when it would become less urgent."""
        return Level(self.level[1]).rank - Level(self.level[0]).rank

    def sentence(self) -> str:
        """One line for a clinician."""
        because = [f"+{rule}" for rule in self.rules_added] + [f"-{rule}" for rule in self.rules_removed]
        if not because:
            because = [" -> ".join(self.decision)]
        pairs = (self.level, self.outcome, self.visit)
        shown = ", ".join(f"{old} -> {new}" if old != new else old for old, new in pairs)
        return f"{self.case_id}: {shown} ({' '.join(because)})"


def compare(old: Release, new: Release, facts: CaseFacts) -> Change | None:
    """What would change for one case, None when nothing the patient meets would."""
    case_id, values = facts
    if old.judge.result(values) == new.judge.result(values):
        return None
    before, after = old.judge.judge(values), new.judge.judge(values)
    return Change(
        case_id=case_id,
        level=(before.level.value, after.level.value),
        outcome=(before.outcome, after.outcome),
        visit=(before.visit, after.visit),
        decision=(before.decision, after.decision),
        rules_added=tuple(rule for rule in after.rules if rule not in before.rules),
        rules_removed=tuple(rule for rule in before.rules if rule not in after.rules),
    )


def urgent_first(changes: Iterable[Change]) -> list[Change]:
    """Newly urgent ones first, then by the level they would have, then by id."""
    return sorted(changes, key=lambda c: (-c.rise, -Level(c.level[1]).rank, c.case_id))


def rescore(
    old: Release, new: Release, cases: Iterable[CaseFacts], *, record: Path | None = None
) -> Iterator[Change | None]:
    """Compare case by case, in order; earlier changes of an interrupted run come first, unasked.

    Yields one item per case: its change, or None. With `record` the run can be interrupted at any moment and
    goes on from its last checkpoint when called again with the same versions and cases.
    """
    if record is None:
        yield from (compare(old, new, facts) for facts in cases)
        return
    done, changes = _resumed(record, old, new)
    yield from changes
    yield from itertools.repeat(None, done - len(changes))
    with record.open("a", encoding="utf-8") as file:
        yield from _recorded(file, old, new, itertools.islice(cases, done, None), done)


def _recorded(
    file: IO[str], old: Release, new: Release, cases: Iterable[CaseFacts], done: int
) -> Iterator[Change | None]:
    try:
        for facts in cases:
            change = compare(old, new, facts)
            done += 1
            if change is not None:
                _write(file, {"at": done, "change": asdict(change)})
            if done % CHECKPOINT == 0:
                _write(file, {"done": done})
            yield change
    finally:
        # Also when the consumer stops or Ctrl-C arrives between two cases.
        _write(file, {"done": done})


def _resumed(record: Path, old: Release, new: Release) -> tuple[int, list[Change]]:
    compared = {"old": _bytes_of(old), "new": _bytes_of(new)}
    lines = _lines(record)
    if not lines:
        record.write_text(json.dumps(compared) + "\n", encoding="utf-8")
        return 0, []
    if lines[0] != compared:
        raise ProtocolError(
            f"{record.name}: belongs to a run of other versions; remove it or name another file"
        )
    done = max((line["done"] for line in lines if "done" in line), default=0)
    kept = {line["at"]: line["change"] for line in lines if line.get("at", done + 1) <= done}
    return done, [_change(raw) for _, raw in sorted(kept.items())]


def _lines(record: Path) -> list[dict[str, Any]]:
    if not record.exists():
        return []
    found = []
    for line in record.read_text(encoding="utf-8").splitlines():
        try:
            found.append(json.loads(line))
        except ValueError:  # a line cut off by the interruption; its case is judged again
            continue
    return found


def _change(raw: Mapping[str, Any]) -> Change:
    fields: dict[str, Any] = {key: tuple(v) if isinstance(v, list) else v for key, v in raw.items()}
    return Change(**fields)


def _write(file: IO[str], line: Mapping[str, Any]) -> None:
    file.write(json.dumps(line) + "\n")
    file.flush()


def _bytes_of(release: Release) -> list[str]:
    return [stamp.sha256 for stamp in release.judge.stamps]
