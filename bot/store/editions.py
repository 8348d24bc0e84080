"""What a clinic made of its protocol files (port: `bot.services.ports.Editions`)."""

from __future__ import annotations

from sqlalchemy import func, insert, select, update

from bot.domain.errors import NotAllowed
from bot.services.ports import Edition, EditionKind
from bot.store.edition_table import editions
from bot.store.session import Session

FIELDS = tuple(Edition.__dataclass_fields__)
SHOWN = tuple(editions.c[name] for name in FIELDS)

_UNSWEPT = (
    editions.c.kind == "document",
    editions.c.published.is_not(None),
    func.coalesce(editions.c.swept, 0) < editions.c.published,
)


class EditionTable:
    """Few rows: people write them."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, edition: Edition) -> None:
        """Raises Conflict when the number is taken."""
        await self._session.run(insert(editions).values({name: getattr(edition, name) for name in FIELDS}))

    async def publish(self, edition_id: str, *, by: str) -> int:
        """The new revision; one publication at a time."""
        await self._session.hold_key("editions")
        await self.get(edition_id)
        revision = await self.revision() + 1
        mine = update(editions).where(editions.c.id == edition_id)
        await self._session.run(mine.values(published=revision, approved_by=by))
        return revision

    async def revision(self) -> int:
        """0 before the first."""
        return int(await self._session.value(select(func.coalesce(func.max(editions.c.published), 0))))

    async def unswept(self) -> bool:
        """Whether rules were published after which past cases were not all judged again."""
        found: int = await self._session.value(select(func.count()).select_from(editions).where(*_UNSWEPT))
        return found > 0

    async def note_swept(self, revision: int) -> None:
        """All past cases were judged with what counts since that publication."""
        done = update(editions).where(*_UNSWEPT, editions.c.published <= revision)
        await self._session.run(done.values(swept=editions.c.published))

    async def in_force(self) -> list[Edition]:
        """By name and kind."""
        newest = (
            select(func.max(editions.c.published))
            .where(editions.c.published.is_not(None))
            .group_by(editions.c.name, editions.c.kind)
        )
        wanted = select(*SHOWN).where(editions.c.published.in_(newest))
        rows = await self._session.all(wanted.order_by(editions.c.name, editions.c.kind))
        return [Edition(**row._mapping) for row in rows]

    async def of(self, name: str, kind: EditionKind, *, limit: int = 50) -> list[Edition]:
        """Newest first."""
        own = select(*SHOWN).where(editions.c.name == name, editions.c.kind == kind)
        rows = await self._session.all(own.order_by(editions.c.number.desc()).limit(limit))
        return [Edition(**row._mapping) for row in rows]

    async def get(self, edition_id: str) -> Edition:
        """Raises NotAllowed when there is none."""
        row = await self._session.first(select(*SHOWN).where(editions.c.id == edition_id))
        if row is None:
            raise NotAllowed("no such version")
        return Edition(**row._mapping)
