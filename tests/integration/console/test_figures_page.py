"""Figures from a morning's conversations: the page, the table for a spreadsheet, the outcome loop."""

from __future__ import annotations

import csv
import datetime as dt
import io
import xml.etree.ElementTree as ET

import httpx
import pytest

from bot.domain.errors import InvalidInput, RoleRefused
from bot.services.office import dispositions, figures
from bot.services.office.figures import Period
from tests.integration.console.conversations import ROUTINE
from tests.integration.console.staff_world import World, busy_morning, signed_in

SVG = "{http://www.w3.org/2000/svg}"


async def counted(world: World) -> figures.Counted:
    """The last week, as an auditor reads it."""
    today = figures.today(world.ctx)
    period = Period(first=today - dt.timedelta(days=6), last=today)
    auditor = world.members.get("auditor") or await world.add_member("auditor")
    return await figures.read(world.ctx, auditor, period)


async def test_a_morning_is_counted_once_and_what_changes_is_counted_anew(world: World) -> None:
    ids = await busy_morning(world)
    await world.add_case(ROUTINE, test=True, handoff="booking", phase="done")
    assert await figures.count_changed(world.ctx) > 0
    assert await figures.count_changed(world.ctx) == 0
    before = await counted(world)
    assert sum(before.of("begun").values()) == sum(before.by_day.values()) == len(ids)
    assert before.of("ending") == {"emergency": 1, "callback": 2, "booked": 1, "going_on": 1}
    assert before.of("task")["emergency:open"] == 1
    assert before.late == {"emergency": 1, "callback": 1}
    world.clock.pass_(hours=25)  # nobody writes that somebody fell silent
    assert await figures.count_changed(world.ctx) > 0
    assert (await counted(world)).of("ending")["left"] == 1


async def test_what_the_clinic_decided_stands_beside_what_the_service_said(world: World) -> None:
    ids = await busy_morning(world)
    nurse, desk = await world.add_member("nurse"), await world.add_member("front_desk")
    await dispositions.record(world.ctx, desk, ids["booked"], attended="came")
    with pytest.raises(RoleRefused):
        await dispositions.record(world.ctx, desk, ids["booked"], decided="injection", reason="so")
    with pytest.raises(InvalidInput):
        await dispositions.record(world.ctx, nurse, ids["booked"], decided="injection", reason=" ")
    with pytest.raises(InvalidInput):
        await dispositions.record(world.ctx, nurse, ids["booked"])
    world.clock.pass_(seconds=1)
    made = await dispositions.record(
        world.ctx, nurse, ids["booked"], decided="surgery_offered", urgency="right", reason="stenosis"
    )
    assert (made.attended, made.decided, bool(made.outcome), bool(made.tier)) == (
        "came", "surgery_offered", True, True,
    )  # fmt: skip
    await figures.count_changed(world.ctx)
    found = await counted(world)
    assert found.of("route") == {f"{made.outcome}:surgery_offered": 1}
    assert found.of("tier") == {f"{made.tier}:surgery_offered": 1}
    assert found.of("urgency") == {f"{made.level}:right": 1}
    audited = [(actor, detail) for actor, action, _, detail in await world.audit() if "disposition" in action]
    assert [actor for actor, _ in audited] == ["front_desk", "nurse"]
    assert "stenosis" not in str(audited)


async def test_page_says_what_was_counted_in_pictures_with_words_and_tables(
    client: httpx.AsyncClient, world: World
) -> None:
    await busy_morning(world)
    await figures.count_changed(world.ctx)
    await world.add_member("auditor")
    await signed_in(client, "auditor")
    page = (await client.get("/console/figures?channel=web")).text
    pictures = [ET.fromstring(f"<svg{part.partition('</svg>')[0]}</svg>") for part in _charts(page)]  # noqa: S314
    assert len(pictures) >= 6
    for picture in pictures:
        assert picture.find("title") is not None
        assert len(picture.findtext("desc") or "") > 20
        assert picture.findall("text")
    assert "Sent to emergency care" in page
    assert all(words not in page for words in ("Dana", "555-", "numb since"))
    assert len(page.encode()) < 100_000


def _charts(page: str) -> list[str]:
    return [f' class="chart{part}' for part in page.split('<svg class="chart')[1:]]


async def test_table_for_a_spreadsheet_holds_every_count(client: httpx.AsyncClient, world: World) -> None:
    await busy_morning(world)
    await figures.count_changed(world.ctx)
    await world.add_member("admin")
    await signed_in(client, "admin")
    answer = await client.get("/console/figures.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = {(row["table"], row["key"]): row["number"] for row in csv.DictReader(io.StringIO(answer.text))}
    assert rows["handoff", "emergency"] == "1"
    assert rows["task_late_now", "callback"] == "1"
    assert (await world.audit())[-1][:2] == ("admin", "figures.exported")


@pytest.mark.parametrize(
    "asked", ["from=2026-11-20&to=2026-11-01", "from=yesterday", "channel=fax", "from=1990-01-01", "days=3"]
)
async def test_a_period_that_is_none_is_refused(client: httpx.AsyncClient, world: World, asked: str) -> None:
    await world.add_member("nurse")
    await signed_in(client, "nurse")
    assert (await client.get(f"/console/figures?{asked}")).status_code == 400


async def test_empty_clinic_has_a_page(client: httpx.AsyncClient, world: World) -> None:
    await world.add_member("nurse")
    await signed_in(client, "nurse")
    page = await client.get("/console/figures")
    assert page.status_code == 200
    assert "No conversation began" in page.text
