"""Records taken out by hand: who may, what they get, that it is audited."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from typing import Any

import httpx

from bot.settings import ROOT
from tests.fhir.rules import problems
from tests.integration.console.conversations import Said
from tests.integration.console.staff_world import World, busy_morning

NAMESPACE = "https://spine-intake.invalid"


async def as_role(client: httpx.AsyncClient, world: World, role: str) -> None:
    client.headers["Authorization"] = f"Bearer {await world.token(role)}"


def faults(bundle: dict[str, Any]) -> list[str]:
    resources = [entry["resource"] for entry in bundle["entry"]]
    return [fault for resource in resources for fault in problems(resource, namespace=NAMESPACE)]


async def test_every_case_of_a_morning_is_good_fhir(client: httpx.AsyncClient, world: World) -> None:
    ids = await busy_morning(world)
    await as_role(client, world, "nurse")
    for case_id in ids.values():
        answer = await client.get(f"/api/staff/cases/{case_id}/fhir")
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"].startswith("application/fhir+json")
        assert faults(answer.json()) == []


async def test_the_file_is_named_by_the_reference_and_the_download_audited(
    client: httpx.AsyncClient, world: World
) -> None:
    case_id = (await busy_morning(world))["booked"]
    await as_role(client, world, "surgeon")
    answer = await client.get(f"/api/staff/cases/{case_id}/fhir")
    async with world.store.unit_of_work(write=False) as uow:
        reference = (await uow.cases.get(case_id)).reference
    assert answer.headers["content-disposition"] == f'attachment; filename="{reference}.fhir.json"'
    assert (await world.audit())[-1] == ("surgeon", "case.exported", case_id, {"format": "fhir"})


async def test_what_was_refused_is_not_shared(client: httpx.AsyncClient, world: World) -> None:
    case_id = await world.add_case(consent="refused", status="closed")
    await as_role(client, world, "nurse")
    answer = await client.get(f"/api/staff/cases/{case_id}/fhir")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "conflict")


async def export(world: World, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": os.environ["PATH"], "INTAKE_DATABASE_URL": f"sqlite:///{world.folder / 'staff.sqlite3'}",
        "INTAKE_ENGINE_SECRET": "e" * 64, "INTAKE_ACTIONS_SECRET": "a" * 64,
    }  # fmt: skip
    command = [sys.executable, "-m", "bot", "export", *words]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)  # noqa: ASYNC221


async def test_the_command_takes_an_id_or_a_reference(world: World) -> None:
    case_id = (await busy_morning(world))["same_day"]
    async with world.store.unit_of_work(write=False) as uow:
        reference = (await uow.cases.get(case_id)).reference
    by_id, by_reference = [await export(world, "fhir", name) for name in (case_id, reference.lower())]
    bundle = json.loads(by_id.stdout)
    assert faults(bundle) == []
    assert json.loads(by_reference.stdout) == bundle
    assert (await world.audit())[-1] == ("command_line", "case.exported", case_id, {"format": "fhir"})


async def test_the_command_says_that_there_is_no_such_case(world: World) -> None:
    done = await export(world, "fhir", "NONE-SUCH")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "export: there is no such case; give its id or its reference\n"


# --- the table ------------------------------------------------------------------------------------


async def test_the_table_has_one_row_a_case_and_no_formula(client: httpx.AsyncClient, world: World) -> None:
    ids = await busy_morning(world)
    evil = Said(text="=HYPERLINK(1)", facts={"goals": '=HYPERLINK("http://x")', "contact_name": "@SUM(A1)"})
    await world.add_case((evil,))
    await as_role(client, world, "admin")
    answer = await client.get("/api/staff/cases.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="cases-2026-11-18.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert len(rows) == len(ids) + 1
    assert not [c for row in rows for c in row.values() if c.startswith(("=", "+", "-", "@"))]
    booked = next(row for row in rows if row["status"] == "booked")
    assert (booked["dx"], booked["imaging_months"]) == ("spondylolisthesis", "4.0")
    assert booked["appointment_start"] == "2026-11-20T20:00:00+00:00"
    assert (await world.audit())[-1] == ("admin", "cases.exported", None, {"format": "csv"})


async def test_the_command_writes_the_same_table(client: httpx.AsyncClient, world: World) -> None:
    await busy_morning(world)
    await as_role(client, world, "admin")
    answer = await client.get("/api/staff/cases.csv")
    done = await export(world, "csv")
    assert done.stdout.split() == answer.text.removeprefix("\ufeff").split()
