"""Short answers mean what was asked; unclear ones stay unclear."""

from __future__ import annotations

import pytest

GATES = ("G1", "G2", "G3", "G4", "G5", "G6")


@pytest.mark.parametrize(
    "text", ["no", "nope all good", "none of those", "naw", "nothing like that", "No to everything"]
)
def test_a_clear_no_clears_the_gate(read, dictionary, text):
    for gate in GATES:
        reading = read(text, gate)
        wanted = dictionary.gates[gate].clear_no
        assert (reading.answer, reading.polarity) == ("full", "deny")
        assert {name: reading.facts.get(name) for name in wanted} == dict(wanted)


def test_denying_one_thing_does_not_clear_the_gate(read):
    reading = read("no fever", "G4")
    assert (reading.answer, dict(reading.facts)) == ("partial", {"fever": "no"})


def test_naming_one_thing_leaves_the_rest_unknown(read):
    reading = read("my left foot drags", "G3")
    assert reading.answer == "partial"
    assert reading.facts["foot_drop"] == "yes"
    assert "gait_imbalance" not in reading.facts


@pytest.mark.parametrize(
    "text",
    [
        "only blood thinners",
        "I take Eliquis, nothing else",
        "no except blood thinners",
        "Eliquis, otherwise no",
    ],
)
def test_naming_one_thing_and_denying_the_rest_answers_fully(read, text):
    reading = read(text, "G6")
    assert reading.answer == "full"
    assert (reading.facts["anticoagulant"], reading.facts["osteoporosis"], reading.facts["trauma"]) == (
        "yes",
        "no",
        "none",
    )


def test_the_gate_gives_short_words_their_meaning(read):
    assert read("some numbness", "G2").facts["saddle_numbness"] == "yes"
    assert "saddle_numbness" not in read("some numbness", "G3").facts
    assert "saddle_numbness" not in read("my foot is numb", "G2").facts


@pytest.mark.parametrize("text", ["not sure", "idk", "kinda", "maybe", "hard to say"])
def test_doubt_is_unclear(read, text):
    assert read(text, "G2").answer == "unclear"
    reading = read(text, "saddle_numbness")
    assert (reading.answer, reading.facts["saddle_numbness"]) == ("unclear", "unsure")


@pytest.mark.parametrize("text", ["prefer not to say", "skip", "rather not answer", "none of your business"])
def test_declining_is_no_answer_and_no_fact(read, text):
    reading = read(text, "nicotine")
    assert (reading.answer, dict(reading.facts)) == ("declined", {})


@pytest.mark.parametrize(
    ("asked", "text", "value"),
    [
        ("cons_pt", "yep", "yes"),
        ("cons_pt", "not really", "no"),
        ("saddle_numbness", "👍", "yes"),
        ("age", "67", 67),
        ("age", "she's eighty four", 84),
        ("pain_nrs", "11/10", 10),
        ("pain_nrs", "8ish", 8),
        ("duration_weeks", "8 months", 34.8),
        ("duration_weeks", "couple weeks", 2.0),
        ("saddle_numbness_onset_days", "since tuesday", 1),
        ("saddle_numbness_onset_days", "years", 730),
        ("weakness", "a bit", "mild"),
        ("weakness", "no", "none"),
        ("side", "both", "both"),
        ("side", "the right one", "right"),
        ("course", "about the same", "same"),
        ("imaging", "never had any", "none"),
        ("dx", "nobody told me anything", ("none",)),
        ("prior_spine_surgery", "nah", "no"),
        ("who_for", "it's for my mom", "other"),
        ("who_for", "me, 45", "self"),
        ("contact_name", "it's Maria Lopez", "Maria Lopez"),
        ("contact_phone", "call me on (314) 555-0177", "+13145550177"),
        ("callback_ok_time", "after 5 works", "after 5 works"),
    ],
)
def test_an_answer_gives_the_asked_fact(read, asked, text, value):
    reading = read(text, asked)
    assert reading.facts[asked] == value
    assert reading.answer == "full"


def test_a_bare_number_without_unit_is_unclear_for_a_duration(read):
    assert read("3", "duration_weeks").answer == "unclear"


@pytest.mark.parametrize(
    ("text", "polarity"), [("ok", "affirm"), ("sure go ahead", "affirm"), ("I don't agree", "deny")]
)
def test_consent_has_a_polarity(read, text, polarity):
    reading = read(text, "consent")
    assert (reading.answer, reading.polarity) == ("full", polarity)


