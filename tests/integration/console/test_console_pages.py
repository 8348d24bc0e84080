"""The console's pages: what they show, in which order, and that data is never markup."""

from __future__ import annotations

import asyncio
import re
import time
from html.parser import HTMLParser
from typing import Any

import httpx
import pytest
from sanic.exceptions import RequestCancelled

from bot.gateway.errors import GONE_AWAY, problem_for
from bot.services.office import work_desk
from bot.services.ports.marks import MessageFlag, Tag
from bot.services.ports.retention import Wish
from bot.settings import Settings
from tests.conftest import make_settings
from tests.integration.console.conftest import staff_app
from tests.integration.console.conversations import EMERGENCY, ROUTINE, Said, bot
from tests.integration.console.staff_world import PASSWORD, World, busy_morning, settle, signed_in
from tests.integration.gateway.serving import listening

PAYLOADS = (
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "'><svg/onload=alert(1)>",
    "{{ 7 * 7 }}",
    "{% raw %}<b>",
    "</textarea></title></style><iframe src=javascript:alert(1)>",
    "javascript:alert(1)",
    "&lt;script&gt;",
    "\u202ecod.exe<body onload=alert(1)>",
)  # fmt: skip

TAGS = frozenset(
    {
        *(
            "html",
            "head",
            "meta",
            "title",
            "link",
            "script",
            "body",
            "header",
            "nav",
            "main",
            "section",
            "aside",
        ),
        *("article", "div", "span", "p", "h1", "h2", "h3", "ul", "ol", "li", "dl", "dt", "dd", "br", "a"),
        *("form", "input", "button", "label", "small", "strong", "kbd", "code", "time", "q", "mark", "meter"),
        *("table", "thead", "tbody", "tr", "th", "td", "details", "summary"),
        *("fieldset", "legend", "select", "option", "textarea", "datalist"),
    }
)
"""All that the console's own templates use."""


