"""Words that are asked about wherever they stand, and what may be written in `hints.yml`."""

from __future__ import annotations

import pytest

from bot.domain.dictionary import Dictionary
from bot.domain.errors import ProtocolError
from bot.language import Reader
from bot.language.grammar.hints import read_hints


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("pain wraps to my RIBS when I twist", ("chest_pain",)),
        ("chest cold since monday", ("chest_pain",)),
        ("lol i peed myself", ("bladder_incontinence",)),
        ("wet my pants laughing", ("bladder_incontinence",)),
        ("lol my back", ()),
        ("orchestra, ribbon, sweater", ()),
    ],
)
def test_a_word_hints_at_a_danger_sign(reader: Reader, text: str, asked: tuple[str, ...]) -> None:
    assert reader.hints.asked(text) == asked


@pytest.mark.parametrize(
    ("text", "denied"),
    [
        ("just from laughing", True),
        ("haha idk", False),
        ("it isn\u2019t from laughing", False),
        ("not laughing, new loss", False),
    ],
)
def test_only_from_laughing_denies_a_leak(reader: Reader, text: str, denied: bool) -> None:
    assert reader.hints.denies("bladder_incontinence", text) is denied
    assert not reader.hints.denies("chest_pain", text)


@pytest.mark.parametrize(
    ("item", "complaint"),
    [
        ({"ask": "chest_pain", "word": ["chest"]}, "unknown key 'word'"),
        ({"ask": "chest_pain", "words": ["chest"], "no": {"unless": []}}, "unknown key 'unless'"),
        ({"ask": "toes", "words": ["toe"]}, "'toes' is no danger sign"),
        ({"ask": "age", "words": ["old"]}, "'age' is no danger sign"),
        ({"ask": "chest_pain", "words": []}, "`words` is missing"),
        ({"ask": "chest_pain", "words": ["chest"], "no": {"without": ["new"]}}, "`words` is missing"),
    ],
)
def test_a_wrong_entry_is_refused(dictionary: Dictionary, item: dict[str, object], complaint: str) -> None:
    with pytest.raises(ProtocolError, match=complaint):
        read_hints([item], dictionary)
