"""The lines of the conversations that every release must hold."""

from __future__ import annotations

STORY = (
    "my lower back has been killing me for about 8 months, down the left leg. did PT and 2 epidurals, "
    "MRI in September showed a grade 1 slip at L4-5"
)


def test_routine_story_gives_all_its_facts(read):
    facts = read(STORY).facts
    assert facts["region"] == ("low_back", "leg")
    assert facts["duration_weeks"] == 34.8
    assert facts["radiates"] == "leg_above_knee"
    assert facts["side"] == "left"
    assert (facts["cons_pt"], facts["cons_injections"], facts["injection_count"]) == ("yes", "yes", 2)
    assert facts["imaging"] == "mri"
    assert 1.5 < facts["imaging_months"] < 3
    assert facts["dx"] == ("spondylolisthesis",)
    assert (facts["slip_grade"], facts["levels"]) == (1, 1)


def test_emergency_line_gives_saddle_numbness_since_yesterday(read):
    facts = read("and since yesterday i cant feel when i wipe").facts
    assert facts["saddle_numbness"] == "yes"
    assert facts["saddle_numbness_onset_days"] == 1


def test_a_question_in_between_answers_nothing(read):
    reading = read("how long is recovery?", "duration_weeks")
    assert (reading.answer, reading.question, dict(reading.facts)) == ("none", True, {})


def test_no_to_all_clears_every_gate(read, dictionary):
    for gate in dictionary.gates.values():
        reading = read("no to all", gate.name)
        assert reading.answer == "full"
        assert {name: reading.facts.get(name) for name in gate.clear_no} == dict(gate.clear_no)


def test_bare_yes_to_a_gate_is_partial(read, dictionary):
    for gate in dictionary.gates.values():
        reading = read("yes", gate.name)
        assert (reading.answer, reading.polarity, dict(reading.facts)) == ("partial", "affirm", {})


def test_pain_that_runs_down_is_not_being_run_down(read):
    assert "feels_ill" not in read("it runs down my left leg").facts
    assert read("I've been feeling run down").facts["feels_ill"] == "yes"


def test_not_sure_about_surgery_is_not_a_no(read):
    assert read("not sure about that", "surgery_preference").facts["surgery_preference"] == "unsure"
    assert read("absolutely not", "surgery_preference").facts["surgery_preference"] == "no"
