"""Who writes in a made-up conversation, what they say, and how it ends: all of it follows from a number."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from bot.domain.cases import Channel
from bot.domain.dictionary import Value
from bot.domain.judgement import Judgement
from bot.domain.levels import Level

DAYS = 120
"""Over so many days before `until`."""
MESSAGES = 12
FIRST = ("Ann", "Bo", "Cora", "Dan", "Eve", "Finn", "Gia", "Hal", "Ida", "Jon", "Kim", "Lou", "Mia", "Ned")
LAST = ("Example", "Sample", "Demo", "Placeholder", "Testcase", "Specimen", "Model", "Dummy", "Mock", "Trial")
COLOURS = (
    "since I lifted boxes", "after gardening", "mostly in the morning", "when I sit", "worse at night",
    "after a long drive", "since the winter", "on stairs", "when I cough", "after work", "in the kitchen",
)  # fmt: skip
Story = tuple[str, Mapping[str, Value]]
STORIES: Sequence[Story] = (
    ("my lower back hurts for 3 weeks", {"region": ("low_back",), "duration_weeks": 3, "dominant": "back"}),
    ("pain down my left leg for 8 months", {"region": ("low_back", "leg"), "radiates": "leg_below_knee",
                                            "duration_weeks": 34, "side": "left", "dominant": "leg"}),
    ("neck pain into my arm", {"region": ("neck", "arm"), "radiates": "arm", "duration_weeks": 10}),
    ("numb between my legs since yesterday", {"region": ("low_back",), "saddle_numbness": "yes",
                                              "saddle_numbness_onset_days": 1}),
    ("back pain and a fever of 101", {"region": ("low_back",), "fever": "yes", "duration_weeks": 1}),
    ("old fusion, pain is back", {"region": ("low_back",), "prior_spine_surgery": "yes",
                                  "duration_weeks": 20}),
)  # fmt: skip
QUESTIONS = (
    "consent", "who_for", "opening", "G1", "G2", "G3", "G4", "G5", "G6", "duration_weeks", "numbness",
    "prior_treatment", "contact_phone", "confirm_summary",
)  # fmt: skip
"""In the order of asking; a conversation of so few messages puts some of them."""
Ending = Literal["left", "refused", "emergency", "staff", "booked", "callback"]
_ENDINGS: Mapping[Ending, float] = {"left": 18, "refused": 3, "staff": 1, "booked": 43, "callback": 35}


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What the protocols say of one of the STORIES, and the same as it is stored."""

    judgement: Judgement
    body: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Talk:
    """One conversation of MESSAGES messages, ours at the even places."""

    id: str
    number: int
    channel: Channel
    judgement: Judgement
    body: Mapping[str, Any]
    at: Sequence[dt.datetime]
    name: str
    phone: str
    said: Sequence[str]
    asked: Sequence[str]
    """What each of our messages asks."""
    ending: Ending
    confidence: float
    fallback: bool
    open_task: bool
    late: bool
    until: dt.datetime

    @property
    def story(self) -> Mapping[str, Value]:
        """The facts of what was said."""
        return STORIES[self.number % len(STORIES)][1]

    @property
    def test(self) -> bool:
        """One in a hundred was somebody trying the bot."""
        return self.number % 100 == 99

    @property
    def priority(self) -> str:
        """Of the task that follows."""
        urgent = {"emergency": "P0"}.get(self.ending)
        return urgent or ("P1" if self.judgement.level >= Level.SAME_DAY else "P2")

    def message_id(self, place: int) -> str:
        """Of the message at that place, from 0."""
        return f"{self.id[:28]}{place:04x}"


def reference(number: int) -> str:
    """What the patient would name on the phone."""
    return f"S{number:07d}"


def talk_of(number: int, judged: Judged, until: dt.datetime) -> Talk:
    """The conversation of that number; `until` is the latest time at which it may have begun."""
    chance = random.Random(number)  # noqa: S311 - nothing secret: the same number is the same patient
    case_id = f"{chance.getrandbits(128):032x}"
    start = until - dt.timedelta(seconds=chance.randrange(DAYS * 86400))
    name, phone = f"{chance.choice(FIRST)} {chance.choice(LAST)}", f"555-01{number % 100:02d}"
    ending, pause = _ending(chance, judged.judgement), chance.randrange(15, 120)
    return Talk(
        id=case_id,
        number=number,
        channel="sms" if chance.random() < 0.3 else "web",
        judgement=judged.judgement,
        body=judged.body,
        at=[start + dt.timedelta(seconds=pause * place) for place in range(MESSAGES)],
        name=name,
        phone=phone,
        said=_said(chance, number, name, phone),
        asked=_asked(chance, ending),
        ending=ending,
        confidence=round(chance.uniform(0.35, 0.99), 2),
        fallback=chance.random() < 0.1,
        open_task=number % 40 == 0,
        late=chance.random() < 0.12,
        until=until,
    )


def _ending(chance: random.Random, judgement: Judgement) -> Ending:
    drawn = chance.choices(list(_ENDINGS), weights=list(_ENDINGS.values()))[0]
    return "emergency" if judgement.level is Level.EMERGENCY_NOW else drawn


def _asked(chance: random.Random, ending: Ending) -> list[str]:
    """Consent and story first, the summary last; who left did so at any of them."""
    places = MESSAGES // 2
    if ending == "refused":
        return ["consent"] * places
    middle = sorted(chance.sample(range(3, len(QUESTIONS) - 1), places - 3))
    asked = ["consent", "opening", *(QUESTIONS[place] for place in middle), "confirm_summary"]
    if ending != "left":
        return asked
    last = chance.randrange(places)
    return [*asked[: last + 1], *[asked[last]] * (places - last - 1)]


def _said(chance: random.Random, number: int, name: str, phone: str) -> list[str]:
    opening = STORIES[number % len(STORIES)][0]
    answers = ["yes that is ok", f"{opening} {chance.choice(COLOURS)}", "no none of that", "about the same"]
    return [*answers, f"I tried therapy {chance.randrange(2, 20)} weeks", f"{name} {phone}"]
