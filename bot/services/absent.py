"""What stands at the ports of a process that has no language layer and no engine."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from bot.language.answers.sayings import Sayings


class Absent:
    """Using it is a programming error; only what people say of the conversation may be known without it."""

    def __init__(self, *, sayings: Sayings | None = None) -> None:
        self._sayings = sayings

    @property
    def hints(self) -> NoReturn:
        raise RuntimeError("this process has no language layer")

    @property
    def sayings(self) -> Sayings:
        if self._sayings is None:
            raise RuntimeError("this process has no language layer")
        return self._sayings

    def read(
        self, text: str, *, asked: str | None = None, question: str | None = None, date: dt.date
    ) -> NoReturn:
        raise RuntimeError("this process has no language layer")

    async def turn(self, request: object) -> NoReturn:
        raise RuntimeError("this process has no line to the engine")

    async def understand(self, text: str, *, asked: str | None, reading: object) -> NoReturn:
        raise RuntimeError("this process has no line to the engine")

    async def model_id(self) -> NoReturn:
        raise RuntimeError("this process has no line to the engine")
