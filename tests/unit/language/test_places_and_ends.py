"""Where it hurts and where it does not; what is over in the next sentence; what is no name."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("text", "asked", "region"),
    [
        ("they did my neck in 2011", None, None),
        ("my low back aches, they fused it in 2015", None, ("low_back",)),
        ("it's my shoulder blade, not the neck", "nicotine", None),
        ("no shots in my back", "cons_injections", None),
        ("the neck", "region", ("neck",)),
    ],
)
def test_a_body_part_is_the_place_of_the_complaint_only_when_it_hurts(read, text, asked, region):
    assert read(text, asked).facts.get("region") == region


def test_a_symptom_is_over_when_the_next_sentence_says_only_that(read):
    assert read("I leaked urine for a week. All gone now.").facts["bladder_incontinence"] == "resolved"
    assert read("My hand was clumsy in may. It went away.").facts["hand_clumsiness"] == "resolved"


def test_of_several_symptoms_nobody_knows_which_is_over(read):
    facts = read("My crotch is numb and I leak urine. It is gone now.").facts
    assert facts["saddle_numbness"] == "yes"
    assert facts["bladder_incontinence"] == "yes"


def test_a_symptom_that_goes_on_is_not_over(read):
    assert read("My crotch is numb. The back pain is gone now.").facts["saddle_numbness"] == "yes"


@pytest.mark.parametrize("text", ["nothing is off down there", "there is nothing weird down there"])
def test_nothing_amiss_is_a_no(read, text):
    assert read(text, "G2").facts["saddle_numbness"] == "no"
    assert "saddle_numbness" not in read(text).facts


def test_a_near_faint_is_asked_about(read):
    reading = read("I almost blacked out in the kitchen")
    assert "fainting" not in reading.facts
    assert "fainting" in reading.ask


@pytest.mark.parametrize("text", ["human please", "line 3 is wrong", "real person", "operator"])
def test_these_are_no_names(read, text):
    assert "contact_name" not in read(text, "contact_name").facts


@pytest.mark.parametrize(
    ("text", "asked", "value"),
    [
        ("count me in", "surgery_preference", "yes"),
        ("only if nothing else works", "surgery_preference", "open"),
        ("keep me away from it", "surgery_preference", "no"),
        ("I go back and forth", "surgery_preference", "unsure"),
        ("going downhill", "bladder_retention_course", "worsening"),
        ("letting up a little", "weakness_course", "improving"),
        ("the doctors could not tell", "saddle_numbness_explained", "none"),
        ("yes he told me but the name is gone", "saddle_numbness_explained", "other_told_by_doctor"),
        ("a rod snapped", "dx", ("hardware_problem",)),
        ("could not find anything", "dx", ("none",)),
    ],
)
def test_answers_in_other_words(read, text, asked, value):
    assert read(text, asked).facts.get(asked) == value
