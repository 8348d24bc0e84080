"""A made-up conversation as rows of the record."""

from __future__ import annotations

import datetime as dt
import functools
from typing import Any

from bot.domain.dictionary import Value
from bot.domain.findings import Finding, Reading
from bot.domain.levels import Level
from bot.store import codec
from bot.store.columns import FAR_FUTURE
from bot.store.search import name_keys, phone_keys, said_keys
from bot.store.search_tables import case_events, said_words
from bot.store.seeded_endings import KINDS, Rows, add_ending
from bot.store.seeded_patients import MESSAGES, Judged, Talk, reference, talk_of
from bot.store.tables import asks, cases, facts, judgements, messages, search_keys

PENDING = MESSAGES - 2
"""Place of our last message."""
_STATE = {
    "left": ("open", "intake", "none"),
    "refused": ("closed", "done", "none"),
    "emergency": ("emergency", "emergency", "emergency"),
    "staff": ("waiting_for_staff", "staff", "none"),
    "booked": ("booked", "done", "booking"),
    "callback": ("callback", "done", "callback"),
}
"""Status, phase and hand-off of each ending."""


def add_talk(rows: Rows, number: int, judged: Judged, until: dt.datetime) -> None:
    """All rows of the conversation of that number; `judged` is of its story."""
    talk = talk_of(number, judged, until)
    rows.add(cases, _case(talk))
    rows.add(messages, *(_message(talk, place) for place in range(MESSAGES)))
    rows.add(asks, *(_ask(talk, name) for name in dict.fromkeys(talk.asked)))
    contact: dict[str, Value] = {"age": 50, "contact_name": talk.name, "contact_phone": talk.phone}
    rows.add(facts, *(_fact(talk, variable, value) for variable, value in {**talk.story, **contact}.items()))
    rows.add(judgements, _judgement(talk))
    _add_keys(rows, talk)
    add_ending(rows, talk)


def _message(talk: Talk, place: int) -> dict[str, Any]:
    patient = place % 2 == 1
    text = talk.said[place // 2] if patient else "Thank you. May I ask you one more thing about your pain?"
    return {
        "id": talk.message_id(place), "case_id": talk.id, "seq": place + 1,
        "sender": "patient" if patient else "bot", "kind": _kind(talk, place), "text": text,
        "at": talk.at[place], "channel": talk.channel, "asks": None if patient else talk.asked[place // 2],
        "also_asks": [], "choices": [], "client_message_id": talk.message_id(place) if patient else None,
        "reply_to": None, "intent": "inform" if patient else None,
        "confidence": talk.confidence if patient else None, "model": None,
        "reading": _reading(text) if patient else None,
        "answered": patient, "erased": False, "text_id": "",
    }  # fmt: skip


def _kind(talk: Talk, place: int) -> str:
    if place % 2:
        return "answer"
    if place == PENDING:
        return KINDS.get(talk.ending, "question")
    return "fallback" if talk.fallback and place == 6 else "question"


@functools.lru_cache(maxsize=4096)
def _reading(text: str) -> dict[str, Any]:
    """Most say what somebody else said before; the rows share it."""
    words = text.split(" since ")[0]
    finding = Finding(
        variable="region", value=("low_back",), assertion="present", start=0, end=len(words), words=words
    )
    return Reading(findings=(finding,), facts={"region": ("low_back",)}, answer="full").to_json()


def _ask(talk: Talk, name: str) -> dict[str, Any]:
    open_ = talk.ending == "left" and name == talk.asked[-1]
    unsure = not open_ and name.startswith("G") and talk.number % 9 == 0
    state = "" if open_ else "unsure" if unsure else "answered"
    return {"case_id": talk.id, "name": name, "times": talk.asked.count(name), "state": state}


def _fact(talk: Talk, variable: str, value: Value) -> dict[str, Any]:
    return {
        "case_id": talk.id, "variable": variable, "value": codec.value_to_json(value), "words": str(value),
        "message_id": talk.message_id(3), "asked": None, "author": "patient", "at": talk.at[3],
        "declined": False, "conflict": False, "corrected": False, "reason": "",
    }  # fmt: skip


def _judgement(talk: Talk) -> dict[str, Any]:
    made = talk.judgement
    return {
        "case_id": talk.id, "message_id": talk.message_id(3), "at": talk.at[3], "level": made.level.value,
        "outcome": made.outcome, "decision": made.decision, "body": talk.body,
    }  # fmt: skip


def _add_keys(rows: Rows, talk: Talk) -> None:
    kinds = {"name": name_keys(talk.name), "phone": phone_keys(talk.phone), "rule": set(talk.judgement.rules)}
    for kind, keys in kinds.items():
        rows.add(search_keys, *({"case_id": talk.id, "kind": kind, "key": key} for key in sorted(keys)))
    words = {key for text in talk.said for key in _keys(text)}
    rows.add(said_words, *({"key": key, "case_id": talk.id} for key in sorted(words)))
    if talk.fallback:
        rows.add(case_events, {"case_id": talk.id, "event": "fallback", "first_seq": 7, "last_seq": 7})


@functools.lru_cache(maxsize=4096)
def _keys(text: str) -> frozenset[str]:
    return frozenset(said_keys(text))


def _case(talk: Talk) -> dict[str, Any]:
    made, waits = talk.judgement, talk.open_task
    status, phase, handoff = _STATE[talk.ending]
    return {
        "id": talk.id, "reference": reference(talk.number), "reference_key": reference(talk.number),
        "channel": talk.channel, "created_at": talk.at[0], "updated_at": talk.at[-1],
        "status": "callback" if waits else status, "phase": phase,
        "consent": "refused" if talk.ending == "refused" else "given", "level": made.level.value,
        "rules": list(made.rules), "outcome": made.outcome, "decision": made.decision, "visit": made.visit,
        "handoff": handoff, "pending": talk.message_id(PENDING) if talk.ending == "left" else None,
        "test": talk.test, "flags": [], "last_seq": MESSAGES, "contact_name": talk.name,
        "contact_phone": talk.phone, "task_id": talk.id[::-1] if waits else None,
        "task_priority": talk.priority if waits else None, "task_status": "acknowledged" if waits else None,
        "desk_alarm": 1, "desk_level": Level.EMERGENCY_NOW.rank - made.level.rank,
        "desk_due": talk.until if waits else FAR_FUTURE, "said_at": talk.at[-1],
        "fallbacks": int(talk.fallback), "lowest_confidence": talk.confidence, "rated_seq": MESSAGES,
    }  # fmt: skip
