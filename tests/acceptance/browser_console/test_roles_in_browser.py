"""Every role walks through all that the console offers it: no dead link, no broken page, none too wide."""

from __future__ import annotations

import pytest

from bot.services.access.permissions import ROLES
from tests.acceptance.browser_console.conftest import Desk
from tests.acceptance.browsing import too_wide
from tests.integration.console.staff_world import busy_morning

pytestmark = pytest.mark.browser

OFFERED = {
    "front_desk": {"Work", "Cases", "Find", "Undelivered", "Protocols", "Try"},
    "nurse": {"Work", "Cases", "Find", "Undelivered", "Protocols", "Review", "Try", "Figures"},
    "surgeon": {"Work", "Cases", "Find", "Undelivered", "Protocols", "Review", "Try", "Figures"},
    "admin": {"Work", "Cases", "Find", "Undelivered", "Protocols", "Try", "Settings", "Figures", "Audit"},
    "language_editor": {"Work", "Cases", "Find", "Undelivered", "Protocols", "Review", "Try", "Figures"},
    "protocol_approver": {"Work", "Cases", "Find", "Undelivered", "Protocols", "Try", "Figures"},
    "auditor": {"Work", "Cases", "Find", "Undelivered", "Protocols", "Figures", "Audit"},
}
"""The head of the page, by role."""
LINKS = 'a[href^="/console/"]:not([href*="static"])'
FROM = {"head": ".top nav", "settings": ".settings-tabs", "case": ".records, .more-facts"}
DOWNLOADS = ("/text", "/script", ".csv")


async def links(desk: Desk, place: str) -> list[str]:
    """Addresses of the links there, each once, without their places on the page."""
    found = await desk.page.evaluate(
        "([place, links]) => [...document.querySelectorAll(place)]"
        ".flatMap(part => [...part.querySelectorAll(links)]).map(a => a.getAttribute('href'))",
        [FROM[place], LINKS],
    )
    plain = dict.fromkeys(address.partition("#")[0] for address in found)
    return [address for address in plain if not address.endswith(DOWNLOADS)]


async def look(desk: Desk, path: str) -> None:
    """The page is there, says what it is, and fits a tablet."""
    answer = await desk.page.goto(desk.url + path)
    assert answer is not None
    assert answer.status == 200, path
    assert await desk.page.locator("h1").count() == 1, path
    assert await too_wide(desk.page) <= 0, path


async def test_what_every_role_is_offered_is_there_and_fits_a_tablet(desk: Desk) -> None:
    """What two roles are offered alike is opened once, the case by everybody."""
    ids = await busy_morning(desk.world)
    await desk.page.set_viewport_size({"width": 820, "height": 1180})
    seen = set[str]()
    for role in ROLES:
        await desk.sign_in(role)
        names = await desk.page.locator(".top nav a").all_inner_texts()
        assert {name.partition(" ")[0].strip() for name in names} == OFFERED[role]
        offered = await links(desk, "head")
        await look(desk, f"/console/cases/{ids['emergency']}")
        offered += await links(desk, "case")
        # Settings offer more of them: the list grows while it is walked.
        for path in (path for path in offered if path not in seen):
            await look(desk, path)
            offered += await links(desk, "settings")
            seen.add(path)
        await desk.page.get_by_role("button", name="Sign out").click()
        await desk.page.wait_for_url("**/console/login")
    assert len(seen) > len(OFFERED["nurse"])
    assert not desk.complaints
