"""Sentences and clauses: how far a word's meaning reaches.

A clause ends at a sentence end, at "but", and at a comma or "and" that is followed by something with a
subject or verb of its own ("no fever, my back hurts"), not inside a list ("no fever, chills or sweats").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from bot.language.text.words import Word

CLAUSE = "|"
"""A word of our own put into the text at a clause border; ConText ends negation there."""
NAY = "<nay>"
"""A "no" that answers what stands before it: "fever: no", "any numbness? nope"."""
MAX_SEGMENT_WORDS = 60
_LOOKAHEAD = 7
_LIST_REACH = 28
_CLOSERS = frozenset(("or", "nor"))
_SUBJECTS = frozenset(("i", "we", "he", "she", "they", "it", "my", "<me>", "that", "there", "now"))
TELLING = _SUBJECTS | {
    "is",
    "am",
    "are",
    "have",
    "not",
    "no",
    "turn",
    "start",
    "begin",
    "become",
    "get",
    "go",
}
"""What stands beside one of these is told, not only named."""
_ROUGHLY = frozenset(("maybe", "mayb", "perhap", "perhaps", "possibly", "possib", "probably", "probab"))
_ROUGH_COUNTS = frozenset(("couple", "few", "several", "half"))
_TIME_UNITS = frozenset(("day", "week", "month", "year", "hour", "minute"))
MOST_NAMING = 3
_PLAIN_NO = frozenset(("no", "nope", "never", "none"))
_THE_REST = frozenset(
    ("otherwise", "otherwis", "rest", "other", "others", "else", "els", "everything", "all")
)
""" "Eliquis, otherwise no": the "no" is of what was not named."""
_PLURALS = frozenset(("feet", "people", "hands", "legs"))
_ALSO_NOUNS = frozenset(
    ("drop", "walk", "leak", "trip", "fall", "work", "need", "drag", "slap", "smoke", "ache", "say")
)
"""Words that are verbs only behind a subject or a plural: "foot drop" against "my feet drop"."""
DENIALS = frozenset(("no", "not", "never", "without", "deny", "denies", "none"))
"""Words that deny what comes behind them."""
_ABSENCES = DENIALS | {"nothing", "zero", "can", "lost", "lose", "gone"}
"""Words with which a lack is told: "can not feel", "nothing comes", "lost the urge"."""
_POLITE = frozenset(
    (
        *("sir", "ma'am", "maam", "ma", "thanks", "thank", "doctor", "either", "thankfully", "ever", "yet"),
        *("here", "man", "dude", "bro", "buddy", "hon", "hun", "friend", "lol", "haha", "luckily", "nope"),
    )
)
_SETS_OFF = frozenset((",", ":", "-", "?", "–", "—", "=", ".", "\n", ";", "!"))


class Token(NamedTuple):
    """A word in its place: which clause and sentence it belongs to."""

    norm: str
    start: int
    end: int
    raw: str
    clause: int
    sentence: int
    mine: bool = False


class Segmenter:
    """Splits words into sentences and clauses by the lexicon's word lists."""

    def __init__(self, tables: Mapping[str, Any]) -> None:
        self._finite = frozenset(map(str, tables.get("finite", ())))
        self._not_verbs = frozenset(map(str, tables.get("breaks", {}).get("not_verbs", ())))
        self._always = frozenset(map(str, tables.get("breaks", {}).get("always", ())))
        self._maybe = frozenset(map(str, tables.get("breaks", {}).get("maybe", ())))
        self._short_answers = frozenset(map(str, tables.get("breaks", {}).get("short_answers", ())))
        self._well = frozenset(map(str, tables.get("breaks", {}).get("well", ())))

    def of(self, words: Sequence[Word]) -> list[Token]:
        """Tokens with clause and sentence numbers; sentences longer than the cap are cut."""
        out: list[Token] = []
        clause = sentence = length = 0
        for index, word in enumerate(words):
            if word.ends_sentence and not self._answered_here(words, index):
                out.append(Token(".", word.start, word.end, word.raw, clause, sentence))
                clause, sentence, length = clause + 1, sentence + 1, 0
                continue
            length += 1
            if length > MAX_SEGMENT_WORDS:
                clause, sentence, length = clause + 1, sentence + 1, 0
            if self._breaks(words, index):
                clause += 1
                out.append(Token(CLAUSE, word.start, word.start, "", clause, sentence))
            norm = "," if word.ends_sentence else self._nay(words, index)
            norm = "about" if _rounds_a_figure(words, index) else norm
            out.append(Token(norm, word.start, word.end, word.raw, clause, sentence, word.mine))
        return out

    def _nay(self, words: Sequence[Word], index: int) -> str:
        word = words[index]
        if self._short_answers.isdisjoint((word.norm, word.raw)) or word.norm in ("yes", "sometimes"):
            return word.norm
        after = words[index + 1] if index + 1 < len(words) else None
        alone_after = (
            after is None
            or after.ends_sentence
            or after.norm in (",", "-", "–")
            or after.norm in self._always
            or after.norm in _POLITE
        )
        before = words[index - 1] if index else None
        alone_before = before is None or before.raw in _SETS_OFF or self._closes_an_item(words, index)
        return NAY if alone_before and alone_after and not _denied_before(words, index) else word.norm

    def _closes_an_item(self, words: Sequence[Word], index: int) -> bool:
        """ "PT no. Shots no.": the whole sentence is a thing and its "no"."""
        ends = index + 1 >= len(words) or words[index + 1].ends_sentence or words[index + 1].norm == ","
        before = [word.norm for word in words[max(0, index - MOST_NAMING) : index]]
        before = before[max((i + 1 for i, norm in enumerate(before) if norm == ","), default=0) :]
        listed = not before or not self._always.isdisjoint(before) or not _THE_REST.isdisjoint(before)
        plain = words[index].raw in _PLAIN_NO
        return ends and not listed and plain and self._is_bare(words, index, marks=(",",))

    def _answered_here(self, words: Sequence[Word], index: int) -> bool:
        """What the writer answers at once is one sentence: "any fever? nope", "chest pain... none."."""
        if words[index].raw == "\n" or index == 0:
            return False
        ahead = _first_said(words, index + 1)
        if ahead is None or self._short_answers.isdisjoint((words[ahead].norm, words[ahead].raw)):
            return False
        return words[index].raw == "?" or (_says_no_more(words, ahead) and self._is_bare(words, index))

    def _is_bare(self, words: Sequence[Word], index: int, *, marks: Sequence[str] = ()) -> bool:
        """The words before name something and say nothing of it: "chest pain", "numbness down there".

        They reach back to the sentence's begin, or to one of the marks.
        """
        while index > 0 and words[index - 1].raw == ".":
            index -= 1  # "..." is one mark
        first = index
        while first > 0 and not words[first - 1].ends_sentence and words[first - 1].norm not in marks:
            first -= 1
        said = [word.norm for word in words[first:index] if word.norm[:1].isalnum() or word.norm == "<me>"]
        if first > 0 and words[first - 1].raw not in (".", *marks):
            return False
        return 0 < len(said) <= MOST_NAMING and TELLING.isdisjoint(said)

    def _breaks(self, words: Sequence[Word], index: int) -> bool:
        word = words[index]
        if word.norm in self._always:
            return True
        if word.norm not in self._maybe or (word.norm != "," and not self._said_something(words, index)):
            return False
        if word.norm == "," and self._well_ahead(words, index):
            return True
        if self._goes_on(words, index):
            return False
        for place, ahead in enumerate(words[index + 1 : index + 1 + _LOOKAHEAD], start=index + 1):
            if ahead.ends_sentence or ahead.norm in self._maybe or ahead.norm in self._always:
                return False
            dated = ahead.norm == "since" and word.norm == ","
            if dated or self._has_verb(words, place, first=place == index + 1):
                return True
        return False

    def _well_ahead(self, words: Sequence[Word], index: int) -> bool:
        """A thing and that it is well, no verb between: "no bladder control, bowels ok"."""
        said: list[Word] = []
        for word in words[index + 1 : index + 2 + MOST_NAMING]:
            if word.ends_sentence or word.norm in self._maybe or word.norm in self._always:
                break
            said.append(word)
        named = [word.norm for word in said[:-1]]
        return bool(named) and said[-1].norm in self._well and DENIALS.isdisjoint(named)

    def _goes_on(self, words: Sequence[Word], index: int) -> bool:
        """A list under one "no" that an "or" closes: "no tingling, leaking, trouble going, or fever"."""
        closed = words[index].norm in _CLOSERS
        for word in words[index + 1 : index + 1 + _LIST_REACH]:
            if word.ends_sentence or word.norm in self._always or word.norm in _SUBJECTS:
                break
            closed = closed or word.norm in _CLOSERS
        return closed and self._denied_before(words, index)

    def _denied_before(self, words: Sequence[Word], index: int) -> bool:
        """A denial opens what stands before, no other clause between."""
        for word in reversed(words[max(0, index - _LIST_REACH) : index]):
            if word.ends_sentence or word.norm in self._always:
                return False
            if word.norm in DENIALS or word.norm == "negative":
                return True
        return False

    def _has_verb(self, words: Sequence[Word], place: int, *, first: bool) -> bool:
        """A subject or verb of its own stands here; "foot drop" and "leg weakness" hold none."""
        word = words[place]
        if word.norm in _SUBJECTS or self._is_past(word):
            return True
        if word.norm not in self._finite:
            return False
        before = words[place - 1].raw
        named = word.norm in _ALSO_NOUNS and word.raw == word.norm and not first
        return not named or before in _SUBJECTS or before in _PLURALS or before.endswith("s")

    def _said_something(self, words: Sequence[Word], index: int) -> bool:
        """Since the last border there was a verb or a denial: "thighs and groin are numb" is one clause."""
        for word in reversed(words[max(0, index - 12) : index]):
            if word.ends_sentence or word.norm in self._always or word.norm == ",":
                return False
            if word.norm in self._finite or word.norm in DENIALS or self._is_past(word):
                return True
        return False

    def _is_past(self, word: Word) -> bool:
        raw = word.raw
        return (
            len(raw) > 4
            and raw.endswith("ed")
            and word.norm not in self._not_verbs
            and raw not in self._not_verbs
        )


