"""The lexicon's phrases: all that stand in a text are found, and quick and slow ways of norming agree."""

from __future__ import annotations

from pathlib import Path

from bot.language.grammar.phrase_tree import PhraseTree
from bot.language.text.lexicon import load_lexicon
from bot.language.text.words import Words, clean

ROOT = Path(__file__).parents[3]


def test_every_phrase_of_every_concept_is_found() -> None:
    tree = PhraseTree()
    tree.add("place", ("left", "knee"))
    tree.add("joint", ("left", "knee"))
    tree.add("side", ("left",))
    found = list(tree.find(("my", "left", "knee", "left")))
    assert found == [("side", 1, 2), ("place", 1, 3), ("joint", 1, 3), ("side", 3, 4)]


def test_a_phrase_given_twice_is_found_once() -> None:
    tree = PhraseTree()
    tree.add("sore", ("ache",))
    tree.add("sore", ("ache",))
    assert list(tree.find(("ache",))) == [("sore", 0, 1)]


def test_phrases_are_normed_like_messages() -> None:
    """While the lexicon loads, words are looked up one by one; the result is that of a message."""
    lexicon = load_lexicon(ROOT / "data/lexicon")
    words = Words(lexicon.words)
    sample = [phrase for phrases in lexicon.concepts.values() for phrase in phrases][::97]
    assert len(sample) > 500
    for phrase in sample:
        assert words.phrase(phrase) == [word.norm for word in words.of(clean(phrase))]
