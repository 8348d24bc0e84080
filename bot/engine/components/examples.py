"""What the intent classifier learns from: our examples, the clinic's questions, the labelled corpus.

data/nlu/*.yml              examples by topic, many hands: a voice is not known
data/nlu/voices/*.yml       one file, one way of writing
data/protocols/faq.yaml     how patients ask what the clinic answers
data/corpus/*.jsonl         labelled messages; of its many stories only some, for they are all `inform`
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from bot.engine.components.topics import read_questions

ROOT = Path(__file__).resolve().parents[3]
MOST_STORIES = 1500
"""More of them teach nothing new and outweigh everything else."""
LONGEST = 600
"""Characters; longer stories are read by their beginning anyway."""
NO_VOICE = 8
"""Into so many groups examples without a known voice are split."""
NOT_OF_A_PAGE = frozenset({"why_questions", "contact_clinic", "how_soon_seen"})
"""Topics whose questions are also asked with another wish (`why`, `person`, `book`)."""


@dataclass(frozen=True)
class Example:
    """A message and what kind of turn it is; a comparison never splits a `voice`."""

    text: str
    intent: str
    voice: str


def read_examples(root: Path = ROOT) -> list[Example]:
    """All of them; a text counts once, with its first label (data/nlu before the rest)."""
    found: dict[str, Example] = {}
    for example in (*_ours(root / "data" / "nlu"), *_questions(root), *_labelled(root / "data" / "corpus")):
        found.setdefault(example.text, example)
    return list(found.values())


def _ours(folder: Path) -> Iterator[Example]:
    for file in sorted(folder.rglob("*.yml")):
        voice = file.stem if file.parent.name == "voices" else None
        for block in yaml.safe_load(file.read_text(encoding="utf-8"))["nlu"]:
            for line in block["examples"].splitlines():
                text = line[2:].strip()
                yield Example(text, block["intent"], voice or _group(text))


def _questions(root: Path) -> Iterator[Example]:
    for topic, questions in read_questions(root / "data" / "protocols" / "faq.yaml"):
        if topic not in NOT_OF_A_PAGE:
            yield from (Example(text, "faq", _group(text)) for text in questions)


def _labelled(folder: Path) -> Iterator[Example]:
    rows = [row for row in _rows(sorted(folder.glob("*.jsonl"))) if len(row["text"]) <= LONGEST]
    stories = [row for row in rows if row["intent"] == "inform" and not row.get("asked")]
    kept = sorted(stories, key=lambda row: _hash(row["text"]))[:MOST_STORIES]
    others = [row for row in rows if row["intent"] != "inform" or row.get("asked")]
    for row in (*others, *kept):
        yield Example(row["text"], row["intent"], f"corpus {row.get('voice')}")


def _rows(files: Iterable[Path]) -> Iterator[dict]:
    for file in files:
        with file.open(encoding="utf-8") as lines:
            yield from (row for row in map(json.loads, lines) if row.get("intent"))


def _group(text: str) -> str:
    return f"unknown {int(_hash(text), 16) % NO_VOICE}"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
