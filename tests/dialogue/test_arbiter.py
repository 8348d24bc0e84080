"""The arbiter: what a message was, when classifier and language layer do not say the same."""

from __future__ import annotations

from typing import Any

import pytest

from bot.engine.components.arbiter import FALLBACK, Heard, decide


def heard(text: str = "words", asked: str | None = "G1", **reading: Any) -> Heard:
    return Heard(text=text, asked=asked, reading={"answer": "none", **reading}, sure_from=0.4)


def ranking(**confidences: float) -> list[tuple[str, float]]:
    return sorted(confidences.items(), key=lambda item: -item[1])


@pytest.mark.parametrize(
    ("polarity", "intent"), [("affirm", "affirm"), ("deny", "deny"), ("unsure", "unsure"), (None, "inform")]
)
@pytest.mark.parametrize("mistaken", ["chitchat", "out_of_scope", "greet", "thanks"])
def test_a_clear_answer_taken_for_small_talk_is_an_answer(polarity: str, intent: str, mistaken: str) -> None:
    said = heard(answer="full", polarity=polarity)
    assert decide(ranking(**{mistaken: 0.9, "affirm": 0.1}), said)[0] == intent


def test_declining_is_skipping() -> None:
    assert decide(ranking(abuse=0.3, skip=0.2), heard(answer="declined"))[0] == "skip"


def test_a_marked_correction_is_one() -> None:
    assert decide(ranking(chitchat=0.5), heard(answer="full", correction=True))[0] == "correct"


def test_a_sure_answer_of_the_classifier_stands_against_the_reading() -> None:
    assert decide(ranking(deny=0.8), heard(answer="full", polarity="affirm")) == ("deny", 0.8)


@pytest.mark.parametrize("wish", ["person", "go_back", "start_over", "admin", "reschedule"])
def test_a_worded_wish_stands_beside_an_answer(wish: str) -> None:
    said = heard("no, and i want that now", answer="full", polarity="deny")
    assert decide(ranking(**{wish: 0.6}), said)[0] == wish
    assert decide(ranking(**{wish: 0.59}), said)[0] == "deny"


@pytest.mark.parametrize(
    ("text", "mistaken"),
    [
        ("no, the person before me was sick", "person"),
        ("i had to cancel work", "cancel_appointment"),
        ("i go back to work monday", "go_back"),
        ("it started over a year ago", "start_over"),
        ("billing clerk, i sit all day", "admin"),
        ("they put off the operation twice", "reschedule"),
        ("therapy and two rounds of needles", "faq"),
        ("because of the pain", "why"),
        ("the same thing again and again", "repeat"),
        ("my bad leg", "correct"),
        ("i skip the stairs", "skip"),
    ],
)
def test_words_of_a_wish_in_an_answer_are_an_answer(text: str, mistaken: str) -> None:
    assert decide(ranking(**{mistaken: 0.95}), heard(text, answer="full"))[0] == "inform"
    assert decide(ranking(**{mistaken: 0.95}), heard(text, facts={"region": ["leg"]}))[0] in (
        "inform",
        mistaken if mistaken in ("correct", "skip") else "inform",
    )


@pytest.mark.parametrize("harsh", ["abuse", "injection"])
def test_harsh_words_beside_an_answer_are_heard_when_certain(harsh: str) -> None:
    assert decide(ranking(**{harsh: 0.8}), heard(answer="full", polarity="deny"))[0] == harsh
    assert decide(ranking(**{harsh: 0.79}), heard(answer="full", polarity="deny"))[0] == "deny"


def test_a_question_near_a_topic_is_a_question_of_ours() -> None:
    reading = {"answer": "none", "question": True}
    said = Heard(text="words?", asked="G1", reading=reading, sure_from=0.4, topic="insurance")
    assert decide(ranking(out_of_scope=0.59), said)[0] == "faq"
    assert decide(ranking(out_of_scope=0.6), said)[0] == "out_of_scope"
    assert decide(ranking(person=0.9), said)[0] == "person"


def test_a_question_beside_an_answer_is_answered() -> None:
    assert decide(ranking(faq=0.4), heard(answer="full", question=True))[0] == "faq"
    assert decide(ranking(faq=0.39), heard(answer="full", question=True))[0] == "inform"


