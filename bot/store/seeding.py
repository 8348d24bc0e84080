"""Made-up conversations in bulk, to see how the console does with very many. Never beside real ones."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, Table, insert, select

from bot.domain.dictionary import Value
from bot.domain.errors import Conflict
from bot.domain.findings import Finding, Reading
from bot.domain.judgement import Judgement
from bot.domain.levels import Level
from bot.store import codec
from bot.store.columns import FAR_FUTURE
from bot.store.engine import open_sync_engine
from bot.store.search import name_keys, phone_keys, said_keys
from bot.store.search_tables import case_events, said_words
from bot.store.tables import cases, facts, judgements, messages, search_keys, tasks

AT_ONCE = 500
"""Conversations a transaction."""
DAYS = 120
"""Over so many days before `until`."""
MESSAGES = 12
FIRST = ("Ann", "Bo", "Cora", "Dan", "Eve", "Finn", "Gia", "Hal", "Ida", "Jon", "Kim", "Lou", "Mia", "Ned")
LAST = ("Example", "Sample", "Demo", "Placeholder", "Testcase", "Specimen", "Model", "Dummy", "Mock", "Trial")
COLOURS = (
    "since I lifted boxes", "after gardening", "mostly in the morning", "when I sit", "worse at night",
    "after a long drive", "since the winter", "on stairs", "when I cough", "after work", "in the kitchen",
)  # fmt: skip
Story = tuple[str, Mapping[str, Value]]
STORIES: Sequence[Story] = (
    ("my lower back hurts for 3 weeks", {"region": ("low_back",), "duration_weeks": 3, "dominant": "back"}),
    ("pain down my left leg for 8 months", {"region": ("low_back", "leg"), "radiates": "leg_below_knee",
                                            "duration_weeks": 34, "side": "left", "dominant": "leg"}),
    ("neck pain into my arm", {"region": ("neck", "arm"), "radiates": "arm", "duration_weeks": 10}),
    ("numb between my legs since yesterday", {"region": ("low_back",), "saddle_numbness": "yes",
                                              "saddle_numbness_onset_days": 1}),
    ("back pain and a fever of 101", {"region": ("low_back",), "fever": "yes", "duration_weeks": 1}),
    ("old fusion, pain is back", {"region": ("low_back",), "prior_spine_surgery": "yes",
                                  "duration_weeks": 20}),
)  # fmt: skip


IN_ORDER = (cases, messages, facts, judgements, tasks, search_keys, said_words, case_events)
"""Tables in the order in which their rows may be inserted."""


class Rows:
    """Rows by table."""

    def __init__(self) -> None:
        self.by_table: dict[Table, list[dict[str, Any]]] = {table: [] for table in IN_ORDER}

    def add(self, table: Table, *rows: dict[str, Any]) -> None:
        self.by_table[table].extend(rows)


@dataclass(frozen=True, kw_only=True)
class Talk:
    """One conversation; all of it follows from its number."""

    id: str
    number: int
    judgement: Judgement
    at: Sequence[dt.datetime]
    name: str
    phone: str
    said: Sequence[str]
    confidence: float
    fallback: bool
    open_task: bool
    until: dt.datetime

    def message_id(self, place: int) -> str:
        return f"{self.id[:28]}{place:04x}"

    @property
    def priority(self) -> str:
        return "P1" if self.judgement.level >= Level.SAME_DAY else "P2"


def seed(
    url: str, *, conversations: int, judge: Callable[[Mapping[str, Value]], Judgement], until: dt.datetime
) -> Iterator[int]:
    """Insert so many conversations of MESSAGES messages each; yields how many at a time.

    The same numbers give the same conversations. Raises Conflict when the database holds any already.
    """
    engine = open_sync_engine(url)
    try:
        _refuse_used(engine)
        judged = [judge({**values, "age": 50}) for _, values in STORIES]
        for start in range(0, conversations, AT_ONCE):
            numbers = range(start, min(start + AT_ONCE, conversations))
            rows = Rows()
            for number in numbers:
                _add(rows, _talk(number, judged[number % len(STORIES)], until))
            _insert(engine, rows)
            yield len(numbers)
    finally:
        engine.dispose()


def _refuse_used(engine: Engine) -> None:
    with engine.connect() as connection:
        if connection.execute(select(cases.c.id).limit(1)).first():
            raise Conflict("the database holds conversations: seed an empty one")


def _insert(engine: Engine, rows: Rows) -> None:
    with engine.begin() as connection:
        for table, values in rows.by_table.items():
            if values:
                connection.execute(insert(table), values)


def _talk(number: int, judgement: Judgement, until: dt.datetime) -> Talk:
    chance = random.Random(number)  # noqa: S311 - nothing secret: the same number is the same patient
    case_id = f"{chance.getrandbits(128):032x}"
    start = until - dt.timedelta(seconds=chance.randrange(DAYS * 86400))
    name, phone = f"{chance.choice(FIRST)} {chance.choice(LAST)}", f"555-01{number % 100:02d}"
    return Talk(
        id=case_id,
        number=number,
        judgement=judgement,
        at=[start + dt.timedelta(seconds=45 * place) for place in range(MESSAGES)],
        name=name,
        phone=phone,
        said=_said(chance, number, name, phone),
        confidence=round(chance.uniform(0.35, 0.99), 2),
        fallback=chance.random() < 0.1,
        open_task=number % 40 == 0,
        until=until,
    )


def _said(chance: random.Random, number: int, name: str, phone: str) -> list[str]:
    opening = STORIES[number % len(STORIES)][0]
    answers = ["yes that is ok", f"{opening} {chance.choice(COLOURS)}", "no none of that", "about the same"]
    return [*answers, f"I tried therapy {chance.randrange(2, 20)} weeks", f"{name} {phone}"]


def _add(rows: Rows, talk: Talk) -> None:
    rows.add(cases, _case(talk))
    rows.add(messages, *(_message(talk, place) for place in range(MESSAGES)))
    contact: dict[str, Value] = {"age": 50, "contact_name": talk.name, "contact_phone": talk.phone}
    told = {**STORIES[talk.number % len(STORIES)][1], **contact}
    rows.add(facts, *(_fact(talk, variable, value) for variable, value in told.items()))
    rows.add(judgements, _judgement(talk))
    if talk.open_task:
        rows.add(tasks, _task(talk))
    _add_keys(rows, talk)


def _message(talk: Talk, place: int) -> dict[str, Any]:
    patient = place % 2 == 1
    text = talk.said[place // 2] if patient else "Thank you. May I ask you one more thing about your pain?"
    kind = "answer" if patient else "fallback" if talk.fallback and place == 6 else "question"
    return {
        "id": talk.message_id(place), "case_id": talk.id, "seq": place + 1,
        "sender": "patient" if patient else "bot", "kind": kind, "text": text, "at": talk.at[place],
        "channel": "web", "asks": None if patient else "opening", "also_asks": [], "choices": [],
        "client_message_id": str(place) if patient else None, "reply_to": None,
        "intent": "inform" if patient else None, "confidence": talk.confidence if patient else None,
        "reading": _reading(text) if patient else None, "answered": patient, "erased": False, "text_id": "",
    }  # fmt: skip


def _reading(text: str) -> dict[str, Any]:
    words = text.split(" since ")[0]
    finding = Finding(
        variable="region", value=("low_back",), assertion="present", start=0, end=len(words), words=words
    )
    return Reading(findings=(finding,), facts={"region": ("low_back",)}, answer="full").to_json()


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
        "outcome": made.outcome, "decision": made.decision, "body": codec.judgement_to_json(made),
    }  # fmt: skip


def _task(talk: Talk) -> dict[str, Any]:
    return {
        "id": talk.id[::-1], "case_id": talk.id, "kind": "callback", "priority": talk.priority,
        "created_at": talk.until, "due_at": talk.until, "status": "acknowledged", "private": False,
        "note": "",
    }  # fmt: skip


def _add_keys(rows: Rows, talk: Talk) -> None:
    kinds = {"name": name_keys(talk.name), "phone": phone_keys(talk.phone), "rule": set(talk.judgement.rules)}
    for kind, keys in kinds.items():
        rows.add(search_keys, *({"case_id": talk.id, "kind": kind, "key": key} for key in sorted(keys)))
    words = {key for text in talk.said for key in said_keys(text)}
    rows.add(said_words, *({"key": key, "case_id": talk.id} for key in sorted(words)))
    if talk.fallback:
        rows.add(case_events, {"case_id": talk.id, "event": "fallback", "first_seq": 7, "last_seq": 7})


def _case(talk: Talk) -> dict[str, Any]:
    reference, made, waits = f"S{talk.number:07d}", talk.judgement, talk.open_task
    return {
        "id": talk.id, "reference": reference, "reference_key": reference, "channel": "web",
        "created_at": talk.at[0], "updated_at": talk.at[-1], "status": "callback" if waits else "closed",
        "phase": "done", "consent": "given", "level": made.level.value, "rules": list(made.rules),
        "outcome": made.outcome, "decision": made.decision, "visit": made.visit, "handoff": "callback",
        "test": False, "flags": [], "last_seq": MESSAGES, "contact_name": talk.name,
        "contact_phone": talk.phone, "task_id": talk.id[::-1] if waits else None,
        "task_priority": talk.priority if waits else None, "task_status": "acknowledged" if waits else None,
        "desk_alarm": 1, "desk_level": Level.EMERGENCY_NOW.rank - made.level.rank,
        "desk_due": talk.until if waits else FAR_FUTURE, "said_at": talk.at[-1],
        "fallbacks": int(talk.fallback), "lowest_confidence": talk.confidence, "rated_seq": MESSAGES,
    }  # fmt: skip
