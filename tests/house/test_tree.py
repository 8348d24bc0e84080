"""The layout that bot/README.md and the README promise."""

from __future__ import annotations

import re

import pytest

from tests.house.tree import name_of, text_of, tracked

TOP_LEVEL = {"bot", "data", "actions", "models", "tests", "benchmarks", ".ci"}
ROOT_FILES = {
    "config.yml", "domain.yml", "endpoints.yml", "credentials.yml", "README.md", "CHANGELOG.md", "Makefile",
    "LICENSE", "pyproject.toml", "requirements.lock",
    ".gitignore", ".gitattributes", ".yamllint", ".editorconfig",
}  # fmt: skip
NEVER = re.compile(r"(^|/)(uv\.lock|pylock\.toml|\.env|\.python-version)$|\.(db|sqlite3?|pyc|tar\.gz)$")

# Written in pieces, so that this file does not hold what it looks for.
MACHINE_PATHS = re.compile("|".join(["/" + "work/", "/" + r"home/\w+", "/" + r"root/", "/" + r"Users/\w+"]))
UNFINISHED = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "X" * 3, "HA" + "CK"]) + r")\b")
LARGEST_MODULE = 400


def test_no_further_top_level_name() -> None:
    names = {name_of(path) for path in tracked()}
    folders = {name.split("/")[0] for name in names if "/" in name}
    files = {name for name in names if "/" not in name}
    assert folders - TOP_LEVEL == set()
    assert files - ROOT_FILES == set()


def test_nothing_is_tracked_that_belongs_to_one_machine() -> None:
    assert [name for path in tracked() if NEVER.search(name := name_of(path))] == []


def test_no_path_of_one_machine() -> None:
    assert [name_of(path) for path in tracked() if MACHINE_PATHS.search(text_of(path))] == []


def test_no_unfinished_mark() -> None:
    code = [path for path in tracked() if path.suffix in {".py", ".js", ".html", ".css"}]
    assert [name_of(path) for path in code if UNFINISHED.search(text_of(path))] == []


def test_modules_are_short() -> None:
    code = [path for path in tracked() if path.suffix == ".py"]
    lengths = {name_of(path): text_of(path).count("\n") for path in code}
    assert {name for name, length in lengths.items() if length > LARGEST_MODULE} == set()


@pytest.mark.parametrize(
    "room", ["domain", "protocols", "language", "dialogue", "messaging", "store", "gateway"]
)
def test_the_map_names_every_room(room: str) -> None:
    guide = next(text_of(path) for path in tracked() if name_of(path) == "bot/README.md")
    assert f"`{room}/`" in guide
