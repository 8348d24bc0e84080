"""Words as the lexicon knows them, each with the place it stands in the original text.

`wks` is `week`, `can't` is `can not`, `peeing` is `pee`; articles and fillers are left out, so that
"can't even really feel the paper" and "can not feel paper" are one wording. Offsets count code points of
the ORIGINAL text. Lexicon phrases go through the same path, so both sides always agree.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from bot.language.text.instead import behind_a_correcting_no, ends_denial
from bot.language.text.spelling import Spelling

MAX_CHARACTERS = 2000
"""Longer messages are refused at the door (architecture, traps); this is the second lock."""

_PIECE = re.compile(
    r"\([-+]\)|[^\W\d_]+(?:'[^\W\d_]+)*(?:\d{1,2}(?![^\W_]))?|\d+(?:[.,]\d+)?|[-–—]+|[^\w\s]|\n"
)
_CHUNK = re.compile(r"[^\W_](?:[\w']*[^\W_])?")
_GAP = re.compile(r"[^\S\n]+")
_THRICE = re.compile(r"(.)\1{2,}")
_PLAIN = re.compile(r"[a-z]+(?: [a-z]+)*\Z")
"""A phrase of plain words, as nearly all of the lexicon are: its words can be looked up one by one."""
_SENTENCE_END = frozenset(".!?;\n…")
_DENIAL_REACH = 9
_THEIRS = frozenset(("his", "her", "their"))
_PLACES = frozenset(
    ("in", "on", "through", "from", "down", "around", "between", "over", "off", "into", "onto")
)
""" "in his recliner" is "in recliner"."""
_STATES = frozenset(("numb", "weak", "tingl", "tingle", "clumsy", "broken", "fractured"))
""" "nothing weak" denies like "no weakness"."""
_KEEPS_ITS = frozenset(("lose", "lost", "have", "keep", "change", "stop", "do"))
"""Verbs after which "its" is no "it is": "has lost its feeling"."""
_KEEP_S = ("ss", "us", "is")
_AFTER_TO = frozenset(
    (
        "my",
        "pee",
        "go",
        "start",
        "walk",
        "stand",
        "sit",
        "get",
        "the",
        "push",
        "lift",
        "feel",
        "be",
        "poop",
        "hold",
        "see",
        "do",
        "me",
        "him",
        "her",
        "move",
        "sleep",
    )
)
_UNITS = frozenset(
    ("day", "week", "month", "year", "hour", "minute", "night", "couple", "few", "half", "decade", "block")
)
ME = "<me>"
"""Stands for "my" after another person was named: "my wife says my foot drags"."""


class Word(NamedTuple):
    """One normal word and the original characters it comes from. `raw` is the lowercase written form."""

    norm: str
    start: int
    end: int
    raw: str
    ends_sentence: bool = False
    mine: bool = False
    """The writer put "my" before it."""


@dataclass(frozen=True)
class CleanText:
    """Lowercase text without combining and invisible marks, and where each character came from."""

    text: str
    origin: Sequence[int] | None

    def at(self, index: int) -> int:
        """Offset in the original text of a character of the clean one."""
        return index if self.origin is None else self.origin[index]

    def end_at(self, index: int) -> int:
        """End offset in the original text for an exclusive end in the clean one."""
        if index == 0:
            return 0
        return index if self.origin is None else self.origin[index - 1] + 1


def clean(text: str) -> CleanText:
    """Lowercase, straight quotes, no combining or zero-width marks; offsets remembered."""
    text = text[:MAX_CHARACTERS]
    if text.isascii():
        return CleanText(text.lower().replace("\x00", " "), None)
    kept: list[str] = []
    origin: list[int] = []
    for index, character in enumerate(text):
        plain = _plain(character)
        if plain:
            kept.append(plain)
            origin.append(index)
    return CleanText("".join(kept), origin)


def _plain(character: str) -> str:
    if character in "’‘ʼ`´":
        return "'"
    if character in "“”":
        return '"'
    category = unicodedata.category(character)
    if category in ("Mn", "Me", "Cf"):
        return ""
    if category in ("Cc", "Cs", "Co", "Cn"):
        return "\n" if character == "\n" else " "
    folded = unicodedata.normalize("NFKD", character)[0].lower()
    return folded if len(folded) == 1 else character


class Words:
    """Turns text into normal words by the tables of the lexicon."""

    def __init__(self, tables: Mapping[str, Any]) -> None:
        self._fillers = frozenset(map(str, tables.get("fillers", ())))
        self._texting = {str(k): str(v).split() for k, v in tables.get("texting", {}).items()}
        self._lemmas = {str(k): str(v) for k, v in tables.get("lemmas", {}).items()}
        self._bases = frozenset(self._lemmas.values())
        self._plurals = frozenset(tables.get("plurals", ()))
        self._spelling = Spelling(tables)
        concepts = tables.get("concepts", {})
        people = [who for kind in ("relative", "cared", "stranger") for who in concepts.get(kind, ())]
        self._people = frozenset(self._one(str(person)) for person in people)
        self._units = _UNITS
        self._held: dict[str, tuple[Word, ...]] | None = {}
        self._lexical: dict[str, list[str]] = {}

    def of(self, clean_text: CleanText) -> list[Word]:
        """The words of a text, in order. Linear in its length."""
        words = self._without_fillers(list(self._pieces(clean_text)))
        begins = clean_text.at(behind_a_correcting_no(clean_text.text))
        return [word for word in words if word.start >= begins]

    def phrase(self, text: str) -> list[str]:
        """A lexicon phrase in normal words."""
        if self._held is not None and _PLAIN.match(text):
            return [word.norm for word in self._without_fillers([self._of_lexicon(w) for w in text.split()])]
        return [word.norm for word in self.of(clean(text))]

    def _of_lexicon(self, raw: str) -> tuple[Word, ...]:
        """One word of a phrase, worked out once while the lexicon loads; no patient's word is ever held."""
        held = self._held if self._held is not None else {}
        if raw not in held:
            held[raw] = tuple(Word(norm, 0, 0, raw) for norm in self._norms(raw, 1)[0])
        return held[raw]

    def know(self, norms: set[str]) -> None:
        """Tell the speller which words the lexicon uses: those are never corrected, and looked up at once."""
        written, self._held = self._held or {}, None
        self._spelling.know(norms, written=written)
        self._lexical = {raw: self._norms(raw, 1)[0] for raw in written}

    def _pieces(self, source: CleanText) -> list[tuple[Word, ...]]:
        text = source.text
        out: list[tuple[Word, ...]] = []
        position = 0
        budget = 60
        while position < len(text):
            gap = _GAP.match(text, position)
            if gap is not None:
                position = gap.end()
                continue
            chunk = _CHUNK.match(text, position)
            whole = chunk is not None and (chunk.group().isalpha() or chunk.group() in self._texting)
            piece = chunk if whole else _PIECE.match(text, position)
            if piece is None:
                position += 1
                continue
            raw = piece.group()
            end = piece.end()
            if raw == "-" and _joins_words(text, position, end):
                position = end
                continue
            words = self._lexical.get(raw)
            if words is None:
                words, used = self._norms(raw, budget)
                budget -= used
            start_at, end_at = source.at(position), source.end_at(end)
            ends = raw in _SENTENCE_END
            out.append(tuple(Word(norm, start_at, end_at, raw, ends) for norm in words))
            position = end
        return out

    def _norms(self, raw: str, budget: int) -> tuple[list[str], int]:
        if raw in self._texting:
            return [self._one(word) for word in self._texting[raw]], 0
        if raw.isalpha() and len(raw) > 2 and raw not in self._plurals:
            squeezed = _squeeze(raw)
            if squeezed != raw and squeezed in self._texting:
                return [self._one(word) for word in self._texting[squeezed]], 0
            if len(raw) >= 5 and budget > 0:
                return self._corrected(squeezed), 1
        if "'" in raw:
            return [self._one(part) for part in _contraction(raw)], 0
        return [self._one(raw)], 0

    def _corrected(self, raw: str) -> list[str]:
        norm = self._one(raw)
        if raw.endswith("in") and not self._spelling.knows(norm):
            spoken = self._one(raw + "g")  # "givin", "leakin": the ending as it is said
            if self._spelling.knows(spoken):
                return [spoken]
        fixed = self._spelling.fix(raw, norm)
        return [self._one(word) for word in fixed.split()] if fixed else [norm]

    def _one(self, word: str) -> str:
        if word in self._lemmas:
            return self._lemmas[word]
        if word in self._bases or word in self._plurals or not word.isalpha():
            return word
        return stem(word)

    def _without_fillers(self, pieces: list[tuple[Word, ...]]) -> list[Word]:
        flat = [word for group in pieces for word in group]
        out: list[Word] = []
        person = mine = False
        for index, word in enumerate(flat):
            following = flat[index + 1] if index + 1 < len(flat) else None
            if word.ends_sentence:
                person = False
            if word.raw == "my" and following:
                mine = True
                if person and following.norm not in self._people:
                    out.append(word._replace(norm=ME))
                continue
            if word.raw in ("2", "4") and following and following.raw in _AFTER_TO:
                out.append(word._replace(norm="to" if word.raw == "2" else "for"))
                continue
            person = person or word.norm in self._people
            if word.raw in ("a", "an"):
                if following and following.norm in self._units:
                    out.append(Word("1", word.start, word.end, word.raw))
                continue
            if word.raw == "lb" and out and out[-1].norm[:1].isdigit():
                out.append(word._replace(norm="pound"))
                continue
            if word.raw == "lb" and out and out[-1].raw == "lb" and out[-1].norm == "pound":
                continue
            if following and word.raw in _THEIRS and _placed(out) and following.norm not in self._people:
                continue
            if word.raw in ("just", "only") and following and ends_denial(out, word, following):
                out.append(word._replace(norm="but"))  # "no fever, just an ache": the denial ends here
                if word.raw == "just":
                    continue
            if word.raw in self._fillers or (word.raw == "its" and out and _owned(out)):
                continue
            out.append(word._replace(mine=True) if mine else word)
            mine = False
        return list(_once_denied(out))


