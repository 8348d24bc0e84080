"""`python -m bot staff`: people and tokens from the command line."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bot.settings import ROOT


@pytest.fixture
def folder(tmp_path: Path, sqlite_template: Path) -> Path:
    """A data folder with an empty, migrated database."""
    (tmp_path / "intake.sqlite3").write_bytes(sqlite_template.read_bytes())
    return tmp_path


def staff(folder: Path, *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    given = {"DATA_DIR": str(folder), "ENGINE_SECRET": "e" * 64, "ACTIONS_SECRET": "a" * 64}
    return subprocess.run(
        [sys.executable, "-m", "bot", "staff", *arguments],
        env={**os.environ, **{f"INTAKE_{name}": value for name, value in given.items()}},
        cwd=ROOT,
        input=typed,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_token_prints_the_token_and_nothing_else(folder: Path) -> None:
    added = staff(folder, "add", "Ana Example", "--role", "nurse")
    assert re.fullmatch(r"added Ana Example \(nurse\)\npassword: [a-z2-9-]{24}\n", added.stdout), added.stderr
    token = staff(folder, "token", "Ana Example")
    assert re.fullmatch(r"spine_[\w-]{43}\n", token.stdout)
    assert (token.stderr, token.returncode) == ("", 0)


def test_password_may_come_from_standard_input(folder: Path) -> None:
    added = staff(folder, "add", "ana", "--role", "admin", "--password-stdin", typed="long enough word\n")
    assert (added.stdout, added.returncode) == ("added ana (admin)\n", 0)


@pytest.mark.parametrize(
    ("arguments", "typed", "said"),
    [
        (("token", "nobody"), "", "no such person"),
        (("add", "ana", "--role", "nurse", "--password-stdin"), "short\n", "a password has 12"),
        (("add", " ana", "--role", "nurse"), "", "a name has"),
    ],
)
def test_refusals_say_what_to_do(folder: Path, arguments: tuple[str, ...], typed: str, said: str) -> None:
    refused = staff(folder, *arguments, typed=typed)
    assert (refused.stdout, refused.returncode) == ("", 1)
    assert said in refused.stderr
    assert "Traceback" not in refused.stderr


def test_same_name_twice_is_refused(folder: Path) -> None:
    staff(folder, "add", "ana", "--role", "nurse")
    again = staff(folder, "add", "ana", "--role", "admin")
    assert (again.returncode, again.stdout) == (1, "")
    assert "exists already" in again.stderr


def test_unknown_role_is_refused_with_the_roles(folder: Path) -> None:
    refused = staff(folder, "add", "ana", "--role", "boss")
    assert refused.returncode == 2
    assert "front_desk" in refused.stderr


def test_database_that_is_not_there_is_a_message(tmp_path: Path) -> None:
    refused = staff(tmp_path / "nothing", "token", "ana")
    assert refused.returncode == 1
    assert "python -m bot migrate" in refused.stderr
    assert "Traceback" not in refused.stderr
