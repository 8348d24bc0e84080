"""Facts that are asked in one message: each is taken from words of its own, none is guessed."""

from __future__ import annotations

import re

import pytest

from bot.protocols import Protocols
from tests.integration.services.patient import Patient

STORY = "my low back hurts, down the left leg past the knee"


async def test_how_long_how_it_began_and_how_it_goes(patient: Patient) -> None:
    await patient.say(STORY)
    await patient.answer_until("duration_weeks")
    await patient.say("about 4 months, slowly, getting worse")
    facts = await patient.facts()
    assert (facts["sudden_onset"].value, facts["course"].value) == ("no", "worsening")


async def test_getting_worse_is_no_word_on_how_it_began(patient: Patient) -> None:
    await patient.say(STORY)
    await patient.answer_until("duration_weeks")
    await patient.say("8 months and it is getting worse")
    assert "sudden_onset" not in await patient.facts()


async def test_what_was_tried_for_how_long_and_how_well(patient: Patient) -> None:
    await patient.say(STORY + " for 8 months, about the same")
    await patient.answer_until("cons_modalities")
    assert "how many weeks" in patient.question.text
    await patient.say("physical therapy and pills, roughly 12 weeks, only partly helped")
    facts = await patient.facts()
    assert (facts["cons_weeks"].value, facts["cons_relief"].value) == (12.0, "partial")
    await patient.answer_until("confirm_summary")
    assert "cons_weeks" not in patient.asked


@pytest.mark.parametrize(
    ("text", "limit"), [("slowly, i can barely do anything", "severe"), ("no", None), ("slowly", None)]
)
async def test_how_it_began_and_how_much_it_limits(patient: Patient, text: str, limit: str | None) -> None:
    await patient.say(STORY + " for 8 months, about the same. did PT and pills for 12 weeks, helped some")
    await patient.answer_until("sudden_onset", "function_limit")
    assert patient.question.asks == "sudden_onset"
    await patient.say(text)
    facts = await patient.facts()
    assert facts["sudden_onset"].value == "no"
    assert (facts["function_limit"].value if "function_limit" in facts else None) == limit


async def test_a_no_to_being_told_of_surgery_is_no_wish(patient: Patient) -> None:
    await patient.say(STORY)
    await patient.answer_until("surgery_recommended")
    await patient.say("no")
    facts = await patient.facts()
    assert facts["surgery_recommended"].value == "no"
    assert "surgery_preference" not in facts
    await patient.say("open to it")
    assert (await patient.facts())["surgery_preference"].value == "open"


def test_the_buttons_answer_what_is_asked_first(protocols: Protocols) -> None:
    """The buttons of a grouped question are those of its leading fact, so its words come first."""
    dictionary, texts = protocols.dictionary, protocols.texts
    for name in (one for one in dictionary if texts.has(f"group_{one}") and dictionary[one].choices):
        first = _words(re.split(r"[?,]", texts.say(f"group_{name}", channel="web"))[0])
        shared = {
            one: len(first & _words(question.web))
            for one in protocols.asked_with(name)
            if (question := dictionary[one].question)
        }
        assert shared[name] == max(shared.values()), (name, first)


def _words(text: str) -> set[str]:
    return set(re.findall(r"[a-z]{4,}", text.lower()))
