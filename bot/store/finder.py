"""Writing the keys by which a case is found (what a key is: `search.py`)."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import delete, insert

from bot.store.session import Session
from bot.store.tables import search_keys


async def set_keys(session: Session, case_id: str, kind: str, keys: Iterable[str]) -> None:
    """Replace the keys of one kind (`address`, `name`, `phone`, `rule`) of a case."""
    await session.run(delete(search_keys).where(search_keys.c.case_id == case_id, search_keys.c.kind == kind))
    rows = [{"case_id": case_id, "kind": kind, "key": key} for key in sorted(set(keys))]
    if rows:
        await session.run(insert(search_keys), rows)