def _placed(out: Sequence[Word]) -> bool:
    return bool(out) and out[-1].norm in _PLACES


def _owned(out: Sequence[Word]) -> bool:
    return out[-1].norm in _KEEPS_ITS


def _once_denied(words: Sequence[Word]) -> Iterator[Word]:
    """Everyday double denials said once: "don't get no warning", "can't hardly", "can't walk no more"."""
    denied = -_DENIAL_REACH
    for index, word in enumerate(words):
        following = words[index + 1].norm if index + 1 < len(words) else "."
        if word.ends_sentence or word.norm in (",", "but", "and"):
            denied = -_DENIAL_REACH
        near = index - denied
        if (
            word.norm == "no"
            and following == "more"
            and near < _DENIAL_REACH
            and _clause_ends(words, index + 2)
        ):
            yield word._replace(norm="anymore")
            continue
        after_no = word.norm == "more" and index > 0 and words[index - 1].norm == "no"
        if after_no and near <= _DENIAL_REACH and _clause_ends(words, index + 1):
            continue
        if (word.norm == "no" and near <= 2) or (word.norm in ("hardly", "barely") and near == 1):
            continue
        if word.norm in ("not", "never"):
            denied = index
        yield word._replace(norm="no") if word.norm == "nothing" and following in _STATES else word


