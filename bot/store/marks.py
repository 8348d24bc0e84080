"""Tags on cases and flags on messages (port: `bot.services.ports.marks.Marks`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import delete, func, select

from bot.services.ports.marks import MessageFlag, Tag
from bot.store.mark_tables import case_tags, message_flags
from bot.store.session import Session

LATELY = 300
"""Of so many tags, newest first, the ones to choose from are taken."""
TAG = tuple(Tag.__dataclass_fields__)
FLAG = tuple(MessageFlag.__dataclass_fields__)


class MarkTable:
    """A tag is found by its key, a flag by the number of its message."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def tags(self, case_ids: Collection[str]) -> Mapping[str, Sequence[Tag]]:
        """One statement however many cases."""
        own = select(*(case_tags.c[name] for name in TAG)).where(case_tags.c.case_id.in_(case_ids))
        found = defaultdict[str, list[Tag]](list)
        for row in await self._session.all(own.order_by(case_tags.c.case_id, case_tags.c.key)):
            found[row.case_id].append(Tag(**row._mapping))
        return found

    async def add_tag(self, tag: Tag) -> bool:
        """By its key."""
        row = {name: getattr(tag, name) for name in TAG} | {"key": tag_key(tag.text)}
        return await self._session.insert_new(case_tags, row)

    async def drop_tag(self, case_id: str, text: str) -> bool:
        """By its key."""
        own = (case_tags.c.case_id == case_id) & (case_tags.c.key == tag_key(text))
        return await self._session.changed(delete(case_tags).where(own))

    async def recent_tags(self, *, limit: int) -> Sequence[str]:
        """Of the last ones alone: a clinic uses few, and on a hundred thousand conversations."""
        newest = select(case_tags.c.text).order_by(case_tags.c.at.desc()).limit(LATELY)
        by_key = {tag_key(row.text): row.text for row in reversed(await self._session.all(newest))}
        return [by_key[key] for key in sorted(list(by_key)[-limit:])]

    async def flags(self, case_id: str) -> Sequence[MessageFlag]:
        """By the primary key."""
        own = select(*(message_flags.c[name] for name in FLAG)).where(message_flags.c.case_id == case_id)
        return [MessageFlag(**row._mapping) for row in await self._session.all(own.order_by("seq"))]

    async def flag_counts(self, case_ids: Collection[str]) -> Mapping[str, int]:
        """One statement however many cases."""
        counted = select(message_flags.c.case_id, func.count().label("many"))
        own = counted.where(message_flags.c.case_id.in_(case_ids)).group_by(message_flags.c.case_id)
        return {row.case_id: row.many for row in await self._session.all(own)}

    async def set_flag(self, flag: MessageFlag) -> None:
        """By the primary key."""
        row = {name: getattr(flag, name) for name in FLAG}
        await self._session.upsert(message_flags, row, keys=["case_id", "seq"])

    async def drop_flag(self, case_id: str, seq: int) -> bool:
        """By the primary key."""
        own = (message_flags.c.case_id == case_id) & (message_flags.c.seq == seq)
        return await self._session.changed(delete(message_flags).where(own))


def tag_key(text: str) -> str:
    """`Slang  word` -> `slang word`: what makes two tags one."""
    return " ".join(text.casefold().split())
