"""The certificate, the hand-off, the emergency text, derived facts: what other rooms ask of a result."""

from __future__ import annotations

from typing import Any

import pytest

from bot.domain.errors import ProtocolError
from bot.domain.judgement import Certificate
from bot.protocols import Protocols

ELECTIVE: dict[str, Any] = {
    "age": 45, "region": ("low_back", "leg"), "dominant": "limb", "duration_weeks": 20, "course": "same",
    "radiates": "leg_below_knee", "function_limit": "moderate", "cons_modalities": 2, "cons_weeks": 8,
    "cons_relief": "partial", "prior_spine_surgery": "no", "imaging": "mri", "imaging_months": 3,
    "dx": ("herniated_disc",),
}  # fmt: skip


def clear_gates(protocols: Protocols) -> dict[str, Any]:
    return {
        name: value for gate in protocols.dictionary.gates.values() for name, value in gate.clear_no.items()
    }


def test_the_certificate_needs_every_gate_fact(protocols: Protocols) -> None:
    facts = clear_gates(protocols)
    assert protocols.gate_complete(facts)
    assert protocols.judge(facts).flags == ()
    for name in facts:
        rest = {key: value for key, value in facts.items() if key != name}
        assert protocols.gate_open_facts(rest) == (name,)
        assert "gate_incomplete" in protocols.judge(rest).flags


def test_the_certificate_takes_no_unsure_and_no_left_gate(protocols: Protocols) -> None:
    facts = clear_gates(protocols)
    assert not protocols.gate_complete({**facts, "fever": "unsure"})
    assert not protocols.gate_complete({**facts, "gate_incomplete": "yes"})
    assert protocols.gate_complete({**facts, "fever": "yes"})


def test_the_certificate_is_part_of_every_judgement(protocols: Protocols) -> None:
    facts = clear_gates(protocols)
    assert protocols.judge(facts).certificate == Certificate(complete=True)
    unsure = protocols.judge({**facts, "fever": "unsure"})
    assert unsure.certificate == Certificate(complete=False, open=("fever",))
    assert "gate_incomplete" in unsure.flags
    assert protocols.judge({}).certificate.open[0] == "chest_pain"


def test_every_clear_no_together_fires_nothing(protocols: Protocols) -> None:
    assert protocols.judge({**clear_gates(protocols), **ELECTIVE}).rules == ()


@pytest.mark.parametrize(
    ("facts", "complete", "kind", "status", "priority", "hours", "days"),
    [
        ({"chest_pain": "yes"}, True, "emergency", "emergency", "P0", 0, 0),
        ({"self_harm": "yes"}, False, "crisis", "emergency", "P0", 0, 0),
        ({"one_leg_swelling": "yes"}, False, "urgent_callback", "callback", "P1", 1, 0),
        ({"shingles_rash": "yes"}, True, "booking", "booked", "P1", 1, 0),
        ({}, True, "booking", "booked", "P3", 0, 2),
        ({}, False, "callback", "callback", "P2", 0, 1),
        ({"dx": ("si_joint",)}, True, "booking", "booked", "P3", 0, 2),
        ({"prior_spine_surgery": "yes"}, True, "callback", "callback", "P2", 0, 1),
        ({"severe_instability": "yes"}, True, "callback", "callback", "P2", 0, 1),
        ({"postop_days": 20}, True, "callback", "callback", "P2", 0, 1),
        ({"age": 12}, True, "callback", "callback", "P2", 0, 1),
        ({"region": ("knee",), "radiates": "none"}, True, "callback", "callback", "P2", 0, 1),
    ],
)
def test_handoff_follows_the_result(
    protocols: Protocols,
    facts: dict[str, Any],
    complete: bool,
    kind: str,
    status: str,
    priority: str,
    hours: float,
    days: int,
) -> None:
    judgement = protocols.judge({**ELECTIVE, **facts})
    rule = protocols.handoff_for(judgement, gate_complete=complete)
    assert (rule.kind, rule.status, rule.priority) == (kind, status, priority)
    assert (rule.business_hours, rule.business_days) == (hours, days)


