"""The search for an answer: the right topic in voices it does not know, silence where we know nothing."""

from __future__ import annotations

import pytest
import yaml

from bot.engine.components.topics import SOURCE, UNANSWERED, TopicIndex, index_questions
from bot.engine.evaluate import QUESTIONS

RIGHT, SILENT = 0.85, 0.8
"""What it does today, less one or two questions of each voice."""
VOICES = yaml.safe_load(QUESTIONS.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def index() -> TopicIndex:
    return TopicIndex(*index_questions(SOURCE, UNANSWERED))


@pytest.mark.parametrize("voice", VOICES)
def test_questions_find_their_answer(index: TopicIndex, voice: str) -> None:
    asked = [(topic, q) for topic, questions in VOICES[voice].items() if topic != "none" for q in questions]
    right = [index.nearest(question)[0] == topic for topic, question in asked]
    assert sum(right) / len(right) >= RIGHT


@pytest.mark.parametrize("voice", VOICES)
def test_what_nobody_answered_is_not_answered(index: TopicIndex, voice: str) -> None:
    silent = [index.nearest(question)[0] is None for question in VOICES[voice]["none"]]
    assert sum(silent) / len(silent) >= SILENT


@pytest.mark.parametrize(
    "question",
    [
        "when should I worry about numbness",
        "what if i lose bladder control",
        "what if my legs stop working tonight",
        "how bad does it have to be before i go to the er",
        "should a fever with back pain worry me",
    ],
)
def test_a_question_about_danger_signs_gets_the_safety_answer(index: TopicIndex, question: str) -> None:
    assert index.nearest(question)[0] == "red_flag_help"


def test_without_questions_nothing_is_known() -> None:
    assert TopicIndex([], None).nearest("anything") == (None, 0.0)  # type: ignore[arg-type]
