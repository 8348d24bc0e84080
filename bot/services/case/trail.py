"""The way back: which questions were put, in order, as the messages tell."""

from __future__ import annotations

from collections.abc import Iterable

from bot.domain.cases import Message
from bot.services.case_view import CaseView
from bot.services.ports import UnitOfWork

_NOT_RETRACED = frozenset(
    {"consent", "confirm_summary", "which_fact", "clarify", "choose_time", "confirm_time", "safe_now",
     "safe_to_text", "parent_present", "self_harm", "wants_person"}
)  # fmt: skip
_PAGE = 200


async def before(uow: UnitOfWork, view: CaseView) -> str | None:
    """The question put before the open one; after "go back" the one before that. None at the beginning."""
    return previous(await messages(uow, view.case.id), view.asked)


def previous(said: Iterable[Message], asked: str | None) -> str | None:
    """A question that comes again takes the way back to its first place."""
    way: list[str] = []
    for message in said:
        name = message.asks
        if name is None or message.sender != "bot" or name in _NOT_RETRACED:
            continue
        if name in way:
            del way[way.index(name) + 1 :]
        else:
            way.append(name)
    if way and way[-1] == asked:
        way.pop()
    return way[-1] if way else None


async def messages(uow: UnitOfWork, case_id: str) -> list[Message]:
    """All of a case, in order."""
    found: list[Message] = []
    while True:
        page = await uow.messages.after(case_id, found[-1].seq if found else 0, limit=_PAGE)
        found += page
        if len(page) < _PAGE:
            return found