def _clause_ends(words: Sequence[Word], index: int) -> bool:
    return index >= len(words) or words[index].ends_sentence or not words[index].norm.isalpha()


def _joins_words(text: str, start: int, end: int) -> bool:
    """The hyphen of "rear-ended"; that of "2-3" or "l4-5" is kept."""
    return start > 0 and end < len(text) and text[start - 1].isalpha() and text[end].isalpha()


def _squeeze(word: str) -> str:
    """`soooo` is `soo`, `numbbbb` is `numbb`: three or more of a letter become two."""
    return _THRICE.sub(r"\1\1", word)


def _contraction(raw: str) -> list[str]:
    head, _, tail = raw.partition("'")
    if tail == "t" and head.endswith("n"):
        stems = {"ca": ["can"], "wo": ["will"], "sha": ["shall"], "ai": ["is"]}
        return [*stems.get(head[:-1], [head[:-1]]), "not"]
    expansions = {"m": ["am"], "re": ["are"], "ve": ["have"], "ll": ["will"], "d": ["would"]}
    if tail in expansions:
        return [head, *expansions[tail]]
    if tail == "s":
        pronoun = head in ("it", "that", "what", "he", "she", "there", "here", "who", "how", "where", "let")
        return [head, "is"] if pronoun else [head]
    return [part for part in raw.split("'") if part]


def stem(word: str) -> str:
    """A light stem: plural s, -ing, -ed, doubled end letter, silent e. Short words stay.

    stem("wiping") == stem("wipes") == stem("wipe") == "wip"; stem("dropped") == "drop".
    """
    if len(word) <= 3 or not word.isascii():
        return word
    base = word
    if base.endswith("ies"):
        base = base[:-3] + "y"
    elif base.endswith("s") and not base.endswith(_KEEP_S):
        base = base[:-1]
    if base.endswith("ing") and len(base) > 5:
        base = base[:-3]
    elif base.endswith("eed"):
        base = base[:-1]
    elif base.endswith("ied") and len(base) > 4:
        base = base[:-3] + "y"
    elif base.endswith("ed") and len(base) > 4:
        base = base[:-2]
    if len(base) > 3 and base[-1] == base[-2] and base[-1] not in "aeiou":
        base = base[:-1]
    if len(base) > 3 and base.endswith("e") and not base.endswith("ee"):
        base = base[:-1]
    return base
