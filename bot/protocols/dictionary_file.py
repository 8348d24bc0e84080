"""`variables.yaml`, read strictly: the dictionary and the questions that go together.

Here the shape is checked; conditions of `when:` are compiled by `bot.protocols.planner`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

from bot.domain.dictionary import FOUR_VALUES, Dictionary, Kind, parse_dictionary
from bot.protocols.documents import Document, body_keys
from bot.protocols.yamlfile import Section, fail, keys, take, word, words

SECTIONS = tuple("ABCDEFGHIJ")
ASK = ("gate", "plan", "when", "volunteered")
UNCLEAR = ("yes", "unsure", "incomplete")
VARIABLE_KEYS = (
    "kind", "section", "unit", "values", "minimum", "maximum", "ask", "when", "gate", "safety", "core",
    "urgent_end", "label", "question", "choices", "source", "shown_only",
)  # fmt: skip
QUESTION_KEYS = ("web", "sms", "proxy", "reask", "why")
UNITS = ("years", "weeks", "days", "months", "minutes", "F", "%", "degrees", "inches", "pounds")


@dataclass(frozen=True, kw_only=True)
class DictionaryFile:
    """The dictionary, and which facts are asked in one message (first name leads)."""

    dictionary: Dictionary
    groups: Mapping[str, tuple[str, ...]]


def read_dictionary(document: Document) -> DictionaryFile:
    """Raises ProtocolError with file, line, field, allowed values and remedy."""
    body = body_keys(document, ("variables", "gates", "groups"), ("variables", "gates"))
    variables, gates = take(body, "variables", Section), take(body, "gates", Section)
    for name in variables:
        _check_variable(name, take(variables, name, Section), tuple(gates))
    for name in gates:
        _check_gate(take(gates, name, Section), variables)
    _check_gate_members(variables, gates)
    return DictionaryFile(
        dictionary=parse_dictionary(_plain(body)),
        groups=_groups(take(body, "groups", Section, default=Section()), variables),
    )


def _check_variable(name: str, section: Section, gates: tuple[str, ...]) -> None:
    keys(section, allowed=VARIABLE_KEYS, required=("kind", "section", "source"))
    kind = word(section, "kind", allowed=get_args(Kind))
    word(section, "section", allowed=SECTIONS)
    if not words(section, "source"):
        raise fail(section, "source", f"{name}: source is empty; name a statement, a reference, or `choice`")
    for key in ("label", "shown_only"):
        take(section, key, str, default="")
    for key in ("safety", "core"):
        take(section, key, bool, default=False)
    _check_values(name, section, kind)
    _check_numbers(name, section, kind)
    _check_asking(name, section, gates)
    if "question" in section:
        _check_question(take(section, "question", Section))
    _check_choices(section, _allowed_values(section, kind), number=kind == "number")


def _check_values(name: str, section: Section, kind: str) -> None:
    listed = words(section, "values")
    if kind in ("enum", "list") and not listed:
        raise fail(section, None, f"{name}: `values` is missing; list the allowed words, most urgent first")
    if kind in ("number", "text", "yes_no") and listed:
        raise fail(section, "values", f"{name}: a {kind} has no `values`; remove them")
    if kind == "four_valued" and listed and set(listed) != set(FOUR_VALUES):
        raise fail(section, "values", f"{name}: a four_valued fact has exactly: {', '.join(FOUR_VALUES)}")
    if len(set(listed)) != len(listed):
        raise fail(section, "values", f"{name}: a value is there twice; remove one")


def _check_numbers(name: str, section: Section, kind: str) -> None:
    if kind != "number":
        for key in ("minimum", "maximum", "unit", "urgent_end"):
            if key in section:
                raise fail(section, key, f"{name}: only a number has `{key}`; remove it")
        return
    if "unit" in section:
        word(section, "unit", allowed=UNITS)
    if "urgent_end" in section:
        word(section, "urgent_end", allowed=("low", "high"))
    if take(section, "minimum", float) > take(section, "maximum", float):
        raise fail(section, "minimum", f"{name}: minimum is above maximum; swap them")


def _check_asking(name: str, section: Section, gates: tuple[str, ...]) -> None:
    ask = word(section, "ask", allowed=ASK, default="volunteered")
    if (ask == "when") != bool(take(section, "when", str, default="")):
        raise fail(section, "ask", f"{name}: `ask: when` and a condition under `when:` belong together")
    if (ask == "gate") != ("gate" in section):
        raise fail(section, "ask", f"{name}: `ask: gate` and `gate:` belong together")
    if "gate" in section:
        word(section, "gate", allowed=gates)
    if ask in ("plan", "when") and "question" not in section:
        raise fail(section, "ask", f"{name}: it is asked, so it needs a `question`; write one")


def _check_question(section: Section) -> None:
    keys(section, allowed=QUESTION_KEYS, required=("web",))
    for key in section:
        take(section, key, str)


def _check_choices(section: Section, allowed: tuple[str, ...], *, number: bool) -> None:
    for choice in take(section, "choices", list, default=[]):
        if not isinstance(choice, Section):
            raise fail(section, "choices", "a choice has `value` and `label`")
        keys(choice, allowed=("value", "label"), required=("value", "label"))
        value = take(choice, "value", str)
        take(choice, "label", str)
        if number:
            _check_number(choice, value)
        elif value not in allowed:
            raise fail(choice, "value", f"value: {value!r} is not allowed; allowed: {', '.join(allowed)}")


def _check_number(choice: Section, value: str) -> None:
    if not value.replace(".", "", 1).isdigit():
        raise fail(choice, "value", f'value: {value!r} is not a number; write it quoted, like "3"')


def _allowed_values(section: Section, kind: str) -> tuple[str, ...]:
    default = {"four_valued": FOUR_VALUES, "yes_no": ("yes", "no")}.get(kind, ())
    return words(section, "values") or default


def _check_gate(section: Section, variables: Section) -> None:
    keys(
        section,
        allowed=("question", "clear_no", "choices", "unclear"),
        required=("question", "clear_no", "choices"),
    )
    word(section, "unclear", allowed=UNCLEAR, default="incomplete")
    _check_question(take(section, "question", Section))
    clear_no = take(section, "clear_no", Section)
    for name in clear_no:
        _check_fact(clear_no, name, name, take(clear_no, name, str), variables)
    for choice in take(section, "choices", list):
        keys(choice, allowed=("value", "label"), required=("value", "label"))
        take(choice, "label", str)
        name, _, value = take(choice, "value", str).partition("=")
        _check_fact(choice, "value", name, value or "yes", variables)


def _check_fact(section: Section, key: str, name: str, value: str, variables: Section) -> None:
    if name not in variables:
        raise fail(section, key, f"unknown variable {name!r}; see `variables:` above for the known ones")
    variable = take(variables, name, Section)
    allowed = _allowed_values(variable, take(variable, "kind", str))
    if value not in allowed:
        raise fail(section, key, f"{value!r} is not a value of {name}; allowed: {', '.join(allowed)}")


def _check_gate_members(variables: Section, gates: Section) -> None:
    for name in variables:
        variable = take(variables, name, Section)
        gate = variable.get("gate")
        if gate is not None and name not in take(take(gates, str(gate), Section), "clear_no", Section):
            raise fail(
                variable,
                "gate",
                f"{name} is not among the facts that a clear no to {gate} sets; add it there",
            )


def _groups(section: Section, variables: Section) -> dict[str, tuple[str, ...]]:
    groups = {name: words(section, name, allowed=tuple(variables)) for name in section}
    for name, members in groups.items():
        if members[:1] != (name,):
            raise fail(section, name, f"group {name}: the list must begin with {name}; it leads the question")
    return groups


def _plain(body: Mapping[str, Any]) -> dict[str, Any]:
    return {"variables": body["variables"], "gates": body["gates"]}
