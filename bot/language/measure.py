"""How well labelled messages are read: precision and recall of facts, safety facts apart.

A row is a JSON object with `text`, `facts`, `date`, and optionally `asked` and `answer`. A fact not
labelled is wrong only when it raises an alarm ("no" and "none" of unlabelled facts are not judged).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.domain.dictionary import Dictionary, Value
from bot.language.reader import Reader

_CLAIMS_NOTHING = ("no", "none", "never")
_TOLERANCE = 0.06
_ALARMS = frozenset((
    "saddle_numbness", "bladder_retention", "bladder_sensation_loss", "bladder_incontinence",
    "bowel_incontinence", "rectal_sensation_loss", "weakness", "foot_drop", "cannot_walk",
    "hand_clumsiness", "gait_imbalance", "ascending_weakness", "trouble_breathing_swallowing", "fever",
    "cancer_status", "weight_loss", "night_pain_unrelenting", "ivdu", "immunosuppressed",
    "dialysis_or_line", "recent_infection", "recent_bacteremia", "chest_pain", "short_of_breath",
    "fainting", "tearing_pain", "cold_pale_leg", "stroke_signs", "thunderclap_headache",
    "one_leg_swelling", "trauma", "osteoporosis", "steroid_long", "anticoagulant", "wound_drainage",
    "clear_wound_fluid", "positional_headache", "self_harm", "abuse_unsafe", "overdose_signs",
    "known_aaa", "pregnant", "pulsating_abdomen", "confusion", "looks_very_ill",
))  # fmt: skip
"""A wrong claim of one of these raises a level or an alarm."""


@dataclass
class Score:
    """Counts over the messages; `missed` and `wrong` list (row id, variable) for a person to look at."""

    right: int = 0
    missed: list[tuple[str, str]] = field(default_factory=list)
    wrong: list[tuple[str, str]] = field(default_factory=list)

    @property
    def recall(self) -> float:
        """Share of labelled facts found; 1 when there are none."""
        return self.right / (self.right + len(self.missed)) if self.right + len(self.missed) else 1.0

    @property
    def precision(self) -> float:
        """Share of claimed facts that are labelled; 1 when nothing is claimed."""
        return self.right / (self.right + len(self.wrong)) if self.right + len(self.wrong) else 1.0


@dataclass
class Report:
    """Scores of all labelled facts, of safety facts, and of the answers to what was asked."""

    all: Score = field(default_factory=Score)
    safety: Score = field(default_factory=Score)
    answers: Score = field(default_factory=Score)


def measure(reader: Reader, dictionary: Dictionary, rows: Iterable[Mapping[str, Any]]) -> Report:
    """Reads every row and compares."""
    report = Report()
    for row in rows:
        reading = reader.read(row["text"], row.get("asked"), None, dt.date.fromisoformat(row["date"]))
        _compare(report, dictionary, str(row["id"]), row["facts"], reading.facts)
        if "answer" in row:
            good = reading.answer == row["answer"]
            report.answers.right += good
            if not good:
                report.answers.missed.append((str(row["id"]), reading.answer))
    return report


def _compare(
    report: Report, dictionary: Dictionary, row: str, wanted: Mapping[str, Any], read: Mapping[str, Value]
) -> None:
    for name, value in wanted.items():
        good = _same(read.get(name), value)
        for score in _scores(report, dictionary, name):
            if good:
                score.right += 1
            else:
                score.missed.append((row, name))
    for name, found in read.items():
        claims = name in _ALARMS and found not in _CLAIMS_NOTHING
        if claims and name not in wanted:
            report.all.wrong.append((row, name))
            report.safety.wrong.append((row, name))


def _scores(report: Report, dictionary: Dictionary, name: str) -> list[Score]:
    return [report.all, report.safety] if dictionary[name].safety else [report.all]


def _same(found: Value | None, wanted: Any) -> bool:
    if isinstance(wanted, list):
        return isinstance(found, tuple) and set(wanted) <= set(found)
    if isinstance(wanted, (int, float)) and isinstance(found, (int, float)):
        return abs(found - wanted) <= max(_TOLERANCE * abs(wanted), 0.05)
    return bool(found == wanted)
