"""Every source that a rule or text names is known, and its title and link can be shown."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.domain.errors import ProtocolError
from bot.protocols import Protocols, load_protocols

FOLDER = Path(__file__).resolve().parents[3] / "data" / "protocols"


@pytest.mark.parametrize(
    ("key", "known"),
    [
        ("R-GIRFT", True), ("R-NOBODY", False), ("S0.1", True), ("S0.24", True), ("S0.25", False),
        ("S0.0", False), ("S2.92", True), ("S9.1", False), ("choice", True), ("hearsay", False),
        ("4.6b", True), ("7.1", False),
        ("X20", True), ("X21", False),
    ],
)  # fmt: skip
def test_known_and_unknown_sources(protocols: Protocols, key: str, known: bool) -> None:
    assert protocols.sources.knows(key) is known


def test_a_source_is_shown_with_title_and_link(protocols: Protocols) -> None:
    shown = protocols.sources.shown
    assert shown("R-IDSA").endswith("<https://doi.org/10.1093/cid/civ482>")
    assert shown("S2.25").startswith("S2.25: Clinic article")
    assert shown("background").startswith("background: common medical knowledge")
    with pytest.raises(ProtocolError, match="no source 'R-NOBODY'"):
        shown("R-NOBODY")


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("red_flags", "source: [R-GIRFT, R-BMJBP, R-CARD, R-AJEM-CES, S2.25]", "source: [R-GIRFT, S2.99]"),
        ("routing", "source: [S1.12, R-DCM]", "source: [S1.12, R-DMC]"),
        ("texts", 'source: ["6.1"]', "source: [somewhere]"),
    ],
)
def test_an_unknown_source_is_refused_with_file_and_line(
    tmp_path: Path, name: str, old: str, new: str
) -> None:
    folder = tmp_path / "protocols"
    shutil.copytree(FOLDER, folder)
    file = folder / f"{name}.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ProtocolError, match=rf"{name}\.yaml:\d+: source: '.*' is not known"):
        load_protocols(folder)
