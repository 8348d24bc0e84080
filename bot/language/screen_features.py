"""What the safety screen looks at: the meaning and the wording of a message and of each of its parts.

A fact may be buried in a long story, so every sentence and every clause is looked at alone too. Parts are
found by punctuation and plain conjunctions, without the lexicon: a change of the lexicon leaves the screen
as it is.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bot.language.embeddings import SIZE, Array, Encoder

BUCKETS = 2048
"""Of the hashed words and letter groups."""
GRAMS = (4, 5)
_SENTENCE = re.compile(r"[.!?;\n]+")
_CLAUSE = re.compile(r"[.!?;:\n,()]+|\s[-–—]+\s|\b(?:and|but|so|because|then|which|while)\b", re.IGNORECASE)
_WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)?")
_FEWEST_WORDS = 2

Span = tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class Parts:
    """The parts of one message, the whole first: vectors (parts, 384) and the buckets of each."""

    vectors: Array
    buckets: tuple[tuple[int, ...], ...]


def parts_of(text: str, encoder: Encoder) -> Parts:
    """All parts; the cost is linear in the text's length."""
    states = encoder.states(text)
    words = list(_words(text))
    spans = spans_of(text)
    return Parts(
        vectors=np.stack([states.mean(start, end) for start, end in spans]),
        buckets=tuple(_buckets(words, span) for span in spans),
    )


def spans_of(text: str) -> list[Span]:
    """The whole text, then each sentence and clause of two words or more, longest first."""
    found = {span for border in (_SENTENCE, _CLAUSE) for span in _between(text, border)}
    whole = (0, len(text))
    long = {span for span in found if len(text[slice(*span)].split()) >= _FEWEST_WORDS} - {whole}
    return [whole, *sorted(long, key=lambda span: (span[0] - span[1], span))]


def _between(text: str, border: re.Pattern[str]) -> Iterator[Span]:
    start = 0
    for match in border.finditer(text):
        yield start, match.start()
        start = match.end()
    yield start, len(text)


def _words(text: str) -> Iterator[tuple[int, int, tuple[int, ...]]]:
    """Start, end and buckets of each word: itself, it after the one before, its letter groups."""
    before = ""
    for match in _WORD.finditer(text.lower()):
        word = match.group()
        padded = f" {word} "
        grams = [padded[at : at + n] for n in GRAMS for at in range(len(padded) - n + 1)]
        yield match.start(), match.end(), tuple(map(_bucket, (word, f"{before}_{word}", *grams)))
        before = word


def _bucket(gram: str) -> int:
    return zlib.crc32(gram.encode()) % BUCKETS


def _buckets(words: list[tuple[int, int, tuple[int, ...]]], span: Span) -> tuple[int, ...]:
    start, end = span
    return tuple(sorted({one for a, b, buckets in words if a >= start and b <= end for one in buckets}))


def dense(parts: Parts) -> Array:
    """One row a part: the vector, then the buckets as a unit vector, shape (parts, 384 + 2048)."""
    rows = np.zeros((len(parts.buckets), SIZE + BUCKETS), dtype=np.float32)
    rows[:, :SIZE] = parts.vectors
    for row, buckets in zip(rows, parts.buckets, strict=True):
        if buckets:
            row[SIZE + np.array(buckets)] = len(buckets) ** -0.5
    return rows
