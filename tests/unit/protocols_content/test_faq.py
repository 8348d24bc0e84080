"""Answers: sourced, closed with the surgeon's word, benefits never without a risk."""

from __future__ import annotations

import re

from bot.protocols import Protocols

TOPICS_OF_THE_SPECIFICATION = """
mis_lumbar_fusion fusion_approaches what_is_miss mis_versus_open incision_size procedures surgery_length
hospital_stay walking_and_eating recovery_time restrictions brace therapy_after driving_and_desk_work
success_rate risks pain_after_surgery who_may_not_fit when_surgery before_surgery revision_surgery
failed_back_surgery second_opinion_ok questions_for_the_surgeon insurance how_soon_seen contact_clinic
about_the_clinic fear_of_surgery nerve_pain_causes curve_names muscle_sparing age_for_surgery
relief_right_away right_for_everyone surgeon_experience back_to_work opioids intracept cyberknife
who_reads_this office_hours
""".split()  # noqa: SIM905 - a list of words reads better as one
CLOSING = "Your surgeon will tell you what applies to you."


def test_every_question_of_the_specification_has_an_answer(protocols: Protocols) -> None:
    assert {entry.topic for entry in protocols.faq} >= set(TOPICS_OF_THE_SPECIFICATION)


def test_every_answer_ends_with_the_surgeon_or_says_why_not(protocols: Protocols) -> None:
    for entry in protocols.faq:
        for answer in (entry.answer, entry.answer_sms):
            assert answer.endswith(CLOSING) or entry.no_closing, entry.topic


def test_every_answer_has_statements_as_sources_and_varied_questions(protocols: Protocols) -> None:
    for entry in protocols.faq:
        assert entry.source
        assert all(re.fullmatch(r"S[0-4]\.\d+", item) for item in entry.source), entry.topic
        assert 8 <= len(entry.questions) <= 30, entry.topic
        assert entry.source_label


def test_no_answer_leaves_a_field_open(protocols: Protocols) -> None:
    for entry in protocols.faq:
        assert "{" not in entry.answer + entry.answer_sms
    assert protocols.clinic.phone in _answer(protocols, "contact_clinic")


def test_benefits_are_never_said_without_risk(protocols: Protocols) -> None:
    """X7 of the specification."""
    for topic in ("mis_versus_open", "success_rate", "mis_lumbar_fusion", "muscle_sparing", "back_to_work"):
        entry = protocols.faq_answer(topic)
        assert entry is not None
        assert "risk" in entry.answer
        assert "risk" in entry.answer_sms


def test_success_rate_is_the_articles_and_not_the_patients(protocols: Protocols) -> None:
    answer = _answer(protocols, "success_rate")
    assert "Articles quote 80 to 95" in answer
    assert "not your own chance" in answer


def test_recovery_quotes_both_ranges(protocols: Protocols) -> None:
    """X5 of the specification."""
    answer = _answer(protocols, "recovery_time")
    assert "less than two months" in answer
    assert "several months" in answer


def test_another_practices_methods_are_not_offered(protocols: Protocols) -> None:
    """X11 and X18 of the specification."""
    assert "another practice" in _answer(protocols, "intracept")
    for topic in ("intracept", "cyberknife"):
        assert not re.search(r"\b(we|our clinic) (do|offer|use)", _answer(protocols, topic), re.IGNORECASE)


def test_warning_signs_are_those_of_the_safety_net(protocols: Protocols) -> None:
    assert protocols.texts.say("safety_net", channel="web") in _answer(protocols, "red_flag_help")


def test_unknown_topic_has_no_answer(protocols: Protocols) -> None:
    assert protocols.faq_answer("football") is None


def _answer(protocols: Protocols, topic: str) -> str:
    entry = protocols.faq_answer(topic)
    assert entry is not None
    return entry.answer
