"""The set-up: standard library only, and it looks before it fetches."""

from __future__ import annotations

import ast
import stat
import sys
from pathlib import Path

import pytest

from bot.ops import provision
from bot.settings import ROOT, load_settings


def test_only_the_standard_library_is_imported() -> None:
    tree = ast.parse((ROOT / "bot/ops/provision.py").read_text(encoding="utf-8"), feature_version=(3, 8))
    froms = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    imports = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert froms | imports <= set(sys.stdlib_module_names)


def fake_python(path: Path, *, version: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho {version}\necho {path}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without any Python: an empty PATH and an empty pyenv."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    return tmp_path


def test_no_python_is_found_where_there_is_none(machine: Path) -> None:
    assert provision.find_python(("3.12", "3.13")) is None


def test_a_python_on_path_is_found(machine: Path) -> None:
    python = fake_python(machine / "bin/python3", version="3.12")
    assert provision.find_python(("3.12", "3.13")) == str(python)


def test_the_first_version_wins_wherever_it_is(machine: Path) -> None:
    fake_python(machine / "bin/python3", version="3.13")
    python = fake_python(machine / "pyenv/versions/3.12.1/bin/python3.12", version="3.12")
    assert provision.find_python(("3.12", "3.13")) == str(python)


def test_a_shim_that_does_not_run_is_passed_over(machine: Path) -> None:
    shim = fake_python(machine / "bin/python3.10", version="3.10")
    shim.write_text("#!/bin/sh\nexit 127\n")
    assert provision.find_python(("3.10",)) is None
    python = fake_python(machine / "pyenv/versions/3.10.13/bin/python3.10", version="3.10")
    assert provision.find_python(("3.10",)) == str(python)


def test_uv_that_does_not_run_is_not_found(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provision, "TOOLS", machine / "tools")
    assert provision.find_uv() is None
    uv = fake_python(machine / "bin/uv", version="0")
    assert provision.find_uv() == str(uv)


def test_the_env_file_has_fresh_secrets_for_its_owner_only(tmp_path: Path) -> None:
    first, second = tmp_path / "one.env", tmp_path / "two.env"
    assert provision.write_env_file(first)
    assert provision.write_env_file(second)
    assert stat.S_IMODE(first.stat().st_mode) == 0o600
    loaded, other = load_settings(_env_file=first), load_settings(_env_file=second)
    assert loaded.demo
    secrets = {s.get_secret_value() for x in (loaded, other) for s in (x.engine_secret, x.actions_secret)}
    assert len(secrets) == 4


def test_an_env_file_that_is_there_stays(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("INTAKE_PORT=1\n")
    assert not provision.write_env_file(file)
    assert file.read_text() == "INTAKE_PORT=1\n"


def test_an_environment_that_fits_its_lock_is_left_alone(machine: Path, tmp_path: Path) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text("a==1\n")
    environment = provision.Environment("test", tmp_path / "venv", lock, ("3.12",))
    fake_python(environment.python, version="3.12")
    environment.stamp.write_text(provision.hashlib.sha256(lock.read_bytes()).hexdigest())
    provision.provide(environment)  # would raise: this machine has no uv and no registry


def test_a_step_that_fails_names_what_is_needed(machine: Path) -> None:
    with pytest.raises(provision.SetupError, match=r"Python 3\.10 and 3\.12"):
        provision.run([sys.executable, "-c", "raise SystemExit(3)"])
