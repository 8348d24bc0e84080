"""People of the clinic, their sessions and tokens (port: `bot.services.ports.Staff`)."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, insert, select, update

from bot.domain.errors import NotAllowed
from bot.services.ports import Person, StaffMember
from bot.store.session import Session
from bot.store.staff_tables import api_tokens, staff, staff_sessions

FIELDS = tuple(StaffMember.__dataclass_fields__)


class StaffTable:
    """Tokens are stored as SHA-256 only; a disabled member has no live session or token."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, member: StaffMember) -> None:
        """Raises Conflict when the name exists."""
        await self._session.run(insert(staff).values({name: getattr(member, name) for name in FIELDS}))

    async def by_name(self, name: str) -> StaffMember | None:
        """Also a disabled one; names are compared exactly."""
        return await self._member(_select().where(staff.c.name == name))

    async def get(self, staff_id: str) -> StaffMember:
        """Raises NotAllowed when there is none."""
        found = await self._member(_select().where(staff.c.id == staff_id))
        if found is None:
            raise NotAllowed("no such person")
        return found

    async def everybody(self, *, now: dt.datetime) -> list[Person]:
        """Enabled ones first, then by name; their rows are locked in a writing unit."""
        wanted = _select().order_by(staff.c.disabled, staff.c.name)
        rows = await self._session.all(wanted.with_for_update() if self._session.write else wanted)
        live = select(staff_sessions.c.staff_id).where(staff_sessions.c.expires_at > now)
        sessions = Counter(row.staff_id for row in await self._session.all(live))
        tokens = Counter(row.staff_id for row in await self._session.all(select(api_tokens.c.staff_id)))
        members = (StaffMember(**row._mapping) for row in rows)
        return [Person(member=one, sessions=sessions[one.id], tokens=tokens[one.id]) for one in members]

    async def save(self, member: StaffMember) -> None:
        """Does nothing for an unknown member."""
        values = {name: getattr(member, name) for name in ("role", "password_hash", "disabled")}
        await self._session.run(update(staff).where(staff.c.id == member.id).values(values))

    async def end_sessions_of(self, staff_id: str) -> None:
        """In every browser."""
        await self._session.run(delete(staff_sessions).where(staff_sessions.c.staff_id == staff_id))

    async def drop_api_tokens_of(self, staff_id: str) -> None:
        """All of them."""
        await self._session.run(delete(api_tokens).where(api_tokens.c.staff_id == staff_id))

    async def names(self, *, roles: Collection[str]) -> list[str]:
        """Names of the enabled members of these roles, in order."""
        wanted = select(staff.c.name).where(staff.c.role.in_(roles), _enabled()).order_by(staff.c.name)
        return [row.name for row in await self._session.all(wanted)]

    async def add_session(
        self, token_hash: str, *, staff_id: str, csrf: str, expires_at: dt.datetime
    ) -> None:
        """Raises Conflict when the token exists."""
        row = {"token_hash": token_hash, "staff_id": staff_id, "csrf": csrf, "expires_at": expires_at}
        await self._session.run(insert(staff_sessions).values(row))

    async def session(self, token_hash: str, *, now: dt.datetime) -> tuple[StaffMember, str] | None:
        """(member, csrf) of a live session of an enabled member."""
        row = await self._session.first(
            _select(staff_sessions.c.csrf)
            .join(staff_sessions, staff_sessions.c.staff_id == staff.c.id)
            .where(staff_sessions.c.token_hash == token_hash, staff_sessions.c.expires_at > now, _enabled())
        )
        return (
            None if row is None else (StaffMember(**{name: row._mapping[name] for name in FIELDS}), row.csrf)
        )

    async def end_session(self, token_hash: str) -> None:
        """Does nothing when there is none."""
        await self._session.run(delete(staff_sessions).where(staff_sessions.c.token_hash == token_hash))

    async def present(self, *, roles: Collection[str], now: dt.datetime) -> bool:
        """Whether an enabled member of these roles has a live session."""
        live = (
            select(staff.c.id)
            .join(staff_sessions, staff_sessions.c.staff_id == staff.c.id)
            .where(staff_sessions.c.expires_at > now, staff.c.role.in_(sorted(roles)), _enabled())
        )
        return await self._session.first(live.limit(1)) is not None

    async def extend_session(self, token_hash: str, *, expires_at: dt.datetime) -> None:
        """A new end for a session; does nothing when there is none."""
        known = staff_sessions.c.token_hash == token_hash
        await self._session.run(update(staff_sessions).where(known).values(expires_at=expires_at))

    async def add_api_token(self, token_hash: str, *, staff_id: str, at: dt.datetime) -> None:
        """Raises Conflict when the token exists."""
        row = {"token_hash": token_hash, "staff_id": staff_id, "created_at": at}
        await self._session.run(insert(api_tokens).values(row))

    async def by_api_token(self, token_hash: str) -> StaffMember | None:
        """An enabled member."""
        return await self._member(
            _select()
            .join(api_tokens, api_tokens.c.staff_id == staff.c.id)
            .where(api_tokens.c.token_hash == token_hash, _enabled())
        )

    async def _member(self, statement: Select[Any]) -> StaffMember | None:
        row = await self._session.first(statement)
        return None if row is None else StaffMember(**row._mapping)


def _select(*more: ColumnElement[Any]) -> Select[Any]:
    return select(*(staff.c[name] for name in FIELDS), *more)


def _enabled() -> ColumnElement[bool]:
    return ~staff.c.disabled
