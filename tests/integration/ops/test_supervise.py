"""The supervisor with real processes."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.ops.addresses import RunFolder, free_port
from bot.ops.logfile import LogFile
from bot.ops.parts import Part
from bot.ops.supervise import Supervisor, next_pause

SERVER = """
import http.server, sys
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.headers.get("X-Key") == "right" else 401)
        self.end_headers()
    def log_message(self, *args): pass
print("serving 314-555-0123", flush=True)
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Page).serve_forever()
"""
CRASHING = "import sys; print('going down', flush=True); sys.exit(3)"
WAITING = "import time; time.sleep(60)"


def python_part(name: str, code: str, *arguments: str, **given: str) -> Part:
    return Part(
        name=name, command=(sys.executable, "-c", code, *arguments), environment=dict(os.environ), **given
    )


def server_part() -> Part:
    port = free_port()
    return python_part("server", SERVER, str(port), url=f"http://127.0.0.1:{port}", health="/health")


@asynccontextmanager
async def supervised(folder: Path, *parts: Part) -> AsyncIterator[tuple[Supervisor, RunFolder, list[str]]]:
    said: list[str] = []
    run = RunFolder(folder=folder / "run")
    supervisor = Supervisor(
        parts=parts,
        run_folder=run,
        logs={part.name: LogFile(folder / "log", part.name) for part in parts},
        say=said.append,
        health_headers={"server": {"X-Key": "right"}},
    )
    await supervisor.start()
    try:
        yield supervisor, run, said
    finally:
        await supervisor.stop()


async def eventually(true: Callable[[], bool]) -> None:
    for _ in range(200):
        if true():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("did not come true within 10 s")


def pid_of(run: RunFolder, name: str) -> int | None:
    file = run.folder / f"{name}.pid"
    return int(file.read_text()) if file.exists() else None


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_a_part_comes_up_says_where_it_is_and_ends(tmp_path: Path) -> None:
    part = server_part()
    async with supervised(tmp_path, part) as (supervisor, run, _):
        assert await supervisor.not_up(within_seconds=20) == []
        assert run.url("server") == part.url
        pid = pid_of(run, "server")
        assert pid is not None
        assert is_alive(pid)
    assert not is_alive(pid)
    assert run.url("server") is None
    assert pid_of(run, "server") is None


async def test_what_a_part_prints_is_redacted(tmp_path: Path) -> None:
    async with supervised(tmp_path, server_part()) as (supervisor, _, _):
        assert await supervisor.not_up(within_seconds=20) == []
    assert (tmp_path / "log/server.log").read_text().endswith("server | serving [number]\n")


async def test_a_part_that_never_answers_is_named(tmp_path: Path) -> None:
    part = python_part("server", WAITING, url=f"http://127.0.0.1:{free_port()}", health="/health")
    async with supervised(tmp_path, part) as (supervisor, _, _):
        assert await supervisor.not_up(within_seconds=0.5) == ["server"]


async def test_a_crash_is_followed_by_a_restart(tmp_path: Path) -> None:
    async with supervised(tmp_path, python_part("part", CRASHING)) as (_, _, said):
        log = tmp_path / "log/part.log"
        await eventually(lambda: log.read_text().count("going down") == 2)
        assert said[0] == "part ended with status 3; starting it again in 2 s"


async def test_a_killed_part_is_started_again(tmp_path: Path) -> None:
    async with supervised(tmp_path, python_part("part", WAITING)) as (_, run, _):
        await eventually(lambda: pid_of(run, "part") is not None)
        first = pid_of(run, "part")
        assert first is not None
        os.kill(first, signal.SIGKILL)
        await eventually(lambda: pid_of(run, "part") not in (None, first))


async def test_a_part_stopped_by_hand_stays_down_until_its_hold_is_lifted(tmp_path: Path) -> None:
    async with supervised(tmp_path, python_part("part", WAITING)) as (_, run, said):
        await eventually(lambda: pid_of(run, "part") is not None)
        first = pid_of(run, "part")
        assert first is not None
        os.kill(first, signal.SIGTERM)
        await eventually(lambda: run.is_held("part"))
        await eventually(lambda: len(said) == 1)
        assert pid_of(run, "part") is None
        run.lift_hold("part")
        await eventually(lambda: pid_of(run, "part") not in (None, first))


async def test_a_hold_file_stops_a_running_part_and_only_that(tmp_path: Path) -> None:
    parts = python_part("part", WAITING), python_part("other", WAITING)
    async with supervised(tmp_path, *parts) as (_, run, said):
        await eventually(lambda: None not in (pid_of(run, "part"), pid_of(run, "other")))
        other = pid_of(run, "other")
        run.hold("part")
        await eventually(lambda: pid_of(run, "part") is None)
        assert pid_of(run, "other") == other
        assert said == []


async def test_a_hold_of_an_earlier_run_is_lifted_at_the_start(tmp_path: Path) -> None:
    RunFolder(folder=tmp_path / "run").hold("part")
    async with supervised(tmp_path, python_part("part", WAITING)) as (_, run, _):
        await eventually(lambda: pid_of(run, "part") is not None)


@pytest.mark.parametrize(
    ("pause", "lived", "following"), [(1, 0, 2), (2, 59.9, 4), (20, 0, 30), (30, 0, 30), (30, 60, 1)]
)
def test_the_pause_doubles_up_to_30_s_and_begins_anew_after_a_minute(
    pause: float, lived: float, following: float
) -> None:
    assert next_pause(pause, lived_seconds=lived) == following
