"""Which of the clinic's answers a question is about, by likeness to the questions of `faq.yaml`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import joblib
import numpy as np
import yaml
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.engine.components.texts import normal
from bot.language.screen.embeddings import load_encoder

ROOT = Path(__file__).resolve().parents[3]
SOURCE = ROOT / "data" / "protocols" / "faq.yaml"
UNANSWERED = ROOT / "data" / "nlu" / "unanswered.yml"
"""Questions nobody has given us an answer to: what is nearest to one of them is not known either."""
TOPIC = "topic"
LIKE_ENOUGH = 0.45
"""Cosine of a question and the nearest known one; below it we say that we do not know (models/README.md)."""
_FILE = "topics.joblib"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class FaqTopics(IntentClassifier, GraphComponent):
    """Sets `topic`: the nearest topic's id, or None when none is near. It says nothing about the intent."""

    def __init__(self, storage: ModelStorage, resource: Resource, index: TopicIndex | None = None) -> None:
        self._storage = storage
        self._resource = resource
        self._index = index

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> FaqTopics:
        return cls(model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> FaqTopics:
        with model_storage.read_from(resource) as folder:
            return cls(model_storage, resource, TopicIndex(*joblib.load(folder / _FILE)))

    def train(self, training_data: TrainingData) -> Resource:
        """Index the clinic's questions; the examples of the intents are not needed."""
        topics, vectors = index_questions(SOURCE, UNANSWERED)
        with self._storage.write_to(self._resource) as folder:
            joblib.dump((topics, vectors), folder / _FILE)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Name each message's topic."""
        for message in messages:
            topic = self._index.nearest(message.get(TEXT) or "")[0] if self._index else None
            message.set(TOPIC, topic, add_to_output=True)
        return messages


class TopicIndex:
    """The questions as vectors, with the topic of each; None for those nobody has answered."""

    def __init__(self, topics: list[str | None], vectors: np.ndarray) -> None:
        self._topics = topics
        self._vectors = vectors

    def nearest(self, text: str) -> tuple[str | None, float]:
        """(topic or None, likeness of the nearest question)."""
        if not self._topics:
            return None, 0.0
        likeness = self._vectors @ load_encoder().encode([normal(text)])[0]
        best = int(np.argmax(likeness))
        score = float(likeness[best])
        return (self._topics[best] if score >= LIKE_ENOUGH else None), score


def index_questions(source: Path, unanswered: Path) -> tuple[list[str | None], np.ndarray]:
    """(topic, vector) of every question of the clinic's file, and of those without an answer."""
    pairs: list[tuple[str | None, str]] = [
        (topic, question) for topic, questions in read_questions(source) for question in questions
    ]
    pairs += [(None, question) for question in read_unanswered(unanswered)]
    vectors = load_encoder().encode([normal(question) for _, question in pairs])
    return [topic for topic, _ in pairs], vectors


def read_unanswered(source: Path) -> list[str]:
    """The examples of the file, none when it is missing."""
    if not source.is_file():
        return []
    with source.open(encoding="utf-8") as file:
        blocks = yaml.safe_load(file)["nlu"]
    return [line[2:].strip() for block in blocks for line in block["examples"].splitlines()]


def read_questions(source: Path) -> list[tuple[str, list[str]]]:
    """(topic, its questions); `bot.protocols` has checked the file before, `bot check` does it too."""
    if not source.is_file():
        return []
    with source.open(encoding="utf-8") as file:
        entries = yaml.safe_load(file)["faq"]
    if isinstance(entries, dict):
        return [(topic, list(entry["questions"])) for topic, entry in entries.items()]
    return [(entry["topic"], list(entry["questions"])) for entry in entries]