def test_every_outcome_has_a_handoff_row(protocols: Protocols) -> None:
    visits = {row.visit for row in protocols.routing.decisions if row.level is None and not row.rule}
    handed = {visit for row in protocols.routing.handoff for visit in row.visits}
    assert visits <= handed


@pytest.mark.parametrize(
    ("rules", "text_id"),
    [
        (["RF01"], "emergency"),
        (["RF61"], "emergency_911"),
        (["RF01", "RF50"], "emergency_911_keep_still"),
        (["RF50b", "RF01"], "emergency"),
        (["RF52"], "emergency_911_keep_still"),
        ([], "emergency"),
    ],
)
def test_the_emergency_text_fits_the_rules(protocols: Protocols, rules: list[str], text_id: str) -> None:
    assert protocols.emergency_text_id(rules, told_team=True) == text_id
    assert protocols.emergency_text_id(rules, told_team=False) == f"{text_id}_not_told"
    for told in (True, False):
        assert protocols.texts.has(protocols.emergency_text_id(rules, told_team=told))


def test_only_the_named_rules_are_911_only(protocols: Protocols) -> None:
    only_911 = {rule.id for rule in protocols.red_flags.rules if rule.call_911}
    still = {rule.id for rule in protocols.red_flags.rules if rule.keep_still}
    assert only_911 == {"RF50", "RF51", "RF52", "RF55", "RF60", "RF61", "RF62", "RF63", "RF75", "RF80"}
    assert still == {"RF50", "RF50b", "RF51", "RF52", "RF55"}


def test_an_unknown_rule_is_said(protocols: Protocols) -> None:
    with pytest.raises(ProtocolError, match="no rule 'RF999'"):
        protocols.rule("RF999")


@pytest.mark.parametrize(
    ("facts", "rules"),
    [
        ({"side": "both", "radiates": "leg_below_knee", "bilateral_leg_symptoms_onset_days": 3}, {"RF03"}),
        ({"temp_f": 101.0, "region": ("neck",), "duration_weeks": 2}, {"RF42"}),
        ({"prior_surgery_months_ago": 1, "wound_drainage": "yes"}, {"RF72"}),
        ({"region": ("hip",), "radiates": "leg_above_knee", "fever": "yes", "duration_weeks": 1}, {"RF42"}),
    ],
)
def test_derived_facts_count(protocols: Protocols, facts: dict[str, Any], rules: set[str]) -> None:
    assert rules <= set(protocols.judge(facts).rules)


def test_staff_text_fills_its_fields(protocols: Protocols) -> None:
    (why,) = protocols.judge({"cancer_status": "history", "region": ("low_back",), "duration_weeks": 30}).why
    assert (why.rule, why.staff) == ("RF33", "Cancer history (unknown years), chronic unchanged pain.")
    for rule in protocols.red_flags.rules:
        assert rule.patient
        assert rule.staff
        assert rule.source


def test_every_note_and_factor_has_a_source(protocols: Protocols) -> None:
    routing = protocols.routing
    for item in (*routing.need, *routing.complexity, *routing.notes, *routing.decisions):
        assert item.source, item.id


def test_a_rule_line_fits_its_standard_text_on_sms(protocols: Protocols) -> None:
    # 153 characters a part when a text has several; an emergency may take 2 parts, anything else 3 (3.7).
    limits = {"emergency_now": 2 * 153, "same_day": 3 * 153}
    for rule in protocols.red_flags.rules:
        limit = limits.get(rule.level.value)
        if limit is None or rule.script:
            continue
        text_id = (
            "same_day"
            if rule.level.value == "same_day"
            else protocols.emergency_text_id([rule.id], told_team=True)
        )
        if rule.level.value == "same_day":
            whole = protocols.texts.say(text_id, channel="sms", line=rule.sms)
        else:
            whole = f"{rule.sms} {protocols.texts.say(text_id, channel='sms')}"
        assert whole.isascii(), rule.id
        assert len(whole) <= limit, (rule.id, len(whole))
