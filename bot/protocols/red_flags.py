"""The red-flag rules: read from their file, run on a case's facts (clinical.md 3.1, 3.5)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain.dictionary import Dictionary
from bot.domain.errors import ProtocolError
from bot.domain.levels import Level
from bot.protocols.conditions import Compiler, Condition, Values
from bot.protocols.documents import Document, body_keys
from bot.protocols.grammar import Helper, Scope, parse_helpers
from bot.protocols.records import build, place
from bot.protocols.yamlfile import Section, fail, take

SCRIPTS = ("", "crisis", "abuse")


@dataclass(frozen=True, kw_only=True)
class RuleText:
    """A rule as its file has it."""

    id: str
    title: str
    level: str
    when: str
    patient: str
    staff: str
    source: tuple[str, ...]
    group: str = ""
    closes_group_when: str = ""
    raised: Mapping[str, Any] | None = None
    sms: str = ""
    call_911: bool = False
    keep_still: bool = False
    script: str = ""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A rule ready to run."""

    id: str
    title: str
    level: Level
    raised_level: Level | None
    """A higher level under `raised`."""
    group: str
    condition: Condition
    closes_group: Condition
    raised: Condition | None
    patient: str
    sms: str
    staff: str
    source: tuple[str, ...]
    call_911: bool
    """Its standard text is the 911-only one (clinical.md 6.2)."""
    keep_still: bool
    script: str
    """`crisis` or `abuse`: the scripts of clinical.md 6.5 and 6.6 instead of the standard text."""

    def level_for(self, values: Values) -> Level:
        """The level on these facts, given that the rule fires."""
        if self.raised is not None and self.raised_level is not None and self.raised.test(values) is True:
            return self.raised_level
        return self.level


@dataclass(frozen=True, kw_only=True)
class RedFlags:
    """All rules in table order, with the names their conditions share."""

    rules: tuple[Rule, ...]
    scope: Scope
    dictionary: Dictionary

    def fired(self, values: Values) -> list[Rule]:
        """The rules that fire, in table order; of a group only the first."""
        closed: set[str] = set()
        fired: list[Rule] = []
        for rule in self.rules:
            if rule.group in closed or rule.condition.test(values) is not True:
                continue
            fired.append(rule)
            if rule.group and rule.closes_group.test(values) is True:
                closed.add(rule.group)
        return fired


def read_red_flags(document: Document, dictionary: Dictionary) -> RedFlags:
    """The rules of a file. Raises ProtocolError with file, rule, key and what is allowed."""
    body = body_keys(document, ("lists", "helpers", "words", "red_flags"), required=("red_flags",))
    scope = read_scope(document, dictionary)
    compiler = Compiler(dictionary, scope)
    rules = tuple(_rule(raw, compiler, document.name) for raw in body["red_flags"])
    _refuse_doubles([rule.id for rule in rules], document.name)
    return RedFlags(rules=rules, scope=scope, dictionary=dictionary)


def read_scope(document: Document, dictionary: Dictionary) -> Scope:
    """The helpers and lists of a file; facts named in a list must be in the dictionary."""
    raw_lists = document.body.get("lists", {})
    for name, facts in raw_lists.items():
        for fact in facts:
            if fact not in dictionary:
                raise fail(raw_lists, name, f"list {name}: unknown variable {fact!r}; see variables.yaml")
    raw_helpers = document.body.get("helpers", {})
    helpers = parse_helpers(raw_helpers, where=document.name)
    for name in helpers:
        if name in dictionary:
            raise ProtocolError(f"{document.name}, helper {name}: a variable has this name; choose another")
    lists = {name: tuple(facts) for name, facts in raw_lists.items()}
    return Scope(helpers=helpers, lists=lists, words=_words(document, helpers))


def _words(document: Document, helpers: Mapping[str, Helper]) -> dict[str, str]:
    """How staff read the helpers; names a helper or parameter that is not there (ProtocolError)."""
    raw = take(document.body, "words", Section, default=Section())
    for name in raw:
        if name not in helpers:
            raise fail(raw, name, f"words, {name}: no helper has this name; known: {', '.join(helpers)}")
        unknown = set(re.findall(r"{(\w*)}", take(raw, name, str))) - set(helpers[name].parameters)
        if unknown:
            allowed = ", ".join(f"{{{one}}}" for one in helpers[name].parameters) or "none"
            raise fail(
                raw, name, f"words, {name}: {{{unknown.pop()}}} is not a parameter; allowed: {allowed}"
            )
    return dict(raw)


def _rule(raw: Any, compiler: Compiler, file: str) -> Rule:
    text = build(RuleText, raw, where=file)
    where = place(raw, "when", name=text.id)
    if text.script not in SCRIPTS:
        raise ProtocolError(f"{where}, script: {text.script!r}; allowed: {', '.join(SCRIPTS[1:])}")
    condition = compiler.compile(text.when, where=where)
    closes = compiler.compile(text.closes_group_when, where=where) if text.closes_group_when else condition
    raised = text.raised or {}
    return Rule(
        id=text.id,
        title=text.title,
        level=_level(text.level, where),
        raised_level=_level(raised["level"], where) if raised else None,
        group=text.group,
        condition=condition,
        closes_group=closes,
        raised=compiler.compile(raised["when"], where=where) if raised else None,
        patient=text.patient,
        sms=text.sms or text.patient,
        staff=text.staff,
        source=text.source,
        call_911=text.call_911,
        keep_still=text.keep_still,
        script=text.script,
    )


def _level(word: str, where: str) -> Level:
    try:
        return Level(word)
    except ValueError as error:
        allowed = ", ".join(level.value for level in Level)
        raise ProtocolError(f"{where}, level: {word!r}; allowed: {allowed}") from error


def _refuse_doubles(ids: list[str], file: str) -> None:
    for rule_id in ids:
        if ids.count(rule_id) > 1:
            raise ProtocolError(f"{file}: {rule_id} is there twice; give one of them another id")
