"""The language data: what `data/lexicon/*.yml` holds, as one frozen record.

Each file has the top key `lexicon:` and any of the sections below; files are merged in name order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.domain.dictionary import Value
from bot.domain.errors import ProtocolError
from bot.language.text.yaml_text import read_yaml

_GROUP = re.compile(r"\{(\w+)\}")
SECTIONS = (
    "fillers", "texting", "lemmas", "plurals", "typos", "fuzzy", "never_fuzzy", "finite", "breaks",
    "groups", "concepts", "frames", "context", "times", "answers", "spanish",
    "transparent", "people", "light", "hints", "sayings",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Frame:
    """A composed pattern: all `parts` in one clause, at most `within` words apart, set facts.

    A part names one concept or several (any of them). `head` is the part whose assertion counts:
    "groin is not numb" is asserted at "numb". An `event` also counts when it lies in the past
    (surgery, cancer, imaging). `unless` concepts in the same clause silence the frame.
    """

    name: str
    sets: Mapping[str, Value]
    parts: tuple[frozenset[str], ...]
    head: int
    within: int
    ordered: bool
    event: bool
    asks: tuple[str, ...]
    unless: frozenset[str]
    reach: str
    """Where the parts stand: `clause` (default), `sentence` or `pair` (this sentence and the one before)."""
    denies: Mapping[str, Value]
    """What it sets when it is denied ("no bladder problems")."""
    asked: frozenset[str]
    """Counts only as a reply to one of these asks; empty: always."""
    not_asked: frozenset[str]
    """Never counts as a reply to one of these asks."""
    half: bool
    """Counts only beside a screen that holds the fact for likely (bot/language/grammar/half_read.py)."""


@dataclass(frozen=True, kw_only=True)
class Cue:
    """One ConText cue group: category, direction, its phrases, what ends its scope."""

    category: str
    direction: str
    phrases: tuple[str, ...]
    ended_by: frozenset[str]
    max_words: int | None


@dataclass(frozen=True, kw_only=True)
class Lexicon:
    """All sections, merged."""

    words: Mapping[str, Any]
    concepts: Mapping[str, tuple[str, ...]]
    frames: tuple[Frame, ...]
    cues: tuple[Cue, ...]
    times: Mapping[str, Any]
    answers: Mapping[str, tuple[str, ...]]
    spanish: frozenset[str]
    transparent: frozenset[str]
    """Concepts that hide no other and are hidden by idioms alone: classes that only compose."""
    light: frozenset[str]
    """Normal words that may stand inside a phrase without breaking it."""


def load_lexicon(folder: Path) -> Lexicon:
    """Read every `*.yml` of a folder. Raises ProtocolError naming file, key and remedy."""
    merged: dict[str, Any] = {}
    files = sorted(folder.glob("*.yml"))
    if not files:
        raise ProtocolError(f"{folder.name}: no lexicon file (*.yml) found; restore data/lexicon")
    for path in files:
        _merge(merged, _section_of(path), path.name)
    groups = {name: tuple(map(str, words)) for name, words in merged.get("groups", {}).items()}
    concepts = {
        name: tuple(dict.fromkeys(p for phrase in phrases for p in _expanded(str(phrase), groups)))
        for name, phrases in merged.get("concepts", {}).items()
    }
    return Lexicon(
        words=merged,
        concepts=concepts,
        frames=tuple(_frames(merged.get("frames", ()), concepts)),
        cues=tuple(_cue(item, groups) for item in merged.get("context", ())),
        times=merged.get("times", {}),
        answers={name: tuple(map(str, phrases)) for name, phrases in merged.get("answers", {}).items()},
        spanish=frozenset(merged.get("spanish", ())),
        transparent=frozenset(merged.get("transparent", ())),
        light=frozenset(map(str, merged.get("light", ()))),
    )


def _expanded(phrase: str, groups: Mapping[str, tuple[str, ...]]) -> Iterable[str]:
    """`{cant} {pee}` is every word of the group `cant` before every word of `pee`; one group may be empty."""
    match = _GROUP.search(phrase)
    if match is None:
        yield " ".join(phrase.split())
        return
    if match.group(1) not in groups:
        raise ProtocolError(f"concepts: {phrase!r} names group {match.group(1)!r}, which no file defines")
    for word in groups[match.group(1)]:
        yield from _expanded(phrase[: match.start()] + word + phrase[match.end() :], groups)


def _section_of(path: Path) -> Mapping[str, Any]:
    raw = read_yaml(path)
    if not isinstance(raw, dict) or set(raw) != {"lexicon"} or not isinstance(raw["lexicon"], dict):
        raise ProtocolError(f"{path.name}: exactly one top key 'lexicon:' with sections is allowed")
    unknown = sorted(set(raw["lexicon"]) - set(SECTIONS))
    if unknown:
        raise ProtocolError(f"{path.name}: unknown section {unknown[0]!r}; allowed: {', '.join(SECTIONS)}")
    return dict(raw["lexicon"])


def _merge(merged: dict[str, Any], sections: Mapping[str, Any], file: str) -> None:
    for name, body in sections.items():
        if name not in merged:
            merged[name] = dict(body) if isinstance(body, dict) else list(body)
        elif isinstance(body, dict):
            _merge_keys(merged[name], body, f"{file}: {name}")
        else:
            merged[name].extend(body)


def _merge_keys(held: dict[str, Any], body: Mapping[str, Any], where: str) -> None:
    """Word lists of the same name grow; anything else may stand in one file only."""
    for key, value in body.items():
        if key not in held:
            held[key] = value
        elif isinstance(held[key], list) and isinstance(value, list):
            held[key] = [*held[key], *value]
        else:
            raise ProtocolError(f"{where}.{key} is already in another file; keep one")


def _frames(items: Iterable[Mapping[str, Any]], concepts: Mapping[str, Any]) -> Iterable[Frame]:
    allowed = {
        "set",
        "parts",
        "head",
        "within",
        "ordered",
        "event",
        "unless",
        "name",
        "ask",
        "reach",
        "deny",
        "asked",
        "not_asked",
        "half",
    }
    for item in items:
        unknown = sorted(set(item) - allowed)
        if unknown:
            raise ProtocolError(f"frames: unknown key {unknown[0]!r}; allowed: {', '.join(sorted(allowed))}")
        yield _frame(item, concepts)


def _frame(item: Mapping[str, Any], concepts: Mapping[str, Any]) -> Frame:
    parts = tuple(frozenset(str(part).split("|")) for part in item["parts"])
    unless = frozenset(item.get("unless", ()))
    missing = sorted(name for name in frozenset().union(*parts, unless) if name not in concepts)
    if missing:
        raise ProtocolError(f"frames: {item['parts']} names concept {missing[0]!r}, which no file defines")
    head = int(item.get("head", len(parts) - 1))
    sets = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in item.get("set", {}).items()
    }
    return Frame(
        name=str(item.get("name", "+".join(map(str, item["parts"])))),
        sets=sets,
        parts=parts,
        head=head,
        within=int(item.get("within", 5)),
        ordered=bool(item.get("ordered", False)),
        event=bool(item.get("event", False)),
        asks=tuple(item.get("ask", ())),
        unless=unless,
        reach=str(item.get("reach", "clause")),
        denies=dict(item.get("deny", {})),
        asked=frozenset(item.get("asked", ())),
        not_asked=frozenset(item.get("not_asked", ())),
        half=bool(item.get("half", False)),
    )


def _cue(item: Mapping[str, Any], groups: Mapping[str, tuple[str, ...]]) -> Cue:
    return Cue(
        category=item["category"].upper(),
        direction=item["direction"].upper(),
        phrases=tuple(one for phrase in item["phrases"] for one in _expanded(str(phrase), groups)),
        ended_by=frozenset(name.upper() for name in item.get("ended_by", ())),
        max_words=item.get("max_words"),
    )
