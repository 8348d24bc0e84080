"""The conversation's state on its way: seeded from where the case stands, handed out after each turn.

What is handed out holds slots, the active form and the last turns as intents and actions, but no word
of the patient and none of ours. It is short whatever the length of the conversation. A state of
another model, another case or another place in the conversation does not fit and is dropped.
"""

from __future__ import annotations

import json
from typing import Any

from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME, REQUESTED_SLOT
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    BotUttered,
    Event,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

VERSION = 1
MOST_CHARACTERS = 8192
"""Of a state. A normal one has about 1,500; a longer one is not handed out."""
TAIL_TURNS = 2
"""Turns carried as events. Rules look at one turn; stories may look at the one before."""
FORMS = {"consent": "intake_form", "intake": "intake_form", "booking": "booking_form"}
"""Which form is open in which phase; none in the others."""
_OF_ONE_TURN = (REQUESTED_SLOT, "turn_taken", "session_started_metadata")
"""Slots that are set anew in each turn."""


def restore(
    state: str | None, *, case_id: str, phase: str, asked: str | None, domain: Domain, model: str
) -> DialogueStateTracker:
    """The tracker a turn starts from: the carried one when it fits, else a seeded one."""
    carried = _read(state, case_id=case_id, phase=phase, model=model)
    slots = {**(carried["slots"] if carried else {}), REQUESTED_SLOT: asked}
    tail = carried["tail"] if carried else []
    events = [*_head(slots, FORMS.get(phase), domain), *_events(tail), SlotSet(REQUESTED_SLOT, asked)]
    tracker = DialogueStateTracker.from_events(case_id, events, slots=domain.slots, domain=domain)
    tracker.model_id = model
    return tracker


def hand_out(tracker: DialogueStateTracker, *, domain: Domain, model: str) -> str | None:
    """The state after a turn; None when it would be too long."""
    events = list(tracker.events)
    cut = _cut(events)
    head = DialogueStateTracker.from_events(
        tracker.sender_id, events[: cut + 1], slots=domain.slots, domain=domain
    )
    state = {
        "version": VERSION,
        "model": model,
        "case": tracker.sender_id,
        "loop": tracker.active_loop_name,
        "slots": {name: slot.value for name, slot in head.slots.items() if _is_carried(name, slot.value)},
        "tail": [_wordless(event) for event in events[cut + 1 :] if _is_worth_carrying(event)],
    }
    text = json.dumps(state, separators=(",", ":"))
    return text if len(text) <= MOST_CHARACTERS else None


def _read(state: str | None, *, case_id: str, phase: str, model: str) -> dict[str, Any] | None:
    if not state or len(state) > MOST_CHARACTERS:
        return None
    try:
        raw = json.loads(state)
    except ValueError:
        return None
    expected = {"version": VERSION, "model": model, "case": case_id, "loop": FORMS.get(phase)}
    if not isinstance(raw, dict) or any(raw.get(name) != value for name, value in expected.items()):
        return None
    return raw if _is_whole(raw) else None


def _is_whole(raw: dict[str, Any]) -> bool:
    tail = raw.get("tail")
    if not isinstance(raw.get("slots"), dict) or not isinstance(tail, list):
        return False
    return all(isinstance(item, dict) and isinstance(item.get("event"), str) for item in tail) and bool(
        _events(tail) or not tail
    )


def _events(tail: list[dict[str, Any]]) -> list[Event]:
    """The carried events; none at all when one of them is not an event of this version."""
    events = []
    for item in tail:
        try:
            event = Event.from_parameters(dict(item))
        except (KeyError, TypeError, ValueError, AttributeError):
            return []
        if event is None:
            return []
        events.append(event)
    return events


def _head(slots: dict[str, Any], form: str | None, domain: Domain) -> list[Event]:
    known = {slot.name for slot in domain.slots}
    loop = [ActiveLoop(form)] if form else []
    return [
        ActionExecuted(ACTION_SESSION_START_NAME),
        SessionStarted(),
        *(SlotSet(name, value) for name, value in slots.items() if name in known),
        *loop,
        ActionExecuted(ACTION_LISTEN_NAME),
    ]


def _cut(events: list[Event]) -> int:
    """Index of the `action_listen` before the last turns."""
    listens = [
        index
        for index, event in enumerate(events)
        if isinstance(event, ActionExecuted) and event.action_name == ACTION_LISTEN_NAME
    ]
    return listens[max(0, len(listens) - 1 - TAIL_TURNS)]


def _is_carried(name: str, value: Any) -> bool:
    return value is not None and name not in _OF_ONE_TURN


def _is_worth_carrying(event: Event) -> bool:
    if isinstance(event, SlotSet):
        return event.key not in _OF_ONE_TURN
    return not isinstance(event, BotUttered)


def _wordless(event: Event) -> dict[str, Any]:
    body = event.as_dict()
    if isinstance(event, UserUttered):
        name = (event.intent or {}).get("name")
        return {
            "event": "user",
            "text": "",
            "parse_data": {"intent": {"name": name}, "entities": [], "text": ""},
        }
    return {name: value for name, value in body.items() if name not in ("timestamp", "metadata")}
