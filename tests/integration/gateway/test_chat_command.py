"""`make chat`: the terminal holds a whole conversation over HTTP."""

from __future__ import annotations

import asyncio
import io

import httpx
import pytest

from bot.cli.chat import Conversation, as_text, picked
from tests.integration.gateway.conftest import Gateway

CHOICES = [{"id": "c1", "label": "Yes"}, {"id": "c2", "label": "No"}, {"id": "c0", "label": "Not sure"}]


async def hold(gateway: Gateway, words: str) -> tuple[int, str]:
    """The exit status and everything that was printed."""
    sink = io.StringIO()

    def talk() -> int:
        with httpx.Client(base_url=f"http://127.0.0.1:{gateway.port}", trust_env=False) as client:
            return Conversation(client, source=io.StringIO(words), sink=sink).hold()

    return await asyncio.to_thread(talk), sink.getvalue()


async def test_a_conversation_with_a_choice_and_words(gateway: Gateway) -> None:
    status, printed = await hold(gateway, "1\nmy back hurts\n\n/q\nnever sent\n")
    assert status == 0
    assert "reference K7QM-4T2X" in printed
    assert "    1  I agree" in printed
    assert "You said: my back hurts" in printed
    spoken = [m.text for m in gateway.door.only_talk().messages if m.sender == "patient"]
    assert spoken == ["I agree", "my back hurts"]


async def test_an_emergency_stands_out(gateway: Gateway) -> None:
    _, printed = await hold(gateway, "i cant feel when i wipe\n")
    assert "!!! This can be a sign of a serious problem" in printed
    assert "(emergency)" in printed


async def test_a_refusal_is_said_and_the_conversation_goes_on(gateway: Gateway) -> None:
    status, printed = await hold(gateway, "x" * 2001 + "\nmy back hurts\n")
    assert status == 0
    assert "! text may have at most 2000 characters." in printed
    assert "You said: my back hurts" in printed


async def test_a_service_that_is_down_is_said(gateway: Gateway) -> None:
    gateway.door.down = True
    status, printed = await hold(gateway, "hello\n")
    assert status == 1
    assert "cannot answer right now" in printed


@pytest.mark.parametrize(
    ("line", "ids"),
    [
        ("1", ["c1"]),
        ("3", ["c0"]),
        ("1 2", ["c1", "c2"]),
        ("1, 2, 1", ["c1", "c2"]),
        ("4", []),
        ("0", []),
        ("8 months", []),
    ],
)
def test_numbers_pick_choices_and_anything_else_is_words(line: str, ids: list[str]) -> None:
    assert picked(line, CHOICES) == ids


def test_no_control_character_reaches_the_terminal() -> None:
    message = {"from": "staff", "kind": "info", "text": "a\x1b[31mb", "choices": []}
    assert "\x1b" not in as_text(message)
