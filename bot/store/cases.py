"""Cases (port: `bot.services.ports.Cases`)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from sqlalchemy import Row, bindparam, func, insert, select, true, update

from bot.domain.cases import Case
from bot.domain.errors import NotAllowed
from bot.domain.levels import Level
from bot.store.columns import FAR_FUTURE
from bot.store.engine import Now
from bot.store.finder import set_keys
from bot.store.search import number_key, phone_keys, reference_key
from bot.store.session import Session
from bot.store.tables import cases, messages

FIELDS = tuple(Case.__dataclass_fields__)
RULE = "rule"
TOP_RANK = Level.EMERGENCY_NOW.rank
_THIS = cases.c.id == bindparam("case_id")
_FREE = (
    cases.c.turn_until.is_(None)
    | (cases.c.turn_until <= bindparam("now"))
    | (cases.c.turn_owner == bindparam("owner"))
)
ONE = select(*(cases.c[name] for name in FIELDS)).where(_THIS)
SAVE = update(cases).where(_THIS)
CLAIM = update(cases).where(_THIS, _FREE).values(turn_owner=bindparam("owner"), turn_until=bindparam("until"))
RELEASE = (
    update(cases)
    .where(_THIS, cases.c.turn_owner == bindparam("owner"))
    .values(turn_owner=None, turn_until=None)
)


class CaseTable:
    """A case read in a writing unit stays locked until its end: turns and staff never overwrite
    each other's fields. So it is read once in a unit; what the unit changes is kept up to date here."""

    def __init__(self, session: Session, *, now: Now) -> None:
        self._session = session
        self._now = now
        self._read: dict[str, Case] = {}

    async def add(self, case: Case) -> None:
        """Raises Conflict when the id or reference exists."""
        fresh = {"desk_alarm": 1, "desk_due": FAR_FUTURE}
        await self._session.run(insert(cases).values(_row(case) | fresh))
        await self._index(case)
        if case.rules:
            await set_keys(self._session, case.id, RULE, case.rules)

    async def get(self, case_id: str) -> Case:
        """Raises NotAllowed when there is none."""
        if case_id not in self._read:
            found = ONE.with_for_update() if self._session.write else ONE
            row = await self._session.first(found, case_id=case_id)
            if row is None:
                raise NotAllowed("no such case")
            self._read[case_id] = _case(row)
        return self._read[case_id]

    def was_moved(self, case_id: str, at: dt.datetime) -> None:
        """A message was counted: the row's `updated_at` is that time now."""
        if case_id in self._read:
            self._read[case_id] = replace(self._read[case_id], updated_at=at.astimezone(dt.UTC))

    async def save(self, case: Case) -> None:
        """Raises NotAllowed when there is none. `updated_at` becomes now unless the caller moved it on."""
        old = await self.get(case.id)
        moved = case.updated_at > old.updated_at
        updated_at = case.updated_at if moved else max(self._now(), old.updated_at)
        kept = replace(case, updated_at=updated_at.astimezone(dt.UTC))
        await self._session.run(SAVE, _row(kept) | {"case_id": case.id})
        self._read[case.id] = kept
        if old.address != case.address:
            await self._index(case)
        if old.rules != case.rules:
            await set_keys(self._session, case.id, RULE, case.rules)

    async def find_open_by_address(self, address: str) -> Case | None:
        """The case of this phone number that is not closed and in which something was said last.

        A writing unit that found none may add one: no other unit looks for that number meanwhile.
        """
        await self._session.hold_key(f"address:{number_key(address)}")
        last = select(func.max(messages.c.at)).where(messages.c.case_id == cases.c.id).scalar_subquery()
        row = await self._session.first(
            select(*_columns())
            .where(cases.c.address_key == number_key(address), cases.c.status != "closed")
            .order_by(func.coalesce(last, cases.c.created_at).desc(), cases.c.created_at.desc())
            .limit(1)
        )
        return None if row is None else _case(row)

    async def of_address(self, address: str, *, limit: int = 20) -> list[Case]:
        """Cases of this phone number whatever their status, newest first."""
        rows = await self._session.all(
            select(*_columns())
            .where(cases.c.address_key == number_key(address))
            .order_by(cases.c.created_at.desc(), cases.c.id.desc())
            .limit(limit)
        )
        return [_case(row) for row in rows]

    async def without_consent(self, *, before: dt.datetime, limit: int = 100) -> list[Case]:
        """Cases begun before that time that never had an answer on consent, oldest first; no emergencies."""
        rows = await self._session.all(
            select(*_columns())
            .where(cases.c.consent == "unasked", cases.c.status != "emergency", cases.c.created_at < before)
            .order_by(cases.c.created_at)
            .limit(limit)
        )
        return [_case(row) for row in rows]

    async def silent(
        self, *, before: dt.datetime, channel: str | None = None, limit: int = 100
    ) -> list[Case]:
        """Open cases with consent, in the questions or at the times, whose last message is older."""
        last = select(func.max(messages.c.at)).where(messages.c.case_id == cases.c.id).scalar_subquery()
        rows = await self._session.all(
            select(*_columns())
            .where(
                cases.c.status == "open",
                cases.c.consent == "given",
                cases.c.phase.in_(("intake", "booking")),
                last < before,
                true() if channel is None else cases.c.channel == channel,
            )
            .order_by(cases.c.created_at)
            .limit(limit)
        )
        return [_case(row) for row in rows]

    async def claim_turn(self, case_id: str, *, owner: str, until: dt.datetime, now: dt.datetime) -> bool:
        """Compare-and-swap on the lease; False also when there is no such case."""
        return await self._session.changed(CLAIM, case_id=case_id, owner=owner, until=until, now=now)

    async def release_turn(self, case_id: str, *, owner: str) -> None:
        """Does nothing when the lease is not ours."""
        await self._session.run(RELEASE, {"case_id": case_id, "owner": owner})

    async def _index(self, case: Case) -> None:
        if case.address is not None:
            await set_keys(self._session, case.id, "address", phone_keys(case.address))


def _columns() -> list[Any]:
    return [cases.c[name] for name in FIELDS]


def _row(case: Case) -> dict[str, Any]:
    row = {name: getattr(case, name) for name in FIELDS}
    return row | {
        "level": case.level.value,
        "rules": list(case.rules),
        "flags": list(case.flags),
        "reference_key": reference_key(case.reference),
        "address_key": None if case.address is None else number_key(case.address),
        "desk_level": TOP_RANK - case.level.rank,
    }


def _case(row: Row[Any]) -> Case:
    fields = dict(row._mapping)
    return Case(
        **fields
        | {"level": Level(fields["level"]), "rules": tuple(fields["rules"]), "flags": tuple(fields["flags"])}
    )
