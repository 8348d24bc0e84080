"""`python -m bot run`: everything a person needs to try the service, until Ctrl-C.

Trains when no model fits, migrates, makes a first staff login, starts engine, actions, gateway and
watchdog, waits until they answer, and prints where to look.
"""

from __future__ import annotations

import argparse
import asyncio
import fcntl
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from bot.bootstrap import staff_context
from bot.domain.errors import SettingsError
from bot.ops.addresses import is_free, run_folder
from bot.ops.logfile import LogFile
from bot.ops.parts import Part, plan_parts
from bot.ops.supervise import Supervisor
from bot.ops.training import train
from bot.services.access.login_guard import LoginGuard
from bot.services.access.staff import add_person
from bot.settings import Settings, load_settings
from bot.store import migrate

FIRST_LOGIN = "admin"
UP_WITHIN_SECONDS = 180.0


def configure(parser: argparse.ArgumentParser) -> None:
    """Everything it needs is in the settings."""


def run(args: argparse.Namespace) -> int:
    """0 after Ctrl-C or SIGTERM; 1 when the service did not come up."""
    settings = load_settings()
    with _alone(settings):
        if settings.port and not is_free(settings.host, settings.port):
            raise SettingsError(f"INTAKE_PORT: {settings.port} is in use on this machine: set another")
        _say("looking for a model that fits the sources; training one takes a minute or two")
        if train(if_needed=True) != 0:
            return 1
        migrate(settings.database)
        password = asyncio.run(first_login(settings))
        return asyncio.run(_supervise(settings, password))


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    folder = run_folder(settings.data_dir).folder
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "run.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SettingsError(
                "INTAKE_DATA_DIR: another `make run` uses this folder: stop it or set another"
            ) from None
        yield


async def first_login(settings: Settings) -> str | None:
    """Make the person `admin` when there is none; the password, or None when nobody was made."""
    async with staff_context(settings) as ctx:
        async with ctx.unit_of_work(write=False) as uow:
            if await uow.staff.by_name(FIRST_LOGIN) is not None:
                return None
        password = ctx.ids.token()
        await add_person(ctx, LoginGuard(), name=FIRST_LOGIN, role="admin", password=password)
        return password


async def _supervise(settings: Settings, password: str | None) -> int:
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    supervisor = _supervisor(settings, plan_parts(settings))
    await supervisor.start()
    try:
        return await _until_stopped(supervisor, stopping, settings, password)
    finally:
        _say("stopping")
        await supervisor.stop()


async def _until_stopped(
    supervisor: Supervisor, stopping: asyncio.Event, settings: Settings, password: str | None
) -> int:
    waiting = asyncio.create_task(supervisor.not_up(within_seconds=UP_WITHIN_SECONDS))
    stopped = asyncio.create_task(stopping.wait())
    await asyncio.wait({waiting, stopped}, return_when=asyncio.FIRST_COMPLETED)
    if stopped.done():
        waiting.cancel()
        return 0
    down = waiting.result()
    if down:
        _say(f"not up after {UP_WITHIN_SECONDS:.0f} s: {', '.join(down)}; see {settings.data_dir / 'log'}")
        return 1
    _announce(supervisor.parts, settings, password)
    await stopped
    return 0


def _supervisor(settings: Settings, parts: Sequence[Part]) -> Supervisor:
    secrets = [
        secret.get_secret_value()
        for secret in (settings.engine_secret, settings.actions_secret, settings.twilio_auth_token)
        if secret is not None
    ]
    return Supervisor(
        parts=parts,
        run_folder=run_folder(settings.data_dir),
        logs={
            part.name: LogFile(
                settings.data_dir / "log", part.name, secrets=secrets, foreign=part.name == "engine"
            )
            for part in parts
        },
        say=_say,
        health_headers={"engine": {"X-Intake-Secret": settings.engine_secret.get_secret_value()}},
    )


def _announce(parts: Sequence[Part], settings: Settings, password: str | None) -> None:
    gateway = next(part.url for part in parts if part.name == "gateway")
    _say("up")
    if settings.demo:
        _say(f"  demo page      {gateway}/")
    _say(f"  staff console  {gateway}/console")
    if password is not None:
        _say(f"  staff login    {FIRST_LOGIN} / {password}   (shown this once)")
    _say(f"  logs           {settings.data_dir / 'log'}")
    _say("Ctrl-C stops everything")


def _say(text: str) -> None:
    print(f"intake: {text}", flush=True)
