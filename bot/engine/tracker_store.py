"""Holds a conversation only while its turn runs; between turns it is the service that keeps it.

Rasa's own stores re-read the whole conversation at every message, so a turn gets slower as the
conversation grows. Here the channel puts a short tracker in before the turn and takes it out after.
Nothing is put in by `rasa shell`: there it is a plain store in memory.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker


class CarriedTrackerStore(TrackerStore):
    """Trackers by conversation id, as objects: nothing is serialised."""

    def __init__(
        self,
        domain: Domain | None = None,
        event_broker: EventBroker | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(domain, event_broker)
        self._held: dict[str, DialogueStateTracker] = {}

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Keep the tracker until it is taken out."""
        self._held[tracker.sender_id] = tracker

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The tracker of this conversation, None when there is none."""
        return self._held.get(sender_id)

    async def keys(self) -> Iterable[str]:
        """Conversations that are here now."""
        return list(self._held)

    def holds(self, sender_id: str) -> bool:
        """Whether a turn of this conversation is running."""
        return sender_id in self._held

    def put(self, tracker: DialogueStateTracker) -> None:
        """Begin a turn."""
        self._held[tracker.sender_id] = tracker

    def take(self, sender_id: str) -> DialogueStateTracker | None:
        """End a turn: the tracker is not kept."""
        return self._held.pop(sender_id, None)
