"""A rule is changed by two people while the service runs: draft, check, publication, way back."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator

import httpx
import pytest

from bot.domain.errors import Conflict, InvalidInput, RoleRefused
from bot.domain.levels import Level
from bot.gateway.assembly import assemble
from bot.gateway.console import console_blueprint
from bot.gateway.options import options_from
from bot.gateway.staff_api import staff_api_blueprint
from bot.gateway.wakes import WakeHub
from bot.protocols.drafting import entry_text
from bot.protocols.shelf import Shelf
from bot.services.access.permissions import ROLES
from bot.services.clinic import draft_check, in_force, rule_drafts
from bot.services.clinic.draft_check import Check
from bot.services.context import Context, Standing
from bot.settings import Settings
from tests.integration.console.conversations import Said
from tests.integration.console.staff_world import World, signed_in
from tests.integration.console.test_console_pages import Markup, page_of
from tests.integration.gateway.scripted import ScriptedDoor
from tests.integration.gateway.serving import listening

ACCEPTANCE = """
cases:
  - case: a painful stripe of blisters
    for: [RF97]
    facts: {shingles_rash: yes, region: [low_back]}
    expect: {rules: [RF97], level: urgent_48h}
"""
STROKE = """
cases:
  - case: a face that droops
    facts: {stroke_signs: yes}
    expect: {level: emergency_now}
