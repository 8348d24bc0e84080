"""Falls, crashes, fever, cancer and pregnancy in words nobody has listed whole."""

import datetime as dt

import pytest

DAY = dt.date(2026, 11, 18)


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("rear ended on the turnpike at 70, neck is killing me", "trauma", "major"),
        ("got rear ended in the parking lot, barely a tap", "trauma", "minor"),
        ("the mare bucked me into the gate", "trauma", "major"),
        ("a pallet fell on me from the rack", "trauma", "major"),
        ("our ladder snapped and i fell", "trauma", "major"),
        ("i tripped over the laundry basket", "trauma", "minor"),
        ("banged my coccyx on the tub", "trauma", "minor"),
        ("knocked over by a big labrador", "trauma", "minor"),
        ("the thermometer keeps climbing", "fever", "yes"),
        ("my temp has been up all week", "fever", "yes"),
        ("stage three breast, they are treating it now", "cancer_status", "active"),
        ("i have chordoma and they start treatment soon", "cancer_status", "active"),
        ("no evidence of disease since 2020", "cancer_status", "history"),
        ("the biopsy of my lump was negative", "cancer_status", "none"),
        ("seven months along and my tailbone is murder", "pregnant", "yes"),
        ("31 weeks, belly goes hard every 10 min", "pregnancy_warning", "yes"),
    ],
)
def test_signs_in_new_words(reader, text, name, value):
    assert reader.read(text, date=DAY).facts.get(name) == value


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("my leg feels heavy but i can lift it fine", "trauma"),
        ("we ran a 5k for breast cancer", "cancer_status"),
    ],
)
def test_what_only_sounds_like_a_sign(reader, text, name):
    assert reader.read(text, date=DAY).facts.get(name) in (None, "none", "no")


def test_i_do_have_is_no_end_of_it(reader):
    assert reader.read("yeah i do have chest pain right now", date=DAY).facts["chest_pain"] == "yes"


def test_a_note_denies_nothing(reader):
    assert reader.read("please note fever since last night", date=DAY).facts["fever"] == "yes"
