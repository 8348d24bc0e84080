"""Who writes for a person in their care speaks of the patient; who tells of a client does not."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("my client is 84 and she fell yesterday", {"age": 84, "trauma": "minor", "trauma_days": 1}),
        ("I'm a home health aide, my client fell out of bed this morning", {"trauma": "minor"}),
        ("our resident Mr. Hale, 79, has a fever of 102 and his back hurts", {"fever": "yes"}),
        ("my neighbor is 81, she fell on her porch yesterday", {"age": 81, "trauma": "minor"}),
        ("the lady I look after fell and her back hurts", {"trauma": "minor", "region": ("low_back",)}),
        ("my patient has not been able to urinate since last night", {"bladder_retention": "yes"}),
        ("I am a nurse at a care home. My patient, 88, fell yesterday", {"age": 88, "trauma": "minor"}),
        ("my foster kid is 9 and he has a fever and his neck is stiff", {"fever": "yes", "age": 9}),
        ("my friend from church is 77, she fell yesterday", {"age": 77, "trauma": "minor"}),
        ("texting for my church friend, she lost control of her bladder", {"bladder_incontinence": "yes"}),
        ("my elderly neighbor can't type so I'm texting for her. She fell yesterday", {"trauma": "minor"}),
        ("one of my ladies at the assisted living home fell last night", {"trauma": "minor"}),
        ("texting for my neighbor, 79, she fell on her porch yesterday", {"age": 79, "trauma": "minor"}),
        ("im a coach, one of my players got hit yesterday, his arm went numb", {"limb_numbness": "yes"}),
        ("I'm his caseworker, he wets himself since monday", {"bladder_incontinence": "yes"}),
        ("my client can't walk since this morning, her legs gave out", {"cannot_walk": "yes"}),
        (
            "my client has no fever but can't feel her legs since tuesday",
            {"limb_numbness": "yes", "fever": "no"},
        ),
    ],
)
def test_whoever_the_message_is_written_for_is_the_patient(read, text, facts):
    told = dict(read(text).facts)
    assert {name: told.get(name) for name in facts} == facts
    assert told["who_for"] == "other"


@pytest.mark.parametrize(
    "text",
    [
        "my client at work has the same thing, she can't feel her legs",
        "my client told me she couldn't pee after her back surgery",
        "my neighbor had cauda equina and couldn't pee, could that happen to me?",
        "my friend at church had the same operation and she lost control of her bladder",
        "my coworker fell off a ladder last year and broke his back",
        "my boss had back surgery and now he can't walk. scared of surgery",
        "my neighbor can't feel his legs after his fusion, is that normal?",
        "my friend had numb privates last year from a disc",
        "my student has a fever so I stayed home, my back hurts too",
        "my patients on the ward who can't pee get a catheter, so I know the drill",
        "a lady I know couldn't feel her legs after surgery. I just have low back pain",
    ],
)
def test_a_client_or_friend_in_a_story_is_not_the_patient(read, text):
    told = read(text).facts
    signs = {"trauma", "fever", "limb_numbness", "saddle_numbness", "cannot_walk"}
    assert signs.isdisjoint(told)
    assert not any(name.startswith("bladder") for name in told)
    assert "who_for" not in told


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("I'm a home health aide and I hurt my back lifting a client", {"region": ("low_back",)}),
        ("I'm a CNA at a nursing home, low back pain since tuesday", {"region": ("low_back",)}),
        ("I take care of my mom, and my back hurts from lifting her", {"region": ("low_back",)}),
        ("my neighbor noticed my foot drags today", {"foot_drop": "yes"}),
        ("my friend is worried, I can't pee since last night", {"bladder_retention": "yes"}),
        ("my friend drove me because I can't feel my legs", {"limb_numbness": "yes"}),
        ("client here, back pain since monday, leg numb", {"limb_numbness": "yes"}),
        ("I am a caregiver for my mom and I fell yesterday, my back hurts", {"trauma": "minor"}),
    ],
)
def test_who_cares_for_others_may_be_the_patient(read, text, facts):
    told = dict(read(text).facts)
    assert {name: told.get(name) for name in facts} == facts
    assert told.get("who_for") != "other"
