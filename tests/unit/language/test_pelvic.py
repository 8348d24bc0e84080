"""Bladder, bowel, saddle and sexual function: unlisted wordings, near misses, hints, what explains."""

import datetime as dt
from pathlib import Path

import pytest

from bot.language import load_reader
from bot.protocols import load_protocols

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def say():
    """Reads a message of Wednesday 18 November 2026."""
    reader = load_reader(load_protocols(ROOT / "data/protocols").dictionary, ROOT / "data/lexicon")
    return lambda text, asked=None: reader.read(text, asked, None, dt.date(2026, 11, 18))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("the tissue might as well be touching a stranger", "saddle_numbness"),
        ("inner part of both thighs and my taint feel novocained", "saddle_numbness"),
        ("sat down on the bleachers and could not feel them", "saddle_numbness"),
        ("my undercarriage is full of static", "saddle_numbness"),
        ("it takes ages to get any water out", "bladder_retention"),
        ("at the urinal I strain and only drops", "bladder_retention"),
        ("my stream has gone feeble", "bladder_retention"),
        ("no pee since supper", "bladder_retention"),
        ("I hear it hit the bowl but cannot feel it", "bladder_sensation_loss"),
        ("I pee by the clock because no signal comes", "bladder_sensation_loss"),
        ("peed all down my scrubs at work", "bladder_incontinence"),
        ("I go through four pads a day now", "bladder_incontinence"),
        ("he messed his good trousers", "bowel_incontinence"),
        ("gas escapes whenever it wants, I can't hold wind", "bowel_incontinence"),
        ("I can't tell a fart from the real thing", "rectal_sensation_loss"),
        ("bladder on a hair trigger all week", "urgency_frequency"),
        ("my erections are gone since the fall", "sexual_dysfunction"),
    ],
)
def test_the_classes_compose(say, text, name):
    assert say(text).facts[name] == "yes"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("I'm pissed off at my insurance", "bladder_incontinence"),
        ("put a heating pad on my back", "bladder_incontinence"),
        ("depends on the day", "bladder_incontinence"),
        ("hurt in a work accident", "bladder_incontinence"),
        ("my foot is numb and a bit cold", "saddle_numbness"),
        ("I have not noticed any numbness in my privates", "saddle_numbness"),
        ("hurts like shit when I bend", "bowel_incontinence"),
        ("I don't drop things", "bladder_retention"),
    ],
)
def test_everyday_words_do_not_fire(say, text, name):
    assert say(text).facts.get(name) in (None, "no")


@pytest.mark.parametrize(
    "text", ["it's weird down there", "my plumbing is off", "an embarrassing bathroom problem"]
)
def test_a_vague_hint_sets_nothing_and_is_asked_about(say, text):
    reading = say(text)
    assert not {n for n, v in reading.facts.items() if v == "yes" and n != "who_for"}
    assert "bladder_retention" in reading.ask or "saddle_numbness" in reading.ask


def test_what_works_is_denied(say):
    facts = say("bladder fine, bowels normal, everything down there feels normal").facts
    assert facts["bladder_retention"] == facts["bowel_incontinence"] == "no"
    assert facts["saddle_numbness"] == "no"


def test_a_cause_counts_when_a_clinician_named_it(say):
    told = say("I'm slow to pee, my psychiatrist says that's the seroquel").facts
    assert told["bladder_retention_explained"] == "medicine"
    own = say("I'm slow to pee. I started seroquel in May").facts
    assert "bladder_retention_explained" not in own
    baby = say("numb when I wipe since I had the baby").facts
    assert "saddle_numbness_explained" not in baby


def test_an_old_leak_with_a_cough_is_explained_by_itself(say):
    facts = say("I leak when I sneeze, ten years now, no different").facts
    assert facts["bladder_incontinence_explained"] == "stress_incontinence"
    assert facts["bladder_incontinence_course"] == "same"


def test_going_often_is_explained_by_the_ordinary(say):
    assert say("lasix has me peeing constantly").facts["urgency_frequency_explained"] == "medicine"


@pytest.mark.parametrize(
    ("text", "asked", "name", "value"),
    [
        ("everything works down there", "G2", "bowel_incontinence", "no"),
        ("have to push", "bladder_retention", "bladder_retention", "yes"),
        ("bone dry", "bladder_incontinence", "bladder_incontinence", "no"),
        ("wider, both cheeks now", "saddle_numbness_changed_14d", "saddle_numbness_course", "worsening"),
    ],
)
def test_short_answers(say, text, asked, name, value):
    assert say(text, asked).facts[name] == value
