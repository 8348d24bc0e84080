"""What staff say of a conversation or of one of its messages, and who keeps it (one of the ports)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class Tag:
    """One word or a few on a whole conversation; capital letters do not tell two apart."""

    case_id: str
    text: str
    by: str
    at: dt.datetime


@dataclass(frozen=True, kw_only=True)
class MessageFlag:
    """One message that colleagues should look at; `reason` may be empty."""

    case_id: str
    seq: int
    reason: str
    by: str
    at: dt.datetime


class Marks(Protocol):
    """Tags and flags; all of them go with their case."""

    async def tags(self, case_ids: Collection[str]) -> Mapping[str, Sequence[Tag]]:
        """By case, each in the order of the alphabet; cases without any are left out."""

    async def add_tag(self, tag: Tag) -> bool:
        """False, and nothing is changed, when the case has it already."""

    async def drop_tag(self, case_id: str, text: str) -> bool:
        """Whether the case had it."""

    async def recent_tags(self, *, limit: int) -> Sequence[str]:
        """Tags that were used lately, in the order of the alphabet, to choose from."""

    async def flags(self, case_id: str) -> Sequence[MessageFlag]:
        """In the order of the messages."""

    async def flag_counts(self, case_ids: Collection[str]) -> Mapping[str, int]:
        """How many messages of each case are flagged; cases without any are left out."""

    async def set_flag(self, flag: MessageFlag) -> None:
        """Insert or replace by message."""

    async def drop_flag(self, case_id: str, seq: int) -> bool:
        """Whether the message was flagged."""
