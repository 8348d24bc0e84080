"""The only place where concrete parts are chosen and joined.

Rooms are imported inside the functions: the action server must not pay for spaCy, nor a command
that only reads the database for either.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from bot.ops.addresses import run_folder
from bot.services.context import Context, Limits
from bot.services.ports import Dialogue, Reader, UnitOfWorkFactory
from bot.settings import ROOT, Settings
from bot.system import RandomIds, SystemClock

if TYPE_CHECKING:
    from bot.protocols import Protocols

PROTOCOLS = ROOT / "data" / "protocols"
LEXICON = ROOT / "data" / "lexicon"


def build_context(settings: Settings, *, wake: Callable[[str], None] = lambda case_id: None) -> Context:
    """What the gateway's services need. Raises ProtocolError; takes seconds (spaCy)."""
    protocols = build_protocols(settings)
    return _join(
        settings, protocols, reader=build_reader(protocols), dialogue=build_dialogue(settings), wake=wake
    )


def build_actions_context(settings: Settings) -> Context:
    """What the engine's actions and the watchdog need: no language layer, no line to the engine."""
    absent = Absent()
    return _join(settings, build_protocols(settings), reader=absent, dialogue=absent)


def _join(
    settings: Settings,
    protocols: Protocols,
    *,
    reader: Reader,
    dialogue: Dialogue,
    wake: Callable[[str], None] = lambda case_id: None,
) -> Context:
    return Context(
        unit_of_work=build_unit_of_work(settings),
        protocols=protocols,
        reader=reader,
        dialogue=dialogue,
        clock=SystemClock(),
        ids=RandomIds(),
        limits=Limits(session_days=settings.session_days),
        wake=wake,
    )


def build_protocols(settings: Settings) -> Protocols:
    """The clinic's protocols, with the phone number of the settings. Raises ProtocolError."""
    from bot.protocols import load_protocols

    return load_protocols(PROTOCOLS)


@dataclass(frozen=True, kw_only=True)
class StaffParts:
    """What the use cases about people need (`bot.services.staff.StaffContext`): no protocols, no engine."""

    unit_of_work: UnitOfWorkFactory
    clock: SystemClock
    ids: RandomIds


def build_staff_context(settings: Settings) -> StaffParts:
    """For the command line's `staff` and the first login."""
    return StaffParts(unit_of_work=build_unit_of_work(settings), clock=SystemClock(), ids=RandomIds())


class Absent:
    """Stands where a process has no language layer and no engine: using it is a programming error."""

    def read(
        self, text: str, *, asked: str | None = None, question: str | None = None, date: dt.date
    ) -> NoReturn:
        raise RuntimeError("this process has no language layer")

    async def turn(self, request: object) -> NoReturn:
        raise RuntimeError("this process has no line to the engine")

    async def understand(self, text: str, *, asked: str | None, reading: object) -> NoReturn:
        raise RuntimeError("this process has no line to the engine")

    async def model_id(self) -> NoReturn:
        raise RuntimeError("this process has no line to the engine")


def build_reader(protocols: Protocols) -> Reader:
    """The language layer; takes seconds."""
    from bot.language import load_reader

    reader: Reader = load_reader(protocols.dictionary, LEXICON)
    return reader


def build_dialogue(settings: Settings) -> Dialogue:
    """The line to the engine of the settings, else to the one that `make run` started."""
    from bot.dialogue import EngineClient

    return EngineClient(
        url=settings.engine_url or run_folder(settings.data_dir).url("engine") or "",
        secret=settings.engine_secret.get_secret_value(),
        timeout_seconds=settings.engine_timeout_seconds,
    )


def build_unit_of_work(settings: Settings) -> UnitOfWorkFactory:
    """The store. Connects on first use."""
    from bot.store import open_store

    return open_store(settings.database).unit_of_work
