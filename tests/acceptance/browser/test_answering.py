"""Ways to answer, to change an answer, to see how far it is, and to keep a copy."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from bot.gateway.company_words import ALONE
from bot.services.case.company import Company
from tests.acceptance.browser.conftest import Visitor, VisitorMaker
from tests.acceptance.browser.test_accessibility import violations
from tests.acceptance.browsing import picture
from tests.integration.gateway.scripted import CONSENT

pytestmark = pytest.mark.browser


async def test_numbers_and_dates_have_a_fitting_field_and_words_are_taken_all_the_same(
    visitor: Visitor,
) -> None:
    page = visitor.page
    await visitor.say("my age")
    field = page.get_by_label("Answer with a number")
    await expect(field).to_have_attribute("type", "number")
    await field.fill("130")
    await page.get_by_role("button", name="Send this").click()
    assert visitor.gateway.door.turns == 1, "the field knows its limits"
    await field.fill("44")
    await field.press("Enter")
    await visitor.answered()
    await visitor.say("when i was born")
    await page.get_by_label("Pick a date").fill("1968-04-12")
    await page.get_by_role("button", name="Send this").click()
    await visitor.answered()
    await visitor.say("my age")
    await visitor.say("forty four or so")
    said = [m.text for m in visitor.gateway.door.only_talk().messages if m.sender == "patient"]
    assert said[1::2] == ["44", "April 12, 1968", "forty four or so"]


async def test_an_answer_is_changed_by_pointing_at_it(visitor: Visitor) -> None:
    page = visitor.page
    for words in ("my age", "44", "which"):
        await visitor.say(words)
    await page.get_by_role("button", name="Change an answer").click()
    await page.get_by_role("dialog").get_by_role("button", name="How old are you? 44").click()
    await visitor.answered()
    await expect(page.locator("#log")).to_contain_text("OK, let's change that answer.")
    await expect(page.get_by_label("Answer with a number")).to_be_visible()


async def test_how_far_it_is_stands_above_and_is_not_read_out(visitor: Visitor) -> None:
    left = visitor.page.locator("#left")
    await visitor.say("my age")
    await expect(left).to_have_text("About 6 more questions")
    await visitor.say("44")
    await expect(left).to_have_text("About 5 more questions")
    assert await left.evaluate("e => e.closest('[role=log], [aria-live]')") is None


async def test_a_message_says_when_it_was_delivered(visitor: Visitor) -> None:
    visitor.gateway.door.delay = 0.4
    await visitor.page.fill("#words", "my back hurts")
    await visitor.page.press("#words", "Enter")
    await expect(visitor.page.get_by_text("The helper is writing")).to_be_attached()
    await expect(visitor.page.locator(".message.waiting .taken")).to_be_hidden()
    await visitor.answered()
    await expect(visitor.page.locator(".message.patient .taken")).to_be_visible()
    assert (
        await visitor.page.locator(".message time[datetime]").count()
        == await visitor.page.locator(".message").count()
    )


async def test_a_copy_holds_the_whole_conversation(visitor: Visitor, tmp_path: Path) -> None:
    await visitor.say("my back hurts")
    await visitor.page.get_by_role("button", name="About this chat").click()
    async with visitor.page.expect_download() as download:
        await visitor.page.get_by_role("button", name="Save a copy").click()
    file = tmp_path / "chat.txt"
    await (await download.value).save_as(file)
    text = file.read_text(encoding="utf-8")
    assert text.startswith("Chat with Riverbend Spine\nYour code: K7QM-4T2X\n")
    for message in visitor.gateway.door.only_talk().messages:
        assert message.text in text


async def test_on_paper_there_is_the_conversation_and_nothing_to_press(visitor: Visitor) -> None:
    await visitor.say("i cant feel when i wipe")
    await visitor.page.emulate_media(media="print")
    for hidden in ("#composer", "#choices", "#progress"):
        await expect(visitor.page.locator(hidden)).to_be_hidden()
    await expect(visitor.page.locator("#urgent")).to_be_visible()
    await expect(visitor.page.locator(".message").last).to_be_visible()


# --- a bad line, two tabs, the history -----------------------------------------------------------


async def test_several_messages_over_a_slow_line_keep_their_order(visitor: Visitor) -> None:
    visitor.gateway.door.delay = 0.3
    for words in ("one", "two", "three"):
        await visitor.page.fill("#words", words)
        await visitor.page.press("#words", "Enter")
    await expect(visitor.page.locator(".message.patient .bubble")).to_have_text(["one", "two", "three"])
    await visitor.answered()
    await asyncio.sleep(0.2)
    stored = [message.text for message in visitor.gateway.door.only_talk().messages]
    assert await visitor.texts() == stored


async def test_the_engine_down_is_told_and_the_chat_goes_on(visitor: Visitor) -> None:
    await visitor.say("the engine is down")
    await expect(visitor.page.locator(".message.fallback")).to_contain_text("call 911")
    await visitor.say("my back hurts")
    assert "You said: my back hurts" in await visitor.texts()


async def test_two_tabs_opened_at_once_are_one_conversation(visit: VisitorMaker) -> None:
    visitor = await visit("phone")
    other = await visitor.context.new_page()
    await asyncio.gather(visitor.open_chat(), visitor.open_chat(other))
    assert len(visitor.gateway.door.talks) == 1


async def words_on_device(page: Page) -> str:
    return str(await page.evaluate("localStorage.getItem('spine-intake')"))


async def test_two_tabs_keep_each_others_unsent_words(visitor: Visitor) -> None:
    other = await visitor.context.new_page()
    await visitor.open_chat(other)
    for page, words in ((visitor.page, "from the first"), (other, "from the second")):
        await page.route("**/api/chat/messages", lambda route: route.abort())
        await page.fill("#words", words)
        await page.press("#words", "Enter")
        await page.get_by_text(words).wait_for()
    kept = await words_on_device(other)
    assert "from the first" in kept
    assert "from the second" in kept
    visitor.complaints.clear()


async def test_what_was_said_while_the_line_was_cut_comes_once_when_it_is_back(visitor: Visitor) -> None:
    await visitor.say("my back hurts")
    visitor.gateway.app.ctx.stopping = True  # every stream ends
    visitor.gateway.door.staff_says(visitor.gateway.door.only_talk().id, "first")
    await visitor.context.set_offline(True)
    visitor.gateway.app.ctx.stopping = False
    visitor.gateway.door.staff_says(visitor.gateway.door.only_talk().id, "second")
    await asyncio.sleep(0.2)
    await visitor.context.set_offline(False)
    await expect(visitor.page.locator(".message.staff .bubble")).to_have_text(["first", "second"])
    visitor.complaints.clear()


async def test_going_away_and_back_shows_the_conversation_once(visitor: Visitor) -> None:
    await visitor.say("my back hurts")
    before = await visitor.texts()
    await visitor.page.goto(f"{visitor.address}/")
    await visitor.page.go_back()
    await visitor.page.locator("#log .message").nth(len(before) - 1).wait_for()
    assert await visitor.texts() == before
    visitor.gateway.door.staff_says(visitor.gateway.door.only_talk().id, "Hello, this is Dana.")
    await expect(visitor.page.locator(".message.staff")).to_have_count(1)
    visitor.complaints.clear()


async def test_ending_in_one_tab_ends_it_in_the_other(visitor: Visitor) -> None:
    other = await visitor.context.new_page()
    await visitor.open_chat(other)
    await other.get_by_role("button", name="About this chat").click()
    await other.get_by_role("button", name="End and clear this chat").click()
    await expect(visitor.page.get_by_text("ended in another window")).to_be_visible()
    await expect(visitor.page.locator(".message")).to_have_count(0)
    visitor.complaints.clear()


async def test_a_safety_question_says_which_of_six_it_is(visitor: Visitor) -> None:
    await visitor.say("which")
    await expect(visitor.page.locator("#left")).to_have_text("Safety question 5 of 6")


async def test_a_question_for_two_things_has_no_field_for_one(visitor: Visitor) -> None:
    await visitor.say("age and also the pain")
    await expect(visitor.page.locator("#choices")).to_be_hidden()


async def test_a_finger_leaves_no_answer_looking_picked(visit: VisitorMaker) -> None:
    visitor = await visit("phone", has_touch=True, is_mobile=True)
    await visitor.open_chat()
    button = visitor.page.get_by_role("button", name="I agree")
    before = await button.evaluate("e => getComputedStyle(e).backgroundColor")
    await button.hover()
    assert await button.evaluate("e => getComputedStyle(e).backgroundColor") == before
    await button.tap()
    await visitor.answered()
    await expect(visitor.page.locator("#words")).not_to_be_focused()  # no keyboard over the answers


async def test_a_reply_is_read_from_its_first_line(visit: VisitorMaker) -> None:
    visitor = await visit("narrow")
    await visitor.open_chat()
    await expect(visitor.page.locator(".message.greeting")).to_be_in_viewport(ratio=0.5)
    await visitor.say("which")
    await expect(visitor.page.locator(".message.question").last).to_be_in_viewport(ratio=0.9)
    await visitor.say("summary")
    await expect(visitor.page.get_by_text("Please check this")).to_be_in_viewport()
    visitor.gateway.door.staff_says(visitor.gateway.door.only_talk().id, "Hello, this is Dana.")
    await expect(visitor.page.locator(".message.staff")).to_be_in_viewport(ratio=0.9)


async def test_who_is_there_stands_above_until_the_helper_is_back(
    visitor: Visitor, picture_folder: Path
) -> None:
    page, door = visitor.page, visitor.gateway.door
    case_id, company = door.only_talk().id, page.locator("#company")
    await expect(company).to_have_text(ALONE)
    door.company = Company(held=True, name="Nora", role="nurse")
    door.staff_says(case_id, "Hello, this is the nurse. I can help you now.")
    await expect(company).to_have_text("A nurse from our team is here.")
    await expect(page.get_by_text("The helper is off for now")).to_be_visible()
    await expect(page.get_by_role("button", name="I agree")).to_be_hidden()
    await picture(page, picture_folder / "person-phone.png")
    assert await violations(page) == []
    door.company = Company()
    door.store(door.only_talk(), replace(CONSENT, text="I'm the automated helper again. Is it OK?"))
    await expect(company).to_have_text(ALONE)
    await expect(page.get_by_role("button", name="I agree")).to_be_visible()