@pytest.mark.parametrize(
    "text", ["why do you need that?", "how much does surgery cost?", "what does that mean?"]
)
def test_a_question_is_no_answer(read, text):
    for asked in ("G2", "duration_weeks", "consent", "cons_pt"):
        reading = read(text, asked)
        assert (reading.answer, reading.question, dict(reading.facts)) == ("none", True, {})


@pytest.mark.parametrize(
    "text", ["sorry I meant the right leg", "not the left but the right leg", "actually it's the right side"]
)
def test_a_correction_is_marked(read, text):
    reading = read(text, "confirm_summary")
    assert reading.correction
    assert reading.facts["side"] == "right"


@pytest.mark.parametrize("text", ["the second one", "2", "thursday afternoon", "the earliest"])
def test_a_choice_of_time_is_an_answer(read, text):
    assert read(text, "choose_time").answer == "full"


def test_spanish_is_recognised(read):
    assert read("hola, me duele mucho la espalda desde hace dos semanas").language == "es"
    assert read("my back hurts").language == "en"
    assert read("у меня болит спина").language == "other"


@pytest.mark.parametrize(
    ("text", "asked", "facts"),
    [
        ("lower back, no", "region", {"region": ("low_back",), "radiates": "none"}),
        ("neck and arm, no", "region", {"region": ("neck", "arm")}),
        ("no, my neck", "region", {"region": ("neck",)}),
        ("8 months, same", "duration_weeks", {"duration_weeks": 34.8, "course": "same"}),
        ("3 wks, better", "duration_weeks", {"duration_weeks": 3.0, "course": "improving"}),
        ("same. Hurry it up.", "course", {"course": "same"}),
        ("severely", "function_limit", {"function_limit": "severe"}),
        ("4 weeks, helped partly", "cons_weeks", {"cons_weeks": 4.0, "cons_relief": "partial"}),
        ("past breast cnacer, otherwise no", "G5", {"cancer_status": "history"}),
    ],
)
def test_what_was_asked_together_is_answered_together(read, text, asked, facts):
    found = read(text, asked).facts
    assert {name: found.get(name) for name in facts} == facts
    assert set(found) - set(facts) <= {"night_pain_unrelenting", "weight_loss", "region"}


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        (
            "Low back. Age 33 years. Started 5 weeks ago.",
            {"age": 33, "duration_weeks": 5.0, "region": ("low_back",)},
        ),
        ("Tried PT and pills. Treatment lasted 12 weeks.", {"cons_weeks": 12.0, "cons_pt": "yes"}),
        ("No shooting pain. Nobody told me why.", {"radiates": "none", "dx": ("none",)}),
        ("This is for somebody else, my aunt.", {"who_for": "other"}),
    ],
)
def test_a_story_in_short_sentences(read, text, facts):
    found = read(text).facts
    assert {name: found.get(name) for name in facts} == facts


def test_a_whistling_kettle_is_no_trouble_peeing(read):
    assert "bladder_retention" not in read("The kettle just whistled, one second. nah none apply", "G3").facts


@pytest.mark.parametrize("text", ["looks good", "all good", "yes that's ok", "everything is correct"])
def test_agreeing_to_a_summary_states_no_sign(read, text):
    reading = read(text, "confirm_summary")
    assert (reading.polarity, dict(reading.facts)) == ("affirm", {})


def test_who_it_is_for_is_read_beside_other_facts(read):
    found = read("im 61, its for me. low back pain for 7 months", "consent").facts
    assert (found["who_for"], found["age"]) == ("self", 61)
    assert "who_for" not in read("surgery is not for me").facts


@pytest.mark.parametrize(
    ("text", "preference"),
    [("no, open to it", "open"), ("no, no surgery thanks", "no"), ("no", None)],
)
def test_a_wish_beside_who_advised_surgery(read, text, preference):
    found = read(text, "surgery_recommended").facts
    assert found["surgery_recommended"] == "no"
    assert found.get("surgery_preference") == preference
    assert "prior_spine_surgery" not in found


@pytest.mark.parametrize(
    ("text", "polarity"),
    [
        ("it has been 11 months", None),
        ("yes, 11 months", "affirm"),
        ("yes that all looks right to me", "affirm"),
    ],
)
def test_a_new_value_agrees_to_no_summary(read, text, polarity):
    assert read(text, "confirm_summary").polarity == polarity


def test_the_length_beside_a_treatment_is_the_length_of_care(read):
    assert read("two epidurals, 12 weeks total, only partly helped", "cons_weeks").facts["cons_weeks"] == 12.0
