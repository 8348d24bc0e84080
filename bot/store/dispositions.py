"""What the clinic decided of a case (port: `bot.services.ports.figures.Dispositions`)."""

from __future__ import annotations

from sqlalchemy import insert, select

from bot.domain.dispositions import Disposition
from bot.store.figure_tables import dispositions
from bot.store.session import Session

FIELDS = tuple(Disposition.__dataclass_fields__)


class DispositionTable:
    """One row a statement; the newest of a case counts."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, disposition: Disposition) -> None:
        """Append."""
        row = {name: getattr(disposition, name) for name in FIELDS}
        await self._session.run(insert(dispositions).values(row))

    async def of_case(self, case_id: str) -> list[Disposition]:
        """Oldest first."""
        own = select(*(dispositions.c[name] for name in FIELDS)).where(dispositions.c.case_id == case_id)
        rows = await self._session.all(own.order_by(dispositions.c.at, dispositions.c.id))
        return [Disposition(**row._mapping) for row in rows]
