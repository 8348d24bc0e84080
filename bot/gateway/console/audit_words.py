"""The audit log's codes in words; a code without a word is shown as it is, with spaces."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bot.gateway.console import words

ACTIONS: Mapping[str, str] = {
    "appointment.booked": "Visit booked",
    "appointment.confirmed": "Visit confirmed",
    "appointment.given_up": "Visit given up",
    "appointment.moved": "Visit moved",
    "audit.read": "Read the audit log",
    "case.assigned": "Gave the case to somebody",
    "case.claimed": "Took the case",
    "case.closed_incomplete": "Closed: the patient fell silent",
    "case.disposition": "Noted what became of it",
    "case.downgraded_by_patient": "Level lowered by the patient's correction",
    "case.erased": "Erased the case",
    "case.exported": "Took the case out as a record",
    "case.handed_back": "Handed the conversation back to the bot",
    "case.made_a_test": "Made a test of the conversation",
    "case.nobody_came": "Told the patient that nobody is there",
    "case.note_written": "Wrote a note",
    "case.nudged": "Reminded the patient",
    "case.opened": "Began a conversation",
    "case.released": "Gave the case back",
    "case.review_taken_back": "Took back that it was looked over",
    "case.reviewed": "Marked it as looked over",
    "case.searched": "Searched",
    "case.shown": "Saw the patient in a list",
    "case.tagged": "Set a tag",
    "case.taken_over": "Took the conversation over",
    "case.to_sms": "Went on by text",
    "case.to_web": "Went on in the chat",
    "case.told_again": "Told other systems anew",
    "case.untagged": "Took a tag off",
    "case.viewed": "Opened the case",
    "case.words_erased": "Erased words of the case",
    "case.written_to": "Wrote to the patient",
    "cases.erased": "Erased old cases",
    "cases.exported": "Took out the table of cases",
    "conversations.exported": "Took out a table of conversations",
    "erasure.asked": "Noted the wish to be erased",
    "erasure.withdrawn": "Took back the wish to be erased",
    "fact.edited": "Corrected a fact",
    "figures.exported": "Took out the figures",
    "legal_hold.lifted": "Ended the legal hold",
    "legal_hold.set": "Set a legal hold",
    "message.flagged": "Flagged a message",
    "message.left_undelivered": "Left a message undelivered",
    "message.reviewed": "Reviewed a message",
    "message.sent_again": "Sent a message again",
    "message.unflagged": "Took a flag off",
    "message.viewed": "Opened a message to review",
    "protocol.drafted": "Wrote a draft of the rules",
    "protocol.published": "Published rules",
    "protocol.rolled_back": "Put earlier rules in force",
    "protocols.rejudged": "Judged open cases by the new rules",
    "reviews.exported": "Took out the reviewed messages",
    "reviews.shown": "Read the reviewed messages",
    "session.ended": "Ended the chat",
    "settings.changed": "Changed the settings",
    "staff.added": "Added a person",
    "staff.disabled": "Shut a person out",
    "staff.enabled": "Let a person in again",
    "staff.login": "Signed in",
    "staff.login_failed": "Failed to sign in",
    "staff.logout": "Signed out",
    "staff.password_changed": "Chose another password",
    "staff.password_reset": "Gave a person a new password",
    "staff.role_changed": "Changed a person's role",
    "staff.signed_out_everywhere": "Signed a person out everywhere",
    "staff.token_made": "Made a key for programs",
    "task.acknowledged": "Acknowledged a task",
    "task.added": "Added a task",
    "task.escalated": "Called the next contact",
    "task.finished": "Closed a task",
    "task.forgotten": "Called again: a taken emergency is not done",
    "task.snoozed": "Put a task off",
    "task.tried": "Tried to reach the patient",
    "test.begun": "Began a test conversation",
    "view.dropped": "Dropped a kept search",
    "view.kept": "Kept a search",
}
KINDS: Mapping[str, str] = {
    "looked": "looked at patients",
    "signed_in": "signing in and out",
    "taken_out": "took records out",
    "changed": "everything else",
}
PLACES: Mapping[str, str] = {
    "work": "work queue",
    "task": "an opened task",
    "alarms": "pinned emergencies",
    "cases": "list of cases",
    "search": "search",
    "review": "review inbox",
    "disputes": "messages read differently",
    "undelivered": "undelivered messages",
    "same_phone": "cases of the same phone",
}
_CODES: Mapping[str, Mapping[str, str]] = {
    "place": PLACES,
    "role": words.ROLES,
    "level_before": words.LEVELS,
    "level_after": words.LEVELS,
    "told": words.LEVELS,
}

_PLAIN = frozenset({"place"})
"""Details that need no label."""


def action_words(code: str) -> str:
    """What somebody did."""
    if code in ACTIONS:
        return ACTIONS[code]
    room, _, rest = code.partition(".")
    if room == "task" and rest in words.TASKS:
        return f"New task: {words.TASKS[rest]}"
    return code.replace(".", ": ").replace("_", " ")


def detail_words(detail: Mapping[str, Any]) -> str:
    """What the line says besides, ids left out: they say nothing to a person."""
    return "; ".join(_pieces(detail))


def _pieces(detail: Mapping[str, Any], at: str = "") -> Iterator[str]:
    for name, value in detail.items():
        if name.endswith("_id") or value in (None, "", [], {}):
            continue
        label = f"{at}{name.replace('_', ' ')}"
        if isinstance(value, Mapping):
            yield from _pieces(value, f"{label}, ")
        else:
            shown = _value(name, value)
            yield shown if name in _PLAIN else f"{label}: {shown}"


def _value(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_value(name, one) for one in value)
    return words.word(_CODES.get(name, {}), value)
