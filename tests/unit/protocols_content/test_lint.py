"""Every text passes the lint, and each check bites."""

from __future__ import annotations

import pytest

from bot.protocols import Protocols
from bot.protocols.lint import AS_SPECIFIED, Said, all_said, check, complaints, reading_grade


def test_every_text_passes(protocols: Protocols) -> None:
    assert [str(complaint) for complaint in complaints(protocols)] == []


def test_every_exception_is_needed(protocols: Protocols) -> None:
    needed: set[tuple[str, str]] = set()
    given: set[tuple[str, str]] = set()
    for said in all_said(protocols):
        bare = Said(id=said.id, channel=said.channel, wording=said.wording, most_segments=said.most_segments)
        needed |= {(found.text_id, found.check) for found in check(bare)}
        if said.id in AS_SPECIFIED or protocols.texts.has(said.id) or said.id.startswith("faq_"):
            given |= {(said.id, name) for name in said.exempt}
    assert given - needed == set()


@pytest.mark.parametrize(
    ("wording", "problem"),
    [
        ("You have a herniated disc.", "a diagnosis"),
        ("It sounds like sciatica.", "a diagnosis"),
        ("Don't worry, it's nothing.", "all is well"),
        ("You are a good candidate.", "a verdict"),
        ("You don't need surgery.", "a verdict"),
        ("It is safe to wait.", "safe to wait"),
        ("This will fix your back.", "a cure"),
        ("Your chance is 90 percent.", "a personal chance"),
        ("Please stop taking that pill.", "medicine"),
        ("Take two before bed.", "medicine"),
        ("I understand how you feel.", "a feeling"),
        ("A nurse will call you by 5.", "a call by a time"),
        ("This chat is monitored 24/7.", "a live watch"),
        ("It costs $50 for you.", "a price"),
        ("All of it is covered.", "a price"),
    ],
)
def test_what_the_bot_must_never_say_is_found(wording: str, problem: str) -> None:
    found = [c for c in check(Said(id="x", channel="web", wording=wording)) if c.check == "promise"]
    assert len(found) == 1
    assert problem in found[0].problem


@pytest.mark.parametrize(
    "wording",
    [
        "Has a doctor told you that you need spine surgery?",
        "This chat is not watched day and night.",
        "Do you have a fever?",
    ],
)
def test_questions_and_honest_words_are_no_promises(wording: str) -> None:
    assert [c for c in check(Said(id="x", channel="web", wording=wording)) if c.check == "promise"] == []


@pytest.mark.parametrize(
    "wording", ["Reply YES to book.", "Type cancel to leave.", "Say 'yes' now.", "Is it new? Yes or no?"]
)
def test_words_of_the_phone_company_are_not_asked_for(wording: str) -> None:
    assert [c.check for c in check(Said(id="x", channel="sms", wording=wording))] == ["keyword"]


def test_grade_grows_with_long_words_and_sentences() -> None:
    easy = reading_grade("Where does it hurt? Tell me in a few words.")
    hard = reading_grade(
        "Describe the localization and characteristics of your symptomatology comprehensively."
    )
    assert easy < 3
    assert hard > 12


def test_list_items_count_as_sentences() -> None:
    items = (
        "Do you have any of these?",
        "fever and feeling sick",
        "trouble with your walk",
        "pain at night in bed",
    )
    line, listed = ", ".join(items), "\n- ".join(items)
    assert reading_grade(listed) < reading_grade(line)


def test_hard_text_is_found_and_short_labels_are_left_alone() -> None:
    hard = Said(
        id="x",
        channel="web",
        wording="Immediate multidisciplinary evaluation is necessary for deterioration.",
    )
    assert [c.check for c in check(hard)] == ["grade"]
    assert list(check(Said(id="x", channel="web", wording="Physical therapy"))) == []


def test_long_sms_is_found_at_the_limit() -> None:
    fits, too_long = "A cat sat here. " * 28 + "So it is so", "A cat sat here. " * 29
    assert list(check(Said(id="x", channel="sms", wording=fits))) == []
    assert [c.check for c in check(Said(id="x", channel="sms", wording=too_long))] == ["segments"]
    assert list(check(Said(id="x", channel="web", wording=too_long))) == []


def test_exception_silences_its_check_only() -> None:
    said = Said(
        id="x", channel="sms", wording="Reply STOP to end. " * 40, exempt={"keyword": "the opt-out notice"}
    )
    assert [c.check for c in check(said)] == ["segments"]
