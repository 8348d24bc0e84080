"""What a case holds: one value a variable, the words that gave it, and how a new one replaces it.

clinical.md 2.0, 3.6: an explicit correction replaces and is logged; a contradiction without a
marker keeps the more urgent value of a safety fact and flags `conflict`; any other fact takes the latest.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from bot.domain.dictionary import Dictionary, Value

_PROCEDURE_DAYS = ("postop_days", "injection_days")
_RECENT_PROCEDURE_DAYS = 92
Author = Literal["patient", "staff", "derived"]


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One value with its provenance. `value` is None when the patient declined to say."""

    variable: str
    value: Value | None
    words: str
    message_id: str | None
    asked: str | None
    """Name of the question it answered; None when volunteered."""
    by: Author
    at: dt.datetime
    declined: bool = False
    conflict: bool = False
    corrected: bool = False
    """It replaced an earlier value by an explicit correction."""
    reason: str = ""


def values_of(facts: Mapping[str, Fact]) -> dict[str, Value]:
    """What the protocols judge: the known values, without the declined ones."""
    return {name: fact.value for name, fact in facts.items() if fact.value is not None}


def fold(
    current: Mapping[str, Fact], new: Iterable[Fact], dictionary: Dictionary, *, correction: bool
) -> list[Fact]:
    """The facts to write after `new` ones arrive, in order; nothing for what changes nothing.

    With `correction` a new value replaces the old one. Without, a safety fact keeps the more urgent
    of the two values and is flagged, and any other fact takes the new value.
    """
    written: list[Fact] = []
    held = dict(current)
    for fact in new:
        change = _change(held.get(fact.variable), fact, dictionary, correction=correction)
        if change is not None:
            held[fact.variable] = change
            written.append(change)
    return written


def _change(old: Fact | None, new: Fact, dictionary: Dictionary, *, correction: bool) -> Fact | None:
    if old is None or old.value is None:
        return new
    if new.value is None or new.value == old.value:
        return None
    variable = dictionary[new.variable]
    if variable.kind == "list" and not correction:
        return _joined(old, new)
    if correction:
        return replace(new, corrected=True)
    if not variable.safety or old.value == "unsure":
        return new
    if new.value == "unsure" and old.value == "no":
        return replace(new, conflict=True)
    kept = variable.more_urgent(old.value, new.value)
    return replace(new, value=kept, conflict=True) if kept != old.value else _flagged(old)


def _joined(old: Fact, new: Fact) -> Fact | None:
    before = old.value if isinstance(old.value, tuple) else ()
    after = new.value if isinstance(new.value, tuple) else ()
    both = tuple(dict.fromkeys((*before, *after)))
    if len(both) > 1:
        both = tuple(item for item in both if item != "none")
    return None if both == before else replace(new, value=both)


def _flagged(old: Fact) -> Fact | None:
    return None if old.conflict else replace(old, conflict=True)


def derive(values: Mapping[str, Value]) -> dict[str, tuple[Value, str]]:
    """Facts that follow from others: variable -> (value, source variable) (clinical.md 3.6).

    Only what is not known already is derived, except `region` and `cons_modalities`, which grow.
    """
    derived: dict[str, tuple[Value, str]] = {}
    limb = values.get("radiates") not in (None, "none") or values.get("limb_numbness") == "yes"
    if values.get("side") == "both" and limb and values.get("radiates") != "arm":
        derived["bilateral_leg_symptoms"] = ("yes", "side")
    temperature = values.get("temp_f")
    if isinstance(temperature, (int, float)) and temperature >= 100.4:
        derived["fever"] = ("yes", "temp_f")
    months = values.get("prior_surgery_months_ago")
    if isinstance(months, (int, float)) and months <= 3:
        # Three months is still "within 90 days": rounding must not push it out.
        derived["postop_days"] = (min(round(months * 30.4), 90), "prior_surgery_months_ago")
    procedure = next((name for name in _PROCEDURE_DAYS if _is_recent(values.get(name))), None)
    if procedure is not None:
        derived["recent_spine_procedure"] = ("yes", procedure)
    if _is_recent(values.get("postop_days")):
        derived["prior_spine_surgery"] = ("yes", "postop_days")
    if _stays_in_the_trunk(values):
        derived["dominant"] = ("back", "radiates")
    if kinds_of_care(values) == ["cons_pt"] and "cons_pt_weeks" in values:
        derived["cons_weeks"] = (values["cons_pt_weeks"], "cons_pt_weeks")
    derived = {name: item for name, item in derived.items() if name not in values}
    tried = kinds_of_care(values)
    if tried and len(tried) > _number(values.get("cons_modalities")):
        derived["cons_modalities"] = (len(tried), tried[0])
    region = _region_with_limb(values)
    if region is not None:
        derived["region"] = (region, "radiates")
    return derived


def _is_recent(days: Value | None) -> bool:
    """Within the last three months (gate G6)."""
    return isinstance(days, (int, float)) and days <= _RECENT_PROCEDURE_DAYS


def kinds_of_care(values: Mapping[str, Value]) -> list[str]:
    """The kinds of care tried so far, each counted once (clinical.md 2.2 I: `cons_modalities`)."""
    kinds = ("cons_pt", "cons_meds", "cons_injections", "cons_activity", "cons_laser")
    tried = [name for name in kinds if values.get(name) == "yes"]
    other = values.get("cons_other")
    return [*tried, "cons_other"] if isinstance(other, tuple) and set(other) - {"none"} else tried


def _stays_in_the_trunk(values: Mapping[str, Value]) -> bool:
    """Pain that neither sits in a limb nor travels into one: the back or neck is what hurts more."""
    region = values.get("region")
    return values.get("radiates") == "none" and isinstance(region, tuple) and not {"leg", "arm"} & set(region)


def _number(value: Value | None) -> float:
    return value if isinstance(value, (int, float)) else 0


def _region_with_limb(values: Mapping[str, Value]) -> tuple[str, ...] | None:
    limb = {"leg_above_knee": "leg", "leg_below_knee": "leg", "arm": "arm"}.get(str(values.get("radiates")))
    region = values.get("region")
    if limb is None or not isinstance(region, tuple) or limb in region:
        return None
    return (*region, limb)
