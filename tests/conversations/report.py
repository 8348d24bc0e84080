"""What a run of simulated patients showed: the distribution of questions, and what broke which property."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from bot.protocols import Protocols
from tests.conversations.doors import Staff
from tests.conversations.people import Person
from tests.conversations.simulated import PROPERTIES, Played, Violation, compare_twins, simulate

MOST_FROM_NOTHING, MOST_AFTER_A_STORY = 18, 9
"""Median questions to the summary of somebody who answers plainly, gates included."""
_EXAMPLES = 6


@dataclass(frozen=True, kw_only=True)
class Run:
    """All conversations of one run."""

    played: Sequence[Played]
    violations: Sequence[Violation]

    def questions(self, *, after_story: bool) -> list[int]:
        """Questions to the summary of each who answered plainly, in order of size."""
        plain = [one for one in self.played if one.plain and one.person.full_story is after_story]
        return sorted(one.questions for one in plain if one.questions is not None)

    def broken(self, name: str) -> list[Violation]:
        return [one for one in self.violations if one.property == name]

    def lines(self) -> Iterator[str]:
        """The report, line by line."""
        turns = sum(one.turns for one in self.played)
        yield f"{len(self.played)} conversations, {turns} messages of patients"
        yield _distribution("from nothing", self.questions(after_story=False), MOST_FROM_NOTHING)
        yield _distribution(
            "after a full opening story", self.questions(after_story=True), MOST_AFTER_A_STORY
        )
        levels = Counter(one.level for one in self.played)
        yield "levels: " + ", ".join(f"{name} {count}" for name, count in sorted(levels.items()))
        outcomes = Counter(one.outcome or "none" for one in self.played)
        yield "outcomes: " + ", ".join(f"{name} {count}" for name, count in sorted(outcomes.items()))
        for name, meaning in PROPERTIES.items():
            broken = self.broken(name)
            met = len({str(one.person) for one in broken})
            yield f"{name}: {len(broken)} broken in {met} conversations ({meaning})"
            yield from (f"    {one}" for one in broken[:_EXAMPLES])


def run(people: Sequence[Person], *, url: str, staff_token: str, protocols: Protocols, at_once: int) -> Run:
    """Play all these people against a running service, some at once."""
    staff = Staff(url, staff_token)
    with ThreadPoolExecutor(at_once) as pool:
        played = list(pool.map(lambda one: simulate(one, url=url, staff=staff, protocols=protocols), people))
    staff.close()
    violations = [*(broken for one in played for broken in one.violations), *compare_twins(played)]
    return Run(played=played, violations=violations)


def _distribution(whose: str, questions: list[int], most: int) -> str:
    if not questions:
        return f"questions {whose}: nobody"
    tenth, ninetieth = questions[len(questions) // 10], questions[len(questions) * 9 // 10]
    median = statistics.median(questions)
    spread = f"10 % {tenth}, 90 % {ninetieth}, from {questions[0]} to {questions[-1]}"
    return f"questions {whose}: median {median:g} (at most {most} wanted), {spread}, {len(questions)} people"
