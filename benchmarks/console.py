"""How long the console's pages take at the running service with very many conversations, while chats run."""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import httpx
from tqdm import tqdm

from benchmarks.machine import processor_seconds
from benchmarks.service import running_service
from benchmarks.turns import converse
from bot.bootstrap import Absent, build_protocols
from bot.domain.errors import Conflict
from bot.services.access import staff
from bot.services.access.login_guard import LoginGuard
from bot.services.context import Context
from bot.services.office import case_search, figures
from bot.services.ports import StaffMember
from bot.services.ports.search import Wanted
from bot.settings import load_settings
from bot.store import Store, migrate, open_store
from bot.store.seeding import already_seeded, seed
from bot.system import RandomIds, SystemClock

ROUNDS = 20
PATIENTS = 3
PAGES = {
    "work queue": "/console/queue",
    "work queue, refreshed": "/console/queue/live",
    "cases": "/console/",
    "all cases": "/console/?queue=all",
    "a case": "/console/cases/{case}",
    "a case, refreshed": "/console/cases/{case}/live",
    "search: a name": "/console/find?q=ann",
    "search: a full name": "/console/find?q=ann+example",
    "search: words that were said": "/console/find?q=left+leg+driving",
    "search: a word of every third": "/console/find?q=lower",
    "search: a phone number": "/console/find?q=555-0142",
    "search: a reference": "/console/find?q=S0000007",
    "search: a rule": "/console/find?rule=RF01",
    "search: certainty and fallback": "/console/find?confidence=40&fallback=yes",
    "search: order of events": "/console/find?event=booked&after_event=fallback",
    "search: an order that never was": "/console/find?event=fallback&after_event=booked",
    "search: flagged": "/console/find?flagged=yes",
    "search: not flagged, without a tag": "/console/find?flagged=no&tag=none",
    "search: nothing is so": "/console/find?messages=900",
    "protocols": "/console/protocols",
    "review inbox": "/console/review",
    "figures of 30 days": "/console/figures",
    "figures of 365 days": "/console/figures?from={year_ago}",
}


def console_rows(conversations: int = 20_000, *, database: str | None = None) -> Iterator[tuple[str, str]]:
    """Rows of the table: p50 and p95 of each page and its size. `database`: one that may hold seeded ones."""
    with tempfile.TemporaryDirectory(prefix="intake-console-") as folder:
        url = database or f"sqlite:///{Path(folder) / 'console.sqlite3'}"
        migrate(url)
        yield _seeded(url, conversations)
        token, case_id, counting = asyncio.run(_prepared(url))
        yield ("console: all days counted", f"{counting:.0f} s")
        with running_service(database=url) as service:
            key = {"Authorization": f"Bearer {token}"}
            with httpx.Client(base_url=service.url, timeout=30, headers=key) as client:
                costs = _costs(client, case_id, gateway=service.pids()["gateway"])
                with _chatting(service.url) as chats:
                    yield from _measured(client, case_id, costs)
        yield (f"console: turns of {PATIENTS} patients meanwhile", _quantiles(chats))
        yield ("console: load of the machine at the end", f"{os.getloadavg()[0]:.1f}")


def _seeded(url: str, conversations: int) -> tuple[str, str]:
    try:
        missing = conversations - already_seeded(url)
    except Conflict:  # it was measured before: patients of the measuring are in it
        return ("console: conversations", "as they were")
    judge, now = build_protocols(load_settings()).judge, dt.datetime.now(dt.UTC)
    began = time.perf_counter()
    with tqdm(total=max(0, missing), unit=" conversations", file=sys.stderr) as bar:
        for made in seed(url, conversations=conversations, judge=judge, until=now):
            bar.update(made)
    return (f"console: {max(0, missing)} conversations seeded", f"{time.perf_counter() - began:.0f} s")


async def _prepared(url: str) -> tuple[str, str, float]:
    """A nurse's token, a case with much in it, seconds that it took to count every day."""
    store = open_store(url)
    ctx, name = _context(store), f"bench {uuid4().hex[:8]}"
    nurse = await staff.add_person(ctx, LoginGuard(), name=name, role="nurse", password=uuid4().hex)
    token = await staff.make_api_token(ctx, name=name)
    case_id = await _case_of(ctx, nurse)
    began = time.perf_counter()
    await figures.count_changed(ctx)
    seconds = time.perf_counter() - began
    await store.close()
    return token, case_id, seconds


async def _case_of(ctx: Context, nurse: StaffMember) -> str:
    found = await case_search.find(ctx, nurse, Wanted(rule="RF01"))
    return str(found.rows[0]["id"])


def _context(store: Store) -> Context:
    absent = Absent()
    return Context(
        unit_of_work=store.unit_of_work, protocols=build_protocols(load_settings()), reader=absent,
        dialogue=absent, clock=SystemClock(), ids=RandomIds(),
    )  # fmt: skip


@contextmanager
def _chatting(url: str) -> Iterator[list[float]]:
    """Patients talk to the service as long as this lasts; the milliseconds of their turns."""
    over, spent = threading.Event(), list[float]()

    def talk() -> None:
        while not over.is_set():
            spent.extend(converse(url).ms)

    patients = [threading.Thread(target=talk) for _ in range(PATIENTS)]
    for patient in patients:
        patient.start()
    try:
        yield spent
    finally:
        over.set()
        for patient in patients:
            patient.join()


def _costs(client: httpx.Client, case_id: str, *, gateway: int) -> dict[str, float]:
    """Milliseconds of processor time that each page takes in the gateway while nobody chats: other than the
    time it takes, this is the same on a busy machine."""
    costs = {}
    for name, path in PAGES.items():
        address = _address(path, case_id)
        client.get(address).raise_for_status()
        began = processor_seconds(gateway)
        for _ in range(ROUNDS):
            client.get(address).raise_for_status()
        costs[name] = (processor_seconds(gateway) - began) * 1000 / ROUNDS
    return costs


def _address(path: str, case_id: str) -> str:
    year_ago = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=364)
    return path.format(case=case_id, year_ago=year_ago)


def _measured(client: httpx.Client, case_id: str, costs: dict[str, float]) -> Iterator[tuple[str, str]]:
    for name, path in PAGES.items():
        address, spent = _address(path, case_id), []
        for _ in range(ROUNDS):
            began = time.perf_counter()
            answer = client.get(address)
            answer.raise_for_status()
            spent.append((time.perf_counter() - began) * 1000)
        row = f"console: {name}, {len(answer.content) / 1000:.0f} KB"
        yield (row, f"{_quantiles(spent)}; {costs[name]:.0f} ms of processor in the gateway")


def _quantiles(spent: list[float]) -> str:
    cuts = statistics.quantiles(spent, n=100, method="inclusive")
    return f"p50 {cuts[49]:.0f} ms, p95 {cuts[94]:.0f} ms"


def main() -> None:
    """`python -m benchmarks.console --conversations 100000 --database postgresql://...`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--conversations", type=int, default=100_000)
    parser.add_argument("--database", help="an empty or a seeded one; SQLite in a temporary folder otherwise")
    given = parser.parse_args()
    for what, figure in console_rows(given.conversations, database=given.database):
        print(f"{what}: {figure}", flush=True)


if __name__ == "__main__":
    main()
