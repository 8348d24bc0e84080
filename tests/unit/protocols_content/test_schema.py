"""The JSON Schemas for editors fit the files and know the keys of the loaders."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from bot.protocols import handoff, red_flags, routing
from bot.protocols.dictionary_file import QUESTION_KEYS, VARIABLE_KEYS
from bot.protocols.documents import HEADER_KEYS
from bot.protocols.texts import CHECKS
from bot.protocols.yamlfile import read_yaml

FOLDER = Path(__file__).resolve().parents[3] / "data" / "protocols"
FILES = tuple(path.stem for path in sorted(FOLDER.glob("*.yaml")))
BROKEN = Path(__file__).parent / "broken"


def schema(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((FOLDER / "schema" / f"{name}.json").read_text(encoding="utf-8"))
    return loaded


@pytest.mark.parametrize("name", FILES)
def test_file_fits_its_schema(name: str) -> None:
    jsonschema.validate(read_yaml(FOLDER / f"{name}.yaml"), schema(name))


@pytest.mark.parametrize("path", sorted(BROKEN.rglob("unknown_key.yaml")), ids=lambda p: p.parent.name)
def test_editor_sees_an_unknown_key_too(path: Path) -> None:
    name = "texts" if path.parent.name == "header" else path.parent.name
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(read_yaml(path), schema(name))


@pytest.mark.parametrize("name", FILES)
def test_file_names_its_schema(name: str) -> None:
    first = (FOLDER / f"{name}.yaml").read_text(encoding="utf-8").splitlines()[0]
    assert first == f"# yaml-language-server: $schema=schema/{name}.json"


def test_schemas_of_the_rules_know_the_keys_of_their_records() -> None:
    flags, routes = schema("red_flags")["properties"], schema("routing")["properties"]
    assert set(routes) - {"protocol"} == set(routing.KEYS)
    for items, record in (
        (flags["red_flags"], red_flags.RuleText),
        (routes["decisions"], routing._DecisionText),
        (routes["notes"], routing._NoteText),
        (routes["need"], routing._FactorText),
        (routes["handoff"], handoff.HandoffRule),
    ):
        fields = {field.name for field in dataclasses.fields(record)}
        assert set(items["items"]["properties"]) == fields, record


@pytest.mark.parametrize("name", ["red_flags", "routing"])
def test_editor_sees_an_unknown_key_of_a_rule(name: str) -> None:
    raw = read_yaml(FOLDER / f"{name}.yaml")
    raw["red_flags" if name == "red_flags" else "decisions"][0]["colour"] = "red"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(raw, schema(name))


def test_schemas_know_the_keys_of_the_loaders() -> None:
    variables = schema("variables")["properties"]
    variable = variables["variables"]["additionalProperties"]["properties"]
    assert set(variables["protocol"]["properties"]) == set(HEADER_KEYS)
    assert set(variable) == set(VARIABLE_KEYS)
    assert set(variable["question"]["properties"]) == set(QUESTION_KEYS)
    text = schema("texts")["properties"]["texts"]["additionalProperties"]["properties"]
    assert set(text["lint"]["properties"]) == set(CHECKS)