"""
STRIPE = (Said(text="a stripe of blisters", facts={"shingles_rash": "yes", "region": ("low_back",)}),)
"""RF97: urgent within 48 hours in the installed rules; the draft makes it a matter of today."""


@pytest.fixture
def ctx(world: World, shelf: Shelf) -> Context:
    """A process that looks for what is published."""
    return dataclasses.replace(world.ctx, shelf=shelf, standing=Standing())


@pytest.fixture
async def browser(ctx: Context, world: World, settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """The console of that process."""
    hub = WakeHub()
    app = assemble(
        door=ScriptedDoor(hub=hub), options=options_from(settings, lambda: ctx.protocols), hub=hub, probes={},
        blueprints=[staff_api_blueprint(ctx, settings), console_blueprint(ctx, settings)],
    )  # fmt: skip
    app.ctx.login_guard = world.guard
    async with listening(app) as port:
        url = f"http://127.0.0.1:{port}"
        async with httpx.AsyncClient(base_url=url, timeout=60, trust_env=False) as opened:
            yield opened


def sooner(ctx: Context) -> str:
    """RF97 as a matter of today."""
    held = entry_text(ctx.protocols.files["red_flags"], "RF97")
    return held.replace("level: urgent_48h", "level: same_day")


async def checked(ctx: Context, world: World, edition_id: str, member: object) -> Check:
    edition = await rule_drafts.open_draft(ctx, member, edition_id)  # type: ignore[arg-type]
    check = Check(edition_id=edition.id, revision=ctx.standing.revision)
    folder = world.folder / "cases"
    folder.mkdir(exist_ok=True)
    (folder / "rash.yaml").write_text(ACCEPTANCE, encoding="utf-8")
    await draft_check.run(ctx, check, edition, folder=folder)
    return check


async def draft(ctx: Context, world: World, *, author: str = "nurse", text: str = "") -> str:
    member = world.members.get(author) or await world.add_member(author)
    made = await rule_drafts.change_entry(
        ctx, member, name="red_flags", entry_id="RF97", text=text or sooner(ctx), note="seen too late"
    )
    return made.id


async def test_check_names_failing_cases_and_past_cases_from_what_to_what(ctx: Context, world: World) -> None:
    case_id = await world.add_case(STRIPE)
    check = await checked(ctx, world, await draft(ctx, world), world.members["nurse"])
    assert (check.done, check.problems, check.past_cases, check.changed, check.risen) == (True, [], 1, 1, 1)
    [change] = check.changes
    assert (change.case_id, change.level[1]) == (case_id, "same_day")
    assert check.references[case_id]
    assert "level: expected 'urgent_48h', judged 'same_day'" in check.failures[0]  # the cases say otherwise
    assert (check.sound, check.lost) == (True, 0)


async def test_what_does_not_load_or_takes_away_is_said_with_the_remedy(ctx: Context, world: World) -> None:
    wrong = sooner(ctx).replace("level: same_day", "level: soon")
    broken = await checked(ctx, world, await draft(ctx, world, text=wrong), world.members["nurse"])
    assert "red_flags.yaml:" in broken.problems[0]
    assert "allowed:" in broken.problems[0]
    gone = await checked(
        ctx,
        world,
        await draft(ctx, world, text=sooner(ctx).replace("id: RF97", "id: RF97x")),
        world.members["nurse"],
    )
    assert any("RF97 is gone" in problem for problem in gone.problems)
    hard = sooner(ctx).replace(
        "patient: ", "patient: Notwithstanding considerable dermatological uncertainty, "
    )
    said = await checked(ctx, world, await draft(ctx, world, text=hard), world.members["nurse"])
    assert any("reading grade" in problem for problem in said.problems)


async def test_an_emergency_of_the_cases_is_not_lost_here(ctx: Context, world: World) -> None:
    folder = world.folder / "cases"
    folder.mkdir()
    (folder / "stroke.yaml").write_text(STROKE, encoding="utf-8")
    nurse = await world.add_member("nurse")
    held = entry_text(ctx.protocols.files["red_flags"], "RF62").replace("emergency_now", "same_day")
    made = await rule_drafts.change_entry(
        ctx, nurse, name="red_flags", entry_id="RF62", text=held, note="less work"
    )
    check = Check(edition_id=made.id, revision=0)
    await draft_check.run(ctx, check, made, folder=folder)
    assert (check.lost, check.sound) == (1, False)
    with pytest.raises(Conflict):
        await rule_drafts.publish(ctx, await world.add_member("surgeon"), made.id, check=check, meant=True)


async def test_second_person_publishes_every_process_takes_it_up_and_goes_back(
    ctx: Context, world: World
) -> None:
    case_id = await world.add_case(STRIPE)
    other = dataclasses.replace(ctx, standing=Standing())
    turn = ctx.pinned()
    facts = {"shingles_rash": "yes"}
    before = ctx.protocols.judge(facts)
    edition_id = await draft(ctx, world, author="surgeon")
    check = await checked(ctx, world, edition_id, world.members["surgeon"])
    approver = await world.add_member("protocol_approver")
    with pytest.raises(InvalidInput, match="another person"):
        await rule_drafts.publish(ctx, world.members["surgeon"], edition_id, check=check)
    with pytest.raises(RoleRefused):
        await rule_drafts.publish(ctx, await world.add_member("nurse"), edition_id, check=check)
    with pytest.raises(Conflict):
        await rule_drafts.publish(ctx, approver, edition_id, check=None)
    with pytest.raises(InvalidInput, match="are meant"):
        await rule_drafts.publish(ctx, approver, edition_id, check=check)
    assert await rule_drafts.publish(ctx, approver, edition_id, check=check, meant=True) == 1
    assert await in_force.look(other)
    for process in (ctx, other):
        judged = process.protocols.judge(facts)
        assert judged.level is Level.SAME_DAY
        [stamp] = [one for one in judged.protocols if one.id == "red_flags"]
        assert (stamp.version, stamp.status) == ("1.1.0", "active")
    assert turn.protocols.judge(facts) == before  # a turn in the middle ends as it began
    async with ctx.unit_of_work(write=False) as uow:
        assert [task.kind for task in await uow.tasks.of_case(case_id)] == ["rejudged"]
    header = ctx.protocols.files["red_flags"].header
    assert header.approved_by == ("surgeon", "protocol_approver")
    await go_back(ctx, other, approver)
    assert ctx.protocols.judge(facts) == other.protocols.judge(facts) == before
    actions = [
        (actor, action) for actor, action, _, _ in await world.audit() if action.startswith("protocol.")
    ]
    assert actions == [
        ("surgeon", "protocol.drafted"),
        ("protocol_approver", "protocol.published"),
        ("protocol_approver", "protocol.rolled_back"),
    ]
    detail = (await world.audit())[-1][3]
    assert (detail["before"]["version"], detail["after"]["version"]) == ("1.1.0", "1.0.0")
    assert "level: same_day" in detail["difference"]


async def test_a_sweep_that_was_killed_is_done_by_whoever_looks_next(ctx: Context, world: World) -> None:
    assert not await rule_drafts.sweep(ctx)
    edition_id = await draft(ctx, world, author="surgeon")
    check = await checked(ctx, world, edition_id, world.members["surgeon"])
    approver = await world.add_member("protocol_approver")
    await rule_drafts.publish(ctx, approver, edition_id, check=check, meant=True)
    # Asked after the check, before the rules counted everywhere: nobody but the sweep finds them.
    missed = [await world.add_case(STRIPE) for _ in range(2)]
    other = dataclasses.replace(ctx, standing=Standing())
    assert not await rule_drafts.sweep(other)  # it has not taken them up yet
    await in_force.look(other)
    killed = asyncio.create_task(rule_drafts.sweep(ctx))
    await asyncio.sleep(0)
    killed.cancel()
    await asyncio.gather(killed, return_exceptions=True)
    assert await rule_drafts.sweep(other)
    for case_id in missed:
        assert [task.kind for task in await world.tasks(case_id)] == ["rejudged"]
    assert not await rule_drafts.sweep(other)
    await go_back(ctx, other, approver)
    assert await rule_drafts.sweep(ctx)


async def go_back(ctx: Context, other: Context, approver: object) -> None:
    held = (await rule_drafts.versions(ctx, approver))["red_flags"]  # type: ignore[arg-type]
    installed = next(one for one in held if one.edition.author == rule_drafts.INSTALLED)
    with pytest.raises(InvalidInput):
        await rule_drafts.go_back(ctx, approver, installed.edition.id, reason=" ")  # type: ignore[arg-type]
    await rule_drafts.go_back(ctx, approver, installed.edition.id, reason="too many calls")  # type: ignore[arg-type]
    assert await in_force.look(other)


async def test_check_against_other_rules_counts_for_nothing(ctx: Context, world: World) -> None:
    first = await draft(ctx, world)
    check = await checked(ctx, world, first, world.members["nurse"])
    surgeon = await world.add_member("surgeon")
    await rule_drafts.publish(ctx, surgeon, first, check=check, meant=True)
    again = sooner_back(ctx)
    second = await draft(ctx, world, text=again)
    with pytest.raises(Conflict):
        await rule_drafts.publish(ctx, surgeon, second, check=check, meant=True)


def sooner_back(ctx: Context) -> str:
    return entry_text(ctx.protocols.files["red_flags"], "RF97").replace("same_day", "urgent_48h")


async def test_draft_is_written_and_seen_in_the_console(
    browser: httpx.AsyncClient, ctx: Context, world: World
) -> None:
    await world.add_member("nurse")
    csrf = await signed_in(browser, "nurse")
    form = await page_of(browser, "/console/protocols/rules/RF97/change")
    assert "id: RF97" in form
    answer = await browser.post(
        "/console/protocols/rules/RF97/change", data={"csrf": csrf, "text": sooner(ctx), "note": "too late"}
    )
    assert answer.status_code == 303
    place = answer.headers["location"]
    page = ""
    while "may publish it" not in page and "cannot be published" not in page:
        page = await page_of(browser, f"{place}/live") if page else await page_of(browser, place)
        await asyncio.sleep(0.1)  # the check works in this process too
    assert "expectations of" in Markup(page).text
    assert "+  version: 1.1.0" in (await browser.get(place)).text
    refused = await browser.post(f"{place}/publish", data={"csrf": csrf})
    assert refused.status_code == 403
    assert "1.1.0" in await page_of(browser, "/console/protocols")


@pytest.mark.parametrize("role", ROLES)
async def test_who_may_write_and_who_may_publish(browser: httpx.AsyncClient, world: World, role: str) -> None:
    await world.add_member(role)
    csrf = await signed_in(browser, role)
    absent = "0" * 32
    writing = [
        await browser.get("/console/protocols/rules/RF97/change"),
        await browser.get("/console/protocols/files/routing"),
        await browser.post("/console/protocols/drafts", data={"csrf": csrf, "file": "routing"}),
        await browser.get(f"/console/protocols/drafts/{absent}"),
        await browser.get(f"/console/protocols/drafts/{absent}/what-if"),
    ]
    deciding = [
        await browser.post(f"/console/protocols/drafts/{absent}/publish", data={"csrf": csrf}),
        await browser.post(f"/console/protocols/versions/{absent}/back", data={"csrf": csrf, "reason": "x"}),
    ]
    assert {answer.status_code == 403 for answer in writing} == {
        role not in ("nurse", "surgeon", "protocol_approver")
    }
    assert {answer.status_code == 403 for answer in deciding} == {
        role not in ("surgeon", "protocol_approver")
    }
    unsigned = await browser.post(f"/console/protocols/drafts/{absent}/publish", data={"csrf": "wrong"})
    assert unsigned.status_code == 403


async def test_facts_are_tried_on_a_draft_beside_what_is_in_force(
    browser: httpx.AsyncClient, ctx: Context, world: World
) -> None:
    address = f"/console/protocols/drafts/{await draft(ctx, world)}/what-if"
    await signed_in(browser, "nurse")
    other = await page_of(browser, f"{address}?f.shingles_rash=yes")
    assert "Comes out otherwise: level" in other
    assert other.index("level-same_day") < other.index("In force now") < other.index("level-urgent_48h")
    assert "Comes out as what is in force." in await page_of(browser, f"{address}?f.fever=yes")
    assert "No fact has a value yet." in await page_of(browser, address)
    assert ctx.protocols.judge({"shingles_rash": "yes"}).level is Level.URGENT_48H


async def test_facts_are_not_tried_on_a_draft_that_does_not_load(
    browser: httpx.AsyncClient, ctx: Context, world: World
) -> None:
    wrong = await draft(ctx, world, text=sooner(ctx).replace("level: same_day", "level: soon"))
    await signed_in(browser, "nurse")
    answer = await browser.get(f"/console/protocols/drafts/{wrong}/what-if")
    assert (answer.status_code, "this draft does not load" in answer.text.lower()) == (400, True)
