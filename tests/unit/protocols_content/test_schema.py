"""The JSON Schemas for editors fit the files and know the keys of the loaders."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from bot.protocols.dictionary_file import QUESTION_KEYS, VARIABLE_KEYS
from bot.protocols.documents import HEADER_KEYS
from bot.protocols.texts import CHECKS
from bot.protocols.yamlfile import read_yaml

FOLDER = Path(__file__).resolve().parents[3] / "data" / "protocols"
FILES = ("variables", "texts", "faq", "visits", "clinic")
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


def test_schemas_know_the_keys_of_the_loaders() -> None:
    variables = schema("variables")["properties"]
    variable = variables["variables"]["additionalProperties"]["properties"]
    assert set(variables["protocol"]["properties"]) == set(HEADER_KEYS)
    assert set(variable) == set(VARIABLE_KEYS)
    assert set(variable["question"]["properties"]) == set(QUESTION_KEYS)
    text = schema("texts")["properties"]["texts"]["additionalProperties"]["properties"]
    assert set(text["lint"]["properties"]) == set(CHECKS)
