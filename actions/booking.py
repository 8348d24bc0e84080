"""Choosing a time, and what is said when everything is over."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.events import ActionExecutionRejected, EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import _tracker
from actions._action import ServiceAction
from bot.services.talk import asides, interview
from bot.services.visits import booking, time_choice

ANSWERS = frozenset({"affirm", "deny", "unsure", "inform", "book", "go_back", "skip"})
"""While a time is chosen, "go back" and "skip" are answers too: the times are offered again."""
QUESTIONS = frozenset({"faq", "repeat", "why"})
"""Answers when they ask for a time: "do you have anything thursday after 3?"."""
MISTAKEN = frozenset({"reschedule", "correct", "out_of_scope", "nlu_fallback", "chitchat", "greet"})
"""What "later next week" may be taken for; with a day or an hour in it, it is an answer."""


class TakeBookingTurn(ServiceAction):
    """`validate_booking_form`: the chosen time, other times, or a call."""

    action_name = "validate_booking_form"

    async def answer(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType]:
        if _tracker.was_answered(tracker):
            return _tracker.stands(tracker)
        interrupted = _tracker.was_interrupted(tracker)
        if not interrupted and not self._answers(tracker):
            return [ActionExecutionRejected("booking_form")]
        service = interview.resume if interrupted else booking.take_booking_turn
        step = await service(self.ctx, _tracker.turn_of(tracker))
        _tracker.say(dispatcher, tracker, step.drafts)
        stage = SlotSet(_tracker.STAGE, "booking" if step.asking else "done")
        return [*_tracker.leaves_open(tracker, step), SlotSet(_tracker.MISSES, None), stage]

    def _answers(self, tracker: Tracker) -> bool:
        intent, text = _tracker.intent_of(tracker), str(tracker.latest_message.get("text") or "")
        if intent in ANSWERS:
            return True
        if intent in QUESTIONS:
            return time_choice.asks_for_time(self.ctx, text)
        return intent in MISTAKEN and time_choice.speaks_of_time(self.ctx, text)

    def after_safety(self, tracker: Tracker) -> list[EventType]:
        return _tracker.safety_spoke(tracker)


class AfterCompletion(ServiceAction):
    """A message after the end: nothing is asked, booked or scored again."""

    action_name = "action_after_completion"

    async def answer(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType]:
        drafts = await asides.interject(self.ctx, _tracker.turn_of(tracker), "after_completion")
        _tracker.say(dispatcher, tracker, drafts)
        return []
