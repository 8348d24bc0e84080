"""The same words harmless and in earnest: what mends a wrong alarm may silence no true one."""

import pytest

ALARMS = ("yes", "severe", "mild", "major")


@pytest.mark.parametrize(
    ("harmless", "earnest", "fact"),
    [
        # over, and not over
        (
            "Hands were clumsy until the neck surgery. Fine since.",
            "Hands clumsy. Not fine since.",
            "hand_clumsiness",
        ),
        (
            "My crotch went numb Friday. Fine since.",
            "My crotch went numb and hasn't been fine since.",
            "saddle_numbness",
        ),
        # another's sign, and the writer's too
        ("kindergartner can't button his coat, I bend down, ow", "I can't button my coat", "hand_clumsiness"),
        (
            "They had a fella on the medical show who couldn't feel himself wipe.",
            "They had a fella on the medical show who couldn't feel himself wipe. That's me! Three days now.",
            "saddle_numbness",
        ),
        # a word held up and limited, and one that is confirmed
        (
            "Unsteady? Only after the second Merlot.",
            "Unsteady? I walk like I had two bottles.",
            "gait_imbalance",
        ),
        ("Weak? Only in the head.", "Weak? I can't lift my foot.", "weakness"),
        # an ordinary cause, and one that does not end it
        (
            "leg day got me walking like a newborn deer",
            "walking like a newborn deer since Monday",
            "gait_imbalance",
        ),
        ("passed out drunk saturday", "passed out saturday in the shower", "fainting"),
        (
            "couldn't pee with the nurse standing outside",
            "couldn't pee, nurse put a tube in",
            "bladder_retention",
        ),
        # an idiom, and the sign in its words
        ("about wet myself when the clown came", "wet myself when I stood up", "bladder_incontinence"),
        ("I have Saturday night fever, disco injury", "I have a fever since Saturday night", "fever"),
        ("I keep leaking money", "I keep leaking, money is tight for pads", "bladder_incontinence"),
    ],
)
def test_a_twin_in_earnest_alarms(reader, harmless, earnest, fact):
    assert reader.read(harmless).facts.get(fact) not in ALARMS
    assert reader.read(earnest).facts.get(fact) in ALARMS


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Low back pain since I had the spine injection 12 days ago", "low_back"),
        ("New pain in my neck for twelve days", "neck"),
        ("fever 2 days, new back pain, now my right leg has gone floppy", "low_back"),
    ],
)
def test_where_it_hurts_is_read_beside_an_operation_an_idiom_and_a_leg_gone_floppy(reader, text, place):
    assert place in reader.read(text).facts["region"]


def test_a_neck_that_only_annoys_is_no_place(reader):
    assert "region" not in reader.read("my boss is a pain in the neck").facts
