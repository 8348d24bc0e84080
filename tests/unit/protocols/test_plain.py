"""Conditions as staff read them: nothing may sound milder, stricter or surer than what decides."""

from __future__ import annotations

import dataclasses

import pytest

from bot.domain.errors import ProtocolError
from bot.protocols import Protocols
from bot.protocols.documents import parse_document
from bot.protocols.plain import PlainWords
from bot.protocols.red_flags import read_red_flags
from bot.protocols.rule_book import read_book


@pytest.fixture
def words(protocols: Protocols) -> PlainWords:
    return PlainWords(dictionary=protocols.dictionary, scope=protocols.routing.scope)


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("fever", "Fever: yes"),
        ("age < 18", "Age: less than 18 years"),
        ("age <= 18", "Age: 18 years or less"),
        ("age > 18", "Age: more than 18 years"),
        ("18 <= age", "Age: 18 years or more"),
        ("3 < age <= 42", "all of these (Age: more than 3 years; Age: 42 years or less)"),
        ("maybe(trauma_days <= 3)", "Injury, days ago: 3 days or less, or not known"),
        ("surely(er_cleared)", "Checked after the injury: yes, for certain"),
        ("not surely(er_cleared)", "not known for certain: Checked after the injury: yes"),
        ("known(age)", "Age: known"),
        ("not known(age)", "Age: not known"),
        ("not fever", "not: Fever: yes"),
        ("weakness in [mild, severe]", "Weak arm or leg: mild or severe"),
        ("weakness not in [mild, severe]", "Weak arm or leg: not mild or severe"),
        ("trauma != none", "Injury: not none"),
        ("neck in region", "Where it hurts: includes neck"),
        ("neck not in region", "Where it hurts: does not include neck"),
        ("count(fever, rash) >= 2", "2 or more of these (Fever: yes; Rash: yes)"),
        ("fever or rash", "any of these (Fever: yes; Rash: yes)"),
        ("wk_new(42)", "weak for 42 days or less, since an unknown time, or getting worse"),
        ("cons_failed(6, 2)", "2 or more kinds of care, for 6 weeks or more, with no or only some relief"),
    ],
)  # fmt: skip
def test_condition_is_said_as_it_decides(words: PlainWords, condition: str, said: str) -> None:
    assert str(words.of(condition)) == said


def test_helper_without_words_is_said_by_its_own_condition(words: PlainWords) -> None:
    bare = PlainWords(dictionary=words.dictionary, scope=dataclasses.replace(words.scope, words={}))
    assert str(bare.of("fev")) == "any of these (Fever: yes; Temperature: 100.4 F or more)"
    assert "it, onset days: 90" in str(words.of("any(fact.onset_days <= 90 for fact in CES)"))


def test_every_helper_has_words_and_every_rule_is_in_the_book(protocols: Protocols) -> None:
    scope, book = protocols.routing.scope, read_book(protocols)
    assert set(scope.helpers) - set(scope.words) == set()
    assert {rule.id for rule in protocols.red_flags.rules} <= set(book)
    assert {row.id for row in protocols.routing.decisions} <= set(book)
    assert all(entry.source and (entry.clauses or entry.remarks) for entry in book.values())


@pytest.mark.parametrize(
    ("line", "problem"),
    [("  nothing_such: words", "no helper has this name"), ("  fev: '{days} of fever'", "allowed: none")],
)
def test_words_name_what_is_there(protocols: Protocols, line: str, problem: str) -> None:
    text = protocols.files["red_flags"].content.decode().replace("\nwords:\n", f"\nwords:\n{line}\n")
    text = text.replace("\n  fev: fever, or 100.4 F or more\n", "\n") if "fev" in line else text
    with pytest.raises(ProtocolError, match=problem):
        read_red_flags(parse_document(text.encode(), name="red_flags.yaml"), protocols.dictionary)
