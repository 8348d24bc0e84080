"""A "no" to a safety question clears it only when it is said of the question."""

from __future__ import annotations

import pytest

LIMBS = ("weakness", "foot_drop", "hand_clumsiness", "gait_imbalance")


@pytest.mark.parametrize(
    "text",
    [
        "no fever, maybe some chills",
        "no weight loss",
        "no diabetes",
        "no pain there",
        "no insurance",
        "no surgery",
    ],
)
def test_a_no_to_another_thing_clears_nothing(read, text):
    assert not set(LIMBS) & set(read(text, "G3").facts)


@pytest.mark.parametrize(
    "text",
    [
        "no",
        "no sir",
        "no thank god",
        "no problems",
        "no, maybe some weight loss",
        "nope strong and steady",
        "no x4",
    ],
)
def test_a_no_of_its_own_clears_the_question(read, text):
    assert set(LIMBS) <= set(read(text, "G3").facts)


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("suddenly my mouth droops and my words are slurred. none", "stroke_signs"),
        ("i fainted. none", "fainting"),
        ("i fainted. none. that is how it goes", "fainting"),
        ("i passed out at work. none of those", "fainting"),
    ],
)
def test_a_none_behind_a_stated_sign_is_of_the_rest(read, text, sign):
    assert read(text, "G1").facts[sign] == "yes"


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("i have chest pain at work", "chest_pain"),
        ("i get short of breath at work", "short_of_breath"),
        ("i fainted on the bus, all good otherwise", "fainting"),
    ],
)
def test_a_word_that_is_well_elsewhere_takes_no_sign_back(read, text, sign):
    assert read(text, "G1").facts[sign] == "yes"


def test_a_verdict_behind_the_name_of_a_sign_is_of_the_sign(read):
    facts = read("fainting no, chest pain no", "G1").facts
    assert (facts["fainting"], facts["chest_pain"]) == ("no", "no")


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("no fever but i take enbrel", "immunosuppressed"),
        ("no chills, no cancer, however i use needles", "ivdu"),
        ("no fevers or chills, finished antibiotics on friday", "recent_infection"),
    ],
)
def test_a_no_to_one_thing_and_a_sign_leave_the_rest_open(read, text, sign):
    reading = read(text, "G4")
    assert reading.facts[sign] == "yes"
    assert reading.answer == "partial"
    assert len({"recent_infection", "ivdu", "immunosuppressed"} & set(reading.facts)) == 1


@pytest.mark.parametrize(
    ("text", "lost", "well"),
    [
        ("no bladder control, bowels ok", "bladder_incontinence", "bowel_incontinence"),
        ("no bowel control, bladder fine", "bowel_incontinence", "bladder_incontinence"),
        ("no feeling down there, legs ok", "saddle_numbness", "limb_numbness"),
    ],
)
def test_that_one_thing_is_well_takes_nothing_from_the_other(read, text, lost, well):
    facts = read(text).facts
    assert facts[lost] == "yes"
    assert facts.get(well) in ("no", None)
