"""The words of simulated patients: phrase files of their own, picked by a seeded random."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent / "phrases"


@cache
def phrases(file: str) -> Any:
    """One phrase file."""
    return yaml.safe_load((FOLDER / f"{file}.yaml").read_text(encoding="utf-8"))


def pick(rng: random.Random, file: str, *path: str, **fields: object) -> str:
    """One of the phrases at a path of a file, its fields filled in. Raises KeyError."""
    found = phrases(file)
    for name in path:
        found = found[name]
    text: str = rng.choice(found).format(**fields)
    return text


def every_phrase() -> Iterator[tuple[str, str]]:
    """All phrases of all files, each with its file's name."""
    for file in sorted(FOLDER.glob("*.yaml")):
        for text in _leaves(phrases(file.stem)):
            yield file.stem, text


def four_grams(text: str) -> set[tuple[str, ...]]:
    """Every four words in a row; a field in braces ends a row."""
    rows = [re.findall(r"[a-z0-9]+", part.lower().replace("'", "")) for part in re.split(r"\{\w+\}", text)]
    return {tuple(words[i : i + 4]) for words in rows for i in range(len(words) - 3)}


def _leaves(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    else:
        for item in node.values() if isinstance(node, dict) else node:
            yield from _leaves(item)
