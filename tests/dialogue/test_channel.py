"""The engine's door: what it refuses, and that it is the only one."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from bot.engine import wire as wire_module
from tests.dialogue.conftest import NOTHING_READ, Talk, Wire, running_actions, running_engine

TURN = {
    "case_id": "a" * 32, "message_id": "b" * 32, "text": "yes", "phase": "intake", "asked": "consent",
    "question": None, "reading": NOTHING_READ, "state": None,
}  # fmt: skip


def test_health_names_the_model(wire: Wire) -> None:
    answer = wire.get("/webhooks/intake/health")
    assert (answer.status, answer.body["status"]) == (200, "ok")
    assert len(answer.body["model"]) == 16


@pytest.mark.parametrize("path", ["turn", "understand", "health"])
@pytest.mark.parametrize("secret", ["", "wrong", "s" * 39, "s" * 41])
def test_nothing_without_the_secret(wire: Wire, path: str, secret: str) -> None:
    if path == "health":
        assert Wire(wire.url, secret).get("/webhooks/intake/health").status == 401
        return
    answer = wire.post(path, TURN, secret=secret)
    assert (answer.status, answer.body["error"]["code"]) == (401, "wrong_secret")


@pytest.mark.parametrize(
    "change",
    [
        {"case_id": "default"},
        {"case_id": "A" * 32},
        {"case_id": "a" * 31},
        {"case_id": "a" * 32 + "\n"},
        {"case_id": None},
        {"message_id": "../etc"},
        {"text": None},
        {"text": ""},
        {"text": "  \n"},
        {"text": 7},
        {"text": "x" * 2001},
        {"phase": "booked"},
        {"phase": None},
        {"asked": "a b"},
        {"asked": {"x": 1}},
        {"reading": None},
        {"reading": []},
        {"reading": {"findings": [{"variable": "x"}]}},
        {"reading": {"surprise": 1}},
        {"state": 5},
        {"state": "x" * 17000},
    ],
)
def test_a_malformed_turn_is_refused(wire: Wire, change: dict[str, Any]) -> None:
    answer = wire.post("turn", {**TURN, **change})
    assert answer.status == 400
    assert answer.body["error"]["code"] in ("malformed", "too_long")


@pytest.mark.parametrize("body", [b"", b"no json", b"[]", b'"x"', b"\xff\xfe", b"[" * 5000])
def test_a_body_that_is_no_object_is_refused(wire: Wire, body: bytes) -> None:
    assert wire.post("turn", body).status == 400


def test_a_lone_surrogate_is_refused(wire: Wire) -> None:
    raw = json.dumps({**TURN, "text": "\ud800 hi"}).encode()
    assert wire.post("turn", raw).status == 400


def test_a_huge_body_is_refused(wire: Wire) -> None:
    try:
        status = wire.post("turn", b"x" * 100_000).status
    except OSError:
        return  # it closed the connection before we had sent everything: refused too
    assert status in (400, 413)


def test_two_thousand_characters_are_taken(wire: Wire) -> None:
    assert Talk(wire).send("my back hurts " * 142).status == 200


@pytest.mark.parametrize(
    "path", ["/", "/version", "/status", "/conversations/x/tracker", "/model", "/domain"]
)
def test_there_is_no_other_door(wire: Wire, path: str) -> None:
    assert wire.get(path).status == 404


def test_rest_webhook_is_closed(wire: Wire) -> None:
    assert wire.get("/webhooks/rest/webhook").status == 404


def test_it_listens_on_loopback_alone(wire: Wire) -> None:
    port = urlsplit(wire.url).port
    outside = socket.gethostbyname(socket.gethostname())
    if outside.startswith("127."):
        return
    with socket.socket() as probe:
        probe.settimeout(1)
        assert probe.connect_ex((outside, port)) != 0


@pytest.mark.parametrize(
    "text",
    [
        "/book", '/person{"slot":"x"}', " /restart", "\u200b/restart", "\uff0frestart", "\u2044restart",
        "//restart", "\ufeff /session_start", "/\u200b/restart", "\x00/restart",
    ],
)  # fmt: skip
def test_a_command_is_text(wire: Wire, text: str) -> None:
    assert not wire_module.plain(text).lstrip().startswith("/")
    talk = Talk(wire)
    said = talk.send(text).body["drafts"]
    assert "wants_person" not in {draft["text"] for draft in said} or "person" not in text


@pytest.mark.parametrize("text", ["/", "\uff0f", "/ / /", "\u200b\u200b/"])
def test_slashes_alone_get_an_answer(wire: Wire, text: str) -> None:
    assert Talk(wire).send(text).status == 200


def test_plain_keeps_other_words() -> None:
    assert wire_module.plain("pain 7/10") == "pain 7/10"
    assert wire_module.plain("L4/5 slip") == "L4/5 slip"


def test_metadata_of_a_client_is_dropped(wire: Wire) -> None:
    answer = wire.post("turn", {**TURN, "metadata": {"slot": "x"}, "sender": "default", "intent": "person"})
    assert answer.status == 200
    assert answer.body["case_id"] == TURN["case_id"]


def test_a_turn_comes_back_with_its_ids(wire: Wire) -> None:
    body = wire.post("turn", TURN).body
    assert {name: body[name] for name in ("case_id", "message_id")} == {
        "case_id": "a" * 32,
        "message_id": "b" * 32,
    }
    assert set(body["drafts"][0]) >= {"kind", "text", "asks", "also_asks", "choices", "text_id"}


def test_understanding_remembers_nothing(wire: Wire) -> None:
    intent = wire.understand("how long is recovery?")
    assert intent["name"] == "faq"
    assert 0 < intent["confidence"] <= 1


def test_without_the_action_server_there_is_an_error_and_no_outcome() -> None:
    with running_engine("http://127.0.0.1:9") as alone:
        answer = Talk(alone, asked="confirm_summary").send(
            "yes that's right", answer="full", polarity="affirm"
        )
        assert answer.status == 502
        assert set(answer.body) == {"error"}


def test_a_failing_action_is_an_error_without_words(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with running_actions("--fail") as actions, running_engine(actions, log=log) as engine:
        answer = Talk(engine).send("let's start over from the beginning")
        assert (answer.status, answer.body["error"]["code"]) == (502, "action_failed")
        assert "marked-secret-words" not in json.dumps(answer.body)
        Talk(engine).send("zebrawords my back hurts")
    assert "zebrawords" not in log.read_text()
    assert "marked-secret-words" not in log.read_text()


def test_no_word_of_the_patient_is_logged(wire: Wire, engine_log: Path) -> None:
    Talk(wire).send("giraffewords my back hurts")
    wire.understand("giraffewords again")
    assert "giraffewords" not in engine_log.read_text()
