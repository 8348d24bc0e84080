"""What one message says, as the language layer reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from bot.domain.dictionary import Value

Assertion = Literal["present", "absent", "unsure", "resolved", "hypothetical", "other_person", "historical"]

Polarity = Literal["affirm", "deny", "unsure"]

Answer = Literal["full", "partial", "unclear", "declined", "none"]
"""How a text relates to what was asked.

full      every fact that was asked has a clear value now
partial   some have (or a bare "yes" to a group)
unclear   it answers, but not clearly ("maybe", "kind of", "not sure")
declined  "prefer not to say", "skip"
none      it does not speak to the question
"""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing a text says, with the words that say it. Offsets count code points."""

    variable: str
    value: Value
    assertion: Assertion
    start: int
    end: int
    words: str


@dataclass(frozen=True, kw_only=True)
class Reading:
    """The whole reading of one message.

    `facts` holds what it says about the patient (absent included); each fact has a finding of the
    same variable. `ask` names safety variables likely enough to ask about at once.
    """

    findings: tuple[Finding, ...] = ()
    facts: Mapping[str, Value] = field(default_factory=dict)
    answer: Answer = "none"
    polarity: Polarity | None = None
    correction: bool = False
    """An explicit marker: actually, no I meant, not X but Y."""
    question: bool = False
    """The text asks something of us."""
    language: Literal["en", "es", "other"] = "en"
    ask: tuple[str, ...] = ()
    half_read: tuple[str, ...] = ()
    """Those safety facts of which the grammar read a part only, and the learned screen was all but sure."""

    def words_for(self, variable: str) -> str:
        """The patient's words that gave this variable; empty when none did."""
        return next((f.words for f in self.findings if f.variable == variable), "")

    def to_json(self) -> dict[str, Any]:
        """Plain lists and mappings; `from_json` reads them back to an equal reading."""
        return asdict(self)

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Reading:
        """The reading that `to_json` wrote, also after a trip through JSON (lists become tuples)."""
        fields = dict(raw)
        findings = tuple(Finding(**{**f, "value": _value(f["value"])}) for f in fields.pop("findings", ()))
        facts = {name: _value(value) for name, value in fields.pop("facts", {}).items()}
        ask, half_read = (tuple(fields.pop(name, ())) for name in ("ask", "half_read"))
        return cls(findings=findings, facts=facts, ask=ask, half_read=half_read, **fields)


def _value(raw: Any) -> Value:
    return tuple(raw) if isinstance(raw, list) else raw
