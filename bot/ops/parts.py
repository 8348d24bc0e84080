"""The processes of one installation: their commands, their addresses, what each may know."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.ops.addresses import free_port
from bot.settings import ROOT, Settings

ENGINE_PYTHON = ROOT / "bot" / "engine" / ".venv" / "bin" / "python"

HARMLESS = ("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "TMP", "TEMP")
"""What the engine's process inherits. It gets no database address and no provider's secret."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """One process. `health` is the path that answers 200 when it is up; None when it serves nothing."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(repr=False)
    url: str | None = None
    health: str | None = None
    folder: Path = ROOT


def plan_parts(settings: Settings) -> tuple[Part, ...]:
    """All four parts with free internal ports; they find each other by INTAKE_*_URL.

    A port of 0 in the settings means: any free one.
    """
    port = settings.port or free_port(settings.host)
    actions_port = free_port(but_not=(port,))
    engine_port = free_port(but_not=(port, actions_port))
    actions_url, engine_url = f"http://127.0.0.1:{actions_port}", f"http://127.0.0.1:{engine_port}"
    addresses = {
        "INTAKE_PORT": str(port),
        "INTAKE_DATA_DIR": str(settings.data_dir),
        "INTAKE_ENGINE_URL": engine_url,
        "INTAKE_ACTIONS_URL": actions_url,
    }
    ours = {**os.environ, **addresses}
    reachable = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104
    return (
        _ours("actions", ours, url=actions_url, health="/health"),
        _engine(settings, addresses, url=engine_url),
        _ours("gateway", ours, command="serve", url=f"http://{reachable}:{port}", health="/health/live"),
        _ours("watchdog", ours),
    )


def _ours(
    name: str,
    environment: Mapping[str, str],
    *,
    command: str = "",
    url: str | None = None,
    health: str | None = None,
) -> Part:
    return Part(
        name=name,
        command=(sys.executable, "-m", "bot", command or name),
        environment=environment,
        url=url,
        health=health,
    )


def _engine(settings: Settings, addresses: Mapping[str, str], *, url: str) -> Part:
    own = {
        **addresses,
        "INTAKE_ENGINE_SECRET": settings.engine_secret.get_secret_value(),
        "INTAKE_ACTIONS_SECRET": settings.actions_secret.get_secret_value(),
        "INTAKE_LOG_LEVEL": settings.log_level,
    }
    return Part(
        name="engine",
        command=(str(ENGINE_PYTHON), "-m", "bot.engine.run"),
        environment={**engine_environment(), **own},
        url=url,
        health="/webhooks/intake/health",
    )


def engine_environment() -> dict[str, str]:
    """What any process of the engine's environment inherits: nothing it does not need, no telemetry."""
    inherited = {name: os.environ[name] for name in HARMLESS if name in os.environ}
    return {**inherited, "RASA_TELEMETRY_ENABLED": "false"}
