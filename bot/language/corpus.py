"""Labelled messages: read strictly, counted once each, split by who speaks.

One JSON object a line. Needed: `id`, `text`, `date`, `facts`. The rest, when known: `asked` and `question`
(what the message answers), `optional` (facts a reader may or may not take from it), `findings` (what is
mentioned and makes no fact, with its assertion), `ask` (what a careful nurse would ask about at once), `trap`
(which trap it is), `intent`, `voice`, `construction`, `answer` (a `Reading`). Labels: data/corpus/README.md.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.domain.dictionary import Dictionary, Value, Variable
from bot.domain.errors import InvalidInput

ASSERTIONS = ("present", "absent", "unsure", "resolved", "hypothetical", "other_person", "historical")
ANSWERS = ("full", "partial", "unclear", "declined", "none")
MOST_CHARACTERS = 2000
ALIKE = 0.7
"""Two texts whose character 5-grams overlap more (Jaccard) are one text with a typo, not two."""
_GRAM = 5
_TEXTS = ("asked", "question", "intent", "voice", "construction", "answer", "note")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, kw_only=True)
class Row:
    """One labelled message."""

    id: str
    text: str = field(repr=False)
    date: dt.date
    facts: Mapping[str, Value]
    asked: str | None = None
    question: str | None = None
    optional: Mapping[str, Value] = field(default_factory=dict)
    findings: tuple[tuple[str, Value, str], ...] = ()
    """What is mentioned: variable, value, assertion."""
    ask: tuple[str, ...] = ()
    trap: str | None = None
    intent: str | None = None
    voice: str = ""
    construction: str = ""
    answer: str | None = None


def load_corpus(files: Iterable[Path], dictionary: Dictionary) -> list[Row]:
    """The rows of all files, in order.

    Raises InvalidInput naming file, line and field, never a word of the text; an id may stand once.
    """
    rows: list[Row] = []
    seen: dict[str, str] = {}
    for file in files:
        for number, line in _lines(file):
            place = f"{file.name}:{number}"
            row = _row(line, dictionary, place)
            if row.id in seen:
                raise _wrong(place, "id", f"one that {seen[row.id]} does not have already")
            seen[row.id] = place
            rows.append(row)
    return rows


def _lines(file: Path) -> Iterator[tuple[int, str]]:
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise InvalidInput(f"{file.name}: cannot be read ({error.strerror})", field="file") from None
    except UnicodeDecodeError:
        raise InvalidInput(f"{file.name}: UTF-8", field="file") from None
    yield from ((n, line) for n, line in enumerate(text.split("\n"), start=1) if line.strip())


def _row(line: str, dictionary: Dictionary, place: str) -> Row:
    try:
        raw = json.loads(line)
    except ValueError:
        raise _wrong(place, "line", "one JSON object") from None
    if not isinstance(raw, dict):
        raise _wrong(place, "line", "one JSON object")
    names = set(Row.__dataclass_fields__) | {"note"}
    for key in sorted(set(raw) - names):
        raise _wrong(place, key, f"no such field; known: {', '.join(sorted(names))}")
    for key in _TEXTS:
        if not isinstance(raw.get(key), (str, type(None))):
            raise _wrong(place, key, "a text or null")
    if raw.get("answer") not in (None, *ANSWERS):
        raise _wrong(place, "answer", ", ".join(ANSWERS))
    return Row(
        id=_text(raw, "id", place),
        text=_text(raw, "text", place),
        date=_date(raw.get("date"), place),
        facts=_facts(raw.get("facts"), dictionary, place, "facts"),
        asked=raw.get("asked"),
        question=raw.get("question"),
        optional=_facts(raw.get("optional", {}), dictionary, place, "optional"),
        findings=_findings(raw.get("findings", []), dictionary, place),
        ask=_ask(raw.get("ask", []), dictionary, place),
        trap=_trap(raw.get("trap"), place),
        intent=raw.get("intent"),
        voice=raw.get("voice") or "",
        construction=raw.get("construction") or "",
        answer=raw.get("answer"),
    )


def _text(raw: Mapping[str, Any], name: str, place: str) -> str:
    text = raw.get(name)
    if not isinstance(text, str) or not text.strip() or len(text) > MOST_CHARACTERS:
        raise _wrong(place, name, f"a text of 1 to {MOST_CHARACTERS} characters")
    return text


def _date(raw: Any, place: str) -> dt.date:
    try:
        return dt.date.fromisoformat(raw)
    except (TypeError, ValueError):
        raise _wrong(place, "date", 'a date like "2026-11-18"') from None


def _trap(raw: Any, place: str) -> str | None:
    if not isinstance(raw, (str, bool, type(None))):
        raise _wrong(place, "trap", "which trap it is, true, or null")
    return raw if isinstance(raw, str) and raw else "trap" if raw is True else None


def _facts(raw: Any, dictionary: Dictionary, place: str, name: str) -> dict[str, Value]:
    if not isinstance(raw, dict):
        raise _wrong(place, name, "an object of variable: value")
    return {key: _value(value, _variable(key, dictionary, place, name), place) for key, value in raw.items()}


def _findings(raw: Any, dictionary: Dictionary, place: str) -> tuple[tuple[str, Value, str], ...]:
    if not isinstance(raw, list):
        raise _wrong(place, "findings", "a list")
    found = []
    for item in raw:
        if not isinstance(item, dict) or item.get("assertion") not in ASSERTIONS:
            raise _wrong(place, "findings", f"variable, value, assertion ({', '.join(ASSERTIONS)})")
        variable = _variable(item.get("variable"), dictionary, place, "findings")
        found.append((variable.name, _value(item.get("value"), variable, place), str(item["assertion"])))
    return tuple(found)


def _ask(raw: Any, dictionary: Dictionary, place: str) -> tuple[str, ...]:
    if not isinstance(raw, list):
        raise _wrong(place, "ask", "a list of variables")
    return tuple(_variable(name, dictionary, place, "ask").name for name in raw)


def _variable(name: Any, dictionary: Dictionary, place: str, where: str) -> Variable:
    if not isinstance(name, str) or name not in dictionary:
        raise _wrong(place, where, "variables of data/protocols/variables.yaml")
    return dictionary[name]


def _value(raw: Any, variable: Variable, place: str) -> Value:
    number = isinstance(raw, (int, float)) and not isinstance(raw, bool)
    if variable.kind == "number" and number and math.isfinite(raw):
        return float(raw) if isinstance(raw, float) else int(raw)
    if variable.kind == "text" and isinstance(raw, str):
        return raw
    if variable.kind == "list" and isinstance(raw, list) and set(raw) <= set(variable.values):
        return tuple(raw)
    if isinstance(raw, str) and raw in (*variable.values, "unsure"):
        return raw
    raise _wrong(place, variable.name, ", ".join(variable.values) or f"a {variable.kind}")


def _wrong(place: str, name: str, allowed: str) -> InvalidInput:
    return InvalidInput(f"{place}: {name}: allowed: {allowed}", field=name)


def grams(text: str) -> frozenset[str]:
    """Character 5-grams of a text in lower case with single spaces; a shorter text is one gram."""
    plain = _SPACE.sub(" ", text.lower().strip())
    return frozenset(plain[at : at + _GRAM] for at in range(max(1, len(plain) - _GRAM + 1)))


def near_duplicates(texts: Sequence[str]) -> dict[int, int]:
    """Position of a text -> position of an earlier one it repeats (Jaccard over 0.7), exactly.

    Two sets that alike must share one of the rarest grams of each (prefix filter), so only texts that do are
    compared: seconds for ten thousand messages.
    """
    sets = [grams(text) for text in texts]
    often = Counter(gram for one in sets for gram in one)
    holders: dict[str, list[int]] = defaultdict(list)
    repeats: dict[int, int] = {}
    for at, one in enumerate(sets):
        rarest = sorted(one, key=lambda gram: (often[gram], gram))
        prefix = rarest[: len(one) - math.ceil(ALIKE * len(one)) + 1]
        near = {other for gram in prefix for other in holders[gram]}
        twin = next((other for other in sorted(near) if _alike(one, sets[other])), None)
        if twin is not None:
            repeats[at] = twin
            continue
        for gram in prefix:
            holders[gram].append(at)
    return repeats


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    shared = len(one & other)
    return shared > ALIKE * (len(one) + len(other) - shared)


def effective(rows: Sequence[Row]) -> list[Row]:
    """The rows without near duplicates; the first of each stays. Their number is the corpus' size."""
    repeats = near_duplicates([row.text for row in rows])
    return [row for at, row in enumerate(rows) if at not in repeats]


def folds_by_voice(rows: Sequence[Row], *, folds: int, seed: int = 0) -> list[int]:
    """The fold of each row: a voice is in one fold only; big voices first, each to the smallest fold.

    A row without a voice is a voice of its own.
    """
    voices = Counter(_voice(row) for row in rows)
    order = sorted(voices)
    random.Random(seed).shuffle(order)  # noqa: S311 - a split, not a secret
    sizes = [0] * folds
    fold_of: dict[str, int] = {}
    for voice in sorted(order, key=lambda name: -voices[name]):
        fold_of[voice] = sizes.index(min(sizes))
        sizes[fold_of[voice]] += voices[voice]
    return [fold_of[_voice(row)] for row in rows]


def _voice(row: Row) -> str:
    return row.voice or row.id
