"""The simulated patients' words are their own: nothing the service was written with or trained on."""

from __future__ import annotations

from bot.settings import ROOT
from tests.conversations.phrases import every_phrase, four_grams

LEARNED_FROM = ("lexicon", "nlu", "corpus")


def test_no_four_words_in_a_row_are_the_services_own() -> None:
    files = [path for name in LEARNED_FROM for path in (ROOT / "data" / name).rglob("*") if path.is_file()]
    known = {gram for path in files for line in path.read_text().splitlines() for gram in four_grams(line)}
    assert len(known) > 1000, "nothing was read"
    shared = {(file, text) for file, text in every_phrase() if four_grams(text) & known}
    assert not shared, f"say these in other words: {sorted(shared)}"
