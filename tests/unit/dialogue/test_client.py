"""The line to the engine: one contract for the real client and the fake, and every way to fail."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from bot.dialogue import EngineClient
from bot.dialogue.breaker import Breaker
from bot.dialogue.fake import FakeDialogue
from bot.domain.cases import Draft
from bot.domain.errors import DialogueFailed
from bot.domain.findings import Finding, Reading
from bot.services.ports import Dialogue, Intent, TurnRequest

CASE, MESSAGE = "a" * 32, "b" * 32
FOUND = Finding(variable="region", value=("low_back",), assertion="present", start=0, end=4, words="back")
READING = Reading(findings=(FOUND,), facts={"region": ("low_back",)})
DRAFT = {"kind": "question", "text": "How old are you?", "asks": "age", "also_asks": [], "text_id": "age",
         "choices": [{"id": "1", "label": "Yes", "sets": {"region": ["leg"]}, "means": "x"}]}  # fmt: skip
TURN = {"case_id": CASE, "message_id": MESSAGE, "drafts": [DRAFT], "state": "s", "model": "m1",
        "intent": {"name": "inform", "confidence": 0.9, "topic": None}}  # fmt: skip
REQUEST = TurnRequest(
    case_id=CASE, message_id=MESSAGE, text="words", phase="intake", asked="age", question=None,
    reading=READING, state=None,
)  # fmt: skip

Handler = Callable[[httpx.Request], httpx.Response]


def client(handler: Handler, **options: Any) -> EngineClient:
    return EngineClient(
        url="http://engine", secret="s" * 32, transport=httpx.MockTransport(handler), **options
    )


def answering(body: Any, *, status: int = 200) -> Handler:
    return lambda request: httpx.Response(status, json=body)


def well(request: httpx.Request) -> httpx.Response:
    if request.url.path.endswith("/health"):
        return httpx.Response(200, json={"status": "ok", "model": "m1"})
    if request.url.path.endswith("/understand"):
        return httpx.Response(200, json={"intent": TURN["intent"], "model": "m1"})
    return httpx.Response(200, json=TURN)


@pytest.fixture(params=["real", "fake"])
def dialogue(request: pytest.FixtureRequest) -> Dialogue:
    draft = Draft(kind="question", text="How old are you?", asks="age")
    return client(well) if request.param == "real" else FakeDialogue(drafts=(draft,))


@pytest.fixture(params=["real", "fake"])
def dead(request: pytest.FixtureRequest) -> Dialogue:
    def refuse(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    return client(refuse) if request.param == "real" else FakeDialogue(down=True)


async def test_a_turn_brings_drafts_intent_and_state(dialogue: Dialogue) -> None:
    reply = await dialogue.turn(REQUEST)
    assert [(draft.text, draft.asks) for draft in reply.drafts] == [("How old are you?", "age")]
    assert (reply.intent, reply.confidence, reply.model) == ("inform", 0.9, await dialogue.model_id())
    assert reply.state is not None


async def test_understanding_brings_the_intent_alone(dialogue: Dialogue) -> None:
    assert await dialogue.understand("words", asked=None, reading=READING) == Intent(
        name="inform", confidence=0.9
    )


async def test_the_model_names_itself(dialogue: Dialogue) -> None:
    assert await dialogue.model_id()


async def test_a_dead_engine_fails_every_call(dead: Dialogue) -> None:
    with pytest.raises(DialogueFailed):
        await dead.turn(REQUEST)
    with pytest.raises(DialogueFailed):
        await dead.understand("words", asked=None, reading=READING)
    with pytest.raises(DialogueFailed):
        await dead.model_id()


async def test_the_request_carries_secret_and_reading() -> None:
    seen: list[httpx.Request] = []

    def keep(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return well(request)

    await client(keep).turn(REQUEST)
    body = json.loads(seen[0].content)
    assert seen[0].url.path == "/webhooks/intake/turn"
    assert seen[0].headers["X-Intake-Secret"] == "s" * 32
    assert Reading.from_json(body["reading"]) == READING
    assert {name: body[name] for name in ("case_id", "phase", "asked", "state")} == {
        "case_id": CASE, "phase": "intake", "asked": "age", "state": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    "body",
    [
        {**TURN, "drafts": []},
        {**TURN, "drafts": None},
        {**TURN, "drafts": [DRAFT] * 13},
        {**TURN, "case_id": "c" * 32},
        {**TURN, "message_id": "c" * 32},
        {**TURN, "intent": None},
        {**TURN, "intent": {"name": 3, "confidence": 0.5}},
        {**TURN, "intent": {"name": "inform", "confidence": 1.5}},
        {**TURN, "intent": {"name": "inform", "confidence": 0.5, "topic": 7}},
        {**TURN, "state": {"a": 1}},
        {**TURN, "drafts": [{**DRAFT, "kind": "verdict"}]},
        {**TURN, "drafts": [{**DRAFT, "text": "  "}]},
        {**TURN, "drafts": [{**DRAFT, "asks": 3}]},
        {**TURN, "drafts": [{**DRAFT, "more": 1}]},
        {**TURN, "drafts": [{**DRAFT, "choices": [{"label": "x"}]}]},
        {**TURN, "drafts": ["text"]},
        [],
        None,
    ],
)
async def test_a_garbled_reply_is_a_failure(body: Any) -> None:
    with pytest.raises(DialogueFailed):
        await client(answering(body)).turn(REQUEST)


@pytest.mark.parametrize("status", [400, 401, 404, 500, 502, 503])
async def test_a_refusal_is_a_failure_with_its_code_and_no_words(status: int) -> None:
    body = {"error": {"code": "silence", "message": "secret words"}}
    with pytest.raises(DialogueFailed, match=f"^the engine refused: {status} silence$"):
        await client(answering(body, status=status)).turn(REQUEST)


async def test_an_odd_error_body_has_an_unknown_code() -> None:
    with pytest.raises(DialogueFailed, match="unknown"):
        await client(lambda _: httpx.Response(500, content=b"secret words")).turn(REQUEST)


async def test_no_json_is_a_failure() -> None:
    with pytest.raises(DialogueFailed, match="not JSON"):
        await client(lambda _: httpx.Response(200, content=b"<html>")).turn(REQUEST)


async def test_an_oversized_reply_is_a_failure() -> None:
    with pytest.raises(DialogueFailed, match="did not answer"):
        await client(lambda _: httpx.Response(200, content=b"x" * (256 * 1024 + 1))).turn(REQUEST)


async def test_health_without_a_model_is_a_failure() -> None:
    with pytest.raises(DialogueFailed):
        await client(answering({"status": "ok"})).model_id()


async def test_a_late_reply_is_a_failure_within_the_budget() -> None:
    async def slow(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(30)
        return well(request)

    late = EngineClient(
        url="http://engine", secret="s" * 32, transport=httpx.MockTransport(slow), timeout_seconds=0.05
    )
    with pytest.raises(DialogueFailed, match="TimeoutError"):
        await late.turn(REQUEST)


async def test_a_bad_address_is_a_failure() -> None:
    with pytest.raises(DialogueFailed):
        await EngineClient(url="", secret="s" * 32).turn(REQUEST)


async def test_a_dead_engine_is_not_asked_again_and_again() -> None:
    now, asked, alive = [0.0], [0], [False]

    def maybe(request: httpx.Request) -> httpx.Response:
        asked[0] += 1
        if not alive[0]:
            raise httpx.ConnectError("refused")
        return well(request)

    line = client(maybe, breaker=Breaker(clock=lambda: now[0]))
    for _ in range(6):
        with pytest.raises(DialogueFailed):
            await line.turn(REQUEST)
    assert asked[0] == 3
    now[0] = 5.0
    with pytest.raises(DialogueFailed):
        await line.turn(REQUEST)
    assert asked[0] == 4
    with pytest.raises(DialogueFailed, match="not asked again"):
        await line.turn(REQUEST)
    now[0], alive[0] = 10.0, True
    await line.turn(REQUEST)
    await line.turn(REQUEST)
    assert asked[0] == 6


async def test_refusals_do_not_close_the_line() -> None:
    line = client(answering({"error": {"code": "silence"}}, status=502))
    for _ in range(5):
        with pytest.raises(DialogueFailed, match="502"):
            await line.turn(REQUEST)


def test_only_one_call_probes() -> None:
    breaker = Breaker(failures_to_open=1, pause_seconds=5, clock=lambda: 10.0)
    breaker.failed()
    breaker.clock = lambda: 15.0
    assert [breaker.allows(), breaker.allows()] == [True, False]
    breaker.gave_up()
    assert breaker.allows()
