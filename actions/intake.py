"""The intake form: books an answer, says the next question, and hands the case off when it is over."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    EventType,
    SessionStarted,
    SlotSet,
)
from rasa_sdk.executor import CollectingDispatcher

from actions import _tracker
from actions._action import ServiceAction
from bot.services.talk import handoff, interview

ANSWERS = frozenset({"affirm", "deny", "unsure", "inform", "book"})
"""Intents the form takes itself; every other one is a dialogue rule's."""


class BeginSession(ServiceAction):
    """A conversation that nobody seeded (`rasa shell`) starts inside the intake form."""

    action_name = "action_session_start"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: object
    ) -> list[EventType]:
        return [
            SessionStarted(),
            ActiveLoop("intake_form"),
            SlotSet(_tracker.ASKING, "consent"),
            ActionExecuted("action_listen"),
        ]


class TakeTurn(ServiceAction):
    """`validate_intake_form`: decides for Rasa's empty form what an answer means and what comes next.

    It runs first in every turn of the form, and once more after a rule has answered an interruption.
    """

    action_name = "validate_intake_form"
    form = "intake_form"

    async def answer(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType]:
        if _tracker.was_answered(tracker):
            return _tracker.stands(tracker)
        if _tracker.was_interrupted(tracker):
            return await self._return(dispatcher, tracker)
        if _tracker.intent_of(tracker) not in ANSWERS:
            return [ActionExecutionRejected(self.form)]
        step = await interview.take_turn(self.ctx, _tracker.turn_of(tracker))
        _tracker.say(dispatcher, tracker, step.drafts)
        return [*_tracker.leaves_open(tracker, step), SlotSet(_tracker.MISSES, None)]

    async def _return(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType]:
        """After an interruption: the message's own answer when it held one, else the open question again."""
        turn = _tracker.turn_of(tracker)
        answered = _tracker.reading_of(tracker).answer in ("full", "partial")
        step = await (interview.take_turn if answered else interview.resume)(self.ctx, turn)
        _tracker.say(dispatcher, tracker, step.drafts)
        return [*_tracker.leaves_open(tracker, step), SlotSet(_tracker.MISSES, None)]

    def after_safety(self, tracker: Tracker) -> list[EventType]:
        return _tracker.safety_spoke(tracker)


class HandOff(ServiceAction):
    """The finished intake: scored, and turned into times, a callback, or a goodbye."""

    action_name = "action_hand_off"

    async def answer(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType]:
        step = await handoff.hand_off(self.ctx, _tracker.turn_of(tracker))
        _tracker.say(dispatcher, tracker, step.drafts)
        stage = step.phase if step.phase in ("intake", "booking") else "done"
        return [*_tracker.leaves_open(tracker, step), SlotSet(_tracker.STAGE, stage)]
