"""What a patient does with the widget, in a real browser."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Route, expect

from tests.acceptance.browser.conftest import Visitor, VisitorMaker, watch
from tests.integration.gateway.conftest import Gateway, GatewayMaker

pytestmark = pytest.mark.browser

PAYLOADS = [
    "<script>window.hit=1</script>",
    "<img src=x onerror=window.hit=1>",
    "<svg/onload=window.hit=1>",
    "<iframe srcdoc='<script>parent.hit=1</script>'></iframe>",
    "javascript:window.hit=1",
    "<a href='javascript:window.hit=1'>click</a>",
    '"><img src=x onerror=window.hit=1>',
    "</textarea><script>window.hit=1</script>",
    "{{constructor.constructor('window.hit=1')()}}",
    "${window.hit=1}",
    "<style>*{display:none}</style>",
    "<details open ontoggle=window.hit=1>",
    "- <b>bold</b>\n1. <i>Label</i>: <u>value</u>",
    "<math><mtext></table><img src=x onerror=window.hit=1>",
    "&lt;script&gt;window.hit=1&lt;/script&gt;",
]


async def test_a_choice_is_a_button_and_free_text_is_always_open(visitor: Visitor) -> None:
    await visitor.page.get_by_role("button", name="I agree").click()
    await visitor.answered()
    await visitor.say("my lower back hurts, down the left leg")
    texts = await visitor.texts()
    assert texts[2:] == [
        "I agree",
        "In a few words, what brings you in?",
        "my lower back hurts, down the left leg",
        "You said: my lower back hurts, down the left leg",
        "In a few words, what brings you in?",
    ]


async def test_what_is_shown_is_what_is_stored_in_its_order(visitor: Visitor) -> None:
    for number in range(4):
        await visitor.say(f"message {number}")
    await asyncio.sleep(0.3)
    stored = [message.text for message in visitor.gateway.door.only_talk().messages]
    assert await visitor.texts() == stored


async def test_words_of_anybody_are_text_and_nothing_else(visitor: Visitor) -> None:
    case_id = visitor.gateway.door.only_talk().id
    for payload in PAYLOADS:
        await visitor.say(payload)
        visitor.gateway.door.staff_says(case_id, payload)
    await expect(visitor.page.locator(".message.staff")).to_have_count(len(PAYLOADS))
    await asyncio.sleep(0.3)
    assert await visitor.page.evaluate("window.hit") is None
    assert await visitor.page.locator("#log :is(script, img, svg, iframe, style, details, i, u)").count() == 0
    assert await visitor.page.locator("#log a[href^=javascript]").count() == 0
    assert PAYLOADS[1] in await visitor.texts()


async def test_several_answers_at_once_and_none_excludes_the_others(visitor: Visitor) -> None:
    await visitor.say("which")
    page = visitor.page
    send = page.get_by_role("button", name="Send my answer")
    await expect(send).to_be_disabled()
    await page.get_by_label("Cancer").check()
    await page.get_by_label("Lost weight").check()
    await page.get_by_label("None of these").check()
    assert not await page.get_by_label("Cancer").is_checked()
    await page.get_by_label("Lost weight").check()
    await page.get_by_label("Cancer").check()
    assert not await page.get_by_label("None of these").is_checked()
    await send.click()
    await visitor.answered()
    assert "Cancer, now or in the past; Lost weight without trying" in await visitor.texts()


@pytest.mark.parametrize(
    ("words", "links"),
    [("i cant feel when i wipe", ["tel:911"]), ("i want to die", ["tel:988", "sms:988", "tel:911"])],
)
async def test_urgent_words_stay_in_sight_whatever_comes_after(
    visitor: Visitor, words: str, links: list[str]
) -> None:
    await visitor.say(words)
    panel = visitor.page.locator("#urgent")
    for number in range(8):
        await visitor.say(f"later message {number}")
    await expect(panel).to_be_in_viewport()
    found = await panel.locator(".calls a").evaluate_all("all => all.map(one => one.getAttribute('href'))")
    assert found == links
    for link in await panel.locator(".calls a").all():
        await expect(link).to_be_in_viewport(ratio=1)
    box = await panel.bounding_box()
    assert box is not None
    assert box["width"] == 390


async def test_an_emergency_shows_even_while_nothing_can_be_saved(visitor: Visitor) -> None:
    visitor.gateway.door.down = True
    await visitor.page.fill("#words", "i cant feel when i wipe")
    await visitor.page.press("#words", "Enter")
    await expect(visitor.page.locator("#urgent")).to_contain_text("Please call 911")
    visitor.gateway.door.down = False
    await visitor.answered()
    visitor.complaints.clear()  # the browser reports the 503 it was given


async def test_a_message_that_failed_is_sent_again_under_the_same_id(visitor: Visitor) -> None:
    seen: list[str] = []

    async def cut(route: Route) -> None:
        seen.append(str(route.request.post_data_json["client_message_id"]))
        await route.abort()

    await visitor.page.route("**/api/chat/messages", cut)
    await visitor.page.fill("#words", "my back hurts")
    await visitor.page.press("#words", "Enter")
    again = visitor.page.get_by_role("button", name="Try again")
    await again.wait_for()
    await visitor.page.unroute("**/api/chat/messages")
    async with visitor.page.expect_request("**/api/chat/messages") as sent:
        await again.click()
    await visitor.answered()
    request = await sent.value
    assert set(seen) == {request.post_data_json["client_message_id"]}
    assert (await visitor.texts()).count("my back hurts") == 1
    assert visitor.gateway.door.turns == 1
    visitor.complaints.clear()


async def test_an_answer_lost_on_the_way_is_not_a_second_turn(visitor: Visitor) -> None:
    lost = False

    async def lose_first(route: Route) -> None:
        nonlocal lost
        if lost:
            await route.continue_()
            return
        lost = True
        await route.fetch()
        await route.abort()

    await visitor.page.route("**/api/chat/messages", lose_first)
    await visitor.say("my back hurts")
    await asyncio.sleep(0.2)
    assert visitor.gateway.door.turns == 1
    assert (await visitor.texts()).count("my back hurts") == 1
    visitor.complaints.clear()


async def test_a_reload_goes_on_where_it_was(visitor: Visitor) -> None:
    await visitor.say("my back hurts")
    before = await visitor.texts()
    await visitor.page.reload()
    await visitor.page.locator("#log .message").nth(len(before) - 1).wait_for()
    assert await visitor.texts() == before
    assert len(visitor.gateway.door.talks) == 1


async def test_an_emergency_is_still_in_sight_after_a_reload(visitor: Visitor) -> None:
    await visitor.say("i cant feel when i wipe")
    await visitor.page.reload()
    await expect(visitor.page.locator("#urgent")).to_be_in_viewport()
    await expect(visitor.page.get_by_role("button", name="I'm going")).to_be_visible()


async def test_two_tabs_show_one_conversation(visitor: Visitor) -> None:
    other = await visitor.context.new_page()
    watch(other, visitor.complaints)
    await visitor.open_chat(other)
    await visitor.say("from the first tab")
    await expect(other.locator(".message.patient .bubble")).to_have_text(["from the first tab"])
    assert len(visitor.gateway.door.talks) == 1


async def test_staff_arrive_live_even_from_another_process(visitor: Visitor) -> None:
    visitor.gateway.door.staff_says(visitor.gateway.door.only_talk().id, "Hello, this is Dana.", wake=False)
    await expect(visitor.page.locator(".message.staff")).to_contain_text("Clinic team")


async def test_where_streams_are_blocked_messages_arrive_all_the_same(visit: VisitorMaker) -> None:
    visitor = await visit("phone")
    await visitor.page.route("**/api/chat/stream", lambda route: route.abort())
    await visitor.page.clock.install()
    await visitor.open_chat()
    for _ in range(6):
        await visitor.page.clock.run_for(4000)
    visitor.gateway.door.staff_says(visitor.gateway.door.only_talk().id, "Hello, this is Dana.")
    for _ in range(5):
        await visitor.page.clock.run_for(4000)
        await asyncio.sleep(0.1)
    await expect(visitor.page.locator(".message.staff")).to_have_count(1)


async def test_a_token_that_ended_says_so_and_offers_a_new_chat(visitor: Visitor) -> None:
    visitor.gateway.door.tokens.clear()
    await visitor.page.fill("#words", "my back hurts")
    await visitor.page.press("#words", "Enter")
    await visitor.page.get_by_role("button", name="Start a new chat").click()
    await expect(visitor.page.get_by_role("button", name="I agree")).to_be_visible()
    assert len(visitor.gateway.door.talks) == 2
    visitor.complaints.clear()


async def test_ending_gives_the_token_back_and_leaves_nothing_on_the_device(visitor: Visitor) -> None:
    await visitor.say("my back hurts")
    await visitor.page.get_by_role("button", name="About this chat").click()
    await expect(visitor.page.locator("#reference")).to_have_text("K7QM-4T2X")
    async with visitor.page.expect_response("**/api/chat/session"):
        await visitor.page.get_by_role("button", name="End and clear this chat").click()
    await expect(visitor.page.locator(".message")).to_have_count(0)
    await expect(visitor.page.get_by_role("button", name="Start a new chat")).to_be_focused()
    assert await visitor.page.evaluate("localStorage.getItem('spine-intake')") is None
    assert visitor.gateway.door.tokens == {}


async def test_the_device_keeps_no_words_that_were_taken(visitor: Visitor) -> None:
    await visitor.say("my back hurts")
    assert "hurts" not in await visitor.page.evaluate("JSON.stringify(localStorage)")


# --- in a frame ---------------------------------------------------------------------------------


async def test_one_script_tag_opens_the_chat_and_escape_closes_it(visit: VisitorMaker) -> None:
    visitor = await visit("desktop")
    page = visitor.page
    await page.goto(f"{visitor.address}/")
    button = page.get_by_role("button", name="Chat with us")
    await button.click()
    frame = page.frame_locator("iframe")
    await frame.get_by_role("button", name="I agree").wait_for()
    await expect(frame.locator("#words")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_be_hidden()
    await expect(button).to_be_focused()
    visitor.gateway.door.staff_says(visitor.gateway.door.only_talk().id, "Hello, this is Dana.")
    await page.get_by_role("button", name="Chat with us, 1 new").click()
    await expect(frame.locator(".message.staff")).to_be_visible()
    assert visitor.complaints == []


@contextlib.asynccontextmanager
async def clinic_page() -> AsyncIterator[tuple[str, list[str]]]:
    """A page of another origin; (its origin, a list whose first item becomes the page)."""
    page: list[str] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n"
        writer.write((head + page[0]).encode())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://localhost:{server.sockets[0].getsockname()[1]}", page


async def open_from(visitor: Visitor, origin: str, page: list[str], *, label: str = "Chat with us") -> None:
    """The clinic's own page with the one script tag."""
    tag = f'<script src="{visitor.address}/widget.js"></script>'
    page.append(f"<!doctype html><title>Clinic</title><body><h1>Clinic</h1>{tag}</body>")
    await visitor.page.goto(f"{origin}/")
    await visitor.page.get_by_role("button", name=label).click()


