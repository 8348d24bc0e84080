"""Brings the language layer's reading into the pipeline.

The service reads a message before it asks the engine and sends the reading along. Without one
(`rasa shell`, `rasa test`, `understand` of a bare text) this component reads the text itself.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, METADATA, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.domain.dictionary import parse_dictionary

ROOT = Path(__file__).resolve().parents[3]
READING = "reading"
ENTITY = "finding"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class Findings(EntityExtractorMixin, GraphComponent):
    """Sets `reading` and one entity `finding` for each thing the text says."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Findings:
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Take the reading that came along, or read."""
        for message in messages:
            metadata = message.get(METADATA) or {}
            reading = metadata.get(READING)
            if reading is None:
                reading = read(message.get(TEXT) or "", asked=metadata.get("asked"))
            message.set(READING, reading, add_to_output=True)
            message.set(ENTITIES, entities(reading), add_to_output=True)
        return messages


def entities(reading: dict[str, Any]) -> list[dict[str, Any]]:
    """The findings in Rasa's form: role is how it was said (present, absent, ...), group the value."""
    return [
        {
            "entity": ENTITY,
            "value": found["variable"],
            "role": found["assertion"],
            "group": str(found["value"]),
            "start": found["start"],
            "end": found["end"],
            "extractor": "language",
        }
        for found in reading.get("findings", ())
    ]


def read(text: str, *, asked: str | None) -> dict[str, Any]:
    """The reading of a text, in its JSON shape. The first call loads the language layer: seconds."""
    reader = _reader()
    today = dt.datetime.now(dt.timezone.utc).date()
    result: dict[str, Any] = reader.read(text, asked=asked, date=today).to_json()
    return result


@lru_cache(maxsize=1)
def _reader() -> Any:
    from bot.language import load_reader
    from bot.language.screen.screen import load_screen

    source = ROOT / "data" / "protocols" / "variables.yaml"
    with source.open(encoding="utf-8") as file:
        raw = yaml.safe_load(file)
    return load_reader(parse_dictionary(raw), ROOT / "data" / "lexicon", screen=load_screen())
