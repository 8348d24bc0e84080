"""The chat without JavaScript, as a browser uses it: forms, a cookie, redirects."""

from __future__ import annotations

import re

import httpx
import pytest

from bot.gateway.company_words import ALONE
from bot.gateway.options import Rates
from bot.services.case.company import Company
from tests.integration.gateway.conftest import Gateway, GatewayMaker

PAGE = "/chat/form"


def fields(page: str) -> dict[str, str]:
    """The hidden fields that every form of the page carries."""
    found = dict(re.findall(r'type="hidden" name="(csrf|id)" value="([^"]*)"', page))
    assert set(found) == {"csrf", "id"}
    return found


def choice(page: str, label: str) -> str:
    """The id behind a button or box."""
    return next(
        re.search(r'value="([^"]+)"', part)[1]  # type: ignore[index]
        for part in re.findall(r"<(?:button|label)[^>]*>.*?</(?:button|label)>", page, flags=re.DOTALL)
        if label in part
    )


async def begin(gateway: Gateway) -> str:
    answer = await gateway.client.post(f"{PAGE}/begin", follow_redirects=True)
    assert answer.status_code == 200
    return answer.text


async def send(gateway: Gateway, page: str, **given: str | list[str]) -> httpx.Response:
    return await gateway.client.post(f"{PAGE}/say", data={**fields(page), **given}, follow_redirects=True)


async def test_looking_at_the_page_opens_no_chat(gateway: Gateway) -> None:
    page = await gateway.client.get(PAGE)
    assert page.status_code == 200
    assert "Start" in page.text
    assert "set-cookie" not in page.headers
    assert gateway.door.talks == {}


async def test_the_same_questions_in_the_same_words(gateway: Gateway) -> None:
    page = await begin(gateway)
    assert "Is it OK if we keep your answers" in page
    page = (await send(gateway, page, choice=choice(page, "I agree"))).text
    assert "In a few words, what brings you in?" in page
    page = (await send(gateway, page, text="which of them")).text
    picked = [choice(page, "Cancer"), choice(page, "Lost weight")]
    page = (await send(gateway, page, choice=picked)).text
    assert "Cancer, now or in the past; Lost weight without trying" in page
    said = [m.text for m in gateway.door.only_talk().messages if m.sender == "patient"]
    assert said == ["I agree", "which of them", "Cancer, now or in the past; Lost weight without trying"]


async def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(gateway: Gateway) -> None:
    answer = await gateway.client.post(f"{PAGE}/begin")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert answer.status_code == 303
    assert gateway.door.only_talk().id not in answer.text


async def test_beginning_again_goes_on_with_the_chat_that_is_there(gateway: Gateway) -> None:
    await begin(gateway)
    await begin(gateway)
    assert len(gateway.door.talks) == 1


async def test_a_form_sent_twice_is_one_message(gateway: Gateway) -> None:
    page = await begin(gateway)
    for _ in range(2):
        assert (await send(gateway, page, text="my back hurts")).status_code == 200
    assert gateway.door.turns == 1


async def test_an_old_page_of_the_history_cannot_answer_again(gateway: Gateway) -> None:
    page = await begin(gateway)
    await send(gateway, page, text="my back hurts")
    answer = await send(gateway, page, text="something else")
    assert answer.status_code == 409
    assert "answered already" in answer.text
    assert gateway.door.turns == 1


@pytest.mark.parametrize("wrong", [{"csrf": "0" * 64}, {"csrf": ""}])
async def test_a_form_of_another_site_is_refused(gateway: Gateway, wrong: dict[str, str]) -> None:
    page = await begin(gateway)
    answer = await send(gateway, page, text="my back hurts", **wrong)
    assert answer.status_code == 403
    assert gateway.door.turns == 0


@pytest.mark.parametrize("path", ["begin", "say", "end"])
@pytest.mark.parametrize("origin", ["https://evil.example", "https://clinic.example", "null"])
async def test_a_foreign_page_can_send_nothing(gateway: Gateway, path: str, origin: str) -> None:
    page = await begin(gateway)
    given = {**fields(page), "text": "my back hurts"}
    answer = await gateway.client.post(f"{PAGE}/{path}", data=given, headers={"Origin": origin})
    assert answer.status_code == 403
    assert len(gateway.door.tokens) == 1
    assert gateway.door.turns == 0


async def test_an_emergency_stands_once_and_counts_no_questions(gateway: Gateway) -> None:
    page = (await send(gateway, await begin(gateway), text="i cant feel when i wipe")).text
    assert page.count("Please call") == 1
    assert "more question" not in page


