"""The protocols page: rules in plain words with source and cases, and trying facts."""

from __future__ import annotations

import httpx

from tests.integration.console.staff_world import World, signed_in
from tests.integration.console.test_console_pages import Markup, page_of

WHAT_IF = "/console/protocols/what-if"


async def test_a_rule_is_read_in_plain_words_with_source_and_cases(
    client: httpx.AsyncClient, world: World
) -> None:
    await world.add_member("auditor")
    await signed_in(client, "auditor")
    every = await page_of(client, "/console/protocols")
    assert every.count('href="/console/protocols/rules/') == 116
    rule = await page_of(client, "/console/protocols/rules/RF52")
    shown = Markup(rule).text
    for words in ("Where it hurts: includes neck", "Age: 65 years or more", "R-CCR", "Staff read"):
        assert words in shown
    assert 'href="https://' in rule  # the guideline can be opened
    assert "what-if?f.age=" in rule  # and a case can be tried
    assert (await client.get("/console/protocols/rules/nothing")).status_code == 404


async def test_facts_are_tried_and_nothing_is_kept(client: httpx.AsyncClient, world: World) -> None:
    await world.add_member("front_desk")
    await signed_in(client, "front_desk")
    before = await world.audit()
    shown = Markup(await page_of(client, f"{WHAT_IF}?f.cancer_status=history&f.weakness=mild&f.age=70")).text
    for words in ("Emergency", "RF30", "Need score 2: low", "The bot asks next", "still open"):
        assert words in shown
    assert await world.audit() == before


async def test_no_rule_is_never_called_routine_while_safety_is_open(
    client: httpx.AsyncClient, world: World
) -> None:
    await world.add_member("nurse")
    await signed_in(client, "nurse")
    shown = Markup(await page_of(client, f"{WHAT_IF}?f.age=40")).text
    assert ("None so far" in shown, "Routine" in shown) == (True, False)


async def test_odd_facts_are_said_beside_their_field(client: httpx.AsyncClient, world: World) -> None:
    await world.add_member("nurse")
    await signed_in(client, "nurse")
    page = await page_of(client, f"{WHAT_IF}?f.age=old&f.region=moon&f.nothing=1&add=fever&f.worries=hello")
    assert page.count('class="problem"') == 2
    assert 'name="f.fever"' in page
    assert "hello" not in page  # free text is no fact to try
