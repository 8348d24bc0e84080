"""The learned safety screen: which safety facts a message makes likely enough to ask about at once.

The second line beside the grammar (bot/decisions/0006-two-lines-of-safety.md). It estimates how likely a
message says each safety fact, by an encoder that learned to. What is likely and not told clearly is asked,
the most urgent first. Where the grammar read a denial, or something that makes no fact (a relative's, "what
if"), only a very sure screen asks. It never sets a fact by itself: where it is all but sure, half of a
sign's construction is enough (`half_read.py`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from bot.domain.dictionary import Value
from bot.domain.errors import SettingsError
from bot.domain.findings import Reading
from bot.language.grammar.half_read import LIKELY
from bot.language.grammar.screened import FOR_ITS_OWN_SAKE, SCREENED
from bot.language.screen.embeddings import Encoder, open_encoder
from bot.language.screen.learned import SCREEN_FILE, learned_encoder_name
from bot.language.screen.made_files import ROOT, verified
from bot.language.screen.screen_learned import ScreenHeads, read_learned

CORPUS = ROOT / "data" / "corpus"
MOST_ASKED = 3
"""More questions than these would be an interrogation; the gates still come."""
_MOST_OF_AN_ANSWER = 10
"""So many words that answer the open question in full say nothing else, unless the screen is very sure."""
GATE = re.compile(r"G\d")
"""A safety question: its answers are looked at like any other message."""
_IN_WEEKS = ("pregnant", "pregnancy_warning")
"""Weeks are those of a pregnancy only when nobody asked for weeks."""
_FEWEST_WORDS = 2
"""A single word answers a question; alone it says nothing that could be screened."""


class Screen:
    """Estimates and decides; one per process."""

    def __init__(self, *, heads: ScreenHeads, encoder: Encoder) -> None:
        self.heads = heads
        self._encoder = encoder

    def probabilities(self, text: str) -> dict[str, float]:
        """How likely the message says each safety fact, calibrated on unseen voices."""
        logits = [self.heads.logits(states) for states in self._encoder.windows(text)]
        best = self.heads.slope * np.max(logits or [self.heads.bias], axis=0) + self.heads.shift
        return dict(zip(self.heads.names, map(float, 1.0 / (1.0 + np.exp(-best))), strict=True))

    def likely(self, text: str) -> Mapping[str, float]:
        """The probabilities, for a text that says something; empty when there is nothing to go by."""
        if len(text.split()) < _FEWEST_WORDS or not self._encoder.knows_some(text):
            return {}  # of "blorp fnord" any guess is as good as another
        return self.probabilities(text)

    def asks(
        self,
        likely: Mapping[str, float],
        *,
        facts: Mapping[str, Value],
        mentioned: Collection[str],
        asked: str | None,
        answered: bool = False,
    ) -> tuple[str, ...]:
        """Up to three safety facts to ask about, the most urgent first.

        `likely` are the message's probabilities, `facts` those the grammar read, `mentioned` the variables
        it found and made no fact of, `asked` the open question: its own answer is the dialogue's business.
        `answered`: the message is a short answer in full to it, so only what is very likely is asked.
        """
        shares = {
            name: self._share(name, chance, facts=facts, doubtful=answered or name in mentioned)
            for name, chance in likely.items()
            if not _is_the_answer(name, asked)
        }
        if not shares or max(shares.values()) < 1:
            return ()
        likeliest = sorted(shares, key=lambda name: -shares[name])[:MOST_ASKED]
        also_from = dict(zip(self.heads.names, self.heads.also_from, strict=True))
        chosen = [name for name in likeliest if shares[name] >= also_from[name]]
        return tuple(sorted(chosen, key=SCREENED.index))

    def _share(self, name: str, likely: float, *, facts: Mapping[str, Value], doubtful: bool) -> float:
        """Likelihood over the threshold that holds for it; what is known well is never asked."""
        known = facts.get(name)
        if known in ("no", "none") or (known is None and doubtful):
            return likely / self.heads.sure_from if likely >= self.heads.sure_from else 0.0
        if known is not None:
            return 0.0
        return likely / float(self.heads.ask_from[self.heads.names.index(name)])


def open_to_half(likely: Mapping[str, float], *, asked: str | None) -> Mapping[str, float]:
    """The facts of which half a construction may be enough; never the open question's own."""
    return {
        name: chance
        for name, chance in likely.items()
        if chance >= LIKELY and name not in FOR_ITS_OWN_SAKE and not _is_the_answer(name, asked)
    }


def _is_the_answer(name: str, asked: str | None) -> bool:
    """What likeness to this sign is the open question's own doing."""
    return name == asked or (name in _IN_WEEKS and asked is not None and asked.endswith("_weeks"))


def screened(
    reading: Reading, likely: Mapping[str, float], screen: Screen, *, text: str, asked: str | None
) -> Reading:
    """The reading with what the screen would ask too: each once, three in all, the grammar's first."""
    mentioned = {finding.variable for finding in reading.findings} - set(reading.facts)
    short = len(text.split()) <= _MOST_OF_AN_ANSWER
    answered = short and reading.answer == "full" and asked is not None and not GATE.fullmatch(asked)
    more = screen.asks(likely, facts=reading.facts, mentioned=mentioned, asked=asked, answered=answered)
    joined = tuple(dict.fromkeys((*reading.ask, *more)))
    return replace(reading, ask=joined[: max(MOST_ASKED, len(reading.ask))])


def corpus_files() -> list[Path]:
    """The labelled messages it learns from. Raises SettingsError when there are none."""
    files = sorted(CORPUS.glob("*.jsonl"))
    if not files:
        raise SettingsError("data/corpus holds no messages: the safety screen cannot be made")
    return files


@lru_cache(maxsize=1)
def load_screen() -> Screen:
    """The screen, once a process. Raises SettingsError naming the remedy when one of its files is missing."""
    encoder = open_encoder(verified(learned_encoder_name(SCREEN_FILE), "the safety screen's encoder"))
    return Screen(heads=read_learned().heads, encoder=encoder)
