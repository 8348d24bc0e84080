"""What people said of messages, as files to train and to measure with: without names, with provenance.

A message is for training or for measuring, never for both. Messages on which two people differ and no
third has settled it, and those whose case was deleted since, are in no file: the files are made anew
each time.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.domain.errors import Conflict
from bot.services.access.permissions import May, require
from bot.services.context import Context
from bot.services.ports import StaffMember, UnitOfWork
from bot.services.ports.teaching import Review
from bot.services.review import teaching

_EXAMPLE = re.compile(r"^\s+- (?!intent:|regex:|lookup:|synonym:)(.+)$")
NLU, EVALUATION, PROVENANCE = "nlu.yml", "messages.jsonl", "provenance.jsonl"


@dataclass(frozen=True, kw_only=True)
class Moment:
    """What was asked when a message came, and the patient's day: relative times count from it."""

    asked: str | None
    day: dt.date


@dataclass(frozen=True, kw_only=True)
class Export:
    """Files by name, and what was left out of them."""

    files: Mapping[str, str]
    messages: int
    training: tuple[Review, ...] = ()
    measuring: tuple[Review, ...] = ()
    disputed: tuple[str, ...] = ()
    """Keys of messages on which two people differ: somebody must decide."""
    redundant: tuple[str, ...] = field(default=())
    """Keys of training messages whose words are there already: proposed for dropping, and left out."""

    @property
    def sign(self) -> str:
        """Of what the files say: who takes them out takes what they were shown."""
        return hashlib.sha256("\0".join(self.files.values()).encode()).hexdigest()[:32]


async def export(ctx: Context, *, by: str, known: Collection[str]) -> Export:
    """All complete reviews as files; `known` are the training examples there are. Audited."""
    return await _made(ctx, by=by, known=known, action="reviews.exported")


async def show(ctx: Context, member: StaffMember, *, known: Collection[str]) -> Export:
    """What `take` would take out, to be read before. Whoever reviews may: the words are those that
    reviewers saw covered when they saved them. Audited. Raises RoleRefused."""
    require(member, May.REVIEW)
    return await _made(ctx, by=member.name, known=known, action="reviews.shown")


async def take(ctx: Context, member: StaffMember, *, known: Collection[str], sign: str) -> Export:
    """The files as they were shown (`sign`). Audited. Raises RoleRefused, and Conflict when a review was
    added or withdrawn since."""
    require(member, May.REVIEW)
    return await _made(ctx, by=member.name, known=known, action="reviews.exported", sign=sign)


def known_examples(folder: Path) -> Iterator[str]:
    """The training examples there are under a folder (`data/nlu`)."""
    for path in sorted(folder.rglob("*.yml")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if found := _EXAMPLE.match(line):
                yield found[1]


async def _made(
    ctx: Context, *, by: str, known: Collection[str], action: str, sign: str | None = None
) -> Export:
    async with ctx.unit_of_work() as uow:
        reviewed = await teaching.all_reviews(uow)
        moments = {one[0].message_id: await _moment(ctx, uow, one[0]) for one in reviewed}
        made = make(reviewed, moments=moments, known=known)
        if sign not in (None, made.sign):
            raise Conflict("a review was added or withdrawn since this was shown: look again")
        await uow.audit.add(
            actor=by, action=action, case_id=None, at=ctx.clock.now(), detail={"messages": made.messages}
        )
        await uow.commit()
    return made


def make(
    reviewed: Iterable[list[Review]], *, moments: Mapping[str, Moment], known: Collection[str]
) -> Export:
    """The pure part; `moments` by message id."""
    agreed: list[Review] = []
    disputed: list[Review] = []
    for reviews in reviewed:
        counts = teaching.verdict(reviews)
        (disputed if counts is None else agreed).append(counts or reviews[-1])
    measuring = [one for one in agreed if _is_for_measuring(one)]
    training = [one for one in agreed if not _is_for_measuring(one)]
    there = {_plain(text) for text in known}
    fresh, redundant = _fresh(training, there)
    rows = [_row(one, moments[one.message_id]) for one in measuring]
    files = {
        NLU: "\n".join(_nlu(fresh)) + "\n",
        EVALUATION: "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows),
        PROVENANCE: "".join(f"{json.dumps(_origin(one))}\n" for one in (*fresh, *measuring)),
    }
    return Export(
        files=files,
        messages=len(fresh) + len(measuring),
        training=tuple(fresh),
        measuring=tuple(measuring),
        disputed=tuple(_key(one) for one in disputed),
        redundant=tuple(_key(one) for one in redundant),
    )


async def _moment(ctx: Context, uow: UnitOfWork, review: Review) -> Moment:
    message = await uow.messages.get(review.message_id)
    before = await uow.messages.asked_before(review.case_id, message.seq)
    day = message.at.astimezone(ctx.protocols.clinic.zone).date()
    return Moment(asked=before.asks if before else None, day=day)


def _fresh(training: list[Review], there: set[str]) -> tuple[list[Review], list[Review]]:
    """New words, and those that say word for word what is there or came before."""
    seen = set(there)
    fresh: list[Review] = []
    redundant: list[Review] = []
    for one in training:
        (redundant if _plain(one.text) in seen else fresh).append(one)
        seen.add(_plain(one.text))
    return fresh, redundant


def _nlu(training: Iterable[Review]) -> Iterator[str]:
    """Rasa's own form (`data/nlu`)."""
    by_intent: dict[str, list[str]] = defaultdict(list)
    for one in training:
        if one.intent:
            by_intent[one.intent].append(" ".join(one.text.split()))
    yield 'version: "3.1"'
    yield "nlu:"
    for intent in sorted(by_intent):
        yield f"  - intent: {intent}"
        yield "    examples: |"
        # Brackets would be read as entities.
        yield from (f"      - {text.translate(_BRACKETS)}" for text in by_intent[intent])


_BRACKETS = str.maketrans({"[": "(", "]": ")", "{": "(", "}": ")"})


def _row(one: Review, moment: Moment) -> dict[str, Any]:
    """A row of `data/evaluation` (its README says what each key means)."""
    facts = {name: list(value) if isinstance(value, tuple) else value for name, value in one.facts.items()}
    return {
        "id": f"rev-{_key(one)}",
        "text": one.text,
        "asked": moment.asked,
        "date": moment.day.isoformat(),
        "facts": facts,
        "intent": one.intent,
        "voice": "patient",
        "construction": "reviewed",
    }


def _origin(one: Review) -> dict[str, Any]:
    return {
        "id": f"rev-{_key(one)}",
        "reviewed_by": one.reviewer,
        "reviewed_on": one.at.date().isoformat(),
        "was_right": one.right,
        "sha256": hashlib.sha256(one.text.encode()).hexdigest(),
    }


def _key(one: Review) -> str:
    """Says nothing of the case, and stays the same from export to export."""
    return hashlib.sha256(f"review {one.message_id}".encode()).hexdigest()[:12]


def _is_for_measuring(one: Review) -> bool:
    """Every third message, by its key."""
    return int(_key(one), 16) % 3 == 0


def _plain(text: str) -> str:
    return " ".join(text.casefold().split()).strip(" .,!?")
