"""What keeps texting safe and cheap: machines, far countries, floods, and talk that goes round in circles.

Whatever is kept from the conversation, an emergency in its words is still answered (`sms.py` sees to it), and
staff see who is no longer answered. Counted in the record, so for all processes together.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.cases import Case, Message
from bot.services.context import Context
from bot.services.ports import UnitOfWork
from bot.services.queues import sms_text
from bot.services.texting.sms_words import plain

WINDOW_SECONDS, MOST_IN_A_WINDOW = 600, 60
"""A person in a hurry answers some thirty questions in ten minutes."""
DAY_SECONDS, MOST_IN_A_DAY = 86_400, 200
NOT_EVEN_LOOKED_AT = 300
"""In one window: nobody writes that; such a text is counted and forgotten."""

QUIET_SECONDS = 3600
MOST_WITHOUT_NEWS = 6
"""So many texts in a row within the hour that told nothing and answered nothing: no person does that."""
MOST_REPEATS = 2
LONG_ENOUGH = 15
"""Letters of a sentence that told nothing and comes again; "ok" and "hello" are said more often."""
ECHO_LETTERS = 30

MOST_WARNINGS_AN_HOUR = 5
MOST_WORDS_AN_HOUR = 6
"""STOP, START and HELP are followed however often they come, but not confirmed more often."""

HOME = frozenset({"", "US", "CA", "PR", "VI", "GU", "AS", "MP"})
"""Countries whose numbers we text (`FromCountry`; blank when the provider does not know)."""
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}\Z")


@dataclass(frozen=True, kw_only=True)
class Reserve:
    """Why a text is kept without a turn. `text_id` is said once in `seconds`, then nothing."""

    flag: str
    text_id: str
    seconds: float
    note: str


MANY = Reserve(flag="many_texts", text_id="sms_quiet", seconds=WINDOW_SECONDS, note="very many texts")
CIRCLE = Reserve(
    flag="goes_in_circles", text_id="sms_quiet", seconds=QUIET_SECONDS, note="texts that lead nowhere"
)
FOREIGN = Reserve(
    flag="foreign_number", text_id="sms_foreign", seconds=DAY_SECONDS, note="a number of another country"
)


def is_machine(sender: str) -> bool:
    """Short codes and names belong to companies and their programs: no patient texts from one."""
    return not _PHONE.match(sender)


def is_foreign(sender: str, country: str) -> bool:
    """Texts there cost much and swindlers live on them; a person calls instead."""
    return not sender.startswith("+1") or country.upper() not in HOME


async def is_flood(ctx: Context, uow: UnitOfWork, sender: str) -> bool:
    """Counts a text; whether it is one of so many that nobody looks at it."""
    hits = await uow.tallies.hit(f"texts:{sender}", at=ctx.clock.now(), seconds=WINDOW_SECONDS)
    return hits > NOT_EVEN_LOOKED_AT


async def reserve(
    ctx: Context, uow: UnitOfWork, case: Case | None, *, sender: str, body: str, country: str
) -> Reserve | None:
    """Why a counted text gets no turn; None for an ordinary one."""
    if case is not None and case.phase == "staff":
        return None  # a person reads it, the bot is silent anyway
    if is_foreign(sender, country):
        return FOREIGN
    now = ctx.clock.now()
    lately = await uow.tallies.running(f"texts:{sender}", at=now)
    today = await uow.tallies.hit(f"texts today:{sender}", at=now, seconds=DAY_SECONDS)
    if lately > MOST_IN_A_WINDOW or today > MOST_IN_A_DAY:
        return MANY
    if case is not None and case.handoff == "crisis":
        return None  # whoever is in despair is not told that this leads nowhere
    return CIRCLE if await _goes_round(ctx, uow, case, sender=sender, body=body) else None


async def is_first(ctx: Context, uow: UnitOfWork, why: Reserve, sender: str) -> bool:
    """Whether this is the first text in its time that is kept for this reason: it alone is answered."""
    hits = await uow.tallies.hit(_key(why, sender), at=ctx.clock.now(), seconds=why.seconds)
    return hits == 1


async def may_confirm(ctx: Context, uow: UnitOfWork, sender: str) -> bool:
    """Whether a word like STOP or HELP is still confirmed."""
    hits = await uow.tallies.hit(f"words:{sender}", at=ctx.clock.now(), seconds=QUIET_SECONDS)
    return hits <= MOST_WORDS_AN_HOUR


async def may_warn(ctx: Context, uow: UnitOfWork, sender: str) -> bool:
    """Whether an emergency in words that are kept from the conversation is answered once more.

    A machine that sends our own list of danger signs back would hear of 911 for ever; staff know by then.
    """
    hits = await uow.tallies.hit(f"warned:{sender}", at=ctx.clock.now(), seconds=QUIET_SECONDS)
    return hits <= MOST_WARNINGS_AN_HOUR


async def _goes_round(ctx: Context, uow: UnitOfWork, case: Case | None, *, sender: str, body: str) -> bool:
    now = ctx.clock.now()
    pending = await uow.messages.get(case.pending) if case is not None and case.pending else None
    if pending is not None and sms_text.choices_in(body, pending.choices):
        await uow.tallies.clear(_key(CIRCLE, sender))
        return False
    if await uow.tallies.running(_key(CIRCLE, sender), at=now):
        return True
    hour = dt.timedelta(seconds=QUIET_SECONDS)
    said = await uow.messages.lately_from(sender, since=now - hour, limit=MOST_WITHOUT_NEWS)
    words = plain(body)
    idle = [one for one in said if _tells_nothing(one)]
    same = [one for one in idle if len(words) >= LONG_ENOUGH and plain(one.text) == words]
    without_news = len(idle) == MOST_WITHOUT_NEWS
    return without_news or len(same) >= MOST_REPEATS or await _is_echo(uow, said, words)


def _tells_nothing(message: Message) -> bool:
    """Answered, and neither a fact nor a choice nor a yes or no was in it."""
    read: Mapping[str, object] = message.reading or {}
    told = message.choices or read.get("facts") or read.get("polarity")
    return message.answered and message.reading is not None and not told


async def _is_echo(uow: UnitOfWork, said: list[Message], words: str) -> bool:
    """Our own words sent back, as some machines do."""
    ours = await uow.messages.replies_to(said[0].id) if said else []
    return any(len(plain(one.text)) >= ECHO_LETTERS and plain(one.text) in words for one in ours)


def _key(why: Reserve, sender: str) -> str:
    return f"{why.flag}:{sender}"
