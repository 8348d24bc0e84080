"""Tables of what staff say of a whole case or of one message; all rows go with their case."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table

from bot.store.columns import PatientText, SearchKey, UtcTime
from bot.store.tables import metadata


def _case() -> Column[str]:
    return Column("case_id", String(64), ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True)


def _who(*, text: str) -> tuple[Column[Any], ...]:
    return (
        Column(text, PatientText, nullable=False),
        Column("by", String(200), nullable=False),
        Column("at", UtcTime, nullable=False),
    )


case_tags = Table(
    "case_tags",
    metadata,
    _case(),
    Column("key", SearchKey, primary_key=True),
    *_who(text="text"),
    Index("ix_case_tags_key", "key", "case_id"),
    Index("ix_case_tags_at", "at"),
)
"""`key`: the tag in small letters, so that `Slang` and `slang` are one."""

message_flags = Table(
    "message_flags", metadata, _case(), Column("seq", Integer, primary_key=True), *_who(text="reason")
)
"""By the number of the message in its case."""

erasure_wishes = Table(
    "erasure_wishes", metadata, _case(), *_who(text="reason"), Index("ix_erasure_wishes_at", "at", "case_id")
)
"""A patient asked that this case be erased; the row goes with the case, the audit log keeps who did what."""

legal_holds = Table("legal_holds", metadata, _case(), *_who(text="reason"))
"""Cases that must be kept: neither time nor a wish erases them."""
