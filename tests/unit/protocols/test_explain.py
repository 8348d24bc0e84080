"""Every result is explained twice: to staff with rules, facts and sources; to the patient in their words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from bot.domain.facts import Fact, values_of
from bot.protocols import Protocols
from bot.protocols.acceptance import AcceptanceCase
from bot.protocols.explain import LONGEST_WORDS, Explanation, explain
from bot.protocols.lint import Said, check

AT = dt.datetime(2026, 11, 18, 15, 0, tzinfo=dt.UTC)


def told(values: Mapping[str, Any], words: str = "as I told you") -> dict[str, Fact]:
    return {
        name: Fact(variable=name, value=value, words=words, message_id="m", asked=None, by="patient", at=AT)
        for name, value in values.items()
    }


def explained(protocols: Protocols, facts: Mapping[str, Fact]) -> Explanation:
    return explain(protocols, protocols.judge(values_of(facts), nearly=True), facts)


def test_staff_read_rule_facts_words_and_linked_sources(protocols: Protocols) -> None:
    facts = told({"saddle_numbness": "yes", "saddle_numbness_onset_days": 2}, "numb when I wipe")
    staff = explained(protocols, facts).staff
    assert "Level emergency_now; deferred_emergency, ER_NOW (C00b)." in staff
    assert "RF01 possible cauda equina or cord trouble (emergency_now): " in staff
    assert 'saddle_numbness yes - "numb when I wipe"' in staff
    assert "R-GIRFT: GIRFT interactive pathway" in staff
    assert "<https://girft-interactivepathways.org.uk/" in staff
    assert "S2.25: Clinic article" in staff
    assert "Safety questions not complete: chest_pain" in staff


def test_staff_read_what_nearly_fired_and_what_would_do_it(protocols: Protocols) -> None:
    facts = told({"bilateral_leg_symptoms": "yes", "bilateral_leg_symptoms_onset_days": 15})
    assert "Nearly RF03 new both-leg pain alone: with bilateral_leg_symptoms_onset_days 14" in (
        explained(protocols, facts).staff
    )
    assert "RF03" not in explained(protocols, facts).patient


def test_the_patient_reads_their_own_words_and_what_follows(protocols: Protocols) -> None:
    facts = told({"one_leg_swelling": "yes"}, "my  calf is huge")
    patient = explained(protocols, facts).patient.splitlines()
    assert patient[0] == 'You told us: "my calf is huge".'
    assert patient[1] == "A swollen, sore leg should be checked today."
    assert patient[2] == protocols.texts.say("safety_net", channel="web")


def test_long_words_are_cut_and_staffs_words_are_not_the_patients(protocols: Protocols) -> None:
    (fact,) = told({"one_leg_swelling": "yes"}, "very " * 50).values()
    cut = explained(protocols, {"one_leg_swelling": fact}).patient.splitlines()[0]
    assert len(cut) < LONGEST_WORDS + 30
    by_staff = Fact(
        variable="one_leg_swelling", value="yes", words="seen", message_id=None, asked=None, by="staff", at=AT
    )
    assert "You told us" not in explained(protocols, {"one_leg_swelling": by_staff}).patient


def test_what_is_private_is_in_neither_text(protocols: Protocols) -> None:
    found = explained(protocols, told({"abuse_unsafe": "yes"}))
    assert "RF91" not in found.staff
    assert "abuse" not in found.staff + found.patient


def test_every_case_is_explained_in_words_a_patient_may_read(
    protocols: Protocols, cases: list[AcceptanceCase]
) -> None:
    wrong = []
    for case in cases:
        found = explain(protocols, protocols.judge(case.facts), told(case.facts, "it hurts here"))
        assert found.staff
        # The rules' own first lines are graded one by one, with their exceptions; here promises and keywords.
        said = Said(id=case.place, channel="web", wording=found.patient, exempt={"grade": ""})
        wrong += [str(complaint) for complaint in check(said)]
    assert wrong == []
