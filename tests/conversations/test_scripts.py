"""Every written conversation, on each of its channels, against the whole running service."""

from __future__ import annotations

import pytest

from tests.conversations.conftest import Played
from tests.conversations.script import Conversation, load_all

pytestmark = pytest.mark.engine


def _cases() -> list[object]:
    # Those that stop a part of the service wait until the others, played side by side, are over.
    scripts = sorted(load_all(), key=lambda one: one.alone)
    return [
        pytest.param(
            script,
            channel,
            id=f"{script.file.removesuffix('.yaml')}-{script.name}-{channel}",
        )
        for script in scripts
        for channel in script.channels
    ]


@pytest.mark.parametrize(("conversation", "channel"), _cases())
def test_conversation(conversation: Conversation, channel: str, played: Played) -> None:
    played(conversation, channel)
