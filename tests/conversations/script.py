"""The format of a written conversation, read strictly. README.md of this folder describes it.

A wrong key, a step with two meanings or an unknown text id stops the load, with file, conversation and turn.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import yaml

SCRIPTS = Path(__file__).parent / "scripts"
CHANNELS = ("web", "sms")
STEPS = ("say", "press", "answer_until", "answer_all", "restart", "retrained", "staff", "come_back")
_LISTS = (
    "kinds", "not_kinds", "texts", "not_texts", "says", "not_says", "rules", "not_rules", "tasks", "flags",
    "asked", "not_asked", "once",
)  # fmt: skip
LEVELS = ("none", "note", "urgent_48h", "same_day", "emergency_now")


class ScriptError(ValueError):
    """A file that does not follow the format: where, which key, what is wrong."""


@dataclass(frozen=True, kw_only=True)
class Expect:
    """What must hold after a step. None or empty: not looked at. `UNSET` tells "null" from "not given"."""

    asks: Any = None
    kinds: tuple[str, ...] = ()
    not_kinds: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    not_texts: tuple[str, ...] = ()
    says: tuple[str, ...] = ()
    not_says: tuple[str, ...] = ()
    silent: bool = False
    differs: bool = False
    facts: Mapping[str, Any] = field(default_factory=dict)
    was: Mapping[str, Any] = field(default_factory=dict)
    status: Any = None
    level: Any = None
    rules: tuple[str, ...] = ()
    not_rules: tuple[str, ...] = ()
    outcome: Any = None
    visit: Any = None
    decision: Any = None
    handoff: Any = None
    priority: Any = None
    tasks: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    not_asked: tuple[str, ...] = ()
    once: tuple[str, ...] = ()
    most_questions: int | None = None

    @property
    def of_case(self) -> bool:
        """Whether staff's view of the case must be read to check it."""
        looked = (self.level, self.outcome, self.visit, self.decision, self.handoff, self.priority)
        return any(one is not None for one in looked) or bool(
            self.facts or self.was or self.rules or self.not_rules or self.tasks or self.flags
        )


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One step of the patient (or of staff, or of the machine room), and what must hold after it."""

    number: int
    step: str
    value: Any
    answers: Mapping[str, str] = field(default_factory=dict)
    expect: Expect = Expect()

    def __str__(self) -> str:
        return f"turn {self.number} ({self.step}: {str(self.value)[:70]!r})"


@dataclass(frozen=True, kw_only=True)
class Conversation:
    """One written conversation, to be played on each of its channels."""

    file: str
    name: str
    about: str
    turns: tuple[Turn, ...]
    channels: tuple[str, ...] = ("web",)
    answers: Mapping[str, str] = field(default_factory=dict)
    expect: Expect = Expect()

    @property
    def alone(self) -> bool:
        """Whether it stops a part of the service, which others would notice."""
        return any(turn.step == "restart" for turn in self.turns)


def load_all(folder: Path = SCRIPTS) -> list[Conversation]:
    """Every conversation of the folder, in the order of file names. Raises ScriptError."""
    found = [one for file in sorted(folder.glob("*.yaml")) for one in load_file(file)]
    names = [one.name for one in found]
    for name in names:
        if names.count(name) > 1:
            raise ScriptError(f"{name}: two conversations have this name")
    return found


def load_file(file: Path) -> list[Conversation]:
    """The conversations of one file. Raises ScriptError."""
    try:
        raw = yaml.safe_load(file.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise ScriptError(f"{file.name}: {error}") from None
    _only_keys(raw, {"about", "conversations"}, file.name)
    return [_conversation(item, file.name) for item in raw["conversations"]]


def _conversation(raw: Any, file: str) -> Conversation:
    where = f"{file}: {_name(raw)}"
    _only_keys(raw, {"name", "about", "channels", "answers", "turns", "expect"}, where)
    for key in ("name", "about", "turns"):
        if not raw.get(key):
            raise ScriptError(f"{where}: `{key}` is missing")
    channels = tuple(raw.get("channels", ["web"]))
    if not channels or set(channels) - set(CHANNELS):
        raise ScriptError(f"{where}: channels must be some of {', '.join(CHANNELS)}")
    return Conversation(
        file=file,
        name=raw["name"],
        about=raw["about"],
        channels=channels,
        answers=_answers(raw.get("answers", {}), where),
        turns=tuple(_turn(item, number, where) for number, item in enumerate(raw["turns"], start=1)),
        expect=_expect(raw.get("expect", {}), f"{where}: at the end"),
    )


def _name(raw: Any) -> str:
    return str(raw.get("name", "?")) if isinstance(raw, Mapping) else repr(raw)


def _turn(raw: Any, number: int, where: str) -> Turn:
    where = f"{where}: turn {number}"
    _only_keys(raw, {*STEPS, "with", "expect"}, where)
    steps = [step for step in STEPS if step in raw]
    if len(steps) != 1:
        raise ScriptError(f"{where}: a turn has exactly one of {', '.join(STEPS)}; found {steps or 'none'}")
    if steps[0] == "say" and not isinstance(raw["say"], str):
        raise ScriptError(f"{where}: `say` is text in quotes; got {raw['say']!r}")
    return Turn(
        number=number,
        step=steps[0],
        value=raw[steps[0]],
        answers=_answers(raw.get("with", {}), where),
        expect=_expect(raw.get("expect", {}), where),
    )


def _answers(raw: Any, where: str) -> dict[str, str]:
    if not isinstance(raw, Mapping) or not all(isinstance(text, str) for text in raw.values()):
        raise ScriptError(f"{where}: answers are a mapping of question to text in quotes; got {raw!r}")
    return dict(raw)


def _expect(raw: Any, where: str) -> Expect:
    known = {item.name for item in fields(Expect)}
    _only_keys(raw, known, where)
    given = dict(raw)
    for name in _LISTS:
        if name in given:
            given[name] = tuple(_listed(given[name]))
    for level in _listed(given.get("level", [])):
        if level not in LEVELS:
            raise ScriptError(f"{where}: level {level!r} is none of {', '.join(LEVELS)}")
    for name in ("outcome", "visit"):  # null means: there is none
        if name in given and given[name] is None:
            given[name] = "nothing"
    return Expect(**given)


def _listed(value: Any) -> Iterator[str]:
    yield from value if isinstance(value, list) else [value]


def _only_keys(raw: Any, allowed: set[str], where: str) -> None:
    if not isinstance(raw, Mapping):
        raise ScriptError(f"{where}: expected a mapping, got {raw!r}")
    unknown = sorted(set(raw) - allowed)
    if unknown:
        raise ScriptError(
            f"{where}: unknown key {', '.join(map(str, unknown))}; allowed: {', '.join(sorted(allowed))}"
        )
