"""What each process is given."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from bot.ops.addresses import free_port
from bot.ops.parts import Part, plan_parts
from tests.conftest import make_settings


def planned(tmp_path: Path, **given: object) -> dict[str, Part]:
    return {part.name: part for part in plan_parts(make_settings(data_dir=tmp_path, **given))}


def test_there_are_four_and_the_watchdog_serves_nothing(tmp_path: Path) -> None:
    parts = planned(tmp_path)
    assert list(parts) == ["actions", "engine", "gateway", "watchdog"]
    assert parts["watchdog"].url is None


def test_internal_parts_listen_on_loopback_on_ports_of_their_own(tmp_path: Path) -> None:
    parts = planned(tmp_path, host="0.0.0.0")
    places = [urlsplit(parts[name].url or "") for name in ("actions", "engine")]
    assert {place.hostname for place in places} == {"127.0.0.1"}
    assert len({place.port for place in places}) == 2


def test_they_find_each_other(tmp_path: Path) -> None:
    parts = planned(tmp_path)
    for part in parts.values():
        assert part.environment["INTAKE_ENGINE_URL"] == parts["engine"].url
        assert part.environment["INTAKE_ACTIONS_URL"] == parts["actions"].url
        assert part.environment["INTAKE_DATA_DIR"] == str(tmp_path)


def test_port_0_means_any(tmp_path: Path) -> None:
    gateway = planned(tmp_path, port=0)["gateway"]
    assert urlsplit(gateway.url or "").port == int(gateway.environment["INTAKE_PORT"]) != 0


def test_a_promised_port_is_given_to_nobody_else() -> None:
    assert free_port(but_not=range(50_000)) >= 50_000


def test_the_engine_gets_no_database_and_no_providers_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = make_settings(data_dir=tmp_path)
    for name in ("INTAKE_DATABASE_URL", "INTAKE_TWILIO_AUTH_TOKEN", "SOME_OTHER_SECRET"):
        monkeypatch.setenv(name, "s3cr3t")
    given = {part.name: part for part in plan_parts(settings)}["engine"].environment
    assert not {"INTAKE_DATABASE_URL", "INTAKE_TWILIO_AUTH_TOKEN", "SOME_OTHER_SECRET"} & set(given)
    assert given["RASA_TELEMETRY_ENABLED"] == "false"


def test_no_secret_shows_in_a_command_line_or_a_repr(tmp_path: Path) -> None:
    for part in planned(tmp_path).values():
        assert "eeee" not in repr(part)
        assert "eeee" not in " ".join(part.command)
