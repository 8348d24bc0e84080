"""The chat API keeps the contract."""

from __future__ import annotations

import asyncio
import re

import pytest

from tests.integration.gateway.conftest import Gateway, GatewayMaker, bearer

KEYS = {"id", "seq", "from", "kind", "text", "asks", "choices", "at"}


async def test_a_session_opens_with_token_reference_and_greeting(gateway: Gateway) -> None:
    answer = await gateway.client.post("/api/chat/sessions", json={"channel": "web"})
    assert answer.status_code == 201
    session = answer.json()
    assert set(session) == {"token", "expires_at", "reference", "messages"}
    assert [message["kind"] for message in session["messages"]] == ["greeting", "question"]


async def test_a_message_has_the_shape_of_the_contract(gateway: Gateway) -> None:
    session = await gateway.open()
    question = session["messages"][1]
    assert set(question) == KEYS
    assert question["choices"] == [{"id": "c1", "label": "I agree"}, {"id": "c2", "label": "I don't agree"}]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", question["at"])
    grouped = (await gateway.say(session["token"], text="also this")).json()["messages"][0]
    assert grouped["also_asks"] == ["onset"]


async def test_what_a_choice_means_stays_inside(gateway: Gateway) -> None:
    answer = await gateway.client.post("/api/chat/sessions", json={"channel": "web"})
    assert "secret_meaning" not in answer.text


async def test_the_same_id_gives_the_same_answer_and_one_turn(gateway: Gateway) -> None:
    token = (await gateway.open())["token"]
    first = await gateway.say(token, "m1", text="my back hurts")
    again = await gateway.say(token, "m1", text="my back hurts")
    assert first.json() == again.json()
    assert gateway.door.turns == 1


async def test_the_same_id_with_other_words_is_a_conflict(gateway: Gateway) -> None:
    token = (await gateway.open())["token"]
    await gateway.say(token, "m1", text="my back hurts")
    answer = await gateway.say(token, "m1", text="my neck hurts")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "conflict")


async def test_a_choice_is_taken_alone_or_as_a_list(gateway: Gateway) -> None:
    token = (await gateway.open())["token"]
    assert (await gateway.say(token, "m1", choice="c1")).status_code == 200
    await gateway.say(token, "m2", text="which")
    assert (await gateway.say(token, "m3", choice=["c1", "c3"])).status_code == 200


async def test_an_unknown_choice_is_refused_and_nothing_happens(gateway: Gateway) -> None:
    token = (await gateway.open())["token"]
    answer = await gateway.say(token, choice="c9")
    assert (answer.status_code, answer.json()["error"]["field"]) == (422, "choice")
    assert gateway.door.turns == 0


async def test_messages_after_a_number(gateway: Gateway) -> None:
    token = (await gateway.open())["token"]
    await gateway.say(token, choice="c1")
    answer = await gateway.client.get("/api/chat/messages?after=2", headers=bearer(token))
    assert [message["seq"] for message in answer.json()["messages"]] == [3, 4]
    assert answer.json()["messages"][0]["from"] == "patient"


async def test_a_waiting_reader_gets_the_message_when_it_comes(gateway: Gateway) -> None:
    token = (await gateway.open())["token"]
    reading = asyncio.create_task(
        gateway.client.get("/api/chat/messages?after=2&wait=2", headers=bearer(token))
    )
    await asyncio.sleep(0.1)
    gateway.door.staff_says(gateway.door.only_talk().id, "Hello, this is the clinic")
    assert (await reading).json()["messages"][0]["from"] == "staff"


async def test_two_sessions_never_see_each_other(gateway: Gateway) -> None:
    mine, yours = await gateway.open(), await gateway.open()
    await gateway.say(mine["token"], text="only mine")
    answer = await gateway.client.get("/api/chat/messages", headers=bearer(yours["token"]))
    assert "only mine" not in answer.text


async def test_a_turn_ends_even_when_its_sender_hangs_up(gateway: Gateway) -> None:
    token = (await gateway.open())["token"]
    gateway.door.delay = 0.3
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(gateway.say(token, text="my back hurts"), timeout=0.1)
    await asyncio.sleep(0.5)
    assert gateway.door.turns == 1


async def test_a_stop_waits_for_the_turn_that_runs(start: GatewayMaker) -> None:
    gateway = await start()
    token = (await gateway.open())["token"]
    gateway.door.delay = 0.3
    talking = asyncio.create_task(gateway.say(token, text="my back hurts"))
    await asyncio.sleep(0.1)
    await gateway.app._server_event("shutdown", "before", loop=asyncio.get_running_loop())
    assert gateway.door.turns == 1
    assert (await talking).status_code == 200


# --- the record is down -------------------------------------------------------------------------


async def test_without_a_store_an_emergency_is_answered_all_the_same(gateway: Gateway) -> None:
    token = (await gateway.open())["token"]
    gateway.door.down = True
    answer = await gateway.say(token, text="and since yesterday i cant feel when i wipe")
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    (message,) = answer.json()["messages"]
    assert set(message) == KEYS
    assert (message["kind"], message["seq"]) == ("emergency", None)
    assert "911" in message["text"]


@pytest.mark.parametrize("place", ["{} {}", "{1} {0}"])
async def test_a_text_that_is_too_long_is_refused_and_still_screened(gateway: Gateway, place: str) -> None:
    token = (await gateway.open())["token"]
    text = place.format("since yesterday i cant feel when i wipe", "it hurts a lot " * 140)
    answer = await gateway.say(token, text=text)
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_long")
    (message,) = answer.json()["messages"]
    assert (message["kind"], message["seq"]) == ("emergency", None)


async def test_without_a_store_other_words_get_a_clear_503(gateway: Gateway) -> None:
    token = (await gateway.open())["token"]
    gateway.door.down = True
    answer = await gateway.say(token, text="my back hurts")
    assert (answer.status_code, answer.json()["messages"]) == (503, [])
    assert answer.json()["error"]["code"] == "unavailable"


async def test_without_a_store_every_other_endpoint_says_503(gateway: Gateway) -> None:
    token = (await gateway.open())["token"]
    gateway.door.down = True
    answers = [
        await gateway.client.post("/api/chat/sessions", json={"channel": "web"}),
        await gateway.client.get("/api/chat/messages", headers=bearer(token)),
        await gateway.client.get("/api/chat/stream", headers=bearer(token)),
        await gateway.say(token, choice="c1"),
    ]
    assert [answer.status_code for answer in answers] == [503] * 4
    assert all("Retry-After" in answer.headers for answer in answers)
