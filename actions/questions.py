"""Questions of the patient: answered, and the open question stays as it is."""

from __future__ import annotations

import re

from rasa_sdk import Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions import _tracker
from actions._action import ServiceAction
from bot.services.talk import asides

_HOW_MANY = re.compile(
    r"\b(how (many|much) (more|longer|left|questions|of (these|those|them))"
    r"|are we (almost )?done|(almost|nearly) (done|finished)"
    r"|how long (will|does) this)\b",
    re.IGNORECASE,
)
_WHO_READS = re.compile(
    r"\bwho\b.{0,30}\b(reads?|sees?|gets?|looks?)\b|\bprivate\b|\bconfidential", re.IGNORECASE
)


class Interjection(ServiceAction):
    """A short answer beside the open question."""

    def kind(self, tracker: Tracker) -> str:
        """Which answer, in the words of `asides.interject`."""
        raise NotImplementedError

    async def answer(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType]:
        drafts = await asides.interject(self.ctx, _tracker.turn_of(tracker), self.kind(tracker))
        _tracker.say(dispatcher, tracker, drafts)
        return []


class AnswerQuestion(Interjection):
    """A question about the clinic, the treatment, or this conversation."""

    action_name = "action_answer_question"

    def kind(self, tracker: Tracker) -> str:
        text = tracker.latest_message.get("text") or ""
        if _HOW_MANY.search(text):
            return "how_many_more"
        return "who_reads" if _WHO_READS.search(text) else "faq"


class ExplainWhy(Interjection):
    """Why the open question is asked."""

    action_name = "action_explain_why"

    def kind(self, tracker: Tracker) -> str:
        return "why"


class Repeat(Interjection):
    """The open question again; the form says it."""

    action_name = "action_repeat"

    def kind(self, tracker: Tracker) -> str:
        return "repeat"


class SmallTalk(Interjection):
    """Greetings, thanks, chat, anger, and what is none of our matters: the intent names the text."""

    action_name = "action_small_talk"

    def kind(self, tracker: Tracker) -> str:
        return _tracker.intent_of(tracker)
