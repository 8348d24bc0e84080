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
from bot.engine.components.topics import TOPIC

FALLBACK = "nlu_fallback"
ANSWERS = frozenset({"affirm", "deny", "unsure", "inform", "correct", "skip"})
QUESTIONS = frozenset({"faq", "why", "repeat"})
"""Interrupt an answer only in the form of a question."""
WISHES = frozenset({"person", "admin", "reschedule", "cancel_appointment", "book", "go_back", "start_over"})
"""Interrupt an answer only when a wish is worded: "i had to cancel work" cancels nothing here."""
VAGUE = frozenset({"out_of_scope", "chitchat", "injection"})
"""Said to a patient only when it is clear: who writes oddly is asked again."""
HARSH = frozenset({"abuse", "injection"})
"""Answered beside an answer when it is certain."""
CERTAIN = 0.8
STATEMENTS = frozenset({"complaint", "out_of_scope", "chitchat"})
CLEAR = 0.6
"""From this confidence on, a worded wish stands beside an answer, and VAGUE is believed."""
FREE_TEXT = frozenset(
    {"opening", "contact_name", "contact_phone", "contact_email", "callback_ok_time", "choose_time"}
)
"""Questions whose answers may be any words: a name, a story, "tuesday"."""
_CODE = re.compile(r"[\s#(]*\d{1,3}[\s.)]*")
"""A choice typed as its digit, or a bare number."""
_WISH = re.compile(
    r"\b(?:want|wanna|need|would like|'d like|id like|rather|prefer|please|pls|plz|let me|let's|lets"
    r"|(?:get|give|put) me|have (?:some|a)|(?:call|phone) me|transfer|connect|(?:can|could) (?:i|you|we|u)"
    r"|may i|is there a|go back|start (?:over|again)|hang on|wait)\b",
    re.IGNORECASE,
)
_ASKING = re.compile(
    r"\b(?:what|whats|what's|how|when|where|who|why|which|tell|explain|wonder\w*|curious|again|repeat"
    r"|does|do you|are you)\b",
    re.IGNORECASE,
)
_NOT_OURS = re.compile(r"\b(?:go|goes|going|went|gone|get|got) back (?:to|at|in|on)\b", re.IGNORECASE)
"""Back to work, not back to a question."""

Ranking = Sequence[tuple[str, float]]


@dataclass(frozen=True)
class Heard:
    """What is known about a message beside its words."""

    text: str
    asked: str | None
    reading: Mapping[str, Any]
    sure_from: float
    topic: str | None = None

    @property
    def answers(self) -> bool:
        """Whether it speaks to the open question."""
        return self.asked is not None and self.reading.get("answer", "none") != "none"

    @property
    def tells(self) -> bool:
        """Whether it answers, or states facts about the patient."""
        return self.answers or bool(self.reading.get("facts"))

    @property
    def is_question(self) -> bool:
        """Whether it has the form of a question to us."""
        return bool(self.reading.get("question"))

    @property
    def wishes(self) -> bool:
        """Whether a wish is worded."""
        return _WISH.search(_NOT_OURS.sub(" ", self.text)) is not None

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

    A message that states facts or answers, without the form of a question or a worded wish, is an answer.
    """
    name, confidence = ranking[0]
    answer = max(_sum(ranking, ANSWERS), heard.sure_from)
    if heard.tells and _gives_way(name, confidence, heard):
        return heard.answer_intent, answer
    if heard.asked and name not in ANSWERS and _CODE.fullmatch(heard.text):
        return "inform", answer
    if _is_foreign(heard) and confidence < CLEAR:
        return "other_language", max(dict(ranking).get("other_language", 0.0), heard.sure_from)
    if heard.is_question and heard.topic and not heard.tells and name in VAGUE | {"inform"}:
        return "faq", max(dict(ranking).get("faq", 0.0), heard.sure_from)
    if heard.asked in FREE_TEXT and confidence < CLEAR and not heard.is_question:
        weak = confidence < heard.sure_from or name in VAGUE
        if weak:
            return "inform", answer
    if _tries_to_answer(name, confidence, heard):
        return "inform", answer
    needed = CLEAR if name in VAGUE else heard.sure_from
    return (name, confidence) if confidence >= needed else (FALLBACK, 1.0 - confidence)


def _gives_way(name: str, confidence: float, heard: Heard) -> bool:
    """Whether the classifier's choice yields to what the message tells."""
    if name in ("skip", "correct"):
        return confidence < heard.sure_from or not _is_marked(name, heard)
    if name in ANSWERS:
        return confidence < heard.sure_from
    if name in QUESTIONS:
        return not heard.is_question or confidence < heard.sure_from
    if name in WISHES:
        return not (heard.wishes or heard.is_question) or confidence < CLEAR
    return name not in HARSH or confidence < CERTAIN


def _tries_to_answer(name: str, confidence: float, heard: Heard) -> bool:
    """A statement taken for a question or for talk, not certainly: the open question is put plainer."""
    if heard.asked is None or heard.is_question or heard.wishes or _ASKING.search(heard.text):
        return False
    return name in QUESTIONS | STATEMENTS and heard.sure_from <= confidence < CERTAIN


def _is_marked(name: str, heard: Heard) -> bool:
    """Whether the language layer saw the same: a refusal or a correction, or no clear answer at all."""
    if heard.reading.get("answer") not in ("full", "partial"):
        return True
    return name == "correct" and bool(heard.reading.get("correction"))


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
                topic=message.get(TOPIC),
            )
            name, confidence = decide(ranking, heard)
            message.set(INTENT, {"name": name, "confidence": confidence}, add_to_output=True)
        return messages
