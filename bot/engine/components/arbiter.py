"""The last word on what kind of turn it was: classifier, language layer and open question together.

The classifier sees words alone; it cannot know that "2" or "Maria" answers a question. The language
layer knows the question. Neither is asked to overrule the other where both are clear: the services
compare them again on safety facts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, METADATA, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.engine.components.findings import READING
from bot.engine.components.intents import SURE_FROM

FALLBACK = "nlu_fallback"
ANSWERS = frozenset({"affirm", "deny", "unsure", "inform", "correct", "skip"})
SMALL_TALK = frozenset(
    {"greet", "thanks", "goodbye", "chitchat", "out_of_scope", "complaint", "other_language"}
)
"""What a clear answer to an open question is most often mistaken for."""
QUESTIONS = frozenset({"faq", "why", "person", "admin", "reschedule", "cancel_appointment", "book"})
CLEAR = 0.6
"""From this confidence on, a wish of the patient (a question, a person) stands beside an answer."""
FREE_TEXT = frozenset(
    {"opening", "contact_name", "contact_phone", "contact_email", "callback_ok_time", "choose_time"}
)
"""Questions whose answers may be any words: a name, a story, "tuesday"."""
_CODE = re.compile(r"[\s#(]*\d{1,3}[\s.)]*")
"""A choice typed as its digit, or a bare number."""

Ranking = Sequence[tuple[str, float]]


@dataclass(frozen=True)
class Heard:
    """What is known about a message beside its words."""

    text: str
    asked: str | None
    reading: Mapping[str, Any]
    sure_from: float

    @property
    def answers(self) -> bool:
        """Whether it speaks to the open question."""
        return self.asked is not None and self.reading.get("answer", "none") != "none"

    @property
    def answer_intent(self) -> str:
        """What an answer like this is called."""
        if self.reading.get("answer") == "declined":
            return "skip"
        if self.reading.get("correction"):
            return "correct"
        return str(self.reading.get("polarity") or "inform")


def decide(ranking: Ranking, heard: Heard) -> tuple[str, float]:
    """(intent, confidence); FALLBACK when nobody is sure.

    "None of our matters" is said only when it is clear: a patient who writes oddly is asked again.
    """
    name, confidence = ranking[0]
    if heard.answers and _gives_way(name, confidence, heard):
        return heard.answer_intent, max(_sum(ranking, ANSWERS), heard.sure_from)
    if heard.asked and name not in ANSWERS and _CODE.fullmatch(heard.text):
        return "inform", max(_sum(ranking, ANSWERS), heard.sure_from)
    if _is_foreign(heard) and confidence < CLEAR:
        return "other_language", max(dict(ranking).get("other_language", 0.0), heard.sure_from)
    weak = confidence < heard.sure_from or name in ("out_of_scope", "chitchat")
    if weak and (heard.reading.get("facts") or (heard.asked in FREE_TEXT and confidence < CLEAR)):
        return "inform", max(_sum(ranking, ANSWERS), heard.sure_from)
    needed = CLEAR if name == "out_of_scope" else heard.sure_from
    return (name, confidence) if confidence >= needed else (FALLBACK, 1.0 - confidence)


def _gives_way(name: str, confidence: float, heard: Heard) -> bool:
    """Whether the classifier's choice yields to a clear answer."""
    if name in ANSWERS:
        return confidence < heard.sure_from
    if name in SMALL_TALK:
        return True
    if name in QUESTIONS and heard.reading.get("question"):
        return confidence < heard.sure_from
    return confidence < CLEAR


def _is_foreign(heard: Heard) -> bool:
    return heard.reading.get("language", "en") != "en" and not heard.reading.get("facts")


def _sum(ranking: Ranking, names: frozenset) -> float:
    return min(1.0, sum(confidence for name, confidence in ranking if name in names))


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class Arbiter(IntentClassifier, GraphComponent):
    """Replaces `intent` by the decision; `intent_ranking` stays the classifier's."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Arbiter:
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Decide each message."""
        for message in messages:
            ranking = [(item["name"], item["confidence"]) for item in message.get("intent_ranking")]
            heard = Heard(
                text=message.get(TEXT) or "",
                asked=(message.get(METADATA) or {}).get("asked"),
                reading=message.get(READING) or {},
                sure_from=message.get(SURE_FROM),
            )
            name, confidence = decide(ranking, heard)
            message.set(INTENT, {"name": name, "confidence": confidence}, add_to_output=True)
        return messages
