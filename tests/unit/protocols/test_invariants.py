"""The invariants I1 to I8 of clinical.md 4.8, as properties over random patients."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.levels import Level
from bot.protocols import Protocols
from bot.protocols.acceptance import AcceptanceCase
from bot.protocols.red_flags import Rule

from .strategies import conditions_of, patients, read_names, thresholds, values_for

URGENT = (Level.EMERGENCY_NOW, Level.SAME_DAY)
DEFERRED = {"deferred_emergency", "deferred_same_day", "crisis_support"}
MODIFIABLE = ("bmi", "a1c", "nicotine", "phq2", "opioid", "opioid_months")
CES = (
    "saddle_numbness", "bladder_retention", "bladder_sensation_loss", "bladder_incontinence",
    "bowel_incontinence", "rectal_sensation_loss",
)  # fmt: skip
NOT_ADVERSE = {"er_cleared", "imaging_matches", "severe_instability"}
MANY = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.large_base_example,
    ],
)


@pytest.fixture(scope="module")
def anyone(protocols: Protocols) -> st.SearchStrategy[dict[str, Any]]:
    return patients(protocols)


@MANY
@given(data=st.data())
def test_i1_an_adverse_fact_never_lowers_the_level(
    protocols: Protocols, anyone: Any, data: st.DataObject
) -> None:
    facts = data.draw(anyone)
    adverse = [
        name
        for name in read_names(protocols)
        if protocols.dictionary[name].kind in ("four_valued", "yes_no")
        and name not in NOT_ADVERSE
        and facts.get(name) in (None, "no")
    ]
    name = data.draw(st.sampled_from(adverse))
    before, after = protocols.judge(facts), protocols.judge({**facts, name: "yes"})
    assert after.level >= before.level, name


@MANY
@given(data=st.data())
def test_i1_a_risk_never_lowers_the_level(protocols: Protocols, anyone: Any, data: st.DataObject) -> None:
    facts = data.draw(anyone)
    risks = {"cancer_status": ("active", "history"), "diabetes": ("controlled", "uncontrolled", "unknown")}
    name = data.draw(st.sampled_from(sorted(risks)))
    value = data.draw(st.sampled_from(risks[name]))
    if facts.get(name, "none") == "none":
        assert protocols.judge({**facts, name: value}).level >= protocols.judge(facts).level


@MANY
@given(data=st.data())
def test_i2_an_urgent_level_never_gives_an_elective_outcome(
    protocols: Protocols, anyone: Any, data: st.DataObject
) -> None:
    judgement = protocols.judge(data.draw(anyone))
    assert (judgement.level in URGENT) == (judgement.outcome in DEFERRED)


@MANY
@given(data=st.data())
def test_i3_modifiable_risks_never_change_level_or_route(
    protocols: Protocols, anyone: Any, data: st.DataObject
) -> None:
    facts = data.draw(anyone)
    without = protocols.judge({name: value for name, value in facts.items() if name not in MODIFIABLE})
    judgement = protocols.judge(facts)
    assert (judgement.level, judgement.outcome, judgement.visit) == (
        without.level,
        without.outcome,
        without.visit,
    )


@MANY
@given(data=st.data())
def test_i4_family_and_minor_skin_cancer_are_no_cancer(
    protocols: Protocols, anyone: Any, data: st.DataObject
) -> None:
    facts = data.draw(anyone)
    harmless = data.draw(st.sampled_from(["family_only", "skin_minor"]))
    judged = [protocols.judge({**facts, "cancer_status": status}) for status in (harmless, "none")]
    assert judged[0].rules == judged[1].rules
    assert judged[0].level is judged[1].level


@MANY
@given(data=st.data())
def test_i5_surgical_outcomes_have_limits_pictures_and_need(
    protocols: Protocols, data: st.DataObject
) -> None:
    facts = {**data.draw(patients(protocols)), **data.draw(surgical_story())}
    judgement = protocols.judge(facts)
    if judgement.decision in ("C12", "C13", "C12d"):
        assert facts["function_limit"] in ("moderate", "severe")
        assert facts["imaging"] in ("mri", "ct", "mri_ct", "xray_flexion")
        assert facts["imaging_months"] <= 24
        assert judgement.need["score"] >= 5


@MANY
@given(data=st.data())
def test_i6_a_minor_never_gets_a_surgical_outcome(protocols: Protocols, data: st.DataObject) -> None:
    facts = {
        **data.draw(patients(protocols)),
        **data.draw(surgical_story()),
        "age": data.draw(st.integers(0, 17)),
    }
    judgement = protocols.judge(facts)
    assert judgement.outcome in {*DEFERRED, "refer_pediatric"}
    assert judgement.provisional in (None, "refer_pediatric")


@MANY
@given(data=st.data())
def test_i7_no_missing_key_ever_raises(protocols: Protocols, anyone: Any, data: st.DataObject) -> None:
    facts = data.draw(anyone)
    protocols.judge(facts, nearly=False)
    for name in data.draw(st.lists(st.sampled_from(sorted(facts)), max_size=3)) if facts else ():
        protocols.judge({key: value for key, value in facts.items() if key != name})


@MANY
@given(data=st.data())
def test_i8_unsure_about_the_saddle_bladder_or_bowel_is_at_least_same_day(
    protocols: Protocols, anyone: Any, data: st.DataObject
) -> None:
    facts = {**data.draw(anyone), data.draw(st.sampled_from(CES)): "unsure"}
    assert protocols.judge(facts).level >= Level.SAME_DAY


@MANY
@given(data=st.data())
def test_the_level_is_the_highest_of_the_fired_rules(
    protocols: Protocols, anyone: Any, data: st.DataObject
) -> None:
    judgement = protocols.judge(data.draw(anyone))
    assert judgement.level is max((why.level for why in judgement.why), default=Level.NONE)
    assert list(judgement.rules) == sorted(why.rule for why in judgement.why)


def surgical_story() -> st.SearchStrategy[dict[str, Any]]:
    """Facts near the surgical gates."""
    return st.fixed_dictionaries(
        {
            "age": st.sampled_from([18, 50, 70]),
            "region": st.just(("low_back", "leg")),
            "dominant": st.sampled_from(["back", "limb", "equal"]),
            "duration_weeks": st.sampled_from([5, 6, 12, 26, 60]),
            "function_limit": st.sampled_from(["mild", "moderate", "severe"]),
            "cons_modalities": st.sampled_from([0, 2, 3]),
            "cons_weeks": st.sampled_from([5, 6, 26]),
            "cons_relief": st.sampled_from(["none", "partial", "good"]),
            "prior_spine_surgery": st.just("no"),
            "imaging": st.sampled_from(["none", "xray", "xray_flexion", "mri"]),
            "imaging_months": st.sampled_from([1, 24, 25]),
            "dx": st.sampled_from([("spondylolisthesis",), ("instability",), ("ddd",), ("herniated_disc",)]),
            "levels": st.sampled_from([1, 2, 3]),
        }
    )


def test_random_patients_fire_each_rule_at_least_50_times(
    protocols: Protocols, cases: list[AcceptanceCase]
) -> None:
    """Every rule's own patients with up to four more facts of any kind, drawn by hypothesis."""
    limits = thresholds(protocols)
    too_rare = {}
    for rule in protocols.red_flags.rules:
        fired = _fired(protocols, rule, _patients_of(protocols, rule, cases), limits)
        if fired < 50:
            too_rare[rule.id] = fired
    assert too_rare == {}


