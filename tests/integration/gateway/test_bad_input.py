"""Bad input: a clear error in one shape, nothing done, nothing echoed."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from tests.integration.gateway.conftest import Gateway, bearer

MARK = "zebrafish"
GOOD = {"client_message_id": "m1", "text": "my back hurts"}

BODIES: list[tuple[str, bytes, int, str]] = [
    ("not json", b"client_message_id=" + MARK.encode(), 400, "not_json"),
    ("no body", b"", 400, "not_json"),
    ("a list", b"[1]", 400, "not_an_object"),
    ("cut off", b'{"text": "' + MARK.encode(), 400, "not_json"),
    ("not utf-8", b'{"client_message_id": "m1", "text": "\xff\xfe"}', 400, "not_json"),
    ("a field twice", b'{"client_message_id": "m1", "text": "a", "text": "b"}', 400, "not_json"),
    ("not a number", b'{"client_message_id": "m1", "text": NaN}', 400, "not_json"),
    ("nested without end", b"[" * 60_000, 400, "not_json"),
]
VALUES: list[tuple[str, dict[str, Any], int, str]] = [
    ("empty", {**GOOD, "text": ""}, 400, "empty"),
    ("blank", {**GOOD, "text": " \n\t\u200b\ufeff "}, 400, "empty"),
    ("2,001 characters", {**GOOD, "text": "x" * 2001}, 413, "too_long"),
    ("NUL", {**GOOD, "text": f"{MARK}\x00"}, 400, "bad_characters"),
    ("lone surrogate", {**GOOD, "text": f"{MARK}\ud800"}, 400, "bad_characters"),
    ("text as number", {**GOOD, "text": 7}, 400, "wrong_type"),
    ("text as null", {**GOOD, "text": None}, 400, "wrong_type"),
    ("text as list", {**GOOD, "text": [MARK]}, 400, "wrong_type"),
    ("unknown field", {**GOOD, MARK: 1}, 400, "unknown_field"),
    ("sender of their own", {**GOOD, "sender": MARK}, 400, "unknown_field"),
    ("no id", {"text": MARK}, 400, "bad_client_message_id"),
    ("id as number", {**GOOD, "client_message_id": 5}, 400, "bad_client_message_id"),
    ("empty id", {**GOOD, "client_message_id": ""}, 400, "bad_client_message_id"),
    ("id of 65", {**GOOD, "client_message_id": "x" * 65}, 400, "bad_client_message_id"),
    ("id with a space", {**GOOD, "client_message_id": "a b"}, 400, "bad_client_message_id"),
    ("id with a line end", {**GOOD, "client_message_id": "a\n"}, 400, "bad_client_message_id"),
    ("text and choice", {**GOOD, "choice": "c1"}, 400, "text_or_choice"),
    ("neither", {"client_message_id": "m1"}, 400, "text_or_choice"),
    ("choice as number", {"client_message_id": "m1", "choice": 1}, 400, "bad_choice"),
    ("no choices", {"client_message_id": "m1", "choice": []}, 400, "bad_choice"),
    ("a choice twice", {"client_message_id": "m1", "choice": ["c1", "c1"]}, 400, "bad_choice"),
    ("21 choices", {"client_message_id": "m1", "choice": [f"c{n}" for n in range(21)]}, 400, "bad_choice"),
    ("choice in a list in a list", {"client_message_id": "m1", "choice": [["c1"]]}, 400, "bad_choice"),
    ("unknown choice", {"client_message_id": "m1", "choice": "nope"}, 422, "unknown_choice"),
]


def check_error(answer: httpx.Response, status: int, code: str | None = None) -> None:
    """The one shape, and nothing of what was sent."""
    assert answer.status_code == status, answer.text
    body = answer.json()
    assert set(body) <= {"error", "messages"}
    assert {"code", "message"} <= set(body["error"]) <= {"code", "message", "field"}
    if code:
        assert body["error"]["code"] == code
    assert MARK not in answer.text
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("body", "status", "code"), [row[1:] for row in BODIES], ids=[row[0] for row in BODIES]
)
async def test_a_bad_body_is_refused(gateway: Gateway, body: bytes, status: int, code: str) -> None:
    token = (await gateway.open())["token"]
    headers = bearer(token) | {"Content-Type": "application/json"}
    check_error(await gateway.client.post("/api/chat/messages", content=body, headers=headers), status, code)
    check_error(await gateway.client.post("/api/chat/sessions", content=body, headers=headers), status, code)
    assert gateway.door.turns == 0


@pytest.mark.parametrize(
    ("value", "status", "code"), [row[1:] for row in VALUES], ids=[row[0] for row in VALUES]
)
async def test_a_bad_value_is_refused(
    gateway: Gateway, value: dict[str, Any], status: int, code: str
) -> None:
    token = (await gateway.open())["token"]
    headers = bearer(token) | {"Content-Type": "application/json"}
    answer = await gateway.client.post("/api/chat/messages", content=json.dumps(value), headers=headers)
    check_error(answer, status, code)
    assert gateway.door.turns == 0
    assert len(gateway.door.only_talk().messages) == 2


async def test_100_kilobytes_are_refused_and_the_next_message_is_taken(gateway: Gateway) -> None:
    token = (await gateway.open())["token"]
    check_error(await gateway.say(token, text="x" * 100_000), 413, "too_large")
    assert (await gateway.say(token, text="my back hurts")).status_code == 200


@pytest.mark.parametrize("value", [{}, {"channel": 1}, {"channel": None}])
async def test_a_session_needs_a_channel(gateway: Gateway, value: Any) -> None:
    check_error(await gateway.client.post("/api/chat/sessions", json=value), 400)


@pytest.mark.parametrize("channel", ["sms", "shell", MARK])
async def test_a_session_is_for_the_web_only(gateway: Gateway, channel: str) -> None:
    check_error(await gateway.client.post("/api/chat/sessions", json={"channel": channel}), 422)


@pytest.mark.parametrize(
    "headers",
    [{"Content-Type": "text/plain"}, {"Content-Type": "application/json", "Content-Encoding": "gzip"}],
)
async def test_only_plain_json_is_read(gateway: Gateway, headers: dict[str, str]) -> None:
    token = (await gateway.open())["token"]
    answer = await gateway.client.post(
        "/api/chat/messages", content=json.dumps(GOOD), headers=bearer(token) | headers
    )
    check_error(answer, 400)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        f"Bearer {MARK}",
        "Basic abc",
        "Bearer " + "x" * 300,
        "Bearer a b",
        f"Token {MARK}",
    ],
)
@pytest.mark.parametrize(("method", "path"), [("POST", "messages"), ("GET", "messages"), ("GET", "stream")])
async def test_a_bad_token_is_one_and_the_same_401(
    gateway: Gateway, header: str, method: str, path: str
) -> None:
    headers = {"Authorization": header} if header else {}
    content = {"json": GOOD} if method == "POST" else {}
    answer = await gateway.client.request(method, f"/api/chat/{path}", headers=headers, **content)
    check_error(answer, 401, "unauthorized")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "query", ["after=x", "after=-1", "after=1&after=2", "after=99999999999", "wait=9999", f"{MARK}=1"]
)
async def test_a_bad_query_is_refused(gateway: Gateway, query: str) -> None:
    token = (await gateway.open())["token"]
    check_error(await gateway.client.get(f"/api/chat/messages?{query}", headers=bearer(token)), 400)


@pytest.mark.parametrize("number", ["x", "-1", "1.5", "99999999999", "²"])
async def test_a_bad_last_event_id_is_refused(gateway: Gateway, number: str) -> None:
    token = (await gateway.open())["token"]
    headers = bearer(token) | {"Last-Event-ID": number}
    answer = await gateway.client.get(
        "/api/chat/stream", headers={name: value.encode() for name, value in headers.items()}
    )
    check_error(answer, 400)


async def test_words_are_kept_as_they_were_meant(gateway: Gateway) -> None:
    token = (await gateway.open())["token"]
    for number, (sent, kept) in enumerate(
        [
            ("  /restart  ", "/restart"),
            ('/book{"slot":"x"}', '/book{"slot":"x"}'),
            ("cafe\u0301", "café"),
            ("a\r\nb\x0bc\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"), "a\nb c😀"),
            ("num\u200bb and \u202eweak", "numb and weak"),
            ("x" * 2000, "x" * 2000),
            ("😀" * 2000, "😀" * 2000),
        ]
    ):
        assert (await gateway.say(token, f"m{number}", text=sent)).status_code == 200
        spoken = [m.text for m in gateway.door.only_talk().messages if m.sender == "patient"]
        assert spoken[-1] == kept


async def test_unknown_addresses_and_methods_keep_the_shape(gateway: Gateway) -> None:
    check_error(await gateway.client.get(f"/{MARK}"), 404)
    check_error(await gateway.client.get("/widget/..%2foptions.py"), 404)
    check_error(await gateway.client.delete("/api/chat/messages"), 405)
    check_error(await gateway.client.get("/api/chat/sessions"), 405)