class Markup(HTMLParser):
    """Every tag with its attributes, and the text, as a browser would read them."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture
async def nurse(client: httpx.AsyncClient, world: World) -> str:
    """Signed in; the CSRF token."""
    await world.add_member("nurse")
    return await signed_in(client, "nurse")


async def page_of(client: httpx.AsyncClient, path: str) -> str:
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.text


async def hostile_case(world: World, payload: str) -> str:
    """A case in which every field a person outside can fill holds the payload."""
    talk = (
        Said(text=payload, intent=payload[:60], facts={"worries": payload, "fever": "yes"}),
        Said(
            text=f"{payload} 555-0142",
            facts={"contact_name": payload, "contact_phone": "555-0142"},
            words={"contact_name": payload, "contact_phone": "555-0142"},
        ),
        bot(payload, asks=payload[:60], choices=(payload,)),
        Said(text=payload, sender="staff", kind="info"),
    )
    case_id = await world.add_case(
        talk, task="emergency", priority="P0", status="emergency", claimed_by=payload, flags=(payload,)
    )
    async with world.store.unit_of_work() as uow:
        task = (await uow.tasks.of_case(case_id))[0]
        await uow.tasks.acknowledge(task.id, by=payload, at=world.clock.now())
        who: dict[str, Any] = {"case_id": case_id, "by": payload, "at": world.clock.now()}
        await uow.marks.add_tag(Tag(text=payload, **who))
        await uow.marks.set_flag(MessageFlag(seq=1, reason=payload, **who))
        await uow.retention.add_wish(Wish(reason=payload, **who))
        await uow.commit()
    return case_id


@pytest.mark.parametrize("payload", PAYLOADS)
async def test_what_people_write_is_text_and_never_markup(
    client: httpx.AsyncClient, world: World, nurse: str, payload: str
) -> None:
    case_id = await hostile_case(world, payload)
    note = {"csrf": nurse, "text": payload}
    assert (await client.post(f"/console/cases/{case_id}/notes", data=note)).status_code == 303
    case = f"/console/cases/{case_id}"
    for path in ("/console/", "/console/live", case, f"{case}/live", f"{case}/erasure"):
        markup = Markup(await page_of(client, path))
        assert payload in markup.text, path
        _assert_harmless(markup)
    searched = await client.get("/console/", params={"q": payload[:100]})
    _assert_harmless(Markup(searched.text))


def _assert_harmless(markup: Markup) -> None:
    scripts = [given for tag, given in markup.tags if tag == "script"]
    assert all(given == {"src": "/console/static/console.js", "defer": None} for given in scripts)
    for tag, given in markup.tags:
        assert tag in TAGS, tag
        assert not [name for name in given if name.startswith("on") or name == "style"], (tag, given)
        assert not str(given.get("href", "")).lower().startswith("javascript")


async def test_pages_hold_nothing_inline_and_nothing_from_elsewhere(
    client: httpx.AsyncClient, world: World, nurse: str
) -> None:
    ids = await busy_morning(world)
    for path in ("/console/", "/console/login", *(f"/console/cases/{case_id}" for case_id in ids.values())):
        page = await page_of(client, path)
        assert not re.search(r"<style|style=|<script(?! src=\"/console/)|\son\w+=", page)
        assert not re.search(r"(src|href|action)=\"(?!/|#|tel:)", page)
        assert len(page.encode()) <= 100_000


async def test_pages_carry_the_gateways_headers(client: httpx.AsyncClient, nurse: str) -> None:
    answer = await client.get("/console/")
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "same-origin"


async def test_queue_pins_the_alarm_above_every_other_line(
    client: httpx.AsyncClient, world: World, nurse: str
) -> None:
    ids = await busy_morning(world)
    for path in ("/console/", "/console/?queue=mine", "/console/?q=robin", "/console/?queue=all"):
        page = await page_of(client, path)
        alarms = page[page.index('data-live="alarms"') : page.index('data-live="list"')]
        assert ids["emergency"] in alarms
        assert "1 emergency not acknowledged" in alarms
        assert "Possible cauda equina" in alarms
    case = await page_of(client, f"/console/cases/{ids['booked']}")
    assert "1 emergency not acknowledged" in case


async def test_queue_says_late_and_unfinished(client: httpx.AsyncClient, world: World, nurse: str) -> None:
    await busy_morning(world)
    text = Markup(await page_of(client, "/console/")).text
    assert "35 min late" in text
    assert "in 14 min" in text
    assert "Still talking" in text
    assert "None so far" in text


async def test_case_page_shows_why_with_the_words_and_the_source(
    client: httpx.AsyncClient, world: World, nurse: str
) -> None:
    ids = await busy_morning(world)
    page = await page_of(client, f"/console/cases/{ids['emergency']}")
    assert re.search(
        r'<mark class="present" title="Numb between the legs: yes[^"]*">cant feel when i wipe</mark>', page
    )
    text = Markup(page).text
    for shown in ("RF01", "R-GIRFT", "not complete", "Dana Example", "555-0142", "Sent to emergency care"):
        assert shown in text
    assert 'class="said">cant feel when i wipe</q> <a class="from" href="#m-8"' in page
    assert "Nobody has acknowledged this emergency yet." in text


async def test_a_sign_read_in_part_says_so(client: httpx.AsyncClient, world: World, nurse: str) -> None:
    told = {"bladder_retention": "yes", "fever": "no"}
    talk = (Said(text="toilet is an adventure, no fever", facts=told, half_read=("bladder_retention",)),)
    page = await page_of(client, f"/console/cases/{await world.add_case(talk)}")
    lines = [line for line in page.split("<li") if "read in part" in line]
    assert len(lines) == 1
    assert "fever" not in lines[0].lower()


async def test_no_rule_fired_is_not_called_no_red_flag_while_the_gate_is_open(
    client: httpx.AsyncClient, world: World, nurse: str
) -> None:
    ids = await busy_morning(world)
    text = Markup(await page_of(client, f"/console/cases/{ids['talking']}")).text
    assert "None so far" in text
    assert 'this is not "no red flag"' in text


async def test_corrected_fact_shows_its_earlier_value(
    client: httpx.AsyncClient, world: World, nurse: str
) -> None:
    talk = (
        Said(text="left leg", facts={"side": "left"}),
        Said(text="no I meant the right", facts={"side": "right"}),
    )
    case_id = await world.add_case(talk)
    page = await page_of(client, f"/console/cases/{case_id}")
    history = page[page.index('id="history-side"') :]
    assert history.index("left") < history.index("right")


async def test_acknowledge_button_opens_the_case(client: httpx.AsyncClient, world: World, nurse: str) -> None:
    ids = await busy_morning(world)
    action = re.search(r'action="(/console/tasks/\w+/acknowledge)"', await page_of(client, "/console/"))
    assert action
    answer = await client.post(action[1], data={"csrf": nurse})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/console/cases/{ids['emergency']}")
    assert "not acknowledged" not in Markup(await page_of(client, "/console/")).text
    assert "acknowledged by nurse" in Markup(await page_of(client, answer.headers["location"])).text


async def test_a_task_is_ended_on_the_case_page_as_on_the_work_list(
    client: httpx.AsyncClient, world: World, nurse: str
) -> None:
    case_id = await world.add_case(task="callback", priority="P2")
    async with world.store.unit_of_work(write=False) as uow:
        [task] = await uow.tasks.of_case(case_id)
    await work_desk.log_try(world.ctx, world.members["nurse"], task.id, how="left_message", note="until 5 pm")
    page = Markup(await page_of(client, f"/console/cases/{case_id}"))
    assert "Left a message without details" in page.text
    assert "until 5 pm" in page.text
    offered = {given["value"] for tag, given in page.tags if tag == "option"}
    assert {"visit_booked", "other"} <= offered
    assert not {"not_reached", "in_care"} & offered, "too few tries, another kind of task"
    end = f"/console/tasks/{task.id}/finish"
    for refused in ({}, {"outcome": "not_reached"}, {"outcome": "other"}):
        assert (await client.post(end, data={"csrf": nurse, **refused})).status_code == 400
    await world.claim(case_id, "ana")
    taken = await client.post(end, data={"csrf": nurse, "outcome": "visit_booked"})
    assert (taken.status_code, "ana works on this case" in taken.text) == (409, True)
    await world.claim(case_id, "nurse")
    assert (await client.post(end, data={"csrf": nurse, "outcome": "visit_booked"})).status_code == 303
    assert "Done: A visit is booked" in Markup(await page_of(client, f"/console/cases/{case_id}")).text


async def test_fragment_is_not_sent_again_while_nothing_changed(
    client: httpx.AsyncClient, world: World, nurse: str
) -> None:
    ids = await busy_morning(world)
    for path in ("/console/live", f"/console/cases/{ids['booked']}/live"):
        first = await client.get(path)
        tag = first.headers["etag"]
        again = await client.get(path, headers={"If-None-Match": tag})
        assert (again.status_code, again.text) == (304, "")
    await world.add_case(task="emergency", priority="P0", minutes_ago=0)
    changed = await client.get("/console/live", headers={"If-None-Match": tag})
    assert "2 emergencies not acknowledged" in changed.text


async def test_login_page_works_without_a_script(client: httpx.AsyncClient, world: World) -> None:
    await world.add_member("nurse")
    wrong = await client.post("/console/login", data={"name": "nurse", "password": "x"})
    assert wrong.status_code == 401
    assert "The name or the password is wrong." in wrong.text
    right = await client.post("/console/login", data={"name": " nurse ", "password": PASSWORD})
    assert (right.status_code, right.headers["location"]) == (303, "/console/queue")
    assert "Queue" in await page_of(client, "/console")


async def test_login_page_says_how_long_to_wait(client: httpx.AsyncClient, world: World) -> None:
    for _ in range(5):
        await client.post("/console/login", data={"name": "nurse", "password": "x"})
    answer = await client.post("/console/login", data={"name": "nurse", "password": "x"})
    assert answer.status_code == 429
    assert "Wait 15 minutes" in answer.text


async def test_a_conversation_is_taken_over_written_to_and_handed_back(
    client: httpx.AsyncClient, world: World, nurse: str
) -> None:
    case_id = await world.add_case()
    address = f"/console/cases/{case_id}"
    assert "Take over" in await page_of(client, address)
    await client.post(f"{address}/take-over", data={"csrf": nurse})
    assert "Hand back to the bot" in await page_of(client, address)
    await client.post(f"{address}/messages", data={"csrf": nurse, "text": "Hello, this is the nurse."})
    assert "Hello, this is the nurse." in await page_of(client, address)
    await client.post(f"{address}/hand-back", data={"csrf": nurse})
    page = await page_of(client, address)
    assert "Take over" in page
    assert "automated helper again" in page


async def test_refusals_are_pages_that_say_what_to_do(
    client: httpx.AsyncClient, world: World, nurse: str
) -> None:
    case_id = await world.add_case(claimed_by="ana")
    claimed = await client.post(f"/console/cases/{case_id}/claim", data={"csrf": nurse})
    assert claimed.status_code == 409
    assert "ana works on this case" in claimed.text
    empty = await client.post(f"/console/cases/{case_id}/notes", data={"csrf": nurse, "text": ""})
    assert empty.status_code == 400
    stale = await client.post(f"/console/cases/{case_id}/notes", data={"csrf": "old", "text": "x"})
    assert stale.status_code == 403
    for answer in (claimed, empty, stale):
        assert "Back to the queue" in answer.text


async def test_store_that_is_down_is_a_503_page(client: httpx.AsyncClient, world: World, nurse: str) -> None:
    await world.store.close()
    for file in world.folder.glob("staff.sqlite3*"):
        file.unlink()
    answer = await client.get("/console/")
    assert answer.status_code == 503
    assert "Back to the queue" in answer.text
    assert (await client.get("/console/live")).status_code == 503


@pytest.mark.parametrize(("demo", "shown"), [(True, True), (False, False)])
async def test_banners(world: World, settings: Settings, demo: bool, shown: bool) -> None:
    given: dict[str, Any] = {"demo": demo, "data_dir": settings.data_dir, "clinic_phone": "555-0100"}
    async with (
        listening(staff_app(world, make_settings(**given))) as port,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30, trust_env=False) as browser,
    ):
        page = await page_of(browser, "/console/login")
    assert ("Made-up patients" in page) is shown
    assert "Draft protocols." in page


async def test_a_page_that_waits_is_answered_when_another_process_has_written(
    client: httpx.AsyncClient, world: World, nurse: str
) -> None:
    case_id = await world.add_case(ROUTINE)
    path = f"/console/cases/{case_id}/live"
    tag = (await client.get(path)).headers["etag"]
    waiting = {"If-None-Match": tag, "Prefer": "wait=9"}
    held = asyncio.create_task(client.get(path, headers=waiting))
    await settle()  # what is written now, the page is told by the record alone
    await world.add_case(EMERGENCY, minutes_ago=0, task="emergency", priority="P0", status="emergency")
    began = time.monotonic()
    answer = await held
    assert (answer.status_code, answer.headers["preference-applied"]) == (200, "wait")
    assert "not acknowledged" in answer.text
    assert time.monotonic() - began < 3


def test_a_page_that_goes_elsewhere_while_it_waits_is_no_failure() -> None:
    assert problem_for(RequestCancelled()).status == GONE_AWAY


async def test_a_page_that_waits_learns_that_the_session_is_over(
    client: httpx.AsyncClient, world: World, nurse: str
) -> None:
    path = "/console/queue/live"
    tag = (await client.get(path)).headers["etag"]
    held = asyncio.create_task(client.get(path, headers={"If-None-Match": tag, "Prefer": "wait=1"}))
    await settle()
    world.clock.pass_(minutes=30)
    assert (await held).status_code == 401
