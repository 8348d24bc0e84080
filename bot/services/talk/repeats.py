"""Nobody reads the same words three times running: the third time they come in others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bot.domain.cases import Draft, Message
from bot.services.case import wording
from bot.services.case_view import CaseView, load_view
from bot.services.context import Context
from bot.services.ports import UnitOfWork
from bot.services.talk import asking

_BACK = 12
"""Messages looked back at, the patient's included."""
_AS_THEY_ARE = ("emergency", "crisis", "same_day", "times", "booked")
"""Fixed by the clinic, varied where they are said (`safety.py`), or different each time."""
_IN_OTHER_WORDS = {
    "no_number": "no_number_again",
    "closed": "closed_again",
    "already_callback": "already_callback_again",
    "already_booked": "already_booked_again",
    "engine_down": "engine_down_again",
}
"""What is said often, and how else; anything else is said "once more"."""


async def varied(
    ctx: Context, uow: UnitOfWork, message: Message, drafts: Iterable[Draft]
) -> tuple[Draft, ...]:
    """The drafts of this reply, reworded where both replies before it said the same, word for word."""
    drafts = tuple(drafts)
    before = await _replies_before(uow, message)
    again = [one for one in drafts if len(before) == 2 and all(one.text in reply for reply in before)]
    if not any(one.kind not in _AS_THEY_ARE and one.sender == "bot" for one in again):
        return drafts
    view = await load_view(uow, message.case_id)
    return tuple(_reworded(ctx, view, one) if one in again else one for one in drafts)


async def _replies_before(uow: UnitOfWork, message: Message) -> list[set[str]]:
    """What the last two replies said, the latest first."""
    said: dict[str, set[str]] = {}
    for one in reversed(await uow.messages.after(message.case_id, max(0, message.seq - 1 - _BACK))):
        if one.sender == "bot" and one.reply_to not in (None, message.id):
            said.setdefault(str(one.reply_to), set()).add(one.text)
    return list(said.values())[:2]


def _reworded(ctx: Context, view: CaseView, draft: Draft) -> Draft:
    if draft.kind in _AS_THEY_ARE or draft.sender != "bot":
        return draft
    plainer = asking.plainer_words(ctx, view) if draft.asks and draft.asks == view.asked else ""
    if plainer and plainer not in draft.text:
        return replace(draft, text=plainer)
    other = _IN_OTHER_WORDS.get(draft.text_id)
    if other is not None:
        return replace(wording.say(ctx, view, other, reference=view.case.reference), kind=draft.kind)
    return replace(draft, text=f"{wording.text(ctx, view, 'once_more')} {draft.text}")