@pytest.mark.parametrize(
    "text", ["why does that matter here?", "so how come you ask", "and why on earth that"]
)
def test_a_why_that_nobody_places_asks_about_the_open_question(text: str) -> None:
    doubtful = ranking(chitchat=0.3, faq=0.3, why=0.2)
    assert decide(doubtful, heard(text)) == ("why", 0.4)
    assert decide(doubtful, heard(text, asked=None))[0] == FALLBACK


def test_talking_to_somebody_is_a_wish() -> None:
    assert decide(ranking(person=0.7), heard("id rather talk to a nurse", answer="partial"))[0] == "person"
    assert decide(ranking(person=0.7), heard("speak with somebody", answer="partial"))[0] == "person"


@pytest.mark.parametrize("text", ["2", " 54 ", "(3)", "#1", "1."])
def test_a_digit_answers_what_was_asked(text: str) -> None:
    assert decide(ranking(out_of_scope=0.9), heard(text))[0] == "inform"
    assert decide(ranking(out_of_scope=0.9), heard(text, asked=None))[0] == "out_of_scope"


def test_a_name_answers_an_open_question() -> None:
    assert decide(ranking(greet=0.3), heard("Maria", asked="contact_name"))[0] == "inform"
    assert decide(ranking(thanks=0.9), heard("thanks", asked="contact_name"))[0] == "thanks"


def test_what_holds_facts_is_told_to_us() -> None:
    said = heard(asked=None, facts={"region": ["neck"]})
    assert decide(ranking(out_of_scope=0.79), said)[0] == "inform"
    assert decide(ranking(out_of_scope=0.8), said)[0] == "out_of_scope"
    assert decide(ranking(person=0.3), said)[0] == "inform"


def test_a_day_or_a_mother_in_a_wish_is_no_statement() -> None:
    said = heard("move mom to friday", asked=None, facts={"duration_weeks": 0.1, "who_for": "other"})
    assert decide(ranking(reschedule=0.45), said)[0] == "reschedule"


def test_a_long_yes_with_nothing_asked_tells_something() -> None:
    facts = {"fever": "no"}
    assert decide(ranking(deny=0.9), heard("no fever since monday", asked=None, facts=facts))[0] == "inform"
    assert decide(ranking(deny=0.9), heard("no fever", asked=None, facts=facts))[0] == "deny"


def test_a_name_from_elsewhere_is_a_name() -> None:
    said = ranking(other_language=0.99)
    assert decide(said, heard("Tirzah Okonkwo", asked="contact_name", answer="full"))[0] == "inform"
    assert decide(said, heard("la izquierda", asked="side", answer="unclear"))[0] == "other_language"


def test_a_worded_correction_or_question_stands_beside_a_full_answer() -> None:
    assert decide(ranking(correct=0.9), heard("sorry, i meant the right", answer="full"))[0] == "correct"
    assert decide(ranking(skip=0.9), heard("i'd rather not", answer="full"))[0] == "skip"
    assert decide(ranking(why=0.9), heard("no. why do you ask", answer="full", polarity="deny"))[0] == "why"
    assert decide(ranking(repeat=0.9), heard("huh? say that again", answer="partial"))[0] == "repeat"


def test_another_language_is_heard_by_the_reader_too() -> None:
    assert decide(ranking(chitchat=0.5), heard(language="es"))[0] == "other_language"
    assert decide(ranking(person=0.7), heard(language="es"))[0] == "person"


@pytest.mark.parametrize(("confidence", "intent"), [(0.39, FALLBACK), (0.4, "person"), (0.41, "person")])
def test_below_the_threshold_nobody_is_sure(confidence: float, intent: str) -> None:
    assert decide(ranking(person=confidence), heard())[0] == intent


@pytest.mark.parametrize(
    ("confidence", "intent"), [(0.39, FALLBACK), (0.79, "inform"), (0.8, "out_of_scope")]
)
def test_out_of_scope_wants_more(confidence: float, intent: str) -> None:
    assert decide(ranking(out_of_scope=confidence), heard())[0] == intent


def test_confidence_is_a_probability() -> None:
    name, confidence = decide(ranking(greet=0.2, affirm=0.5, inform=0.5), heard(answer="full"))
    assert name
    assert 0 <= confidence <= 1
