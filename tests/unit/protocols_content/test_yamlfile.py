"""Strict YAML: what bare words are, and how the helpers speak."""

from __future__ import annotations

import pytest

from bot.domain.errors import ProtocolError
from bot.protocols.yamlfile import Section, day, keys, parse_yaml, take, word, words


def parse(text: str) -> Section:
    return parse_yaml(text.encode(), name="file.yaml")


@pytest.mark.parametrize(
    "bare", ["yes", "no", "on", "off", "Yes", "NO", "y", "n", "08:00", "2026-11-30", "010", "1e3"]
)
def test_bare_words_of_patients_stay_words(bare: str) -> None:
    assert parse(f"key: {bare}") == {"key": bare}


@pytest.mark.parametrize(
    ("bare", "value"),
    [("true", True), ("false", False), ("12", 12), ("-3", -3), ("1.5", 1.5), ("~", None), ("", None)],
)
def test_plain_values(bare: str, value: object) -> None:
    assert parse(f"key: {bare}") == {"key": value}


def test_sections_know_the_lines_of_their_keys() -> None:
    section = parse("first: 1\n\nsecond:\n  third: 3\n")
    assert section.where("second") == "file.yaml:3"
    assert section["second"].where("third") == "file.yaml:4"


def test_unknown_key_names_the_allowed_ones_and_the_remedy() -> None:
    with pytest.raises(
        ProtocolError, match=r"file\.yaml:2: unknown key 'b'; allowed: a, c; correct or remove it"
    ):
        keys(parse("a: 1\nb: 2"), allowed=("a", "c"))


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        ("a: 3", str, "must be text, not a whole number"),
        ("a: x", int, "must be a whole number, not text"),
        ("a: 1.5", int, "must be a whole number, not a number"),
        ("a: true", int, "must be a whole number, not true or false"),
        ("a: yes", bool, "must be true or false, not text"),
        ("a: {b: 1}", list, "must be a list, not a mapping"),
        ("a: [b]", Section, "must be Section, not a list"),
        ("a:", str, "must be text, not empty"),
    ],
)
def test_wrong_type_says_what_was_wanted_and_found(text: str, kind: type, said: str) -> None:
    with pytest.raises(ProtocolError, match=said.replace("(", r"\(")):
        take(parse(text), "a", kind)


def test_whole_number_is_taken_where_a_number_is_wanted() -> None:
    assert take(parse("a: 3"), "a", float) == 3.0


def test_missing_key_without_default_is_refused_and_with_one_it_is_the_default() -> None:
    assert take(parse("b: 1"), "a", str, default="x") == "x"
    with pytest.raises(ProtocolError, match="the key 'a' is missing; add it"):
        take(parse("b: 1"), "a", str)


def test_words_and_word_name_what_is_allowed() -> None:
    assert words(parse("a: [x, y]"), "a", allowed=("x", "y")) == ("x", "y")
    with pytest.raises(ProtocolError, match="'z' is not known; allowed: x, y"):
        words(parse("a: [z]"), "a", allowed=("x", "y"))
    with pytest.raises(ProtocolError, match="'z' is not allowed; allowed: x, y"):
        word(parse("a: z"), "a", allowed=("x", "y"))


def test_day_is_empty_or_iso() -> None:
    assert day(parse("a:"), "a") is None
    assert str(day(parse("a: 2026-11-30"), "a")) == "2026-11-30"
    with pytest.raises(ProtocolError, match="YYYY-MM-DD"):
        day(parse("a: 2026-13-40"), "a")
