"""The audit log in the console: by person, case, kind and day; every code has words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx

from bot.gateway.console import audit_words
from bot.gateway.console.audit_words import ACTIONS, action_words, detail_words
from bot.services.access import looks
from bot.services.office import desk, logbook
from bot.settings import ROOT
from tests.integration.console.staff_world import World, signed_in
from tests.integration.console.test_console_pages import Markup, page_of

CODE = re.compile(
    r'"((?:appointment|case|cases|conversations|erasure|fact|figures|legal_hold|message|protocol|protocols'
    r'|reviews|session|settings|staff|task|test|view)\.[a-z_]+)"'
)


def codes(folder: Path = ROOT / "bot" / "services") -> Iterator[str]:
    for path in folder.rglob("*.py"):
        yield from CODE.findall(path.read_text(encoding="utf-8"))


async def lines(client: httpx.AsyncClient, query: str = "") -> str:
    return Markup(await page_of(client, f"/console/audit?{query}")).text


async def test_an_auditor_finds_who_opened_a_case(client: httpx.AsyncClient, world: World) -> None:
    nurse, surgeon = await world.add_member("nurse"), await world.add_member("surgeon")
    case_id, other = await world.add_case(), await world.add_case()
    await desk.open_case(world.ctx, nurse, case_id)
    await desk.open_case(world.ctx, surgeon, other)
    async with world.store.unit_of_work(write=False) as uow:
        reference = (await uow.cases.get(case_id)).reference
    await world.add_member("auditor")
    await signed_in(client, "auditor")
    assert reference in await lines(client)
    of_case = await lines(client, f"reference={reference.lower()}")
    assert "Opened the case" in of_case
    assert "surgeon" not in of_case
    assert reference not in await lines(client, "by=surgeon")
    assert "Signed in" in await lines(client, "kind=signed_in")
    assert "Opened the case" not in await lines(client, "kind=changed")
    assert "Nothing like this" in await lines(client, "since=2026-11-19")
    assert "Opened the case" in await lines(client, "since=2026-11-18&until=2026-11-18")
    assert "Read the audit log" in await lines(client)
    for bad in ("kind=all", "since=soon", "before=x", "before=-1", "who=nurse", f"by={'x' * 201}"):
        assert (await client.get(f"/console/audit?{bad}")).status_code == 400, bad


async def test_pages_follow_without_a_gap(world: World) -> None:
    auditor = await world.add_member("auditor")
    nurse = await world.add_member("nurse")
    await looks.saw(world.ctx, nurse, [f"case {n}" for n in range(logbook.PAGE + 5)], place="work")
    asked = logbook.Question(by="nurse")
    first = await logbook.read(world.ctx, auditor, asked)
    second = await logbook.read(world.ctx, auditor, asked, before=first.next)
    seqs = [one.seq for one in (*first.entries, *second.entries)]
    assert len(seqs) == logbook.PAGE + 5
    assert seqs == sorted(seqs, reverse=True)
    assert second.next is None
    assert {one.reference for one in first.entries} == {None}


def test_every_code_and_place_has_words() -> None:
    used = set(codes())
    assert used
    assert {code for code in used if action_words(code) == code.replace(".", ": ").replace("_", " ")} == set()
    assert set(ACTIONS) >= {code for group in logbook.KINDS.values() for code in group}
    assert set(audit_words.PLACES) == set(looks.Place.__args__)  # type: ignore[attr-defined]
    assert set(audit_words.KINDS) == set(logbook.KINDS)


def test_details_are_read_without_ids() -> None:
    detail = {
        "place": "task", "task_id": "0f", "before": {"name": "A", "open": True}, "by": ["since"], "none": None
    }  # fmt: skip
    assert detail_words(detail) == "an opened task; before, name: A; before, open: yes; by: since"
    assert action_words("task.callback") == "New task: Call back"
    assert action_words("odd.new_code") == "odd: new code"
