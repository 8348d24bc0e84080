"""A bladder that does not empty, told by how little comes and how: spoons, drops, coaxing, doubt."""

import pytest


@pytest.mark.parametrize(
    "text",
    [
        "I sit on the toilet, run the faucet, and get maybe an eggcup",
        "When I finally go it's a thimbleful",
        "a teaspoon is what I get out when I pee",
        "bladder feels full but I only pass a tablespoon",
        "hardly any water comes out when I tinkle",
        "I pee about a shot glass all day",
        "barely wet the bowl and I've been holding it since noon",
        "my water comes and goes in spurts",
        "it goes in fits and starts when I pee",
        "the flow quits halfway and I'm still bursting",
        "I have to bribe my bladder these days",
        "my husband has to hum and jiggle to get a few cc out",
        "I don't think I'm emptying all the way",
        "I can't poop or pee",
        "neither peeing nor pooping works anymore",
        "he is unable to move his bowels or urinate",
        "I ran the faucet. I waited. Barely a thimble.",
    ],
)
def test_little_and_late_is_retention(reader, text):
    assert reader.read(text).facts["bladder_retention"] == "yes"


@pytest.mark.parametrize(
    "text",
    [
        "I take two drops of oil in my water at night",
        "my emails come in fits and starts",
        "my back takes ages to get going in the morning",
        "I have to coax the dog out to pee",
        "barely a spoonful comes when I poop",
        "not sure I'm emptying the dishwasher right",
        "I only pee a little because I hardly drink",
        "I can't poop or pee in public places",
        "I'm not pooping or peeing more often than usual",
    ],
)
def test_small_measures_of_other_things_are_not(reader, text):
    assert reader.read(text).facts.get("bladder_retention") != "yes"


def test_a_doubt_of_being_empty_is_asked_about(reader):
    reading = reader.read("I'm not sure I'm emptying my bladder")
    assert reading.facts["bladder_retention"] == "unsure"
    assert "bladder_retention" in reading.ask


def test_a_bladder_that_empties_is_well_and_a_drop_in_the_eye_no_stroke(reader):
    assert reader.read("I empty completely, good stream").facts["bladder_retention"] == "no"
    assert "stroke_signs" not in reader.read("Eye drops: two drops each eye").facts