async def test_an_emergency_stays_at_the_head_of_the_page(gateway: Gateway) -> None:
    page = (await send(gateway, await begin(gateway), text="i cant feel when i wipe")).text
    page = (await send(gateway, page, text="what now")).text
    head = page[: page.index('aria-label="Messages"')]
    assert 'href="tel:911"' in head
    assert "Please call 911" in re.sub("<[^>]+>", "", head)


async def test_an_emergency_is_answered_while_nothing_can_be_saved(gateway: Gateway) -> None:
    page = await begin(gateway)
    gateway.door.down = True
    answer = await send(gateway, page, text="i cant feel when i wipe")
    assert answer.status_code == 503
    assert 'href="tel:911"' in answer.text
    assert "could not be saved" in answer.text


async def test_words_too_long_are_kept_and_still_screened(gateway: Gateway) -> None:
    answer = await send(
        gateway, await begin(gateway), text="my back hurts " * 150 + "i cant feel when i wipe"
    )
    assert answer.status_code == 413
    assert 'href="tel:911"' in answer.text
    assert "my back hurts my back hurts" in answer.text


@pytest.mark.parametrize(
    ("given", "said"), [({}, 400), ({"choice": "nothing-of-ours"}, 422), ({"text": " "}, 400)]
)
async def test_what_is_no_answer_is_refused_kindly(
    gateway: Gateway, given: dict[str, str], said: int
) -> None:
    answer = await send(gateway, await begin(gateway), **given)
    assert answer.status_code == said
    assert 'id="trouble"' in answer.text


async def test_words_are_text_and_never_markup(gateway: Gateway) -> None:
    words = "<script>hit()</script> & \"quotes\" 'single' {{ 7*7 }}"
    page = (await send(gateway, await begin(gateway), text=words)).text
    assert "<script" not in page
    assert "&lt;script&gt;hit()&lt;/script&gt; &amp;" in page
    assert "{{ 7*7 }}" in page


async def test_numbers_and_dates_have_fitting_fields_beside_free_text(gateway: Gateway) -> None:
    page = (await send(gateway, await begin(gateway), text="my age")).text
    assert re.search(r'name="text" type="number" required step=any min="0" max="120"', page)
    assert "<textarea" in page
    page = (await send(gateway, page, text="when i was born")).text
    assert 'type="date"' in page


async def test_an_answer_is_changed_by_its_own_button(gateway: Gateway) -> None:
    page = await begin(gateway)
    for words in ("my age", "44", "which"):
        page = (await send(gateway, page, text=words)).text
    wanted = re.findall(r'value="(change-\d+)"', page)
    page = (await send(gateway, page, choice=wanted[0])).text
    assert "let&#39;s change that answer" in page


@pytest.mark.parametrize(
    ("shown", "words"),
    [("role", "A nurse from our team is here."), ("name", "Nora from our team is here."),
     ("team", "A person from our team is here.")],
)  # fmt: skip
async def test_who_is_there_is_told_as_the_clinic_wants(start: GatewayMaker, shown: str, words: str) -> None:
    gateway = await start(changed={"staff_shown": shown})
    page = await begin(gateway)
    assert ALONE in page
    gateway.door.company = Company(held=True, name="Nora", role="nurse")
    page = (await gateway.client.get("/chat/form")).text
    assert words in page
    assert ("Nora" in page) == (shown == "name")
    assert "I agree" not in page.partition('id="answer"')[2], "what the helper asked waits"


async def test_too_many_new_chats_are_told_on_the_page(start: GatewayMaker) -> None:
    gateway = await start(rates=Rates(sessions_per_address=1))
    await gateway.open()
    answer = await gateway.client.post(f"{PAGE}/begin")
    assert answer.status_code == 429
    assert "Please wait a minute" in answer.text
    assert "Start" in answer.text


async def test_ending_gives_the_token_back(gateway: Gateway) -> None:
    page = await begin(gateway)
    answer = await gateway.client.post(f"{PAGE}/end", data=fields(page), follow_redirects=True)
    assert gateway.door.tokens == {}
    assert "Start" in answer.text


async def test_a_chat_that_has_ended_elsewhere_says_so_and_offers_a_new_one(gateway: Gateway) -> None:
    await begin(gateway)
    gateway.door.tokens.clear()
    answer = await gateway.client.get(PAGE)
    assert answer.status_code == 401
    assert "has ended" in answer.text
    assert "Start" in answer.text


async def test_the_page_says_who_may_frame_it_and_runs_nothing(gateway: Gateway) -> None:
    answer = await gateway.client.get(PAGE)
    policy = answer.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "form-action 'self'" in policy
    assert not re.search(r"<script|\son\w+=|style=", answer.text)
