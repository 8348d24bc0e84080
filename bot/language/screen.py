"""The learned safety screen: which safety facts a message makes likely enough to ask about at once.

The second line beside the grammar (bot/decisions/0006-two-lines-of-safety.md): it never sets a fact. For
every part of a message it estimates how likely each safety fact is; the most likely part counts. What is
likely and not told clearly is asked, the most urgent first. Where the grammar read a denial, or something
that makes no fact (a relative's, "what if"), only a very sure screen asks.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from bot.domain.dictionary import Value
from bot.domain.errors import SettingsError
from bot.domain.findings import Reading
from bot.language.embeddings import Array, Encoder, encoder_name, load_encoder
from bot.language.made_files import ROOT, fingerprint, verified
from bot.language.screen_features import parts_of
from bot.language.screened import SCREENED

CORPUS = ROOT / "data" / "corpus"
SCREEN_VERSION = "4"
"""Of features, training and thresholds: another version is trained anew."""
MOST_ASKED = 3
"""More questions than these would be an interrogation; the gates still come."""
_FEWEST_WORDS = 2
"""A single word answers a question; alone it says nothing that could be screened."""


@dataclass(frozen=True, kw_only=True)
class Heads:
    """What was learned: logits of a part are vector @ meaning + its buckets' mean direction + bias.

    A fact's probability is the logistic function of slope * (the largest logit of any part) + shift.
    """

    names: tuple[str, ...]
    meaning: Array
    """(384, facts)"""
    wording: Array
    """(buckets, facts)"""
    bias: Array
    slope: Array
    shift: Array
    ask_from: Array
    """The probability from which a fact is asked about, fact by fact."""
    also_from: Array
    """Once one is asked, others from this share of their own threshold are asked with it, fact by fact."""
    sure_from: float
    """The probability from which even a denial is asked about once."""


class Screen:
    """Estimates and decides; one per process."""

    def __init__(self, *, heads: Heads, encoder: Encoder) -> None:
        self.heads = heads
        self._encoder = encoder

    def probabilities(self, text: str) -> dict[str, float]:
        """How likely the message says each safety fact, calibrated on unseen voices."""
        parts = parts_of(text, self._encoder)
        logits = parts.vectors @ self.heads.meaning + self.heads.bias
        for row, buckets in zip(logits, parts.buckets, strict=True):
            if buckets:
                row += self.heads.wording[list(buckets)].sum(axis=0) * len(buckets) ** -0.5
        best = self.heads.slope * logits.max(axis=0) + self.heads.shift
        return dict(zip(self.heads.names, map(float, 1.0 / (1.0 + np.exp(-best))), strict=True))

    def asks(
        self, text: str, *, facts: Mapping[str, Value], mentioned: Collection[str], asked: str | None
    ) -> tuple[str, ...]:
        """Up to three safety facts to ask about, the most urgent first.

        `facts` are those the grammar read, `mentioned` the variables it found and made no fact of, `asked`
        the open question: its own answer is the dialogue's business.
        """
        if len(text.split()) < _FEWEST_WORDS:
            return ()
        shares = {
            name: self._share(name, likely, facts=facts, mentioned=mentioned)
            for name, likely in self.probabilities(text).items()
            if name != asked
        }
        if not shares or max(shares.values()) < 1:
            return ()
        likeliest = sorted(shares, key=lambda name: -shares[name])[:MOST_ASKED]
        also_from = dict(zip(self.heads.names, self.heads.also_from, strict=True))
        chosen = [name for name in likeliest if shares[name] >= also_from[name]]
        return tuple(sorted(chosen, key=SCREENED.index))

    def _share(
        self, name: str, likely: float, *, facts: Mapping[str, Value], mentioned: Collection[str]
    ) -> float:
        """Likelihood over the threshold that holds for it; what is known well is never asked."""
        known = facts.get(name)
        if known in ("no", "none") or (known is None and name in mentioned):
            return likely / self.heads.sure_from if likely >= self.heads.sure_from else 0.0
        if known is not None:
            return 0.0
        return likely / float(self.heads.ask_from[self.heads.names.index(name)])


def screened(reading: Reading, text: str, screen: Screen, *, asked: str | None) -> Reading:
    """The reading with what the screen would ask too: each once, three in all, the grammar's first."""
    if reading.language != "en":
        return reading
    mentioned = {finding.variable for finding in reading.findings} - set(reading.facts)
    more = screen.asks(text, facts=reading.facts, mentioned=mentioned, asked=asked)
    joined = tuple(dict.fromkeys((*reading.ask, *more)))
    return replace(reading, ask=joined[: max(MOST_ASKED, len(reading.ask))])


def screen_name() -> str:
    """The name of the file that fits this corpus, this encoder and this version."""
    return f"screen-{fingerprint(corpus_files(), also=f'{encoder_name()} {SCREEN_VERSION}')}.npz"


def corpus_files() -> list[Path]:
    """The labelled messages it learns from. Raises SettingsError when there are none."""
    files = sorted(CORPUS.glob("*.jsonl"))
    if not files:
        raise SettingsError("data/corpus holds no messages: the safety screen cannot be made")
    return files


@lru_cache(maxsize=1)
def load_screen() -> Screen:
    """The screen, once a process. Raises SettingsError naming the remedy when its file is missing."""
    file = verified(screen_name(), "the safety screen")
    return Screen(heads=read_heads(file.read_bytes()), encoder=load_encoder())


def read_heads(content: bytes) -> Heads:
    """Plain arrays; nothing in the file can run."""
    with np.load(io.BytesIO(content), allow_pickle=False) as kept:
        arrays: dict[str, Any] = {name: kept[name] for name in kept.files}
    return Heads(
        names=tuple(map(str, arrays.pop("names"))),
        sure_from=float(arrays.pop("sure_from")),
        **arrays,
    )


def write_heads(heads: Heads) -> bytes:
    """What `read_heads` reads."""
    buffer = io.BytesIO()
    arrays: dict[str, Any] = {name: np.asarray(value) for name, value in vars(heads).items()}
    np.savez(buffer, **arrays)
    return buffer.getvalue()
