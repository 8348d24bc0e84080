"""Wishes to die, plans, means and self-injury in words of many kinds; and what only sounds so."""

import datetime as dt

import pytest

DAY = dt.date(2026, 11, 18)


@pytest.mark.parametrize(
    "text",
    [
        "i keep wishing i was six feet under",
        "my rifle is loaded and it whispers to me",
        "been hoarding my norco, its enough to do it",
        "i have no will to keep living",
        "standing on the overpass deciding",
        "my kids would be happier burying me",
        "i cant be trusted, im a danger to myself tonight",
        "I have thoughts of drowning myself",
        "i picked a date and ive made my peace with going",
        "i skip my insulin on purpose so i can go",
    ],
)
def test_wishes_plans_and_means_are_told_apart_from_nothing(reader, text):
    assert reader.read(text, date=DAY).facts.get("self_harm") == "yes"


@pytest.mark.parametrize(
    "text",
    [
        "the massage gun is my only comfort",
        "i answer phones for a suicide hotline",
        "dead tired, i could sleep forever on this mattress",
        "i sat on the roof all day laying shingles",
        "jump rope is what did my calf in",
        "we keep our pills in a weekly organizer",
        "dying to get back to golf",
        "I don't want to be here all day waiting",
    ],
)
def test_everyday_words_are_no_wish_to_die(reader, text):
    reading = reader.read(text, date=DAY)
    assert reading.facts.get("self_harm") in (None, "no")


@pytest.mark.parametrize(
    "text",
    [
        "I am not going to harm myself over this",
        "no thoughts of dying, I want to live",
        "i'm not a danger to myself",
    ],
)
def test_a_denial_of_such_thoughts_is_a_no(reader, text):
    assert reader.read(text, date=DAY).facts["self_harm"] == "no"


def test_a_condition_makes_a_plan_no_less_worth_asking(reader):
    reading = reader.read("if my leg never comes back then I will shoot myself", date=DAY)
    assert reading.facts.get("self_harm") == "yes" or "self_harm" in reading.ask


@pytest.mark.parametrize(
    "text",
    [
        "my partner chokes me when she is drunk",
        "the caregiver slaps mom",
        "i was thrown against the fridge, beaten by my husband",
    ],
)
def test_violence_at_home(reader, text):
    assert reader.read(text, date=DAY).facts.get("abuse_unsafe") == "yes"


def test_a_chiropractor_who_beats_me_up_is_no_violence(reader):
    assert "abuse_unsafe" not in reader.read("my trainer beats me up at the gym", date=DAY).facts
