"""Rasa decides by a file's top-level keys whether it is its own; none of ours may carry one of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.protocols.yamlfile import read_yaml

FOLDER = Path(__file__).resolve().parents[3] / "data" / "protocols"
KEYS_OF_RASA = {
    "nlu", "rules", "stories", "e2e_tests", "domain", "responses", "forms", "slots", "intents", "entities",
    "actions", "session_config", "e2e_actions", "config", "flows", "version", "pipeline", "policies",
}  # fmt: skip
FILES = sorted(FOLDER.glob("*.yaml"))


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.name)
def test_no_top_level_key_of_rasa(path: Path) -> None:
    assert not set(read_yaml(path)) & KEYS_OF_RASA


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.name)
def test_every_file_begins_with_who_answers_for_it(path: Path) -> None:
    assert next(iter(read_yaml(path))) == "protocol"