def _denied_before(words: Sequence[Word], index: int) -> bool:
    """ "No control of my bladder, none": the last says once more what was said and takes nothing back."""
    for place in range(index - 2, -1, -1):
        if words[place].raw in _SETS_OFF:
            return False
        if words[place].norm in _ABSENCES:
            return True
    return False


def _rounds_a_figure(words: Sequence[Word], index: int) -> bool:
    """ "Maybe 10 days", "3 weeks possibly": the figure is rough, the sign is not in doubt."""
    if words[index].norm not in _ROUGHLY:
        return False
    after = words[index + 1].norm if index + 1 < len(words) else ""
    before = words[index - 1].norm if index else ""
    return after[:1].isdigit() or after in _ROUGH_COUNTS or before in _TIME_UNITS


def _first_said(words: Sequence[Word], index: int) -> int | None:
    """The next word that is no sentence mark ("..." is three)."""
    while index < len(words) and words[index].ends_sentence and words[index].raw != "\n":
        index += 1
    return index if index < len(words) and not words[index].ends_sentence else None


def _says_no_more(words: Sequence[Word], index: int) -> bool:
    """A sentence of one to three words: "none.", "none either.", "no sir."."""
    return any(place >= len(words) or words[place].ends_sentence for place in range(index + 1, index + 4))
