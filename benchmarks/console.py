"""How long the console's pages take at the services with very many conversations, on SQLite."""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

from bot.bootstrap import Absent, build_protocols
from bot.services import case_search, desk, teaching
from bot.services.context import Context
from bot.services.ports import StaffMember
from bot.services.ports.search import Wanted
from bot.settings import load_settings
from bot.store import Store, migrate, open_store
from bot.store.seeding import seed
from bot.system import RandomIds, SystemClock

ROUNDS = 20
SEARCHES = {
    "a name": Wanted(words="ann"),
    "words that were said": Wanted(words="left leg driving"),
    "a reference": Wanted(words="S0000007"),
    "a rule": Wanted(rule="RF01"),
    "little confidence and a fallback": Wanted(confidence_below=0.4, fallback=True),
    "what nobody has": Wanted(messages_from=900),
}


def console_rows(conversations: int = 20_000) -> Iterator[tuple[str, str]]:
    """Rows of the table: p50 and p95 of each page."""
    with tempfile.TemporaryDirectory(prefix="intake-console-") as folder:
        url = f"sqlite:///{Path(folder) / 'console.sqlite3'}"
        migrate(url)
        protocols = build_protocols(load_settings())
        began = time.perf_counter()
        for _ in seed(url, conversations=conversations, judge=protocols.judge, until=dt.datetime.now(dt.UTC)):
            pass
        yield (f"console: {conversations} conversations seeded", f"{time.perf_counter() - began:.0f} s")
        yield from asyncio.run(_measure(open_store(url)))


async def _measure(store: Store) -> list[tuple[str, str]]:
    absent = Absent()
    ctx = Context(
        unit_of_work=store.unit_of_work, protocols=build_protocols(load_settings()), reader=absent,
        dialogue=absent, clock=SystemClock(), ids=RandomIds(),
    )  # fmt: skip
    nurse = StaffMember(id="n", name="nurse", role="nurse", password_hash="")
    listing = await desk.list_cases(ctx, nurse, queue="all")
    case_id = listing.rows[-1]["id"]
    pages: dict[str, Callable[[], Awaitable[object]]] = {
        "list of open cases": lambda: desk.list_cases(ctx, nurse, queue="open"),
        "a case": lambda: desk.open_case(ctx, nurse, case_id),
        "review inbox": lambda: teaching.inbox(ctx, nurse),
    }
    for name, wanted in SEARCHES.items():
        pages[f"search, {name}"] = lambda wanted=wanted: case_search.find(ctx, nurse, wanted)
    rows = [(f"console: {name}", await _timed(page)) for name, page in pages.items()]
    await store.close()
    return rows


async def _timed(page: Callable[[], Awaitable[object]]) -> str:
    spent = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        await page()
        spent.append((time.perf_counter() - began) * 1000)
    cuts = statistics.quantiles(spent, n=100, method="inclusive")
    return f"p50 {cuts[49]:.0f} ms, p95 {cuts[94]:.0f} ms"


def main() -> None:
    """`python -m benchmarks.console --conversations 100000`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--conversations", type=int, default=100_000)
    for what, figure in console_rows(parser.parse_args().conversations):
        print(f"{what}: {figure}", flush=True)


if __name__ == "__main__":
    main()
