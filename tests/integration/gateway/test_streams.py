"""The event stream: everything once, in order, also after a lost line."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from tests.integration.gateway.conftest import Gateway, bearer


class Events:
    """Reads a stream event by event."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self._chunks = response.aiter_text()
        self._rest = ""
        self.comments = 0

    async def next(self) -> dict[str, Any]:
        while True:
            while "\n\n" in self._rest:
                block, self._rest = self._rest.split("\n\n", 1)
                fields = dict(line.split(": ", 1) for line in block.split("\n") if not line.startswith(":"))
                if "data" in fields:
                    message: dict[str, Any] = json.loads(fields["data"])
                    assert fields["id"] == str(message["seq"])
                    return message
                self.comments += block.startswith(":")
            self._rest += await asyncio.wait_for(anext(self._chunks), timeout=3)


@asynccontextmanager
async def stream(gateway: Gateway, token: str, after: int = 0) -> AsyncIterator[Events]:
    headers = bearer(token) | {"Last-Event-ID": str(after)}
    async with gateway.client.stream("GET", "/api/chat/stream", headers=headers) as response:
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        assert response.headers["cache-control"] == "no-store"
        yield Events(response)


async def test_it_begins_with_everything_and_goes_on_live(gateway: Gateway) -> None:
    token = (await gateway.open())["token"]
    async with stream(gateway, token) as events:
        assert [(await events.next())["seq"] for _ in range(2)] == [1, 2]
        await gateway.say(token, text="my back hurts")
        assert [(await events.next())["from"] for _ in range(3)] == ["patient", "bot", "bot"]


async def test_after_a_lost_line_nothing_is_missing_and_nothing_comes_twice(gateway: Gateway) -> None:
    token = (await gateway.open())["token"]
    case_id = gateway.door.only_talk().id
    seen: list[int] = []
    for number in range(5):
        gateway.door.staff_says(case_id, f"Message {number} with\nan empty line\n\nin it")
        async with stream(gateway, token, after=seen[-1] if seen else 0) as events:
            seen.append((await events.next())["seq"])
    async with stream(gateway, token, after=seen[-1]) as events:
        while len(seen) < 7:
            seen.append((await events.next())["seq"])
    assert seen == [1, 2, 3, 4, 5, 6, 7]


async def test_a_message_of_another_process_arrives(gateway: Gateway) -> None:
    token = (await gateway.open())["token"]
    async with stream(gateway, token, after=2) as events:
        gateway.door.staff_says(gateway.door.only_talk().id, "Hello from the clinic", wake=False)
        assert (await events.next())["from"] == "staff"


async def test_a_quiet_line_gets_heartbeats(gateway: Gateway) -> None:
    token = (await gateway.open())["token"]
    async with stream(gateway, token, after=2) as events:
        await asyncio.sleep(0.7)
        gateway.door.staff_says(gateway.door.only_talk().id, "Hello")
        await events.next()
        assert events.comments >= 1


async def test_a_token_that_ends_ends_its_stream(gateway: Gateway) -> None:
    token = (await gateway.open())["token"]
    async with stream(gateway, token, after=2) as events:
        gateway.door.tokens.clear()
        async with asyncio.timeout(3):
            async for _ in events.response.aiter_text():
                pass


async def test_a_store_that_goes_down_ends_the_stream_cleanly(gateway: Gateway) -> None:
    token = (await gateway.open())["token"]
    async with stream(gateway, token, after=2) as events:
        gateway.door.down = True
        async with asyncio.timeout(3):
            async for _ in events.response.aiter_text():
                pass


async def test_a_session_has_only_so_many_streams_and_gives_places_back(gateway: Gateway) -> None:
    token = (await gateway.open())["token"]
    async with stream(gateway, token), stream(gateway, token), stream(gateway, token), stream(gateway, token):
        answer = await gateway.client.get("/api/chat/stream", headers=bearer(token))
        assert (answer.status_code, answer.json()["error"]["code"]) == (429, "too_many_streams")
    for _ in range(20):
        await asyncio.sleep(0.05)
        async with gateway.client.stream("GET", "/api/chat/stream", headers=bearer(token)) as again:
            if again.status_code == 200:
                return
    raise AssertionError("the places were not given back")
