"""One broken file per loader error: the message names the file, the line or rule, and what is allowed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.domain.errors import ProtocolError
from bot.protocols import load_protocols
from bot.protocols.releases import load_release

from .conftest import FOLDER

RED_FLAGS = [
    ("    level: emergency_now\n", "    level: emergency\n", "level: 'emergency'; allowed: none, note"),
    ("    title: possible cauda equina or cord trouble\n", "", "'title' is missing"),
    (
        "    title: possible cauda equina",
        "    titel: possible cauda equina",
        "unknown key 'titel'; allowed: id, title",
    ),
    ("id: RF02\n", "id: RF01\n", "RF01 is there twice"),
    ("when: gate_incomplete", "when: gate_incompleet", "RF07: unknown variable 'gate_incompleet'"),
    (
        "cannot_walk_cause == weakness",
        "cannot_walk_cause == tired",
        "'tired' is not a value of cannot_walk_cause",
    ),
    ("    - saddle_numbness\n", "    - saddle_numb\n", "list CES: unknown variable 'saddle_numb'"),
    ("  cord_sign: hand", "  fever: hand", "helper fever: a variable has this name"),
    ("    script: crisis", "    script: crises", "'crises'; allowed: crisis, abuse"),
    ("    call_911: true", "    call_911: sometimes", "true or false"),
    ("    source: [R-GIRFT, S2.29, S2.30, S3.24]", "    source: R-GIRFT", "must be a list"),
    ("  status: draft", "  status: final", "allowed: draft, active, retired"),
    ("  version: 1.0.0\n", "", "'version' is missing"),
    ("protocol:\n", "red_flags:\n", "line 16|twice|missing"),
    ("red_flags:\n", "red_flag:\n", "unknown key 'red_flag'"),
]
ROUTING = [
    ("    gate: G-R\n", "    gate: G-Z\n", "unknown gate 'G-Z'; known: G-F"),
    ("    level: same_day\n", "    level: today\n", "level: 'today'; allowed"),
    ("tiers:\n", "tears:\n", "unknown key 'tears'; allowed"),
    ("  CORE: ", "  KERN: ", "unknown list 'CORE'|list CORE is missing"),
    ("{points: 2, when: function_limit", "{points: two, when: function_limit", "whole number"),
    ("kind: crisis,", "kind: crysis,", "'crysis'; allowed: booking|is not allowed"),
    ("    visit: POSTOP_VISIT", "    visit: POSTOP", "unknown visit 'POSTOP'"),
    ("  - id: C16\n", "  - id: C16\n    when: age > 1\n", "must always match"),
    ("  CORE: ", "  fev: ", "'fev' is defined twice"),
]  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "protocols"
    shutil.copytree(FOLDER, copy)
    return copy


def broken(folder: Path, file: str, old: str, new: str) -> None:
    text = (folder / file).read_text()
    assert old in text, old
    (folder / file).write_text(text.replace(old, new, 1))


@pytest.mark.parametrize(("old", "new", "says"), RED_FLAGS)
def test_a_broken_red_flag_file_is_refused(folder: Path, old: str, new: str, says: str) -> None:
    broken(folder, "red_flags.yaml", old, new)
    with pytest.raises(ProtocolError, match=says) as caught:
        load_release(folder)
    assert "red_flags.yaml" in str(caught.value)


@pytest.mark.parametrize(("old", "new", "says"), ROUTING)
def test_a_broken_routing_file_is_refused(folder: Path, old: str, new: str, says: str) -> None:
    broken(folder, "routing.yaml", old, new)
    with pytest.raises(ProtocolError, match=says):
        load_protocols(folder)


@pytest.mark.parametrize("name", ["red_flags", "routing", "variables", "texts", "visits", "clinic", "faq"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / f"{name}.yaml").unlink()
    with pytest.raises(ProtocolError, match=rf"{name}\.yaml: cannot be read"):
        load_protocols(folder)


def test_the_error_names_the_line(folder: Path) -> None:
    broken(folder, "red_flags.yaml", "    title: both legs", "    titel: both legs")
    number = (folder / "red_flags.yaml").read_text().splitlines().index(
        "    titel: both legs or all limbs failing"
    ) + 1
    with pytest.raises(ProtocolError, match=rf"red_flags\.yaml:{number}: unknown key 'titel'"):
        load_release(folder)