def _patients_of(protocols: Protocols, rule: Rule, cases: list[AcceptanceCase]) -> list[dict[str, Any]]:
    patients = [dict(case.facts) for case in cases if rule.id in case.about]
    return [facts for facts in patients if rule.id in protocols.judge(facts).rules]


def _fired(
    protocols: Protocols, rule: Rule, own: list[dict[str, Any]], limits: dict[str, tuple[float, ...]]
) -> int:
    count = 0
    others = sorted(set(read_names(protocols)) - rule.condition.reads)

    @settings(MANY, max_examples=80)
    @given(facts=st.sampled_from(own), names=st.lists(st.sampled_from(others), max_size=4), data=st.data())
    def draw(facts: dict[str, Any], names: list[str], data: st.DataObject) -> None:
        nonlocal count
        more = {
            name: data.draw(values_for(protocols.dictionary[name], limits.get(name, ()))) for name in names
        }
        judgement = protocols.judge({**more, **facts})
        fires = {why.rule: why.level for why in judgement.why}
        count += rule.id in fires
        assert judgement.level >= fires.get(rule.id, Level.NONE)

    draw()
    return count


def test_every_condition_is_read_over_known_variables(protocols: Protocols) -> None:
    for condition in conditions_of(protocols):
        assert all(name in protocols.dictionary for name in condition.reads)
