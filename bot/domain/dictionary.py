"""The dictionary of everything a case may know (clinical.md section 2).

The types live here so that the language layer (also on Python 3.10) and the protocols share them;
`data/protocols/variables.yaml` is the dictionary itself, read strictly by `bot.protocols`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Value = str | float | int | tuple[str, ...]
"""A fact's value: a word of the allowed ones, a number, free text, or several words."""

Kind = Literal["four_valued", "enum", "list", "number", "yes_no", "text"]

FOUR_VALUES = ("yes", "unsure", "resolved", "no")
"""Most urgent first. A missing value means: not asked."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """One variable's wordings. `proxy` speaks of the patient in the third person."""

    web: str
    sms: str = ""
    proxy: str = ""
    reask: str = ""
    why: str = ""

    def wording(self, *, channel: str, proxy: bool, again: bool) -> str:
        """The text to say; falls back to the web wording where a variant is not written."""
        if again and self.reask:
            return self.reask
        if proxy and self.proxy:
            return self.proxy
        if channel == "sms" and self.sms:
            return self.sms
        return self.web


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A button: the value it sets and what the patient reads."""

    value: str
    label: str


@dataclass(frozen=True, kw_only=True)
class Variable:
    """One thing a case may know."""

    name: str
    kind: Kind
    section: str
    """A to J as in clinical.md 2.2."""
    unit: str | None = None
    values: tuple[str, ...] = ()
    """Allowed words; for a safety fact in order of urgency, most urgent first."""
    minimum: float | None = None
    maximum: float | None = None
    ask: Literal["gate", "plan", "when", "volunteered"] = "volunteered"
    when: str = ""
    """With `ask: when`: the condition under which it may be asked (language of red_flags.yaml)."""
    gate: str | None = None
    safety: bool = False
    """A red-flag rule reads it: a contradiction keeps the more urgent value."""
    core: bool = False
    """One of the seven core facts of clinical.md 4.5."""
    urgent_end: Literal["low", "high"] | None = None
    """For numbers: which end is the more urgent one (onset days: low; temperature: high)."""
    label: str = ""
    """How the summary names it to the patient."""
    question: Question | None = None
    choices: tuple[Choice, ...] = ()
    source: tuple[str, ...] = ()
    shown_only: str = ""
    """Why no rule or text reads it, when none does."""

    def more_urgent(self, first: Value, second: Value) -> Value:
        """The value that raises more concern; `first` when neither does."""
        if self.kind == "number" and self.urgent_end is not None:
            pick = min if self.urgent_end == "low" else max
            return pick(first, second)
        order = self.values or FOUR_VALUES
        known = [v for v in (first, second) if v in order]
        return min(known, key=order.index) if len(known) == 2 else first


@dataclass(frozen=True, kw_only=True)
class Gate:
    """A safety gate question, G1 to G6 (clinical.md 2.1, 3.6)."""

    name: str
    question: Question
    clear_no: Mapping[str, Value]
    """What a clear "no" sets, variable by variable."""
    choices: tuple[Choice, ...] = ()
    """What a bare "yes" is answered with: which of these? `value` is `variable` or `variable=value`."""
    unclear: Literal["yes", "unsure", "incomplete"] = "incomplete"
    """How facts still unclear after one plainer re-ask are judged (clinical.md 3.6)."""

    def doubtful(self, *, polarity: str | None, answer: str) -> bool:
        """Whether an answer that names no single fact leaves this gate's facts unsure (G1 and G2 only).

        A bare "yes" to G1 says that something of it is so; an unclear answer says nothing against it.
        """
        bare_yes = (polarity, answer) == ("affirm", "partial")
        return self.unclear != "incomplete" and (answer == "unclear" or (bare_yes and self.unclear == "yes"))


@dataclass(frozen=True, kw_only=True)
class Dictionary:
    """All variables and gates, by name."""

    variables: Mapping[str, Variable]
    gates: Mapping[str, Gate] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Variable:
        return self.variables[name]

    def __contains__(self, name: object) -> bool:
        return name in self.variables

    def __iter__(self) -> Iterator[str]:
        return iter(self.variables)


def parse_dictionary(raw: Mapping[str, Any]) -> Dictionary:
    """Build the dictionary from its YAML mapping (`variables:` and `gates:`).

    Lenient on purpose: strictness (unknown keys, line numbers) belongs to `bot.protocols`, which
    checks the file before anyone else reads it. Raises KeyError or TypeError on a broken shape.
    """
    variables = {name: _variable(name, body) for name, body in raw["variables"].items()}
    gates = {name: _gate(name, body) for name, body in raw.get("gates", {}).items()}
    return Dictionary(variables=variables, gates=gates)


def _variable(name: str, body: Mapping[str, Any]) -> Variable:
    fields = dict(body)
    kind = fields["kind"]
    values = tuple(fields.pop("values", ()) or _default_values(kind))
    question = fields.pop("question", None)
    return Variable(
        name=name,
        values=values,
        question=Question(**question) if question else None,
        choices=_choices(fields.pop("choices", ())),
        source=tuple(fields.pop("source", ())),
        **fields,
    )


def _gate(name: str, body: Mapping[str, Any]) -> Gate:
    return Gate(
        name=name,
        question=Question(**body["question"]),
        clear_no=dict(body["clear_no"]),
        choices=_choices(body.get("choices", ())),
        unclear=body.get("unclear", "incomplete"),
    )


def _choices(raw: Any) -> tuple[Choice, ...]:
    return tuple(Choice(value=item["value"], label=item["label"]) for item in raw)


def _default_values(kind: str) -> tuple[str, ...]:
    return {"four_valued": FOUR_VALUES, "yes_no": ("yes", "no")}.get(kind, ())
