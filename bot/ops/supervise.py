"""Keeps the parts running: starts them, waits until they are up, restarts what crashes, stops all.

A part stays down when a file `<data folder>/run/<name>.hold` exists; it is stopped when the file appears
and started again when the file is gone. A part that is ended by SIGTERM, or ends by itself with
status 0, was stopped on purpose: the supervisor makes the hold file. Anything else is a crash.
"""

from __future__ import annotations

import asyncio
import ctypes
import functools
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.ops.addresses import RunFolder, answers_200
from bot.ops.logfile import LogFile, lines_of
from bot.ops.parts import Part

LOOK_SECONDS = 0.3
"""How often a hold file and a part's health are looked at."""
GRACE_SECONDS = 10.0
"""How long a part may take to stop before it is killed."""
LAST_LINES_SECONDS = 2.0
"""How long to read on after a part ended; a grandchild of it may hold its output open."""
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 1.0, 30.0
STEADY_SECONDS = 60.0
"""A part that lived so long crashed anew: the pause starts from the first again."""


@dataclass(kw_only=True)
class Supervisor:
    """One per installation."""

    parts: Sequence[Part]
    run_folder: RunFolder
    logs: Mapping[str, LogFile]
    say: Callable[[str], None]
    health_headers: Mapping[str, Mapping[str, str]]
    """By part: what its health check wants to see."""

    def __post_init__(self) -> None:
        self._stopping = asyncio.Event()
        self._keepers: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Start every part; returns at once. Holds of an earlier run are lifted."""
        for part in self.parts:
            self.run_folder.lift_hold(part.name)
            if part.url:
                self.run_folder.write_url(part.name, part.url)
            self._keepers.append(asyncio.create_task(self._keep(part)))

    async def stop(self) -> None:
        """Stop every part, and wait for it."""
        self._stopping.set()
        await asyncio.gather(*self._keepers)
        for part in self.parts:
            self.run_folder.forget(part.name)
            self.logs[part.name].close()

    async def not_up(self, *, within_seconds: float) -> list[str]:
        """Names of the parts that did not answer in that time; empty when all do."""
        deadline = time.monotonic() + within_seconds
        waiting = [part for part in self.parts if part.health]
        while waiting and time.monotonic() < deadline and not self._stopping.is_set():
            up = await asyncio.gather(*(self._is_up(part) for part in waiting))
            waiting = [part for part, answers in zip(waiting, up, strict=True) if not answers]
            await self._pause(LOOK_SECONDS if waiting else 0)
        return [part.name for part in waiting]

    async def _is_up(self, part: Part) -> bool:
        headers = self.health_headers.get(part.name, {})
        return await asyncio.to_thread(answers_200, f"{part.url}{part.health}", headers=headers)

    async def _keep(self, part: Part) -> None:
        pause = FIRST_PAUSE_SECONDS
        while not self._stopping.is_set():
            if self.run_folder.is_held(part.name):
                await self._pause(LOOK_SECONDS)
                continue
            began = time.monotonic()
            status = await self._run_once(part)
            if self._stopping.is_set() or self.run_folder.is_held(part.name):
                continue
            if status in (0, -signal.SIGTERM):
                self._hold(part)
                continue
            pause = next_pause(pause, lived_seconds=time.monotonic() - began)
            self.say(f"{part.name} ended with status {status}; starting it again in {pause:.0f} s")
            await self._pause(pause)

    def _hold(self, part: Part) -> None:
        file = self.run_folder.hold(part.name)
        self.say(f"{part.name} was stopped; it starts again when {file} is removed")

    async def _run_once(self, part: Part) -> int:
        """Run the part until it ends, or is told to; its exit status, negative for a signal."""
        process = await asyncio.create_subprocess_exec(
            *part.command,
            cwd=part.folder,
            env=dict(part.environment),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C reaches us alone: we stop the parts in good order
            preexec_fn=functools.partial(_die_with_parent, _libc()),
        )
        self.run_folder.write_pid(part.name, process.pid)
        copying = asyncio.create_task(self._copy(part, process))
        try:
            await self._until_over(part, process)
        finally:
            await _end(process)
            self.run_folder.forget_pid(part.name)
        await asyncio.wait({copying}, timeout=LAST_LINES_SECONDS)
        return process.returncode or 0

    async def _copy(self, part: Part, process: asyncio.subprocess.Process) -> None:
        if process.stdout is None:
            return
        async for line in lines_of(process.stdout):
            self.logs[part.name].write(line)

    async def _until_over(self, part: Part, process: asyncio.subprocess.Process) -> None:
        ended = asyncio.create_task(process.wait())
        while not (ended.done() or self._stopping.is_set() or self.run_folder.is_held(part.name)):
            await asyncio.wait({ended}, timeout=LOOK_SECONDS)
        ended.cancel()

    async def _pause(self, seconds: float) -> None:
        """Sleep, but not longer than until we stop."""
        stopping = asyncio.create_task(self._stopping.wait())
        await asyncio.wait({stopping}, timeout=seconds)
        stopping.cancel()


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        await asyncio.wait_for(process.wait(), GRACE_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()


def next_pause(pause: float, *, lived_seconds: float) -> float:
    """Seconds before the next start: 1 after a long life, else twice the last pause, at most 30."""
    if lived_seconds >= STEADY_SECONDS:
        return FIRST_PAUSE_SECONDS
    return min(pause * 2, LONGEST_PAUSE_SECONDS)


def _libc() -> ctypes.CDLL | None:
    try:
        return ctypes.CDLL("libc.so.6")
    except OSError:
        return None


def _die_with_parent(libc: ctypes.CDLL | None) -> None:
    # Linux only, between fork and exec: a killed supervisor must not leave parts behind.
    if libc is not None:
        libc.prctl(1, signal.SIGTERM)
