"""Drafts, versions and what a check found, in the words of the console."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.gateway.console import words
from bot.gateway.console.shown import When
from bot.protocols.rescoring import Change
from bot.services.clinic.draft_check import SHOWN, Check
from bot.services.ports import Edition

FILES = {"red_flags": "Red flags", "routing": "Routing"}
LONGEST_DIFFERENCE = 400
"""Lines of a difference on the page; the whole file can be downloaded."""


@dataclass(frozen=True, kw_only=True)
class VersionLine:
    """One version in the list."""

    edition: Edition
    version: str
    state: str
    """`in force`, `published`, `draft`."""
    at: When


@dataclass(frozen=True, kw_only=True)
class DifferenceLine:
    """One line of a difference; `kind` added, removed, place, same."""

    kind: str
    text: str


@dataclass(frozen=True, kw_only=True)
class ChangedCase:
    """A past case that would be judged otherwise: from what to what, and why."""

    case_id: str
    reference: str
    level_before: tuple[str, str]
    level_after: tuple[str, str]
    outcome: str
    because: str
    rises: bool


class CheckView:
    """What the check of a draft has found so far."""

    def __init__(self, check: Check) -> None:
        self.check = check

    @property
    def state(self) -> str:
        """One line for the head of the page."""
        if not self.check.done:
            return f"Checking: {self.check.past_cases} past cases judged so far ..."
        if self.check.sound and not self.check.failed:
            return "Checked: it may be published by a second person."
        if self.check.sound:
            return "Checked: read what comes out otherwise; a second person may publish it."
        return "Checked: it cannot be published."

    @property
    def changes(self) -> list[ChangedCase]:
        return [_changed(one, self.check) for one in self.check.changes[:SHOWN]]

    @property
    def unshown(self) -> int:
        """Changed cases beyond those that are shown."""
        return self.check.changed - len(self.check.changes[:SHOWN])


def difference_lines(lines: Sequence[str]) -> list[DifferenceLine]:
    """Without the two lines that name the sides."""
    return [DifferenceLine(kind=_kind(line), text=line) for line in lines[2:][:LONGEST_DIFFERENCE]]


def _kind(line: str) -> str:
    return {"+": "added", "-": "removed", "@": "place"}.get(line[:1], "same")


def _other_reason(change: Change) -> str:
    if change.level[0] != change.level[1]:
        return "the level of a rule is another one"
    return f"row {change.decision[0]}, then {change.decision[1]}"


def _changed(change: Change, check: Check) -> ChangedCase:
    before, after = change.outcome
    outcome = words.word(words.OUTCOMES, after)
    if before != after:
        outcome = f"{words.word(words.OUTCOMES, before)}, then {outcome}"
    fired = [f"{rule} fires" for rule in change.rules_added]
    fired += [f"{rule} no longer fires" for rule in change.rules_removed]
    return ChangedCase(
        case_id=change.case_id,
        reference=check.references.get(change.case_id, "a case"),
        level_before=(change.level[0], words.word(words.LEVELS, change.level[0])),
        level_after=(change.level[1], words.word(words.LEVELS, change.level[1])),
        outcome=outcome,
        because=", ".join(fired) or _other_reason(change),
        rises=change.rise > 0,
    )
