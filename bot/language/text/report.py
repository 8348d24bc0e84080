"""One thing found in a text, before it is settled which facts it makes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.dictionary import Value
from bot.domain.findings import Assertion


@dataclass(frozen=True, kw_only=True)
class Report:
    """A frame found in the message: what it would set, how it is asserted, where it stands.

    Word positions count over the whole message; `head` is where the asserted word begins.
    """

    name: str
    sets: Mapping[str, Value]
    assertion: Assertion
    event: bool
    asks: tuple[str, ...]
    start: int
    end: int
    head: int
    clause: int
    sentence: int
    denies: Mapping[str, Value]
    """What it sets when it is denied."""
    relative: bool = False
    """A relative of the writer, or somebody they may care for, is its subject."""

    @property
    def counts(self) -> bool:
        """It says something true about the patient, now or, for an event, ever."""
        return self.assertion == "present" or (self.event and self.assertion in ("historical", "resolved"))
