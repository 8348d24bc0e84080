"""Not understood: in other words, then with choices, then a person. Never the same twice.

Our own, because Rasa's two-stage fallback offers buttons that send `/intent` commands.
"""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import _tracker
from actions._action import ServiceAction
from bot.services.talk import interview


class NotUnderstood(ServiceAction):
    """One round; the dialogue rules choose which, by the slot `misses`."""

    round = 1
    misses: str | None = None

    async def answer(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType]:
        step = await interview.not_understood(self.ctx, _tracker.turn_of(tracker), self.round)
        _tracker.say(dispatcher, tracker, step.drafts)
        return [*_tracker.leaves_open(tracker, step), SlotSet(_tracker.MISSES, self.misses)]


class Rephrase(NotUnderstood):
    """The question in other words."""

    action_name = "action_rephrase"
    round = 1
    misses = "once"


class OfferChoices(NotUnderstood):
    """The question with what can be answered."""

    action_name = "action_offer_choices"
    round = 2
    misses = "twice"


class OfferPerson(NotUnderstood):
    """A person calls."""

    action_name = "action_offer_person"
    round = 3
    misses = None
