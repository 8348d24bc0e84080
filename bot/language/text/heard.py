"""A message beside the question it may answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from bot.language.text.page import Page
from bot.language.text.segments import Token
from bot.language.text.words import Word


@dataclass(frozen=True, kw_only=True)
class Heard:
    """The message and what was asked."""

    words: Sequence[Word]
    tokens: Sequence[Token]
    page: Page
    asked: str | None
    date: dt.date
    concepts: set[str]
