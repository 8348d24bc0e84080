"""Simulated patients against the whole running service: what must hold in every conversation.

`CONVERSATION_PATIENTS` sets how many, `CONVERSATION_SEED` which.
"""

from __future__ import annotations

import os
import statistics

import pytest

from bot.protocols import Protocols
from tests.acceptance.stack import Stack
from tests.conversations.conftest import RUN
from tests.conversations.people import population
from tests.conversations.report import MOST_AFTER_A_STORY, MOST_FROM_NOTHING, Run, run
from tests.conversations.simulated import PROPERTIES

pytestmark = pytest.mark.engine

AT_ONCE = 6
STILL_BROKEN: dict[str, float] = {
    "not_asked_twice": 0.01,
    "same_outcome": 0.005,
    "order_does_not_matter": 0.005,
}
"""Properties that do not hold everywhere yet: broken this often a conversation at most. To be lowered, never
raised; README.md has what was measured: none in 300 people. One to three are left for a screen that is
learned anew, which may doubt another plain answer. A property that is not named holds in every conversation,
and those of safety are never named here."""


@pytest.fixture(scope="module")
def simulated(stack: Stack, protocols: Protocols, pytestconfig: pytest.Config) -> Run:
    people = population(
        int(os.environ.get("CONVERSATION_PATIENTS", "300")),
        seed=int(os.environ.get("CONVERSATION_SEED", "0")),
    )
    done = run(people, url=stack.url, staff_token=stack.staff_token(), protocols=protocols, at_once=AT_ONCE)
    pytestconfig.stash[RUN] = done
    return done


@pytest.mark.parametrize("name", PROPERTIES)
def test_property(name: str, simulated: Run) -> None:
    broken = simulated.broken(name)
    allowed = STILL_BROKEN.get(name, 0) * len(simulated.played)
    assert len(broken) <= allowed, f"{len(broken)} times, at most {allowed:.0f}: " + "\n".join(
        map(str, broken[:20])
    )


@pytest.mark.parametrize(
    ("after_story", "most"),
    [(False, MOST_FROM_NOTHING), (True, MOST_AFTER_A_STORY)],
    ids=["nothing", "story"],
)
def test_few_questions(after_story: bool, most: int, simulated: Run) -> None:
    assert statistics.median(simulated.questions(after_story=after_story)) <= most


def test_the_same_seed_is_the_same_person() -> None:
    assert population(40, seed=7) == population(40, seed=7)
    assert {one.manner for one in population(40)} == {
        "terse", "rambling", "anxious", "angry", "contradictory", "typos", "proxy"
    }  # fmt: skip
