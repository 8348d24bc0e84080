"""Start-up time, time of one turn, memory of each process; as a table for benchmarks/README.md."""

from __future__ import annotations

import datetime as dt
import statistics
import sys
from collections.abc import Sequence

from benchmarks.booking import booking_rows
from benchmarks.console import console_rows
from benchmarks.language import language_rows
from benchmarks.machine import machine_facts, processor_seconds, resident_mib
from benchmarks.service import Service, running_service
from benchmarks.statements import statement_rows
from benchmarks.texting import texting_rows
from benchmarks.turns import Timing, converse, converse_in_parallel
from benchmarks.widget import widget_rows
from tests.recorder import Recorder

ROUNDS = 3
PATIENTS = 10


def main() -> int:
    """Measure and print."""
    with Recorder.running() as provider, running_service(provider=provider.url) as service:
        fresh = _memory(service)
        converse(service.url)  # the first turns pay for what is loaded lazily
        before = _processor(service)
        alone = [converse(service.url) for _ in range(ROUNDS)]
        spent = {name: seconds - before[name] for name, seconds in _processor(service).items()}
        together, seconds = converse_in_parallel(service.url, patients=PATIENTS)
        used = _memory(service)
        seen = widget_rows(service.url)
        texted = list(texting_rows(service))
    print(f"\n{dt.datetime.now(dt.UTC):%Y-%m-%d}: " + ", ".join(machine_facts().values()) + "\n")
    rows = [
        ("from `bot run` to up (a model was there)", f"{service.startup_seconds:.1f} s"),
        (f"a turn alone, {_count(alone)} turns", _quantiles([ms for timing in alone for ms in timing.ms])),
        (f"a turn, {PATIENTS} patients at once", _quantiles(together.ms)),
        (f"turns a second, {PATIENTS} patients at once", f"{len(together.ms) / seconds:.0f}"),
        ("turns not answered", str(together.refused + sum(timing.refused for timing in alone))),
        ("processor time a message, all processes", _each(sum(spent.values()), alone)),
        *((f"processor time a message, {name}", _each(seconds, alone)) for name, seconds in spent.items()),
        *statement_rows(),
        *language_rows(),
        *booking_rows(),
        *console_rows(),
        *seen,
        *texted,
        *((f"memory of {name}, fresh / after", f"{fresh[name]} / {used[name]}") for name in fresh),
    ]
    _print_table(("what", "figure"), rows)
    return 0


def _memory(service: Service) -> dict[str, str]:
    sizes = {name: resident_mib(pid) for name, pid in service.pids().items()}
    return {name: "unknown" if size is None else f"{size:.0f} MiB" for name, size in sizes.items()}


def _processor(service: Service) -> dict[str, float]:
    return {name: processor_seconds(pid) for name, pid in service.pids().items()}


def _each(seconds: float, alone: Sequence[Timing]) -> str:
    return f"{1000 * seconds / _count(alone):.0f} ms"


def _count(timings: Sequence[Timing]) -> int:
    return sum(len(timing.ms) for timing in timings)


def _quantiles(ms: Sequence[float]) -> str:
    if len(ms) < 2:
        return "too few turns"
    cuts = statistics.quantiles(ms, n=100, method="inclusive")
    return f"p50 {cuts[49]:.0f} ms, p95 {cuts[94]:.0f} ms, p99 {cuts[98]:.0f} ms"


def _print_table(head: tuple[str, str], rows: Sequence[tuple[str, str]]) -> None:
    for left, right in (head, ("---", "---"), *rows):
        print(f"| {left} | {right} |")


if __name__ == "__main__":
    sys.exit(main())
