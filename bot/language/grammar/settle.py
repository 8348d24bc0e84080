"""From reports to facts: assertion to value, and one value where several compete."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.dictionary import Dictionary, Value, Variable
from bot.domain.findings import Finding
from bot.language.text.report import Report

_RANK: dict[str, tuple[str, ...]] = {
    "cancer_status": ("active", "history", "skin_minor", "family_only", "none"),
    "imaging": ("mri_ct", "mri", "ct", "xray_flexion", "xray", "unknown", "none"),
    "diabetes": ("uncontrolled", "controlled", "unknown", "none"),
    "radiates": ("leg_below_knee", "arm", "leg_above_knee", "none"),
    "weakness": ("severe", "mild", "none"),
    "weakness_where": ("all_limbs", "both_legs", "one_side", "leg", "arm"),
    "trauma": ("major", "minor", "none"),
    "opioid": ("daily", "prn", "none"),
    "nicotine": ("current", "vape", "nrt", "former", "never"),
    "function_limit": ("severe", "moderate", "mild", "none"),
    "course": ("worsening", "improving", "same"),
    "heart_lung": ("uncontrolled", "controlled", "none"),
    "cons_relief": ("none", "partial", "good"),
    "prior_surgery_type": ("fusion", "disc_replacement", "decompression", "other"),
    "cannot_walk_cause": ("weakness", "pain"),
}
_NO = ("no", "none", "never")


def value_of(report: Report, name: str, value: Value, variable: Variable) -> Value | None:
    """The fact this report makes of a variable; None when it makes none."""
    if report.counts:
        return value
    first = next(iter(report.sets))
    if report.assertion == "absent" and name == first:
        if variable.kind == "list" or value in _NO:
            return None
        return next((word for word in _NO if word in variable.values), None)
    if report.assertion in ("unsure", "resolved") and report.assertion in variable.values:
        return report.assertion if value in ("yes", report.assertion) else None
    return None


def allowed(value: Value, variable: Variable) -> bool:
    """The dictionary takes this value."""
    if variable.kind == "number":
        return isinstance(value, (int, float)) and _within(float(value), variable)
    if variable.kind == "text":
        return isinstance(value, str)
    if variable.kind == "list":
        return isinstance(value, tuple) and (
            not variable.values or all(item in variable.values for item in value)
        )
    return isinstance(value, str) and value in variable.values


def _within(value: float, variable: Variable) -> bool:
    low, high = variable.minimum, variable.maximum
    return (low is None or value >= low) and (high is None or value <= high)


class Settled:
    """Collects findings and facts of one message, deciding between competing values."""

    def __init__(self, dictionary: Dictionary) -> None:
        self._dictionary = dictionary
        self.findings: list[Finding] = []
        self.facts: dict[str, Value] = {}

    def add(self, finding: Finding, value: Value | None) -> None:
        """Keep the finding; fold its value (None: it makes no fact)."""
        if finding.variable not in self._dictionary:
            return
        self.findings.append(finding)
        variable = self._dictionary[finding.variable]
        if value is None or not allowed(value, variable):
            return
        name = finding.variable
        self.facts[name] = value if name not in self.facts else _chosen(self.facts[name], value, variable)

    def replace(self, finding: Finding, value: Value) -> None:
        """Put a value in the place of whatever there is (an answer to what was asked)."""
        self.facts.pop(finding.variable, None)
        self.add(finding, value)

    def ordered(self) -> tuple[Finding, ...]:
        """Findings in reading order, repeats left out."""
        unique = dict.fromkeys(
            sorted(self.findings, key=lambda f: (f.start, f.end, f.variable, str(f.value)))
        )
        return tuple(unique)


def _chosen(old: Value, new: Value, variable: Variable) -> Value:
    if variable.kind == "list" and isinstance(old, tuple) and isinstance(new, tuple):
        both = tuple(dict.fromkeys((*old, *new)))
        return tuple(item for item in both if item != "none") or both
    order: Sequence[str] = _RANK.get(variable.name, ())
    if not order and variable.kind == "four_valued":
        order = ("yes", "unsure", "resolved", "no")
    if old in order and new in order:
        return min(old, new, key=lambda value: order.index(str(value)))
    if variable.kind in ("yes_no", "number") or variable.safety:
        return variable.more_urgent(old, new)
    return new