async def test_a_named_page_may_embed_it(visit: VisitorMaker, start: GatewayMaker) -> None:
    async with clinic_page() as (origin, page):
        visitor = await visit("phone", gateway=await start(allowed_origins=(origin,)))
        await open_from(visitor, origin, page)
        frame = visitor.page.frame_locator("iframe")
        await frame.get_by_role("button", name="I agree").click()
        await frame.get_by_text("what brings you in?").wait_for()
        await frame.get_by_role("button", name="Close chat").click()
        await expect(visitor.page.get_by_role("button", name="Chat with us")).to_be_focused()


async def test_another_page_may_not(visit: VisitorMaker, start: GatewayMaker) -> None:
    async with clinic_page() as (origin, page):
        gateway = await start(allowed_origins=(origin + "0",))
        visitor = await visit("phone", gateway=gateway)
        await open_from(visitor, origin, page)
        await asyncio.sleep(0.5)
        assert await visitor.page.frame_locator("iframe").locator("#words").count() == 0
        assert any("frame-ancestors" in complaint for complaint in visitor.complaints)
        assert gateway.door.talks == {}


async def test_messages_from_elsewhere_move_nothing(visit: VisitorMaker) -> None:
    visitor = await visit("desktop")
    page = visitor.page
    await page.goto(f"{visitor.address}/")
    await page.get_by_role("button", name="Chat with us").click()
    await page.frame_locator("iframe").get_by_role("button", name="I agree").wait_for()
    await page.evaluate("postMessage({source: 'spine-intake', type: 'close'}, '*')")
    await page.evaluate("postMessage('close', '*')")
    await asyncio.sleep(0.2)
    await expect(page.get_by_role("dialog")).to_be_visible()


async def test_the_first_page_makes_no_session_until_the_chat_is_opened(
    visit: VisitorMaker, gateway: Gateway
) -> None:
    visitor = await visit("desktop")
    await visitor.page.goto(f"{visitor.address}/")
    await asyncio.sleep(0.2)
    assert gateway.door.talks == {}
