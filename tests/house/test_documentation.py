"""A setting that the README does not explain is not finished; neither is one that it only dreams of."""

from __future__ import annotations

import re

import pytest

from bot.__main__ import COMMANDS
from bot.settings import PREFIX, ROOT, Settings

README = (ROOT / "README.md").read_text(encoding="utf-8")
SETTINGS = [PREFIX + name.upper() for name in Settings.model_fields]


@pytest.mark.parametrize("setting", SETTINGS)
def test_setting_is_explained(setting: str) -> None:
    assert f"| `{setting}` |" in README


def test_the_readme_names_no_other_setting() -> None:
    assert set(re.findall(rf"{PREFIX}[A-Z_]+", README)) <= set(SETTINGS)


@pytest.mark.parametrize("setting", SETTINGS)
def test_default_is_the_one_in_force(setting: str) -> None:
    field = Settings.model_fields[setting.removeprefix(PREFIX).lower()]
    if isinstance(field.default, (int, float, str)) and not setting.endswith("_URL"):
        shown = str(field.default).lower() if isinstance(field.default, bool) else f"{field.default}"
        row = next(line for line in README.splitlines() if line.startswith(f"| `{setting}` |"))
        assert f"`{shown.removesuffix('.0')}`" in row


@pytest.mark.parametrize("command", COMMANDS)
def test_command_is_named(command: str) -> None:
    assert command in README


def test_make_targets_are_named() -> None:
    targets = re.findall(
        r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE
    )
    assert targets
    assert [target for target in targets if f"`make {target}`" not in README and target != "setup"] == []
