"""What an action needs to know of the conversation, and how it says what a service answered."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from bot.domain.cases import Draft
from bot.domain.findings import Reading
from bot.services.case.steps import Step, Turn, draft_to_json
from bot.services.context import Context
from bot.services.talk import shell

FALLBACK = "nlu_fallback"
ASKING = "requested_slot"
TAKEN = "turn_taken"
MISSES = "misses"
STAGE = "stage"
SHELL_MESSAGE = "shell_message"
"""In `rasa shell` no service stored the message: the first action of a turn does, and notes its id here."""


def intent_of(tracker: Tracker) -> str:
    """The arbiter's decision; `nlu_fallback` when nobody was sure."""
    return str((tracker.latest_message.get("intent") or {}).get("name") or FALLBACK)


def reading_of(tracker: Tracker) -> Reading:
    """What the language layer read in this message."""
    return Reading.from_json(tracker.latest_message.get("reading") or {})


def turn_of(tracker: Tracker) -> Turn:
    """The patient's message as the services want it."""
    latest = tracker.latest_message
    return Turn(
        case_id=tracker.sender_id,
        message_id=_message_id(tracker),
        intent=intent_of(tracker),
        confidence=float((latest.get("intent") or {}).get("confidence") or 0.0),
        topic=latest.get("topic"),
    )


def is_shell(tracker: Tracker) -> bool:
    """Whether nobody but the engine has seen this message."""
    return not _metadata(tracker).get("message_id")


async def receive(ctx: Context, tracker: Tracker) -> tuple[list[EventType], tuple[Draft, ...] | None]:
    """In `rasa shell`: store and screen the message, once a turn. Elsewhere the service did.

    The drafts are what safety says instead of the dialogue; None when it says nothing.
    """
    if not is_shell(tracker) or _message_id(tracker):
        return [], None
    text = tracker.latest_message.get("text") or ""
    received = await shell.receive_from_engine(ctx, tracker.sender_id, text, reading_of(tracker))
    event = SlotSet(SHELL_MESSAGE, received.message_id)
    tracker.slots[SHELL_MESSAGE] = received.message_id
    tracker.events.append(event)
    return [event], received.drafts


def say(dispatcher: CollectingDispatcher, tracker: Tracker, drafts: Iterable[Draft]) -> None:
    """Hand the drafts to the channel; in the shell as text, with the choices."""
    for draft in drafts:
        if is_shell(tracker):
            dispatcher.utter_message(text=_readable(draft))
        else:
            dispatcher.utter_message(json_message={"draft": draft_to_json(draft)})


def leaves_open(tracker: Tracker, step: Step) -> list[EventType]:
    """The question a step leaves open (None ends the form), and that this message has been answered."""
    return [SlotSet(ASKING, step.asking), SlotSet(TAKEN, turn_of(tracker).message_id)]


def was_answered(tracker: Tracker) -> bool:
    """Whether an action before has answered this message and decided what is asked now."""
    return bool(tracker.get_slot(TAKEN) == turn_of(tracker).message_id)


def safety_spoke(tracker: Tracker) -> list[EventType]:
    """In the shell: safety has answered; the form stays and asks nothing more."""
    return [SlotSet(ASKING, "safe_now"), SlotSet(TAKEN, turn_of(tracker).message_id)]


def stands(tracker: Tracker) -> list[EventType]:
    """What is asked now stays as the action before has left it."""
    return [SlotSet(ASKING, tracker.get_slot(ASKING)), SlotSet(TAKEN, tracker.get_slot(TAKEN))]


def was_interrupted(tracker: Tracker) -> bool:
    """Whether the form has refused this message, or another action has answered it."""
    return any(
        event.get("event") == "action_execution_rejected" or str(event.get("name")).startswith("action_")
        for event in _since_message(tracker)
        if event.get("event") in ("action", "action_execution_rejected")
    )


def _since_message(tracker: Tracker) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = []
    for event in reversed(tracker.events):
        if event.get("event") == "user":
            break
        events.append(event)
    return events


def _message_id(tracker: Tracker) -> str:
    given = _metadata(tracker).get("message_id")
    if given:
        return str(given)
    stored = (
        event.get("value")
        for event in _since_message(tracker)
        if event.get("event") == "slot" and event.get("name") == SHELL_MESSAGE
    )
    return str(next(stored, "") or "")


def _metadata(tracker: Tracker) -> dict[str, Any]:
    metadata: dict[str, Any] = tracker.latest_message.get("metadata") or {}
    return metadata


def _readable(draft: Draft) -> str:
    lines = [f"  {number}. {choice.label}" for number, choice in enumerate(draft.choices, start=1)]
    return "\n".join([draft.text, *lines])
