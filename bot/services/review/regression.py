"""A conversation as a written test: what the patient said, and what must come of it (tests/conversations)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.domain.cases import Message
from bot.services.access.permissions import May, require
from bot.services.context import Context
from bot.services.ports import StaffMember
from bot.services.records.case_file import CONTACT, CaseFile, load_whole
from bot.services.review.teaching import without_identity

_STARTS = ("consent",)
_PLAIN = {"contact_name": "Pat Example", "contact_phone": "555-0199", "contact_email": "pat@example.com"}
"""Said in place of what says who the patient is."""


@dataclass(frozen=True, kw_only=True)
class Script:
    """`name` is that of the conversation and of its file."""

    name: str
    text: str


async def make(ctx: Context, member: StaffMember, case_id: str) -> Script:
    """The script of a case without what says who the patient is; that it was made is audited."""
    require(member, May.REVIEW)
    async with ctx.unit_of_work() as uow:
        file = await load_whole(uow, ctx.protocols, case_id)
        await uow.audit.add(actor=member.name, action="case.made_a_test", case_id=case_id, at=ctx.clock.now())
        await uow.commit()
    name = f"from-{file.case.reference.lower()}"
    return Script(name=name, text="\n".join(_lines(file, name)) + "\n")


def _lines(file: CaseFile, name: str) -> Iterator[str]:
    yield "about: Conversations that patients really had, without what says who they were."
    yield "conversations:"
    yield f"  - name: {name}"
    yield f"    about: {_quoted(f'What was understood and decided must stay: {_outcome(file)}.')}"
    yield f"    channels: [{'sms' if file.case.channel == 'sms' else 'web'}]"
    yield "    turns:"
    for message, asked in _said(file):
        yield f"      - say: {_quoted(_words(file, message, asked))}"
    yield "    expect:"
    yield f"      level: {file.case.level.value}"
    if file.case.rules:
        yield f"      rules: [{', '.join(file.case.rules)}]"
    yield f"      facts: {{{', '.join(_facts(file))}}}"


def _outcome(file: CaseFile) -> str:
    return file.case.outcome or "no outcome yet"


def _said(file: CaseFile) -> Iterator[tuple[Message, str | None]]:
    """The patient's messages with what was asked before each; the yes to consent is the player's own."""
    asked: str | None = None
    for message in file.messages:
        if message.sender == "bot" and message.asks:
            asked = message.asks
        elif message.sender == "patient" and message.text and asked not in _STARTS:
            yield message, asked


def _words(file: CaseFile, message: Message, asked: str | None) -> str:
    return _PLAIN.get(asked or "") or without_identity(file.case, file.history, message.text)


def _facts(file: CaseFile) -> Iterator[str]:
    for name, fact in sorted(file.facts.items()):
        if name not in CONTACT and fact.by == "patient" and fact.value is not None:
            value = (
                without_identity(file.case, file.history, fact.value)
                if isinstance(fact.value, str)
                else fact.value
            )
            yield f"{name}: {_value(value)}"


def _value(value: Any) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(_value(one) for one in value)}]"
    return _quoted(value) if isinstance(value, str) else f"{value:g}"


def _quoted(text: str) -> str:
    """A YAML string whatever is in it; on one line."""
    plain = " ".join(text.split()).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{plain}"'
