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
POLAR = frozenset({"affirm", "deny", "unsure"})
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
INCIDENTAL = frozenset({"duration_weeks", "visit_reason", "who_for", "relation", "insurance_type"})
"""Facts that wishes and small talk hold too: a day, "my mother", "my appointment"."""
SHORT_WORDS = 3
"""A yes or no has hardly more; who writes more states something beside it."""
FREE_TEXT = frozenset(
    {"opening", "contact_name", "contact_phone", "contact_email", "callback_ok_time", "choose_time"}
)
"""Questions whose answers may be any words: a name, a story, "tuesday"."""
_CODE = re.compile(r"[\s#(]*\d{1,3}[\s.)]*")
"""A choice typed as its digit, or a bare number."""
_WISH = re.compile(
    r"\b(?:want|wanna|need|would like|'d like|id like|rather|prefer|please|pls|plz|let me|let's|lets"
    r"|(?:talk|speak) (?:to|with)|(?:get|give|put) me|have (?:some|a)|(?:call|phone) me|transfer|connect"
    r"|(?:can|could) (?:i|you|we|u)"
    r"|may i|is there a|go back|start (?:over|again)|hang on|wait|refill|resched\w*|charged"
    r"|(?:a|my|the|this) bill|(?:appt|appointment|visit))\b",
    re.IGNORECASE,
)
_ASKING = re.compile(
    r"\b(?:what|whats|what's|how|when|where|who|why|which|tell|explain|wonder\w*|curious|again|repeat"
    r"|does|do you|are you)\b",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"\?|^\W*(?:(?:and|so|but|wait|sorry|ok|hey|hi|no|yes|well|now)\W+)*"
    r"(?:what|whats|why|how|when|where|who|which|can|could|do|does|did|is|are|am|will|would|should|may|huh"
    r"|pardon|repeat|come again)\b|\bwhy (?:do|would|are|you|is)\b|\bsay (?:that |it )?again\b",
    re.IGNORECASE,
)
"""The form of a question, or of asking for the question again."""
_WHY = re.compile(
    r"^\W*(?:(?:and|so|but|wait|sorry|ok|hey|well)\W+)*(?:why|how come|what for)\b", re.IGNORECASE
)
"""Asks for the reason of the open question, whatever stands behind it."""
_AMENDS = re.compile(
    r"\b(?:sorry|wrong|mistake|typo|meant|change|fix|actually|correct\w*|no wait|scratch|oops|instead)\b|\*",
    re.IGNORECASE,
)
_DECLINES = re.compile(
    r"\b(?:skip (?:it|this|that)|next|pass|(?:rather|prefer) not"
    r"|(?:don'?t|not) (?:want|going|comfortable|answering)|private|personal|business|decline)\b|^\W*skip\W*$",
    re.IGNORECASE,
)
_COMMAND = re.compile(
    r"\W*(?:(?:a|an|the|real|live|human) )*(?:person|human|agent|representative|operator)"
    r"(?:,? ?(?:please|pls|now))?\W*",
    re.IGNORECASE,
)
"""The word that the first message promises: it reaches a person whatever is asked."""
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
    def states(self) -> bool:
        """Whether it states something about the patient that small talk does not hold."""
        return bool(set(self.reading.get("facts") or ()) - INCIDENTAL)

    @property
    def is_question(self) -> bool:
        """Whether it has the form of a question to us."""
        return bool(self.reading.get("question")) or _ASKS.search(self.text) is not None

    @property
    def is_short(self) -> bool:
        """Whether it is not longer than a yes or no."""
        return len(self.text.split()) <= SHORT_WORDS

    @property
    def wishes(self) -> bool:
        """Whether a wish is worded."""
        return _WISH.search(_NOT_OURS.sub(" ", self.text)) is not None

    @property
    def answer_intent(self) -> str:
        """What an answer like this is called."""
        if self.asked is None:
            return "inform"
        if self.reading.get("answer") == "declined":
            return "skip"
        if self.reading.get("correction"):
            return "correct"
        return str(self.reading.get("polarity") or "inform")


