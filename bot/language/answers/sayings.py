"""What people say about the conversation itself: that it is too long, that they joked, that they go now.

Lists of phrases in the lexicon (`data/lexicon/sayings.yml`), looked for as whole words wherever they stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.domain.errors import ProtocolError
from bot.language.text.yaml_text import read_yaml

_GAP = r"(?:\S+\s+){0,3}?"
"""For `...`: up to three words between."""


@dataclass(frozen=True)
class Sayings:
    """The lists by name. Texts are taken as they were written."""

    lists: Mapping[str, re.Pattern[str]] = field(default_factory=dict)

    def says(self, name: str, text: str) -> bool:
        """Whether one of the list's phrases stands in the text; False for a list that there is not."""
        return self._found(name, text) is not None

    def without(self, name: str, text: str) -> str:
        """The text, in small letters, without the list's phrases."""
        known = self.lists.get(name)
        plain = _plain(text)
        return known.sub(" ", plain) if known else plain

    def _found(self, name: str, text: str) -> re.Match[str] | None:
        known = self.lists.get(name)
        return known.search(_plain(text)) if known else None


def load_sayings(folder: Path) -> Sayings:
    """The lists of the lexicon's folder, for a process that has no language layer. Raises ProtocolError."""
    return read_sayings(read_yaml(folder / "sayings.yml")["lexicon"]["sayings"])


def read_sayings(lists: Mapping[str, Iterable[Any]]) -> Sayings:
    """Raises ProtocolError for an empty list or phrase.

    In a phrase `*` stands for any ending, `a/b` for either word, `...` for up to three words.
    """
    return Sayings({str(name): _any_of(str(name), list(phrases)) for name, phrases in lists.items()})


def _any_of(name: str, phrases: list[Any]) -> re.Pattern[str]:
    if not phrases or not all(str(phrase).strip() for phrase in phrases):
        raise ProtocolError(f"sayings: {name}: a list and each of its phrases must say something")
    return re.compile("|".join(rf"(?<!\w){_phrase(str(phrase))}(?!\w)" for phrase in phrases))


def _phrase(phrase: str) -> str:
    return "".join(_word(word, last=False) for word in phrase.split()[:-1]) + _word(
        phrase.split()[-1], last=True
    )


def _word(word: str, *, last: bool) -> str:
    if word == "...":
        return _GAP
    either = "|".join(re.escape(one).replace(r"\*", r"\w*").replace("'", "'?") for one in word.split("/"))
    return f"(?:{either})" + ("" if last else r"\W+")


def _plain(text: str) -> str:
    return text.lower().replace("\u2019", "'")
