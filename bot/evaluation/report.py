"""The whole report of a set of labelled messages, and what may not get worse from one report to the next."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.domain.dictionary import Value
from bot.domain.findings import Reading
from bot.evaluation.context import ContextScores
from bot.evaluation.facts import FactScores
from bot.evaluation.safety import SafetyScores
from bot.evaluation.understood import understood
from bot.language import Reader
from bot.language.corpus import Row, effective
from bot.protocols import Protocols


def read_all(
    reader: Reader, protocols: Protocols, rows: Iterable[Row]
) -> Iterator[tuple[Row, Reading, dict[str, Value]]]:
    """Each message with its reading and the facts the service would take from it."""
    for row in rows:
        reading = reader.read(row.text, row.asked, row.question, row.date)
        yield row, reading, understood(reading, row.asked, protocols.dictionary)


def measured(
    reader: Reader, protocols: Protocols, rows: Sequence[Row]
) -> tuple[dict[str, Any], FactScores, SafetyScores]:
    """The figures, without anything that varies from run to run; and the scores they come from."""
    facts, safety, context = FactScores(), SafetyScores(), ContextScores()
    for row, reading, read in read_all(reader, protocols, rows):
        facts.add(row, read, protocols.dictionary)
        safety.add(row, reading, read, protocols)
        context.add(row, reading, read, protocols.dictionary)
    figures = {
        "rows": len(rows),
        "effective_rows": len(effective(rows)),
        "facts": facts.figures(),
        "safety": safety.figures(),
        "context": context.figures(),
    }
    return figures, facts, safety


def fingerprint(files: Iterable[Path]) -> str:
    """sha256 over the files' bytes: which set a report is about."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def setbacks(now: Mapping[str, Any], before: Mapping[str, Any]) -> list[str]:
    """Safety facts and levels whose recall fell against an earlier report; one line each, empty when none.

    A report of other rows cannot be compared: that is a line too. Processors round the screen's sums
    differently: what is asked may differ by one message and one in a hundred, what fires by one message where
    some fired on half a construction.
    """
    if now.get("sha256") != before.get("sha256"):
        return ["the report is about other rows: write it again with --report"]
    lines = []
    for kind in ("levels", "facts"):
        for name, then in before["safety"][kind].items():
            today = now["safety"][kind].get(name, {})
            one = 1 / then["count"]
            half = one if then.get("fired_by_half") else 0.0
            for figure, leeway in (("fired", half), ("fired_or_asked", 0.01 + one)):
                if (today.get(figure) or 0) < then[figure] - leeway:
                    lines.append(f"{name}: {figure} fell from {then[figure]} to {today.get(figure)}")
    return lines