def decide(ranking: Ranking, heard: Heard) -> tuple[str, float]:
    """(intent, confidence); FALLBACK when nobody is sure.

    With a question open, what speaks to it is an answer, unless another wish is plainly worded. With none
    open the classifier is believed, and what it cannot place but states something is told to us.
    """
    name, confidence = ranking[0]
    answer = max(_sum(ranking, ANSWERS), heard.sure_from)
    if _COMMAND.fullmatch(heard.text):
        return "person", 1.0
    if _is_foreign(heard) and confidence < CLEAR:
        return "other_language", max(dict(ranking).get("other_language", 0.0), heard.sure_from)
    if heard.asked and name not in ANSWERS and _CODE.fullmatch(heard.text):
        return "inform", answer
    if heard.asked and name in ANSWERS:
        chosen = _which_answer(name, confidence, heard)
        if chosen != name or (heard.tells and confidence < heard.sure_from):
            return chosen, answer
    elif _gives_way(name, confidence, heard):
        return heard.answer_intent, answer
    return _believed(name, confidence, answer, ranking, heard)


def _believed(
    name: str, confidence: float, answer: float, ranking: Ranking, heard: Heard
) -> tuple[str, float]:
    """The classifier's choice where nothing speaks against it but its own doubt."""
    near = heard.is_question and heard.topic is not None and not heard.tells
    if near and name in VAGUE | {"inform"} and confidence < CLEAR:
        return "faq", max(dict(ranking).get("faq", 0.0), heard.sure_from)
    if heard.asked in FREE_TEXT and confidence < CLEAR and not heard.is_question:
        weak = confidence < heard.sure_from or name in VAGUE
        if weak:
            return "inform", answer
    if _tries_to_answer(name, confidence, heard):
        return "inform", answer
    needed = CLEAR if name in VAGUE else heard.sure_from
    if confidence >= needed:
        return name, confidence
    if heard.asked and not heard.tells and _WHY.match(heard.text):
        return "why", max(dict(ranking).get("why", 0.0), heard.sure_from)
    return FALLBACK, 1.0 - confidence


def _which_answer(name: str, confidence: float, heard: Heard) -> str:
    """Between yes, no, unsure and more than that: the words, or what the reader took from them."""
    if name in ("skip", "correct"):
        return heard.answer_intent if _gives_way(name, confidence, heard) else name
    read = heard.answer_intent
    if name == read or not heard.answers:
        return name if confidence >= heard.sure_from or not heard.tells else read
    clear = CERTAIN if heard.reading.get("answer") in ("full", "partial") else CLEAR
    if confidence < heard.sure_from or (name in POLAR and read == "inform" and confidence < clear):
        return read
    return name


def _gives_way(name: str, confidence: float, heard: Heard) -> bool:
    """Whether the classifier's choice yields to what the message tells."""
    if heard.asked is None:
        return _gives_way_unasked(name, confidence, heard)
    if not heard.tells:
        return False
    if name in ("skip", "correct"):
        return confidence < heard.sure_from or not _is_marked(name, heard)
    if name in QUESTIONS:
        return not heard.is_question or confidence < heard.sure_from
    if name in WISHES:
        return not (heard.wishes or heard.is_question) or confidence < CLEAR
    if name == "other_language" and heard.asked in FREE_TEXT:
        return True  # a name
    return name not in HARSH | {"other_language"} or confidence < CERTAIN


def _gives_way_unasked(name: str, confidence: float, heard: Heard) -> bool:
    """Nothing is open: a yes or no that states something states it, and so does what nobody can place."""
    if name in POLAR:
        return heard.states and not heard.is_short
    if name in QUESTIONS:
        return heard.states and not heard.is_question and confidence < CERTAIN
    if name in VAGUE:
        return heard.states and confidence < CERTAIN
    if name == "correct" and _is_marked(name, heard):
        return False
    return heard.states and confidence < (heard.sure_from if heard.is_question or heard.wishes else CLEAR)


def _tries_to_answer(name: str, confidence: float, heard: Heard) -> bool:
    """A statement taken for a question or for talk, not certainly: the open question is put plainer."""
    if heard.asked is None or heard.is_question or heard.wishes or _ASKING.search(heard.text):
        return False
    return name in QUESTIONS | STATEMENTS and heard.sure_from <= confidence < CERTAIN


def _is_marked(name: str, heard: Heard) -> bool:
    """Whether a refusal or a correction is worded, or the message is no clear answer at all."""
    if heard.reading.get("answer") not in ("full", "partial"):
        return True
    if name == "correct":
        return bool(heard.reading.get("correction")) or _AMENDS.search(heard.text) is not None
    return _DECLINES.search(heard.text) is not None


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
