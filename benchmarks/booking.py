"""The booking storm on both databases, as rows of the table."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.booking_storm import LARGE, Size, Tally, storm
from bot.store import migrate, open_store
from tests.postgres import PostgresMissingError, running_cluster

Rows = Iterator[tuple[str, str]]


def booking_rows(size: Size = LARGE) -> Rows:
    """Attempts on few times by parallel clients; PostgreSQL where its binaries are."""
    with tempfile.TemporaryDirectory(prefix="intake-storm-") as folder:
        yield from _rows("SQLite", f"sqlite:///{Path(folder) / 'storm.sqlite3'}", size)
    try:
        with running_cluster() as url:
            yield from _rows("PostgreSQL", url, size)
    except PostgresMissingError as missing:
        yield ("booking storm, PostgreSQL", str(missing))


def _rows(name: str, url: str, size: Size) -> Rows:
    migrate(url)
    began = time.perf_counter()
    tally = asyncio.run(_on(url, size))
    seconds = time.perf_counter() - began
    what = f"booking storm, {name}: {size.attempts} attempts by {size.clients} clients on {size.times} times"
    yield (what, f"{len(tally.booked)} booked, {_shown(tally)}, {size.attempts / seconds:.0f}/s")


async def _on(url: str, size: Size) -> Tally:
    store = open_store(url)
    try:
        return await storm(store, size)
    finally:
        await store.close()


def _shown(tally: Tally) -> str:
    cuts = statistics.quantiles(tally.ms, n=100, method="inclusive")
    others = f"{tally.offered_others} offered other times, {tally.offered_a_call} a call"
    return (
        f"{others}, told to try again {tally.told_to_try_again}; p50 {cuts[49]:.0f} ms, p95 {cuts[94]:.0f} ms"
    )
