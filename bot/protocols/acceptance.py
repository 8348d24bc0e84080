"""Acceptance cases: facts and what must come of them, as a clinician would say it (`tests/cases`).

A file is `given:` (facts every case of the file starts from; null takes one away) and `cases:`, each
with a sentence, the rules or rows it is `for`, its own facts, and `expect`. Only what `expect` names is
compared. `protocols publish` runs them too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.domain.dictionary import Dictionary, Value
from bot.domain.errors import ProtocolError
from bot.protocols.fact_check import BadFact, check_facts
from bot.protocols.judging import Judge, with_derived
from bot.protocols.yamlfile import Section, fail, keys, read_yaml, take, words

EXPECTED = (
    "rules", "level", "outcome", "decision", "visit", "need", "complexity", "notes", "major", "missing",
    "provisional", "tier", "flags",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class AcceptanceCase:
    """One case. `about` names the rules, rows, factors or notes it exists for."""

    sentence: str
    about: tuple[str, ...]
    facts: Mapping[str, Value]
    expect: Mapping[str, Any]
    place: str


def read_cases(folder: Path, dictionary: Dictionary) -> list[AcceptanceCase]:
    """All cases under a folder, in order of file and line. Raises ProtocolError."""
    files = sorted(folder.rglob("*.yaml"))
    if not files:
        raise ProtocolError(f"{folder.name}: no acceptance case there; a protocol is not published untested")
    return [case for file in files for case in read_case_file(file, dictionary)]


def read_case_file(file: Path, dictionary: Dictionary) -> list[AcceptanceCase]:
    """The cases of one file. Raises ProtocolError."""
    return list(_cases(read_yaml(file), dictionary))


def mismatches(judge: Judge, case: AcceptanceCase) -> list[str]:
    """What the judge says otherwise than the case expects; empty when it passes."""
    said = _said(judge, case)
    return [
        f"{case.place}: {name}: expected {wanted!r}, judged {said[name]!r}"
        for name, wanted in case.expect.items()
        if _differs(name, wanted, said[name])
    ]


def _differs(name: str, wanted: Any, said: Any) -> bool:
    if name == "need":
        return any(said[factor] != points for factor, points in wanted.items())
    return bool(said != wanted)


def _said(judge: Judge, case: AcceptanceCase) -> dict[str, Any]:
    judgement = judge.judge(case.facts)
    said: dict[str, Any] = {
        name: getattr(judgement, name) for name in EXPECTED if name not in ("major", "level")
    }
    for name in ("rules", "notes", "missing", "flags"):
        said[name] = sorted(said[name])
    # Cases tell what matters to their rule, not the whole gate.
    said["flags"] = [flag for flag in said["flags"] if flag != "gate_incomplete"]
    said["level"] = judgement.level.value
    if "major" in case.expect:
        facts = with_derived(case.facts)
        notes = judge.routing.notes
        said["major"] = [
            note.id for note in notes if note.major is not None and note.major.test(facts) is True
        ]
    return said


def _cases(section: Section, dictionary: Dictionary) -> Iterator[AcceptanceCase]:
    keys(section, allowed=("about", "given", "cases"), required=("cases",))
    given = take(section, "given", dict, default={})
    for raw in take(section, "cases", list):
        keys(raw, allowed=("case", "for", "facts", "expect"), required=("case", "facts", "expect"))
        yield AcceptanceCase(
            sentence=take(raw, "case", str),
            about=words(raw, "for"),
            facts=_facts(raw, given, dictionary),
            expect=_expected(take(raw, "expect", Section)),
            place=f"{raw.where('case')}: {raw['case']}",
        )


def _facts(raw: Section, given: Mapping[str, Any], dictionary: Dictionary) -> Mapping[str, Value]:
    merged = {**given, **take(raw, "facts", dict)}
    facts = check_facts({name: value for name, value in merged.items() if value is not None}, dictionary)
    if isinstance(facts, BadFact):
        raise fail(raw, "facts", f"{facts.field}: {facts.value!r} is not allowed; allowed: {facts.allowed}")
    return facts


def _expected(section: Section) -> Mapping[str, Any]:
    keys(section, allowed=EXPECTED)
    return {name: _sorted(value) for name, value in section.items()}


def _sorted(value: Any) -> Any:
    return sorted(value) if isinstance(value, Sequence) and not isinstance(value, str) else value
