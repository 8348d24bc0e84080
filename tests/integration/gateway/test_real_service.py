"""The chat API over the real services, store, protocols and language layer; only the engine is silent.

The promises that do not depend on what the engine would have said.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from bot.domain.errors import StoreUnavailable
from bot.gateway.assembly import assemble
from bot.gateway.company_words import ALONE
from bot.gateway.options import options_from
from bot.gateway.service_door import ServiceDoor
from bot.gateway.wakes import WakeHub
from bot.services.context import Context
from bot.settings import Settings
from bot.store import open_store
from bot.system import RandomIds, SystemClock
from tests.integration.gateway.conftest import bearer
from tests.integration.gateway.scripted import SilentEngine
from tests.integration.gateway.serving import listening
from tests.integration.gateway.test_form_page import choice as choice_id
from tests.integration.gateway.test_form_page import fields as hidden_fields

if TYPE_CHECKING:
    from bot.protocols import Protocols
    from bot.services.ports import Reader

KEYS = {"id", "seq", "from", "kind", "text", "asks", "choices", "at"}


class Switch:
    """A unit-of-work factory that can be broken."""

    def __init__(self, factory: Any) -> None:
        self._factory = factory
        self.broken = False

    def __call__(self, *, write: bool = True) -> Any:
        if self.broken:
            raise StoreUnavailable("switched off")
        return self._factory(write=write)


class Service:
    def __init__(self, client: httpx.AsyncClient, switch: Switch) -> None:
        self.client = client
        self.switch = switch
        self.token = ""

    async def open(self) -> dict[str, Any]:
        session: dict[str, Any] = (
            await self.client.post("/api/chat/sessions", json={"channel": "web"})
        ).json()
        self.token = session["token"]
        return session

    async def say(self, client_message_id: str, **content: Any) -> httpx.Response:
        body = {"client_message_id": client_message_id, **content}
        return await self.client.post("/api/chat/messages", json=body, headers=bearer(self.token))

    async def stored(self) -> list[dict[str, Any]]:
        answer = await self.client.get("/api/chat/messages?after=0", headers=bearer(self.token))
        messages: list[dict[str, Any]] = answer.json()["messages"]
        return messages


@pytest.fixture
async def service(
    database: str, settings: Settings, protocols: Protocols, reader: Reader
) -> AsyncIterator[Service]:
    hub, store = WakeHub(), open_store(database)
    switch = Switch(store.unit_of_work)
    ctx = Context(
        unit_of_work=switch,
        protocols=protocols,
        reader=reader,
        dialogue=SilentEngine(),
        clock=SystemClock(),
        ids=RandomIds(),
        wake=hub.wake,
    )
    app = assemble(
        door=ServiceDoor(ctx), options=options_from(settings, lambda: protocols), hub=hub, probes={}
    )
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(store.close)
        port = await stack.enter_async_context(listening(app))
        client = httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30, trust_env=False)
        yield Service(await stack.enter_async_context(client), switch)


async def test_a_session_greets_and_asks_for_consent(service: Service) -> None:
    session = await service.open()
    assert session["messages"][0]["kind"] == "greeting"
    assert session["messages"][-1]["asks"] == "consent"
    for message in session["messages"]:
        assert KEYS <= set(message) <= KEYS | {"also_asks"}
        assert all(set(choice) == {"id", "label"} for choice in message["choices"])


async def test_an_emergency_is_answered_with_the_engine_stopped(service: Service) -> None:
    await service.open()
    answer = await service.say("m1", text="since yesterday i cant feel when i wipe and i cant pee")
    assert answer.status_code == 200
    assert answer.json()["status"] == "emergency"
    assert "911" in next(m["text"] for m in answer.json()["messages"] if m["kind"] == "emergency")


async def test_every_reply_is_stored_in_the_order_it_was_said(service: Service) -> None:
    session = await service.open()
    answer = await service.say("m1", text="my lower back hurts")
    stored = await service.stored()
    assert [message["seq"] for message in stored] == list(range(1, len(stored) + 1))
    said = [message["id"] for message in session["messages"] + answer.json()["messages"]]
    assert [message["id"] for message in stored if message["from"] != "patient"] == said


async def test_the_same_id_again_is_the_same_answer_and_stores_nothing(service: Service) -> None:
    await service.open()
    first = await service.say("m1", text="my lower back hurts")
    stored = await service.stored()
    again = await service.say("m1", text="my lower back hurts")
    assert first.json() == again.json()
    assert await service.stored() == stored


async def test_conflict_unknown_choice_and_foreign_token(service: Service) -> None:
    await service.open()
    await service.say("m1", text="my lower back hurts")
    assert (await service.say("m1", text="my neck hurts")).status_code == 409
    assert (await service.say("m2", choice="no-such-choice")).status_code == 422
    service.token = "x" * 43
    assert (await service.say("m3", text="hello")).status_code == 401


async def test_a_silent_engine_never_means_silence(service: Service) -> None:
    session = await service.open()
    yes = session["messages"][-1]["choices"][0]["id"]
    await service.say("m1", choice=yes)
    answer = await service.say("m2", text="my lower back hurts")
    assert answer.status_code == 200
    assert answer.json()["messages"]


async def test_a_leading_slash_is_stored_as_it_was_written(service: Service) -> None:
    await service.open()
    await service.say("m1", text='/book{"slot": "x"}')
    assert '/book{"slot": "x"}' in [message["text"] for message in await service.stored()]


async def test_a_store_that_is_down_means_503_and_an_emergency_is_answered(service: Service) -> None:
    await service.open()
    service.switch.broken = True
    plain = await service.say("m1", text="my lower back hurts")
    assert (plain.status_code, plain.json()["messages"]) == (503, [])
    urgent = await service.say("m2", text="since yesterday i cant feel when i wipe and i cant pee")
    assert urgent.status_code == 503
    (message,) = urgent.json()["messages"]
    assert (message["kind"], message["seq"]) == ("emergency", None)
    assert "911" in message["text"]
    assert "told our team" not in message["text"]
    crisis = (await service.say("m3", text="i want to kill myself")).json()["messages"]
    assert [message["kind"] for message in crisis] == ["crisis"]
    assert "988" in crisis[0]["text"]


async def test_the_page_without_scripts_is_served_by_the_same_service(service: Service) -> None:
    async def send(page: str, **given: str) -> httpx.Response:
        return await service.client.post(
            "/chat/form/say", data={**hidden_fields(page), **given}, follow_redirects=True
        )

    page = (await service.client.post("/chat/form/begin", follow_redirects=True)).text
    assert "Is it OK if I save your answers" in page
    page = (await send(page, choice=choice_id(page, "OK, that"))).text
    answer = await send(page, text="since yesterday i can't feel it when i wipe")
    assert answer.status_code == 200
    head = answer.text[: answer.text.index('aria-label="Messages"')]
    assert 'href="tel:911"' in head
    service.switch.broken = True
    down = await send(answer.text, text="i can't feel my legs and i can't pee")
    assert down.status_code == 503
    assert 'href="tel:911"' in down.text


async def test_progress_and_the_end_of_a_session(service: Service) -> None:
    session = await service.open()
    found = await service.client.get("/api/chat/progress", headers=bearer(service.token))
    assert found.json() == {
        "reference": session["reference"], "left": None, "changeable": [], "company": ALONE, "held": False,
    }  # fmt: skip
    ended = await service.client.delete("/api/chat/session", headers=bearer(service.token))
    assert ended.status_code == 204
    assert (await service.say("m1", text="my back hurts")).status_code == 401
