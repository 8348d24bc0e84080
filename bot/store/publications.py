"""Copies that other systems hold (port: `bot.services.ports.Publications`)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, and_, or_, select, update

from bot.services.ports import Publication
from bot.store.publication_table import publications
from bot.store.revisions import CALENDAR, FHIR
from bot.store.session import Session
from bot.store.tables import appointments, cases

FIELDS = ("target", "subject", "case_id", "revision", "attempts", "known")
SETTLED_AFTER = dt.timedelta(seconds=10)
"""A case that is being written is not told sentence by sentence."""


class PublicationTable:
    """behind -> leased -> sent | behind again | refused until the next change."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def claim_due(
        self, target: str, *, owner: str, now: dt.datetime, lease_seconds: float, limit: int = 10
    ) -> list[Publication]:
        """Oldest wait first. Only what may leave: see `_told`."""
        due = select(publications).where(_behind(target), _free(now), _told(target, now))
        rows = await self._session.all(
            due.order_by(publications.c.due_at, publications.c.subject)
            .limit(limit)
            .with_for_update(skip_locked=True, of=publications)
        )
        lease = {"lease_owner": owner, "lease_until": now + dt.timedelta(seconds=lease_seconds)}
        for row in rows:
            await self._session.run(update(publications).where(_is(row.target, row.subject)).values(lease))
        return [_publication(row) for row in rows]

    async def note_attempt(self, publication: Publication, digests: Mapping[str, str]) -> None:
        """Added to what was tried before: any of it may have arrived."""
        known = dict(publication.known)
        for name, digest in digests.items():
            entry = known.get(name, {})
            known[name] = {**entry, "tried": [*entry.get("tried", ()), digest]}
        await self._change(publication, known=known)

    async def sent(self, publication: Publication, versions: Mapping[str, str], *, at: dt.datetime) -> None:
        """Of what was tried only the last one can be there now."""
        own = _is(publication.target, publication.subject)
        known = dict(await self._session.value(select(publications.c.known).where(own)) or {})
        for name, version in versions.items():
            known[name] = {"version": version, "tried": known.get(name, {}).get("tried", [])[-1:]}
        await self._change(
            publication, sent_revision=publication.revision, known=known, sent_at=at,
            attempts=0, due_at=None, error=None, **_NO_LEASE,
        )  # fmt: skip

    async def retry(self, publication: Publication, *, at: dt.datetime, error: str) -> None:
        """One more attempt counted."""
        attempts = publication.attempts + 1
        await self._change(publication, attempts=attempts, due_at=at, error=error, **_NO_LEASE)

    async def refused(self, publication: Publication, *, error: str) -> None:
        """Of this revision only."""
        await self._change(
            publication,
            refused_revision=publication.revision,
            attempts=0,
            due_at=None,
            error=error,
            **_NO_LEASE,
        )

    async def start_over(self, case_id: str) -> None:
        """The next telling names no version: it replaces whatever is there."""
        fresh = {"known": None, "refused_revision": 0, "attempts": 0, "due_at": None, "error": None}
        again = publications.c.revision + 1
        own = publications.c.case_id == case_id
        await self._session.run(update(publications).where(own).values(revision=again, **fresh))

    async def published(self, target: str, *, now: dt.datetime) -> list[Publication]:
        """Told, and nothing has changed since."""
        told = publications.c.sent_revision == publications.c.revision
        mine = select(publications).where(publications.c.target == target, told, _told(target, now))
        return [_publication(row) for row in await self._session.all(mine)]

    async def of_case(self, case_id: str) -> list[Publication]:
        """All of a case."""
        rows = await self._session.all(select(publications).where(publications.c.case_id == case_id))
        return [_publication(row) for row in rows]

    async def _change(self, publication: Publication, **values: Any) -> None:
        ours = _is(publication.target, publication.subject)
        await self._session.run(update(publications).where(ours).values(**values))


_NO_LEASE: Mapping[str, Any] = {"lease_owner": None, "lease_until": None}


def _is(target: str, subject: str) -> Any:
    return and_(publications.c.target == target, publications.c.subject == subject)


def _behind(target: str) -> Any:
    revision = publications.c.revision
    return and_(
        publications.c.target == target,
        revision > publications.c.sent_revision,
        revision > publications.c.refused_revision,
    )


def _free(now: dt.datetime) -> Any:
    return and_(
        or_(publications.c.due_at.is_(None), publications.c.due_at <= now),
        or_(publications.c.lease_until.is_(None), publications.c.lease_until <= now),
    )


def _told(target: str, now: dt.datetime) -> Any:
    return {FHIR: _case_may_leave, CALENDAR: _time_matters}[target](now)


def _case_may_leave(now: dt.datetime) -> Any:
    """With consent, handed off (or told before), no test, and nobody writing right now."""
    begun = or_(cases.c.handoff != "none", publications.c.sent_revision > 0)
    quiet = cases.c.updated_at <= now - SETTLED_AFTER
    return (
        select(cases.c.id)
        .where(cases.c.id == publications.c.case_id, cases.c.consent == "given", ~cases.c.test, begun, quiet)
        .exists()
    )


def _time_matters(now: dt.datetime) -> Any:
    """A time that is not over."""
    own = appointments.c.id == publications.c.subject
    return select(appointments.c.id).where(own, appointments.c.end_at > now).exists()


def _publication(row: Row[Any]) -> Publication:
    fields = {name: row._mapping[name] for name in FIELDS}
    return Publication(**fields | {"known": fields["known"] or {}})
