"""The language of the conditions: three values, whitelisted forms, errors that say what is allowed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from bot.domain.dictionary import Dictionary, Variable
from bot.domain.errors import ProtocolError
from bot.protocols.conditions import Compiler
from bot.protocols.grammar import Scope, parse_helpers

WORDS = Dictionary(
    variables={
        name: Variable(name=name, kind=kind, section="A", values=values)  # type: ignore[arg-type]
        for name, kind, values in (
            ("fever", "four_valued", ("yes", "unsure", "resolved", "no")),
            ("numb", "four_valued", ("yes", "unsure", "resolved", "no")),
            ("numb_onset_days", "number", ()),
            ("course", "enum", ("worsening", "same", "improving")),
            ("cancer", "enum", ("active", "none", "unsure")),
            ("region", "list", ("neck", "knee", "none")),
            ("age", "number", ()),
            ("note", "text", ()),
        )
    }
)
HELPERS = {"recent(fact, days)": "fact and maybe(fact.onset_days <= days)"}
SCOPE = Scope(helpers=parse_helpers(HELPERS, where="test"), lists={"BOTH": ("fever", "numb")})


def ask(text: str, facts: Mapping[str, Any]) -> bool | None:
    return Compiler(WORDS, SCOPE).compile(text, where="test").test(facts)


@pytest.mark.parametrize(
    ("text", "facts", "answer"),
    [
        ("fever", {}, None),
        ("fever", {"fever": "unsure"}, None),
        ("fever", {"fever": "yes"}, True),
        ("fever", {"fever": "resolved"}, False),
        ("not fever", {}, None),
        ("fever == unsure", {"fever": "unsure"}, True),
        ("fever == resolved", {"fever": "unsure"}, None),
        ("fever or numb", {"fever": "yes"}, True),
        ("fever or numb", {"fever": "no"}, None),
        ("fever and numb", {"fever": "no"}, False),
        ("fever and numb", {"fever": "yes"}, None),
        ("maybe(age <= 14)", {}, True),
        ("maybe(age <= 14)", {"age": 15}, False),
        ("surely(age <= 14)", {}, False),
        ("not surely(fever)", {}, True),
        ("known(fever)", {"fever": "unsure"}, False),
        ("known(age)", {"age": 0}, True),
        ("3 < age <= 5", {"age": 3}, False),
        ("3 < age <= 5", {"age": 5}, True),
        ("3 < age <= 5", {}, None),
        ("14 >= age", {"age": 14}, True),
        ("course != same", {"course": "worsening"}, True),
        ("course not in [same, worsening]", {}, None),
        ("cancer == active", {"cancer": "unsure"}, None),
        ("neck in region", {"region": ("knee", "neck")}, True),
        ("neck in region", {"region": ()}, None),
        ("neck not in region", {"region": ("knee",)}, True),
        ("region == none", {"region": ("none",)}, True),
        ("region == none", {"region": ("none", "knee")}, False),
        ("count(fever, numb) >= 1", {"fever": "yes"}, True),
        ("count(fever, numb) >= 2", {"fever": "yes"}, None),
        ("count(fever, numb) >= 2", {"fever": "no", "numb": "yes"}, False),
        ("recent(numb, 14)", {"numb": "yes"}, True),
        ("recent(numb, 14)", {"numb": "yes", "numb_onset_days": 15}, False),
        ("any(fact == unsure for fact in BOTH)", {"numb": "unsure"}, True),
        ("any(fact for fact in BOTH)", {"numb": "no"}, None),
        ("age <= 14", {"age": "fourteen"}, None),
    ],
)
def test_what_is_unknown_is_neither_yes_nor_no(text: str, facts: dict[str, Any], answer: bool | None) -> None:
    assert ask(text, facts) is answer


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("feever", "unknown variable 'feever'"),
        ("course", "compare it with something"),
        ("course == worse", "allowed: worsening, same, improving"),
        ("age == 5", "cannot be compared with a word|not a word"),
        ("age <= course", "must compare with a number"),
        ("fever < 3", "only a number has"),
        ("note == same", "text and cannot be compared"),
        ("ankle in region", "'ankle' is not a value of region"),
        ("course in same", "in \\[word, word\\]"),
        ("__import__('os')", "unknown helper"),
        ("fever.real", "is not a condition"),
        ("(lambda: 1)()", "Lambda is not allowed"),
        ("fever if numb else age", "IfExp is not allowed"),
        ("recent(numb)", "takes 2 arguments"),
        ("known(fever, numb)", "exactly one argument"),
        ("any(fever)", "any\\(condition"),
        ("any(fact for fact in NEITHER)", "unknown list 'NEITHER'"),
        ("count(fever, numb) <= 1", "cannot be counted out"),
        ("1 < 2 < 3 < age", "compares too much"),
        ("fever and", "cannot be read"),
    ],
)
def test_errors_say_what_is_allowed(text: str, says: str) -> None:
    with pytest.raises(ProtocolError, match=says):
        ask(text, {})


def test_support_names_the_facts_that_decided() -> None:
    condition = Compiler(WORDS, SCOPE).compile("(fever or numb) and not surely(age <= 14)", where="test")
    assert condition.support({"fever": "yes", "numb": "no", "age": 20}) == {"fever", "age"}
    assert condition.reads == {"fever", "numb", "age"}
    assert condition.numbers == {("age", 14)}


def test_a_name_defined_twice_is_refused() -> None:
    with pytest.raises(ProtocolError, match="defined twice"):
        SCOPE.joined(SCOPE)
