"""Changing what patients read: one text at a time, per channel, through the lint, safety texts never."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from bot.domain.errors import InvalidInput, NotAllowed
from bot.protocols.lint import check, said_in
from bot.protocols.texts import CLINIC_FIELDS, Text, Texts, fields_of
from bot.services.access.permissions import May, require
from bot.services.clinic import clinic_settings
from bot.services.clinic.clinic_settings import TEXTS
from bot.services.context import Context
from bot.services.ports import StaffMember

LONGEST = 2000
EMERGENCY_NUMBERS = ("911", "988")
"""Where a text names one, no wording may drop it."""
FIXED_SOURCES = ("3.", "6.")
"""Sections of the clinical specification whose words are part of it: red flags, scripts for danger."""
FIXED = (
    "emergency", "crisis", "same_day", "urgent", "outcome_deferred", "outcome_crisis", "safety_net",
    "abuse", "group_", "choice_", "gate_", "rest_", "for_whom", "unsure_ok", "which_of_these",
    "anything_else", "disc_or_slip", "engine_down", "store_down", "busy", "note_", "canned_emergency",
    "not_understood_plain", "draft_banner", "demo_banner",
)  # fmt: skip
"""Texts that safety hangs on though their source names another section."""


def is_fixed(text: Text) -> bool:
    """Whether its words are fixed by the specification."""
    return text.id.startswith(FIXED) or any(one.startswith(FIXED_SOURCES) for one in text.source)


def all_texts(ctx: Context, member: StaffMember) -> list[Text]:
    """Every text as it counts, in the file's order."""
    require(member, May.MANAGE)
    return list(ctx.protocols.texts.by_id.values())


def text_of(ctx: Context, member: StaffMember, text_id: str) -> Text:
    """Raises NotAllowed when there is none."""
    require(member, May.MANAGE)
    found = ctx.protocols.texts.by_id.get(text_id)
    if found is None:
        raise NotAllowed("no such text")
    return found


async def save_text(
    ctx: Context, member: StaffMember, text_id: str, *, web: str, sms: str, seen: int
) -> None:
    """The new words of both channels. Raises InvalidInput that names the channel, what is wrong and what
    to do; Conflict when somebody else has changed a text since `seen`; NotAllowed."""
    text = text_of(ctx, member, text_id)
    if is_fixed(text):
        raise InvalidInput("the words of this text are fixed by the clinical specification", field=text_id)
    words = {"web": _clean(web), "sms": _clean(sms)}
    for channel, wording in words.items():
        _refuse_shape(text, channel, wording)
    await asyncio.to_thread(
        _refuse_by_lint, ctx.protocols.texts, replace(text, web=words["web"], sms=words["sms"])
    )
    changes = {TEXTS: {text_id: words}}
    await clinic_settings.save(ctx, member, TEXTS, changes, seen=seen, note=f"text {text_id}")


def _clean(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def _refuse_by_lint(texts: Texts, text: Text) -> None:
    after = replace(texts, by_id={**texts.by_id, text.id: text})
    for said in said_in(after, text.id):
        for complaint in check(said):
            raise InvalidInput(f"{said.channel}: {complaint.check}: {complaint.problem}", field=said.channel)


def _refuse_shape(text: Text, channel: str, wording: str) -> None:
    """Its length; what the service fills in must stay, and nothing that it cannot fill in may come."""
    if not 0 < len(wording) <= LONGEST:
        raise InvalidInput(f"{channel}: a text has 1 to {LONGEST} characters", field=channel)
    for number in EMERGENCY_NUMBERS:
        if number in text.wording(channel) and number not in wording:
            raise InvalidInput(f"{channel}: keep what it says about {number}", field=channel)
    needed = set(fields_of(text.wording(channel))) - set(CLINIC_FIELDS)
    given = set(fields_of(wording)) - set(CLINIC_FIELDS)
    if needed - given:
        raise InvalidInput(
            f"{channel}: keep {_listed(needed - given)}: the service fills it in", field=channel
        )
    if given - needed:
        allowed = _listed({*needed, *CLINIC_FIELDS})
        raise InvalidInput(
            f"{channel}: {_listed(given - needed)} is not known here; allowed: {allowed}; take it out",
            field=channel,
        )


def _listed(names: set[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in sorted(names))
