"""Every judgement ever made (port: `bot.services.ports.Judgements`)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import bindparam, insert, select

from bot.domain.judgement import Judgement
from bot.services.ports import PastJudgement
from bot.store import codec
from bot.store.session import Session
from bot.store.tables import judgements

OF_CASE = select(judgements.c.body).where(judgements.c.case_id == bindparam("case_id"))
LATEST = OF_CASE.order_by(judgements.c.position.desc()).limit(1)


class JudgementTable:
    """Append-only."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(
        self, case_id: str, judgement: Judgement, *, message_id: str | None, at: dt.datetime
    ) -> None:
        """Append."""
        row = {
            "case_id": case_id,
            "message_id": message_id,
            "at": at,
            "level": judgement.level.value,
            "outcome": judgement.outcome,
            "decision": judgement.decision,
            "body": codec.judgement_to_json(judgement),
        }
        await self._session.run(insert(judgements), row)

    async def latest(self, case_id: str) -> Judgement | None:
        """The newest, or None."""
        raw = await self._session.value(LATEST, case_id=case_id)
        return None if raw is None else codec.judgement_from_json(raw)

    async def history(self, case_id: str) -> list[PastJudgement]:
        """All of a case, oldest first."""
        rows = await self._session.all(
            select(judgements.c.message_id, judgements.c.at, judgements.c.body)
            .where(judgements.c.case_id == case_id)
            .order_by(judgements.c.position)
        )
        return [
            PastJudgement(message_id=row.message_id, at=row.at, judgement=codec.judgement_from_json(row.body))
            for row in rows
        ]
