"""What is known no more when a fact changes: the parts of a sign taken back, what only followed from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from bot.domain.facts import Fact, derive, values_of

_PARTS = ("_onset_days", "_course", "_explained", "_changed_14d", "_where", "_pattern")
_MEASURES = {"fever": ("temp_f",)}
"""What belongs to a sign and goes with it."""
_FOLLOWED = ("dominant", "bilateral_leg_symptoms", "fever")
"""Facts that may be known only because they followed from another one."""
_LIMBS = {"leg", "arm"}


def with_what_changed(held: Mapping[str, Fact], written: Sequence[Fact], *, correction: bool) -> list[Fact]:
    """The blanked facts; they are asked about again where they matter. `held` has the written ones in it.

    A danger sign that followed from something falls only with an explicit correction.
    """
    return [
        *_of_signs_taken_back(held, written),
        *_of_another_place(held, written),
        *_without_ground(held, written, correction=correction),
    ]


def _of_signs_taken_back(held: Mapping[str, Fact], written: Sequence[Fact]) -> Iterator[Fact]:
    """Since when, how it goes, how high: nothing is known of a sign that was taken back."""
    for fact in written:
        if fact.corrected and fact.value in ("no", "none"):
            names = (*(f"{fact.variable}{part}" for part in _PARTS), *_MEASURES.get(fact.variable, ()))
            yield from _blanked(held, names, fact, reason="its sign was taken back")


def _of_another_place(held: Mapping[str, Fact], written: Sequence[Fact]) -> Iterator[Fact]:
    """ "It's my right arm too" after "it goes nowhere": how far it goes is open again."""
    told = {fact.variable for fact in written}
    radiates = held.get("radiates")
    for fact in written:
        limb = fact.variable == "region" and isinstance(fact.value, tuple) and _LIMBS & set(fact.value)
        if limb and "radiates" not in told and radiates is not None and radiates.value == "none":
            yield from _blanked(held, ("radiates",), fact, reason="another place was named")


def _without_ground(held: Mapping[str, Fact], written: Sequence[Fact], *, correction: bool) -> Iterator[Fact]:
    """What followed from something that is not so any more."""
    followed = [name for name in _FOLLOWED if name in held and held[name].by == "derived"]
    told = values_of({name: fact for name, fact in held.items() if name not in followed})
    still = derive(told)
    for name in followed:
        if name not in still and written and (correction or name == "dominant"):
            yield from _blanked(held, (name,), written[-1], reason="what it rested on has changed")


def _blanked(held: Mapping[str, Fact], names: Sequence[str], by: Fact, *, reason: str) -> Iterator[Fact]:
    for name in names:
        if name in held and held[name].value is not None:
            yield replace(held[name], value=None, message_id=by.message_id, at=by.at, reason=reason)
