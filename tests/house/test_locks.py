"""Locks name versions and hashes, and no place to load them from: they serve any mirror."""

from __future__ import annotations

import re
import tomllib

import pytest

from bot.settings import ROOT

PROJECTS = ("pyproject.toml", "bot/engine/pyproject.toml")


def lock_text(project: str) -> str:
    return (ROOT / project).with_name("requirements.lock").read_text(encoding="utf-8")


@pytest.mark.parametrize("project", PROJECTS)
def test_lock_holds_no_address(project: str) -> None:
    found = re.findall(
        r"https?://\S+|--(?:index-url|extra-index-url|find-links)\S*|\S+ @ \S+", lock_text(project)
    )
    assert found == []


@pytest.mark.parametrize("project", PROJECTS)
def test_every_requirement_is_pinned_and_hashed(project: str) -> None:
    blocks = re.split(r"\n(?=[a-z0-9])", lock_text(project))
    requirements = [block for block in blocks if not block.startswith("#")]
    assert len(requirements) > 50
    loose = [
        block.splitlines()[0] for block in requirements if "==" not in block or "--hash=sha256:" not in block
    ]
    assert loose == []


@pytest.mark.parametrize("project", PROJECTS)
def test_every_dependency_is_locked(project: str) -> None:
    described = tomllib.loads((ROOT / project).read_text(encoding="utf-8"))
    wanted = [*described["project"]["dependencies"], *described.get("dependency-groups", {}).get("dev", [])]
    names = {re.split(r"[\[<>=!~; ]", line)[0].lower().replace("_", "-") for line in wanted}
    locked = set(re.findall(r"^([a-z0-9._-]+)==", lock_text(project), flags=re.MULTILINE))
    assert names - {name.replace("_", "-").replace(".", "-") for name in locked} == set()
