"""One running service and one recorder of texts for the whole session."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from typing import Any

import pytest

from tests.acceptance import stack as stacks
from tests.acceptance.people import StaffMember, TextingPatient, WebPatient
from tests.acceptance.stack import Stack

_numbers = itertools.count(50)
"""Nobody else's: +1 314 555 0150 and on; web patients leave other numbers."""


@pytest.fixture(scope="session")
def provider(pytestconfig: pytest.Config) -> Any:
    """A local stand-in for the SMS provider: strict about what we send, keeps it."""
    return stacks.shared_provider(pytestconfig)


@pytest.fixture(scope="session")
def stack(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Stack:
    """Engine, actions, gateway, watchdog and database, as `make run` starts them."""
    return stacks.shared_stack(pytestconfig, lambda: tmp_path_factory.mktemp("installation"))


@pytest.fixture
def new_patient(stack: Stack) -> Iterator[Callable[[], WebPatient]]:
    """Opens a chat of its own at every call."""
    with ExitStack() as chats:
        yield lambda: chats.enter_context(closing(WebPatient(stack.url)))


@pytest.fixture
def patient(new_patient: Callable[[], WebPatient]) -> WebPatient:
    return new_patient()


@pytest.fixture
def texter(stack: Stack, provider: Any) -> Iterator[TextingPatient]:
    number = f"+131455501{next(_numbers) % 100:02d}"
    with closing(TextingPatient(stack.url, provider, number=number)) as person:
        yield person


@pytest.fixture(scope="session")
def staff(stack: Stack) -> Iterator[StaffMember]:
    with closing(StaffMember(stack.url, stack.staff_token())) as person:
        yield person
