"""Rasa reads every YAML it is pointed at and takes what looks like its own. The clinic's files must not."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from bot.settings import ROOT

RASA_KEYS = {
    "nlu", "rules", "stories", "responses", "intents", "entities", "slots", "forms", "actions", "e2e_actions",
    "session_config", "config_store_key", "recipe", "pipeline", "policies",
}  # fmt: skip

OURS = sorted(
    path for folder in ("protocols", "lexicon", "fhir") for path in (ROOT / "data" / folder).rglob("*.y*ml")
)


def top_keys(text: str) -> set[str]:
    loaded: Any = yaml.safe_load(text)
    return set(loaded) if isinstance(loaded, dict) else set()


def test_there_are_files_to_look_at() -> None:
    assert {path.parent.name for path in OURS} >= {"protocols", "lexicon", "fhir"}


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_rasa_takes_none_of_the_clinics_files(path: Any) -> None:
    keys = top_keys(path.read_text(encoding="utf-8"))
    assert keys & RASA_KEYS == set()
    assert keys & {"protocol", "lexicon", "fhir"}
