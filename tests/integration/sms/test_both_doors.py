"""One case over both doors: a link from the phone to the web, a code from the web to the phone."""

from __future__ import annotations

import re
import uuid
from dataclasses import replace

import pytest

from bot.domain.cases import AskState, Case, Draft, MessageChoice
from bot.domain.facts import Fact
from bot.domain.levels import Level
from bot.gateway.link_page import TRIES_A_MINUTE
from bot.services.talk import chat
from bot.services.texting import handovers
from bot.services.visits import changing
from tests.integration.sms.world import PATIENT, PUBLIC_URL, World

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

SIDES = (
    MessageChoice(id="a", label="Left", sets={"side": "left"}),
    MessageChoice(id="b", label="Right", sets={"side": "right"}),
)
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


async def know(world: World, case: Case, **values: object) -> None:
    """Facts that the case holds already."""
    facts = [
        Fact(variable=name, value=value, words="", message_id=None, asked=None, by="patient",
             at=world.clock.now())  # type: ignore[arg-type]
        for name, value in values.items()
    ]  # fmt: skip
    async with world.store.unit_of_work() as uow:
        await uow.facts.add(case.id, facts)
        await uow.commit()


async def texted_link(world: World, word: str = "Web") -> str:
    """The path of the link that comes for a word."""
    await world.text(word)
    await world.work()
    found = re.search(rf"{PUBLIC_URL}(/continue/[0-9a-z]+)", world.replies[-1])
    assert found, world.replies[-1]
    return found.group(1)


async def begun(world: World, **known: object) -> Case:
    await world.text("my back hurts")
    await world.work()
    case = await world.case()
    await know(world, case, **known)
    return case


def token_in(page: str) -> str:
    found = re.search(r'data-token="([^"]+)"', page)
    assert found, page
    return found.group(1)


async def test_the_link_opens_the_same_case_once_after_the_birth_date(world: World) -> None:
    case = await begun(world, birth_date="1968-03-03")
    path = await texted_link(world)
    for _ in range(3):  # previews of a phone
        page = await world.http.get(path)
        assert "birth date" in page.text
        assert "back hurts" not in page.text
    wrong = await world.http.post(path, content="birth_date=1/1/1970", headers=FORM)
    assert "data-token" not in wrong.text
    right = await world.http.post(path, content="birth_date=March+3%2C+1968", headers=FORM)
    assert await chat.access_case(world.ctx, token_in(right.text)) == case.id
    assert (await world.http.get(path)).status_code == 404
    assert (await world.http.post(path, content="birth_date=3/3/1968", headers=FORM)).status_code == 404


async def test_both_transcripts_stand_in_order_in_one_case(world: World) -> None:
    case = await begun(world, age=58)
    path = await texted_link(world)
    page = await world.http.post(path, content="birth_date=3/3/1968", headers=FORM)
    token = token_in(page.text)
    assert await chat.access_case(world.ctx, token) == case.id
    await chat.say(world.ctx, case.id, client_message_id=uuid.uuid4().hex, text="now on the web")
    assert (await world.case()).channel == "web"
    sent = len(world.replies)
    await world.work()
    assert len(world.replies) == sent, "what is said on the web is not texted too"
    await world.text("and on the phone again")
    await world.work()
    assert (await world.case()).channel == "sms"
    messages = await world.messages(case.id)
    said = [(one.channel, one.text) for one in messages if one.sender == "patient"]
    assert said == [
        ("sms", "my back hurts"),
        ("sms", "Web"),
        ("web", "now on the web"),
        ("sms", "and on the phone again"),
    ]
    assert [one.seq for one in messages] == list(range(1, len(messages) + 1))


async def test_where_no_birth_date_is_known_the_phones_last_digits_open_it(world: World) -> None:
    case = await begun(world)
    path = await texted_link(world)
    page = await world.http.get(path)
    assert "last 4 digits" in page.text
    assert "back hurts" not in page.text
    for wrong in ("", "phone=", "phone=9999", "phone=42", "birth_date=3/3/1968"):
        page = await world.http.post(path, content=wrong, headers=FORM)
        assert "data-token" not in page.text
        world.clock.move(seconds=1)
        await forgive(world, case)
    page = await world.http.post(path, content=f"phone={PATIENT[-4:]}", headers=FORM)
    assert await chat.access_case(world.ctx, token_in(page.text)) == case.id


async def forgive(world: World, case: Case) -> None:
    """Wrong answers so far do not count."""
    async with world.store.unit_of_work() as uow:
        await uow.asks.save(case.id, AskState(name=changing.TRIES))
        await uow.commit()


async def test_without_scripts_the_chat_goes_on_at_the_plain_page(world: World) -> None:
    await begun(world)
    path = await texted_link(world)
    page = await world.http.post(path, content=f"phone={PATIENT}".replace("+", ""), headers=FORM)
    assert 'content="0; url=/chat/form"' in page.text
    cookie = page.headers["set-cookie"]
    assert "httponly" in cookie.lower()
    token = cookie.partition("=")[2].partition(";")[0].strip('"')
    chat_page = await world.http.get("/chat/form", headers={"Cookie": f"spine_chat={token}"})
    assert "my back hurts" in chat_page.text


