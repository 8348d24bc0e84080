"""What a clinic made of its protocol files: kept by version, one of them in force."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal, Protocol

EditionKind = Literal["changes", "document"]


@dataclass(frozen=True, kw_only=True)
class Edition:
    """One version of one protocol file as this clinic has it.

    `kind` changes: JSON, laid over the file that is installed (`bot.protocols.shelf`); document: the whole
    file, in place of the installed one.
    """

    id: str
    name: str
    """The file without its ending: `clinic`, `texts`."""
    kind: EditionKind
    number: int
    """Counted for each name and kind, from 1."""
    content: str
    author: str
    at: dt.datetime
    note: str = ""
    """Why, or what was changed, for people."""
    approved_by: str | None = None
    published: int | None = None
    """The revision with which it came into force; None: a draft. The newest of its name and kind counts."""


class Editions(Protocol):
    """Append-only, but for coming into force."""

    async def add(self, edition: Edition) -> None:
        """Raises Conflict when that name and kind has the number already: somebody else was first."""

    async def publish(self, edition_id: str, *, by: str) -> int:
        """In force from now on, here and in every process; the new revision. An older one counts again."""

    async def revision(self) -> int:
        """Grows with every publication; 0 before the first."""

    async def unswept(self) -> bool:
        """Whether rules were published after which past cases were not all judged again."""

    async def note_swept(self, revision: int) -> None:
        """All past cases were judged with what counts since that publication."""

    async def in_force(self) -> list[Edition]:
        """The one of each name and kind that counts."""

    async def of(self, name: str, kind: EditionKind, *, limit: int = 50) -> list[Edition]:
        """Newest first, drafts too."""

    async def get(self, edition_id: str) -> Edition:
        """Raises NotAllowed when there is none."""
