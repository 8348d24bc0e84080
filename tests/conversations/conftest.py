"""The running service of the session, shared with `tests/acceptance`, and everybody who talks to it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from typing import Any

import pytest

from tests.acceptance.conftest import provider, stack
from tests.acceptance.stack import Stack
from tests.conversations.doors import Door, SmsDoor, Staff, WebDoor
from tests.conversations.numbers import TEXTING_AREAS, phone_of
from tests.conversations.player import Player
from tests.conversations.record import Record
from tests.conversations.report import Run
from tests.conversations.script import Conversation

__all__ = ["provider", "stack"]

AT_ONCE = 6
"""Conversations played side by side; those by text message wait more than they work."""
_numbers = itertools.count()
"""Each telephone number once."""


def _next_number() -> str:
    return phone_of(next(_numbers), TEXTING_AREAS)


OpenDoor = Callable[[str], Door]
Played = Callable[[Conversation, str], None]


@pytest.fixture(scope="session")
def staff(stack: Stack) -> Iterator[Staff]:
    with closing(Staff(stack.url, stack.staff_token())) as person:
        yield person


@pytest.fixture(scope="session")
def open_door(stack: Stack, provider: Any, staff: Staff) -> OpenDoor:
    """A new patient at the web chat, or with a phone whose number nobody else has."""

    def open_one(channel: str) -> Door:
        if channel == "web":
            return WebDoor(stack.url)
        number = f"+1{_next_number().replace('-', '')}"
        record = Record(file=stack.data_dir / "intake.sqlite3")
        return SmsDoor(stack.url, provider, staff, record, number=number)

    return open_one


@pytest.fixture(scope="session")
def play(stack: Stack, open_door: OpenDoor, staff: Staff) -> Played:
    """Play one conversation on one channel. Raises MismatchError."""

    def restart(part: str) -> None:
        stack.stop_part(part)
        stack.start_part(part, part)

    record = Record(file=stack.data_dir / "intake.sqlite3")

    def play_one(conversation: Conversation, channel: str) -> None:
        with closing(open_door(channel)) as door:
            retrain = record.leave_state_of_another_model
            Player(conversation, door, staff, restart, retrain, phone=_next_number()).play()

    return play_one


@pytest.fixture(scope="session")
def played(request: pytest.FixtureRequest, play: Played) -> Iterator[Played]:
    """As `play`, but all selected conversations that disturb nobody are played side by side, ahead."""
    wanted = [
        (params["conversation"], params["channel"])
        for item in request.session.items
        if "conversation" in (params := getattr(getattr(item, "callspec", None), "params", {}))
    ]
    wanted.sort(key=lambda one: one[1] != "sms")  # the longest first
    with ThreadPoolExecutor(AT_ONCE) as pool:
        ahead: dict[tuple[str, str], Future[None]] = {
            (conversation.name, channel): pool.submit(play, conversation, channel)
            for conversation, channel in wanted
            if not conversation.alone
        }

        def result(conversation: Conversation, channel: str) -> None:
            if conversation.alone:
                play(conversation, channel)
            else:
                ahead[conversation.name, channel].result()

        yield result
        pool.shutdown(cancel_futures=True)


RUN = pytest.StashKey[Run]()
"""What the simulated patients of this test run showed."""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """The distribution of questions and what broke which property."""
    if RUN in config.stash:
        terminalreporter.section("simulated patients")
        for line in config.stash[RUN].lines():
            terminalreporter.write_line(line)
