"""The intent classifier as a part of Rasa's pipeline."""

from __future__ import annotations

from typing import Any

import joblib
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.engine.components.examples import read_examples
from bot.engine.components.intent_model import IntentModel, train

_FILE = "intents.joblib"
SURE_FROM = "sure_from"
"""Where the threshold travels to the arbiter."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class CalibratedIntents(IntentClassifier, GraphComponent):
    """Sets `intent` and `intent_ranking`, calibrated, and the threshold that was measured for them."""

    def __init__(self, storage: ModelStorage, resource: Resource, model: IntentModel | None = None) -> None:
        self._storage = storage
        self._resource = resource
        self._model = model

    @staticmethod
    def required_packages() -> list[str]:
        return ["sklearn", "onnxruntime"]

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> CalibratedIntents:
        return cls(model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> CalibratedIntents:
        with model_storage.read_from(resource) as folder:
            return cls(model_storage, resource, joblib.load(folder / _FILE))

    def train(self, training_data: TrainingData) -> Resource:
        """Fit on `examples.read_examples`, which holds Rasa's examples and more."""
        self._model = train(read_examples())
        with self._storage.write_to(self._resource) as folder:
            joblib.dump(self._model, folder / _FILE)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Rank the intents of each message."""
        if self._model is None:
            raise RuntimeError("the intent classifier was not trained")
        for message in messages:
            ranking = [
                {"name": name, "confidence": confidence}
                for name, confidence in self._model.rank(message.get(TEXT) or "")
            ]
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set("intent_ranking", ranking, add_to_output=True)
            message.set(SURE_FROM, self._model.threshold)
        return messages
