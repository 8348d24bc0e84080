"""Moving through the questions: back, over one, from the start, and corrections."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import ClassVar

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import _tracker
from actions._action import ServiceAction
from bot.services import interview
from bot.services.context import Context
from bot.services.steps import Step, Turn

Service = Callable[[Context, Turn], Awaitable[Step]]


class StepAction(ServiceAction):
    """Says what a service answers; the form that follows has nothing to add."""

    service: ClassVar[Service]

    async def answer(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType]:
        step = await self.service(self.ctx, _tracker.turn_of(tracker))
        _tracker.say(dispatcher, tracker, step.drafts)
        return [*_tracker.asks(step), SlotSet(_tracker.MISSES, None)]


class GoBack(StepAction):
    """The question before, again."""

    action_name = "action_go_back"
    service = staticmethod(interview.go_back)


class Skip(StepAction):
    """ "Prefer not to say"."""

    action_name = "action_skip"
    service = staticmethod(interview.skip)


class StartOver(StepAction):
    """From the first question."""

    action_name = "action_start_over"
    service = staticmethod(interview.start_over)


class Correct(StepAction):
    """An answer given before is changed."""

    action_name = "action_correct"
    service = staticmethod(interview.correct)
