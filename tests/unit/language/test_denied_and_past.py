"""Denials that reach into a sign, signs taken back, old stories, and times that attach to the right thing."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("no urine dripping", "bladder_incontinence"),
        ("neither calf is swollen", "one_leg_swelling"),
        ("appetite good, no pain in the chest, all quiet", "chest_pain"),
        ("Losing control of my water: hasn't happened.", "bladder_incontinence"),
        ("Numb around the groin, that's a negative.", "saddle_numbness"),
        ("Passing out... none. Chest pain... none.", "fainting"),
    ],
)
def test_a_denial_reaches_the_sign_it_is_said_of(read, text, name):
    assert read(text).facts[name] == "no"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("my bladder leaked this morning. no", "bladder_incontinence"),
        ("my leg suddenly turned cold and blue. no, never", "cold_pale_leg"),
        ("I passed out in the kitchen an hour ago. Nope.", "fainting"),
    ],
)
def test_a_sign_that_is_told_is_not_taken_back_by_an_answer_behind_it(read, text, name):
    """The "no" answers what was asked: "are you thinking about hurting yourself?"."""
    assert read(text, "self_harm").facts[name] == "yes"


@pytest.mark.parametrize("text", ["I can't feel my crotch. No joke.", "can't pee. not at all."])
def test_a_lack_said_twice_stands(read, text):
    assert "yes" in read(text).facts.values()


@pytest.mark.parametrize(
    "text", ["my cousin in Omaha had numb privates from a disc", "my aunt was on a catheter after her fall"]
)
def test_a_relatives_old_story_is_no_fact(read, text):
    assert not {"saddle_numbness", "bladder_retention", "who_for"} & read(text).facts.keys()


@pytest.mark.parametrize(
    ("text", "name"),
    [("I fainted in 2016 at a wedding", "fainting"), ("had a UTI in March of last year", "recent_infection")],
)
def test_an_acute_sign_long_past_is_history(read, text, name):
    assert name not in read(text).facts


def test_waking_with_it_is_today(read):
    assert read("woke up with a numb groin").facts["saddle_numbness_onset_days"] == 0


def test_waking_with_it_one_day_is_no_date(read):
    assert "saddle_numbness_onset_days" not in read("woke up one day with a numb groin").facts


def test_taking_forever_is_no_age(read):
    assert "bladder_retention_onset_days" not in read("it takes forever to pee").facts


def test_what_started_behind_the_treatments_is_the_complaint(read):
    facts = read("Low back pain. Tried PT, pills. Started 3 weeks ago.").facts
    assert facts["duration_weeks"] == 3.0
    assert "cons_pt_weeks" not in facts


def test_the_writers_own_faint_is_not_the_drivers(read):
    assert read("my husband is driving since I passed out this morning").facts["fainting"] == "yes"


def test_a_place_behind_a_denied_item_is_told(read):
    facts = read("no trauma, low back, 2 months").facts
    assert facts["region"] == ("low_back",)
    assert facts["trauma"] == "none"


def test_a_name_stands_behind_the_number(read):
    facts = read("314-555-0123, Dana", "contact_phone").facts
    assert facts["contact_name"] == "Dana"


def test_an_ending_as_it_is_said(read):
    assert read("my leg keeps givin out").facts["weakness"] == "severe"


def test_light_words_stand_inside_a_phrase(read):
    assert read("it has taken me ages now to start peeing").facts["bladder_retention"] == "yes"


@pytest.mark.parametrize(
    "text",
    [
        "I thought it was chest pain but it turned out to be heartburn",
        "bungee jumping off a bridge is on my bucket list",
        "nearly blacked out when I saw the bill",
        "felt out of it on the muscle relaxer",
    ],
)
def test_what_only_looked_like_a_sign_is_none(read, text):
    facts = {name: value for name, value in read(text).facts.items() if name != "cons_meds"}
    assert not {"yes", "major"} & set(facts.values())


def test_a_rough_figure_leaves_the_sign_sure(read):
    facts = read("can't pee, maybe 10 hours").facts
    assert facts["bladder_retention"] == "yes"


def test_an_if_over_what_goes_on_is_told(read):
    assert read("is it ok to drive if my leg keeps giving out?").facts["weakness"] == "severe"


@pytest.mark.parametrize(
    "text", ["they said come in if my leg keeps giving out", "what if my leg keeps giving out"]
)
def test_an_if_of_somebodys_advice_is_supposed(read, text):
    assert "weakness" not in read(text).facts


def test_new_wetting_is_not_taken_back(read):
    text = "I dribble all day and wear a pad, I was never like this"
    assert read(text).facts["bladder_incontinence"] == "yes"


def test_the_husband_here_is_the_writer(read):
    assert read("Husband here, she can't pee since noon").facts["relation"] == "spouse"
