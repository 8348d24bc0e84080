"""What surroundings make of a symptom (clinical.md 3.3), in wordings of our own."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.language import load_reader

from .conftest import DATE, ROOT

ALARMS = (
    "saddle_numbness", "bladder_retention", "bladder_incontinence", "bladder_sensation_loss",
    "bowel_incontinence",
    "weakness", "foot_drop", "fever", "chest_pain", "cancer_status", "gait_imbalance", "cannot_walk",
)  # fmt: skip


def alarms(reading):
    quiet = ("no", "none", "never")
    return {name: value for name, value in reading.facts.items() if name in ALARMS and value not in quiet}


def assertions(reading, variable):
    return {finding.assertion for finding in reading.findings if finding.variable == variable}


def test_negation_list_covers_all_items(read):
    facts = read("No fever, chills, leg weakness or leaking urine.").facts
    assert (facts["fever"], facts["weakness"], facts["bladder_incontinence"]) == ("no", "none", "no")


def test_negation_ends_at_but(read):
    facts = read("I have no fever but I can't pass urine").facts
    assert (facts["fever"], facts["bladder_retention"]) == ("no", "yes")


def test_negation_does_not_cross_into_a_new_clause(read):
    facts = read("no fever, my foot drags").facts
    assert (facts["fever"], facts["foot_drop"]) == ("no", "yes")


def test_a_no_after_the_symptom_denies_it(read):
    assert read("leaking urine? nope").facts["bladder_incontinence"] == "no"
    assert read("fever: negative").facts["fever"] == "no"


def test_cannot_feel_is_no_denial_of_what_follows(read):
    assert read("I can't feel my crotch and my foot is numb").facts["limb_numbness"] == "yes"


def test_double_negative_is_unsure(read):
    assert read("can't say I don't have trouble peeing").facts["bladder_retention"] == "unsure"


def test_doubt_is_unsure_and_asked_about(read):
    reading = read("maybe my groin is a bit numb, not sure")
    assert reading.facts["saddle_numbness"] == "unsure"
    assert "saddle_numbness" in reading.ask


def test_what_went_away_is_resolved(read):
    reading = read("my groin used to be numb")
    assert reading.facts["saddle_numbness"] == "resolved"
    assert read("the numbness in my groin went away").facts["saddle_numbness"] == "resolved"


@pytest.mark.parametrize(
    "text",
    [
        "what if I lose control of my bladder?",
        "The nurse said go to the ER if my legs get weak",
        "I'm so afraid of ending up incontinent",
        "could this cause me to wet the bed?",
    ],
)
def test_what_might_happen_is_hypothetical(read, text):
    reading = read(text)
    assert alarms(reading) == {}
    assert any(finding.assertion == "hypothetical" for finding in reading.findings)


@pytest.mark.parametrize(
    "text",
    [
        "My coworker lost bladder control, my own back just aches",
        "the dog can't walk",
        "my sister couldn't pee after her fusion, I only have back pain",
    ],
)
def test_other_people_and_animals_make_no_fact(read, text):
    assert alarms(read(text)) == {}


def test_a_symptom_of_long_ago_is_historical(read):
    reading = read("as a teenager I had weakness in my leg")
    assert assertions(reading, "weakness") == {"historical"}
    assert alarms(reading) == {}


def test_proxy_symptom_counts_for_the_patient(read):
    facts = read("my grandpa can't urinate since last night").facts
    assert (facts["bladder_retention"], facts["who_for"]) == ("yes", "other")


def test_cancer_of_a_relative_is_family_only(read):
    assert read("my uncle had lung cancer and my back hurts").facts["cancer_status"] == "family_only"


def test_a_spouse_as_witness_does_not_own_the_symptom(read):
    assert read("my husband noticed my foot drags").facts["foot_drop"] == "yes"


@pytest.mark.parametrize(
    "text",
    [
        "this back is killing me",
        "paralyzed with fear",
        "my kids nearly gave me a heart attack",
        "cabin fever all winter",
        "feeling emotionally numb",
        "I'm a Cancer, the star sign",
        "got my flu shot",
        "I can't walk far",
        "lost 20 lbs with Wegovy",
        "just a steroid shot in my knee",
        "threw my back out lifting the sofa",
        "weak coffee is all I get here",
    ],
)
def test_idioms_and_look_alikes_raise_no_alarm(read, text):
    reading = read(text)
    assert alarms(reading) == {}
    assert reading.facts.get("trauma", "none") == "none"
    assert reading.facts.get("weight_loss", "no") == "no"


def test_numbness_elsewhere_is_not_saddle(read):
    for text in ("my left foot is numb", "the outside of my thigh feels numb", "butt cheek is sore"):
        assert "saddle_numbness" not in read(text).facts, text


def test_numb_butt_is_asked_about(read):
    assert "saddle_numbness" in read("my butt is numb").ask


def test_leak_with_a_cough_is_explained(read):
    facts = read("I leak a bit when I cough").facts
    assert facts["bladder_incontinence_explained"] == "stress_incontinence"


CONTEXT_CASES = {
    "negated": ("no fever", "fever", "no"),
    "unsure": ("maybe my groin is numb", "saddle_numbness", "unsure"),
    "resolved": ("my groin used to be numb", "saddle_numbness", "resolved"),
    "hypothetical": ("what if I lose bladder control", "bladder_incontinence", None),
    "other": ("my coworker lost bladder control", "bladder_incontinence", None),
    "historical": ("as a teenager I had weakness in my leg", "weakness", None),
}


@pytest.mark.parametrize("case", CONTEXT_CASES)
def test_every_assertion_depends_on_the_context_pipe(read, dictionary, case):
    text, variable, expected = CONTEXT_CASES[case]
    assert read(text).facts.get(variable) == expected
    assert _without_context(dictionary).read(text, None, None, DATE).facts.get(variable) != expected


_BARE = {}


def _without_context(dictionary):
    if "reader" not in _BARE:
        reader = load_reader(dictionary, Path(ROOT / "data/lexicon"))
        reader.nlp.remove_pipe("medspacy_context")
        _BARE["reader"] = reader
    return _BARE["reader"]
