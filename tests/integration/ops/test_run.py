"""`python -m bot run` before anything is started: one at a time, a free port, a first login made once."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from bot.bootstrap import staff_context
from bot.cli import run as run_command
from bot.domain.errors import SettingsError
from bot.ops.addresses import is_free
from bot.services.access.login_guard import LoginGuard
from bot.services.access.staff import log_in
from bot.settings import Settings
from bot.store import migrate
from tests.conftest import make_settings


async def test_the_first_login_is_made_once_and_works(settings: Settings) -> None:
    migrate(settings.database)
    password = await run_command.first_login(settings)
    assert password is not None
    assert await run_command.first_login(settings) is None
    async with staff_context(settings) as ctx:
        signed = await log_in(ctx, LoginGuard(), name="admin", password=password, address="127.0.0.1")
    assert signed.member.role == "admin"


def use(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    monkeypatch.setattr(run_command, "load_settings", lambda: settings)


def test_a_second_run_in_the_same_folder_is_refused(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, settings)
    with run_command._alone(settings), pytest.raises(SettingsError, match="INTAKE_DATA_DIR"):
        run_command.run(run_command.argparse.Namespace())


def test_a_port_in_use_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert not is_free("127.0.0.1", port)
        use(monkeypatch, make_settings(data_dir=tmp_path, port=port))
        with pytest.raises(SettingsError, match=f"INTAKE_PORT: {port} is in use"):
            run_command.run(run_command.argparse.Namespace())
