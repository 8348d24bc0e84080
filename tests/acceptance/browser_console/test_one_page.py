"""The clinician's page in the browser: readable, accessible, and one sheet of paper."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.acceptance.browser_console.conftest import Desk
from tests.integration.console.conversations import ROUTINE, Said, bot
from tests.integration.console.staff_world import busy_morning

pytestmark = pytest.mark.browser

TOLD = {
    "pain_nrs": 7, "course": "worsening", "opioid": "daily", "opioid_months": 5, "nicotine": "current",
    "diabetes": "controlled", "a1c": 6.8, "goals": "pick up my grandkids", "worries": "long time off work",
    "surgery_preference": "open", "prior_spine_surgery": "yes", "anticoagulant": "no", "fever": "no",
    "saddle_numbness": "no", "cons_injections": "yes", "injection_count": 2, "limits": ("walking", "sleep"),
}  # fmt: skip


async def sheets(desk: Desk, case_id: str, folder: Path) -> int:
    """Pages of paper the browser makes of it."""
    await desk.page.goto(f"{desk.url}/console/cases/{case_id}/print")
    paper = await desk.page.pdf(path=folder / "page.pdf", format="Letter", prefer_css_page_size=True)
    return paper.count(b"/Type /Page\n")


async def test_a_long_story_is_one_sheet(desk: Desk, tmp_path: Path) -> None:
    talk = (*ROUTINE, Said(text="7, worse, norco 5 months", facts=TOLD), bot("You're booked", "booked"))
    case_id = await desk.world.add_case(
        talk, status="booked", phase="done", handoff="booking", booked_in_hours=70
    )
    await desk.sign_in("nurse")
    assert await sheets(desk, case_id, tmp_path) == 1
    assert desk.complaints == []


async def test_every_case_of_a_morning_is_one_sheet(desk: Desk, tmp_path: Path) -> None:
    ids = await busy_morning(desk.world)
    await desk.sign_in("nurse")
    assert {name: await sheets(desk, case_id, tmp_path) for name, case_id in ids.items()} == dict.fromkeys(
        ids, 1
    )


async def test_the_case_leads_to_the_page_and_back(desk: Desk) -> None:
    case_id = await desk.world.add_case(ROUTINE)
    await desk.sign_in("nurse")
    await desk.open(f"/console/cases/{case_id}")
    await desk.page.get_by_role("link", name="One page").click()
    await desk.page.get_by_role("link", name="Back to the case").click()
    assert desk.page.url.endswith(f"/console/cases/{case_id}")
