"""The shape of every action: the message is on record first, then the service is asked, then it is said."""

from __future__ import annotations

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.types import DomainDict

from actions import _tracker
from bot.services.context import Context


class ServiceAction(Action):  # type: ignore[misc]
    """An action with the services' context. Subclasses name themselves and implement `answer`."""

    action_name = ""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx

    def name(self) -> str:
        """As `domain.yml` calls it."""
        return self.action_name

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[EventType]:
        """Called by the executor."""
        received, instead = await _tracker.receive(self.ctx, tracker)
        if instead is not None:
            _tracker.say(dispatcher, tracker, instead)
            return [*received, *self.after_safety(tracker)]
        return [*received, *await self.answer(dispatcher, tracker)]

    async def answer(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType]:
        """Ask the service, say its drafts, return events."""
        raise NotImplementedError

    def after_safety(self, tracker: Tracker) -> list[EventType]:
        """Events when safety spoke instead; only in the shell, else the service does not ask the engine."""
        return []
