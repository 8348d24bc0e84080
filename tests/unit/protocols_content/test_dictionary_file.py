"""The dictionary as it stands: complete, and safe in the ways a reviewer would check by hand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.domain.dictionary import FOUR_VALUES
from bot.protocols import Protocols
from bot.protocols.dictionary_file import read_dictionary
from bot.protocols.documents import read_document

FOLDER = Path(__file__).resolve().parents[3] / "data" / "protocols"

CES = (
    "saddle_numbness", "bladder_retention", "bladder_sensation_loss", "bladder_incontinence",
    "bowel_incontinence", "rectal_sensation_loss",
)  # fmt: skip
DATED = (*CES, "urgency_frequency", "sexual_dysfunction")

SECTION_2 = """
who_for relation age sex pregnant pregnancy_warning language channel contact_name contact_phone
callback_ok_time insurance_type workers_comp wc_claim_no wc_adjuster injury_date existing_patient
visit_reason goals surgery_preference second_opinion surgery_recommended region dominant duration_weeks
sudden_onset course pain_nrs pain_constant pain_cough_strain function_limit limits walk_minutes radiates
side bilateral_leg_symptoms bilateral_leg_symptoms_onset_days limb_numbness limb_numbness_onset_days
limb_numbness_course claudication vascular_claudication mechanical_pain inflammatory_pattern
deformity_visible deformity_progressive deformity_breathing weakness weakness_where weakness_onset_days
weakness_course weakness_pattern foot_drop cannot_walk cannot_walk_cause ascending_weakness
trouble_breathing_swallowing hand_clumsiness gait_imbalance myelo_onset_days myelo_course lhermitte
bilateral_hand_numbness falls constipation fever temp_f fever_cause_obvious looks_very_ill confusion
stiff_neck severe_headache rash night_sweats feels_ill cancer_status cancer_years weight_loss
night_pain_unrelenting ivdu immunosuppressed recent_infection recent_bacteremia dialysis_or_line diabetes
a1c flank_pain burning_urine blood_urine chest_pain short_of_breath fainting tearing_pain abdominal_pain
pulsating_abdomen known_aaa cold_pale_leg stroke_signs thunderclap_headache one_leg_swelling
shingles_rash trauma trauma_days er_cleared osteoporosis prior_fragility_fx steroid_long ank_spond
prior_spine_surgery prior_surgery_type prior_surgery_count prior_surgery_months_ago surgery_region
symptoms_same_region relief_after when_returned postop_days wound_drainage wound_open wound_redness
clear_wound_fluid positional_headache pain_uncontrolled injection_days anticoagulant imaging
imaging_months imaging_where can_bring imaging_matches dx slip_grade cobb_deg levels severe_instability
fracture_weeks cons_pt cons_meds cons_injections cons_activity cons_laser cons_other cons_modalities
cons_weeks cons_relief bmi nicotine opioid opioid_months overdose_signs heart_lung phq2 self_harm
abuse_unsafe startback_total startback_psych odi birth_date contact_email cons_pt_weeks injection_count
height_in weight_lb history_weeks gate_incomplete recent_spine_procedure night_pain worries
""".split()  # noqa: SIM905 - a list of words reads better as one

GATES = {
    "G1": "chest_pain short_of_breath fainting tearing_pain stroke_signs thunderclap_headache cold_pale_leg",
    "G2": " ".join(CES),
    "G3": "weakness foot_drop hand_clumsiness gait_imbalance",
    "G4": "fever feels_ill recent_infection ivdu immunosuppressed",
    "G5": "cancer_status weight_loss night_pain_unrelenting",
    "G6": "trauma osteoporosis steroid_long anticoagulant pregnant recent_spine_procedure",
}


@pytest.mark.parametrize("name", SECTION_2)
def test_every_variable_of_the_specification_is_there(protocols: Protocols, name: str) -> None:
    assert name in protocols.dictionary


@pytest.mark.parametrize("name", DATED)
def test_bladder_bowel_and_saddle_facts_have_their_companions(protocols: Protocols, name: str) -> None:
    for companion in ("onset_days", "course", "explained", "changed_14d"):
        assert protocols.dictionary[f"{name}_{companion}"].safety


@pytest.mark.parametrize(("gate", "facts"), GATES.items())
def test_gate_clears_exactly_the_facts_of_the_specification(
    protocols: Protocols, gate: str, facts: str
) -> None:
    clear_no = protocols.dictionary.gates[gate].clear_no
    assert list(clear_no) == facts.split()
    for name, value in clear_no.items():
        assert value == ("none" if name in ("weakness", "cancer_status", "trauma") else "no")
        assert protocols.dictionary[name].gate == gate


@pytest.mark.parametrize(
    ("gate", "unclear"), [("G1", "yes"), ("G2", "unsure"), *((f"G{n}", "incomplete") for n in range(3, 7))]
)
def test_gate_left_unclear_is_judged_as_specified(protocols: Protocols, gate: str, unclear: str) -> None:
    assert protocols.dictionary.gates[gate].unclear == unclear


def test_every_gate_fact_can_be_picked_after_a_bare_yes(protocols: Protocols) -> None:
    for gate in protocols.dictionary.gates.values():
        picked = {choice.value.partition("=")[0] for choice in gate.choices}
        assert picked == set(gate.clear_no)


def test_picking_a_gate_fact_never_gives_its_clear_no(protocols: Protocols) -> None:
    for gate in protocols.dictionary.gates.values():
        for choice in gate.choices:
            name, _, value = choice.value.partition("=")
            assert (value or "yes") != gate.clear_no[name]


def test_what_a_rule_reads_is_a_safety_fact(protocols: Protocols) -> None:
    read = {name for rule in protocols.red_flags.rules for name in rule.condition.reads}
    not_kept_at_the_worse_value = {name for name in read if not protocols.dictionary[name].safety}
    assert not_kept_at_the_worse_value == {"age"}, "an age has no more urgent value: the latest counts"


def test_the_more_urgent_of_two_values_is_kept(protocols: Protocols) -> None:
    words = protocols.dictionary
    assert words["er_cleared"].more_urgent("yes", "no") == "no"
    assert words["weakness"].more_urgent("none", "severe") == "severe"
    assert words["saddle_numbness"].more_urgent("no", "unsure") == "unsure"
    assert words["weakness_onset_days"].more_urgent(240, 3) == 3
    assert words["temp_f"].more_urgent(99, 101) == 101
    assert words["saddle_numbness_explained"].more_urgent("bph", "none") == "none"


def test_core_facts_are_the_seven_of_the_specification(protocols: Protocols) -> None:
    core = {name for name in protocols.dictionary if protocols.dictionary[name].core}
    assert core == {
        "region", "duration_weeks", "function_limit", "cons_modalities", "cons_weeks", "cons_relief",
        "prior_spine_surgery",
    }  # fmt: skip


def test_every_variable_is_read_by_a_rule_or_says_why_not(protocols: Protocols) -> None:
    conditions = " ".join(protocols.dictionary[name].when for name in protocols.dictionary)
    routing = (FOLDER / "routing.yaml").read_text(encoding="utf-8")
    read = {name for rule in protocols.red_flags.rules for name in rule.condition.reads}
    read |= set(re.findall(r"\w+", conditions + routing))
    silent = [
        name
        for name in protocols.dictionary
        if name not in read and name not in READ_BY_SERVICES and not protocols.dictionary[name].shown_only
    ]
    assert silent == []


READ_BY_SERVICES = {
    "gate_incomplete", "visit_reason", "who_for",
    "cons_meds", "cons_injections", "cons_activity", "cons_laser",  # counted in cons_modalities
}  # fmt: skip


def test_four_valued_facts_use_exactly_the_four_words(protocols: Protocols) -> None:
    for name in protocols.dictionary:
        if protocols.dictionary[name].kind == "four_valued":
            assert set(protocols.dictionary[name].values) == set(FOUR_VALUES)


def test_numbers_offered_as_buttons_lie_on_both_sides_of_the_thresholds(protocols: Protocols) -> None:
    """Where a rule has a threshold, some button lies at or below it and some above."""
    for rule in protocols.red_flags.rules:
        for name, limit in rule.condition.numbers:
            offered = [float(choice.value) for choice in protocols.dictionary[name].choices]
            if offered:
                assert min(offered) <= limit < max(offered), (rule.id, name, limit)


def test_groups_are_asked_together_and_have_a_joint_wording(protocols: Protocols) -> None:
    groups = read_dictionary(read_document(FOLDER / "variables.yaml")).groups
    assert [name for name in groups if not protocols.texts.has(f"group_{name}")] == []
