"""Whose data was shown to whom: every page, fragment, table and answer that shows it is written down."""

from __future__ import annotations

from collections.abc import Mapping

import httpx
import pytest

from bot.services.access import looks
from bot.services.access.permissions import May, may
from bot.services.office import work_desk
from bot.services.ports.teaching import ReviewItem
from tests.integration.console.conversations import Said
from tests.integration.console.staff_world import World, dead_letter
from tests.integration.console.test_staff_access import ROUTES, path_of

NAME, PHONE, WORDS = "Zebulon Quagga", "555-0163", "okapi"
TOLD = {"contact_name": NAME, "contact_phone": PHONE, "saddle_numbness": "yes"}
SHOWN_BY = ("case.shown", "case.viewed", "message.viewed", "case.made_a_test", "case.exported")
TABLES = ("cases.exported", "conversations.exported", "reviews.shown")
"""Of a table the audit keeps that it was taken, with what it asked by."""


async def add_patient(world: World) -> dict[str, str]:
    """An emergency with a task, a text that was given up and a message to review."""
    talk = (Said(text=f"{WORDS} {NAME} {PHONE}", facts=TOLD, words=dict.fromkeys(TOLD, WORDS)),)
    case_id = await world.add_case(
        talk, task="emergency", priority="P0", status="emergency", address=f"+1555{PHONE.replace('-', '')}"
    )
    await dead_letter(world, case_id, body=NAME)
    async with world.store.unit_of_work() as uow:
        [message] = await uow.messages.of_patient(case_id)
        item = ReviewItem(
            message_id=message.id, case_id=case_id, rank=20, because={"why": "sample"}, needed=1
        )
        await uow.teaching.add_items(case_id, [item])
        await uow.commit()
    [task] = await world.tasks(case_id)
    return {"case_id": case_id, "task_id": task.id, "message_id": message.id, "variable": "saddle_numbness"}


@pytest.mark.parametrize("role", ["nurse", "language_editor"])
async def test_everything_that_shows_a_patient_is_written_down(
    client: httpx.AsyncClient, world: World, role: str
) -> None:
    ids = await add_patient(world) | {"rule_id": "RF01"}
    seen = set[str]()
    paths = [path_of(route, ids) for method, route in ROUTES if method == "GET"]
    paths += [f"/console/queue?task={ids['task_id']}", f"/console/queue/live?task={ids['task_id']}"]
    paths += ["/console/find?q=okapi", "/console/?queue=all", "/console/find.csv?named=yes"]
    for path in (path for path in paths if "<" not in path):
        # Somebody new each time: what was written a moment ago for one page does not stand for another.
        name = world.ids.new()
        member = await world.add_member(role, name=name)
        headers = {"Authorization": f"Bearer {await world.token(name)}"}
        answer = await client.get(path, headers=headers)
        shown = [one for one in (NAME, PHONE, WORDS) if one in answer.text]
        if not shown:
            continue
        seen.add(path.partition("?")[0])
        assert may(member, May.SEE_CONTACT) or shown == [WORDS], path
        written = [row for row in await world.audit() if row[0] == name]
        whole = any(action in SHOWN_BY and case == ids["case_id"] for _, action, case, _ in written)
        assert whole or any(action in TABLES for _, action, _, _ in written), path
        assert "task=" not in path or {"place": "task"} in [detail for *_, detail in written], path
    if role == "nurse":
        assert {"/console/queue", "/console/queue/live", "/console/find", "/console/review"} <= seen
        assert {"/console/", "/console/live", "/console/alarms/live", "/api/staff/tasks"} <= seen


async def test_an_open_page_writes_once_an_hour_and_again_for_a_new_patient(world: World) -> None:
    nurse, ctx = await world.add_member("nurse"), world.ctx
    first = await world.add_case(task="callback")

    async def shown() -> list[str | None]:
        await work_desk.list_work(ctx, nurse, view="all")
        return [case for _, action, case, _ in await world.audit() if action == looks.SHOWN]

    assert await shown() == [first]
    assert await shown() == [first]
    second = await world.add_case(task="callback")
    assert await shown() == [first, second]
    world.clock.pass_(minutes=60)
    assert sorted((await shown())[2:], key=str) == sorted((first, second))


async def test_who_sees_no_names_is_written_down_for_words_alone(world: World) -> None:
    editor, ctx = await world.add_member("language_editor"), world.ctx
    case_id = await world.add_case(task="callback")
    await work_desk.list_work(ctx, editor, view="all")
    await looks.saw(ctx, editor, [case_id], place="review")
    details: list[Mapping[str, str]] = [row[3] for row in await world.audit() if row[1] == looks.SHOWN]
    assert details == [{"place": "review"}]


async def test_what_is_remembered_has_an_end(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looks, "REMEMBERED", 2)
    nurse, ctx = await world.add_member("nurse"), world.ctx
    for number in range(5):
        await looks.saw(ctx, nurse, [f"case {number}"], place="cases")
    assert ctx.looks.fresh("nurse", "cases", ["case 0", "case 4"], now=world.clock.now()) == ["case 0"]
