"""The work queue in a browser: with the keyboard alone, without a reload, told at once who has a case."""

from __future__ import annotations

from bot.services.office import claims
from tests.acceptance.browser_console.conftest import Desk
from tests.acceptance.browsing import too_wide
from tests.integration.console.conversations import EMERGENCY, ROUTINE


async def add_task(desk: Desk, kind: str = "callback", priority: str = "P2", talk: object = ROUTINE) -> str:
    case_id = await desk.world.add_case(talk, task=kind, priority=priority)  # type: ignore[arg-type]
    async with desk.world.store.unit_of_work(write=False) as uow:
        return (await uow.tasks.of_case(case_id))[0].id


async def test_a_call_by_keyboard_without_a_reload(desk: Desk) -> None:
    first, second = await add_task(desk), await add_task(desk, "benefits_check", "P3")
    await desk.sign_in("nurse")
    await desk.page.evaluate("window.notReloaded = true")
    await desk.page.wait_for_selector(f'[data-task="{first}"]')
    for key in ("j", "Enter"):
        await desk.page.keyboard.press(key)
    await desk.page.wait_for_selector(f'[data-panel="{first}"]')
    await desk.page.keyboard.press("c")
    await desk.page.wait_for_selector("text=You have it")
    await desk.page.keyboard.press("t")
    await desk.page.keyboard.type("Left a")
    await desk.page.keyboard.press("Tab")
    await desk.page.keyboard.press("Tab")
    await desk.page.keyboard.type("voicemail")
    await desk.page.keyboard.press("Enter")
    await desk.page.wait_for_selector("text=1 try")
    await desk.page.click(f'[data-task="{first}"]')
    await desk.page.wait_for_selector(".tries >> text=voicemail")
    await desk.page.keyboard.press("x")
    await desk.page.keyboard.type("Question")
    await desk.page.keyboard.press("Tab")
    await desk.page.keyboard.press("Enter")
    await desk.page.wait_for_selector(f'[data-panel="{second}"]')  # on to the next one
    assert await desk.page.query_selector(f'[data-task="{first}"]') is None
    assert await desk.page.evaluate("window.notReloaded")
    assert desk.complaints == []


async def test_who_reaches_for_a_colleagues_case_is_told_at_once(desk: Desk) -> None:
    task = await add_task(desk)
    kim = await desk.world.add_member("nurse", name="Kim")
    await desk.sign_in("surgeon")
    await desk.page.click(f'[data-task="{task}"]')
    await desk.page.wait_for_selector("text=I take it")
    await desk.page.evaluate("document.body.dataset.poll += '&x=1'")  # the page is behind
    await claims.claim(desk.world.ctx, kim, task)
    await desk.page.click("text=I take it")
    await desk.page.wait_for_selector("[data-problem] >> text=Kim works on this case")
    desk.complaints.clear()  # the browser logs the 400 of the bad address and the 409


async def test_an_emergency_is_pinned_and_taken_on_the_spot(desk: Desk) -> None:
    await desk.sign_in("nurse")
    task = await add_task(desk, "emergency", "P0", EMERGENCY)
    await desk.page.wait_for_selector(".alarms >> text=1 emergency not acknowledged")
    assert (await desk.page.title()).startswith("(1!)")
    await desk.page.click(".alarm-button")
    await desk.page.wait_for_selector(f'[data-panel="{task}"] >> text=You have it')
    await desk.page.wait_for_selector(".alarms", state="hidden")


async def test_an_emergency_is_pinned_while_somebody_searches(desk: Desk) -> None:
    await desk.sign_in("nurse")
    await desk.page.keyboard.press("?")
    await desk.page.wait_for_selector("#keyboard[open] >> text=down and up in a list")
    await desk.page.keyboard.press("f")
    await desk.page.wait_for_url("**/console/find")
    await desk.page.fill("#q", "half a na")
    await add_task(desk, "emergency", "P0", EMERGENCY)
    await desk.page.wait_for_selector(".alarms >> text=1 emergency not acknowledged")
    assert (await desk.page.title()).startswith("(1!)")
    assert await desk.page.input_value("#q") == "half a na"
    await desk.page.click(".alarm-button")
    await desk.page.wait_for_url("**/console/cases/*")
    assert desk.complaints == []


async def test_the_page_fits_a_tablet_and_a_phone(desk: Desk) -> None:
    task = await add_task(desk)
    await desk.sign_in("nurse")
    await desk.page.click(f'[data-task="{task}"]')
    await desk.page.wait_for_selector("[data-panel]")
    for width, height in ((820, 1180), (390, 844)):
        await desk.page.set_viewport_size({"width": width, "height": height})
        assert await too_wide(desk.page) <= 0
