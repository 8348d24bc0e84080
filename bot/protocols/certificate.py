"""The gate certificate: every safety question was put and clearly answered (clinical.md 2.1, 3.6)."""

from __future__ import annotations

from collections.abc import Mapping

from bot.domain.dictionary import Dictionary, Value
from bot.domain.judgement import Certificate


def certificate(dictionary: Dictionary, values: Mapping[str, Value]) -> Certificate:
    """The certificate of these facts, derived ones among them."""
    open_facts = gate_open_facts(dictionary, values)
    return Certificate(complete=not open_facts, open=open_facts)


def is_unknown(value: Value | None) -> bool:
    """Nothing said, "not sure", or an empty list."""
    return value is None or value == "unsure" or value == ()


def gate_open_facts(dictionary: Dictionary, values: Mapping[str, Value]) -> tuple[str, ...]:
    """The gate facts that are unknown or unsure, in gate order; empty is the certificate.

    Without it "no red flag" must not be shown. `values` are to hold derived facts already.
    """
    open_facts = [
        name for gate in dictionary.gates.values() for name in gate.clear_no if is_unknown(values.get(name))
    ]
    if values.get("gate_incomplete") == "yes":
        open_facts.append("gate_incomplete")
    return tuple(dict.fromkeys(open_facts))