async def test_a_link_that_opens_nothing_is_a_page_for_a_person(world: World) -> None:
    for answer in (await world.http.get("/continue/x"), await world.http.post("/continue/x", headers=FORM)):
        assert answer.status_code == 404
        assert answer.headers["content-type"].startswith("text/html")
        assert "Text us the word WEB" in answer.text
    for _ in range(TRIES_A_MINUTE):
        answer = await world.http.post("/continue/x", headers=FORM)
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "60"
    assert "wait a minute" in answer.text


async def test_three_wrong_dates_close_the_link(world: World) -> None:
    await begun(world, birth_date="1968-03-03")
    path = await texted_link(world)
    for _ in range(3):
        await world.http.post(path, content="birth_date=1/1/1970", headers=FORM)
    assert (await world.http.post(path, content="birth_date=3/3/1968", headers=FORM)).status_code == 404


@pytest.mark.parametrize("minutes", [29, 31])
async def test_the_link_is_short_lived(world: World, minutes: int) -> None:
    await begun(world)
    path = await texted_link(world)
    world.clock.move(minutes=minutes)
    assert (await world.http.get(path)).status_code == (200 if minutes < 30 else 404)


async def test_a_newer_link_replaces_the_older_and_forged_ones_open_nothing(world: World) -> None:
    await begun(world)
    old, new = await texted_link(world), await texted_link(world, "send me a link")
    assert (await world.http.get(old)).status_code == 404
    assert (await world.http.get(new)).status_code == 200
    for forged in (new[:-1] + ("a" if new[-1] != "a" else "b"), "/continue/" + "0" * 64, "/continue/x"):
        assert (await world.http.get(forged)).status_code == 404


@pytest.mark.parametrize("phase", ["staff", "emergency"])
async def test_no_link_while_a_person_or_an_emergency_has_the_case(world: World, phase: str) -> None:
    case = await begun(world)
    level = Level.EMERGENCY_NOW if phase == "emergency" else Level.NONE
    async with world.store.unit_of_work() as uow:
        await uow.cases.save(replace(await uow.cases.get(case.id), phase=phase, level=level))  # type: ignore[arg-type]
        await uow.commit()
    await world.text("web")
    await world.work()
    assert not any("/continue/" in reply for reply in world.replies)


async def web_case(world: World) -> tuple[str, chat.OpenedSession]:
    """A chat on the web where a side is being asked, and its code for the phone."""
    opened = await chat.open_session(world.ctx)
    world.dialogue.drafts = (Draft(kind="question", text="Which side?", asks="side", choices=SIDES),)
    await chat.say(world.ctx, opened.case_id, client_message_id=uuid.uuid4().hex, text="my leg hurts")
    answer = await world.http.post(
        "/api/chat/phone", headers={"Authorization": f"Bearer {opened.token}"}, json={}
    )
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert made["link"].startswith("sms:+15555550100?&body=Continue%20")
    return made["code"], opened


@pytest.mark.parametrize("dress", ["Continue {}", "{}", "continue {}.", " {} "])
async def test_the_code_brings_the_web_case_to_the_phone(world: World, dress: str) -> None:
    code, opened = await web_case(world)
    await world.text(dress.format(code.lower() if dress == "{}" else code))
    await world.work()
    assert "by text" in world.replies[0]
    assert world.replies[1] == "Which side?\n1) Left\n2) Right"
    case = await world.case()
    assert (case.id, case.channel, case.address) == (opened.case_id, "sms", PATIENT)
    await world.text("2")
    case = await world.case()
    assert (await world.messages(case.id))[-1].choices
    await world.text("again " + code)
    assert (await world.case()).id == opened.case_id


async def test_a_code_works_once_and_not_for_long_and_not_by_guessing(world: World) -> None:
    code, opened = await web_case(world)
    world.clock.move(minutes=16)
    await world.text(code)
    assert (await world.case()).id != opened.case_id
    code, opened = await web_case(world)
    for number in range(handovers.CODE_TRIES):
        await world.text(f"AAAA-{number:04d}", From="+15555550143")
    await world.text(code, From="+15555550143")
    assert (await world.case("+15555550143")).id != opened.case_id


async def test_what_the_number_had_begun_ends_when_it_brings_another(world: World) -> None:
    await world.text("hello")
    first = await world.case()
    code, opened = await web_case(world)
    await world.text(code)
    async with world.store.unit_of_work(write=False) as uow:
        assert (await uow.cases.get(first.id)).status == "closed"
    assert (await world.case()).id == opened.case_id


async def test_a_code_needs_the_chats_own_token(world: World) -> None:
    for headers in ({}, {"Authorization": "Bearer x"}):
        assert (await world.http.post("/api/chat/phone", headers=headers, json={})).status_code == 401
