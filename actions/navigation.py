"""Moving through the questions: back, over one, from the start, and corrections."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import _tracker
from actions._action import ServiceAction
from bot.services.case.steps import Step, Turn
from bot.services.talk import interview


class StepAction(ServiceAction):
    """Says what a service answers; the form that follows has nothing to add."""

    async def step(self, turn: Turn) -> Step:
        """Ask the service."""
        raise NotImplementedError

    async def answer(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType]:
        step = await self.step(_tracker.turn_of(tracker))
        _tracker.say(dispatcher, tracker, step.drafts)
        return [*_tracker.leaves_open(tracker, step), SlotSet(_tracker.MISSES, None)]


class GoBack(StepAction):
    """The question before, again."""

    action_name = "action_go_back"

    async def step(self, turn: Turn) -> Step:
        return await interview.go_back(self.ctx, turn)


class Skip(StepAction):
    """ "Prefer not to say"."""

    action_name = "action_skip"

    async def step(self, turn: Turn) -> Step:
        return await interview.skip(self.ctx, turn)


class StartOver(StepAction):
    """From the first question."""

    action_name = "action_start_over"

    async def step(self, turn: Turn) -> Step:
        return await interview.start_over(self.ctx, turn)


class Correct(StepAction):
    """An answer given before is changed."""

    action_name = "action_correct"

    async def step(self, turn: Turn) -> Step:
        return await interview.correct(self.ctx, turn)
