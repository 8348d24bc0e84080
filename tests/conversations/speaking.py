"""How a simulated patient puts a fact into words: by the question asked, the manner, the seed."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Mapping
from typing import Any

from bot.domain.dictionary import Dictionary
from tests.conversations.numbers import phone_of
from tests.conversations.people import Person
from tests.conversations.phrases import phrases, pick

MONTH = 4.345
_PLAIN = frozenset(
    {
        "consent", "contact_name", "contact_phone", "callback_ok_time", "confirm_summary", "choose_time",
        "confirm_time", "who_for", "age", "safe_now", "wants_person", "self_harm",
    }
)  # fmt: skip
"""Answered without any ado, by everybody."""
_SESSION = _PLAIN | {"opening", "parent_present", "clarify"}
_TOLD_IN_STORY = (
    "who_for", "age", "region", "radiates", "duration_weeks", "course", "function_limit", "cons_modalities",
    "cons_weeks", "cons_relief", "imaging", "dx", "prior_spine_surgery",
)  # fmt: skip
TAKEN_BACK = ("course", "function_limit", "dominant", "surgery_preference")
"""Facts that a contradictory person may first tell wrongly; none is a danger sign."""

Told = dict[str, Any]


class Speaker:
    """Words for one person. Every method returns the text and the facts that it states."""

    def __init__(self, person: Person, dictionary: Dictionary) -> None:
        self.person, self.dictionary = person, dictionary
        self.rng = random.Random(f"{person.seed}-{person.shuffled}")

    def story(self) -> tuple[str, Told]:
        """The opening of somebody who tells everything; a twin tells it in another order."""
        sentences: list[str] = []
        told: Told = {}
        for name in _TOLD_IN_STORY:
            sentence = self._sentence(name)
            sentences.append(sentence)
            told.update(self._with_tail(name))
        if self.person.facts["imaging"] != "none":
            told["imaging_months"] = self.person.facts["imaging_months"]
        if self.person.shuffled:
            self.rng.shuffle(sentences)
        return " ".join(sentences), told

    def answer(self, asks: str, also: Iterable[str], already: Mapping[str, Any]) -> tuple[str, Told]:
        """The answer to a question, in this person's manner."""
        if asks in self.dictionary.gates:
            words, told = self._gate(asks, already)
        elif asks in _SESSION and asks not in ("who_for", "age"):
            words = pick(self.rng, "answers", asks, "any", phone=phone_of(self.person.seed))
            told = {}
        else:
            names = [asks, *(name for name in also if self._is_worth_telling(name))]
            words = ", ".join(dict.fromkeys(self._words(name) for name in names))
            told = {key: value for name in names for key, value in self._with_tail(name).items()}
        return (words if asks in _PLAIN else self.in_manner(words)), told

    def wrong_first(self, asks: str, also: Iterable[str]) -> tuple[str, str] | None:
        """What a contradictory person says first, and how it is taken back; None for everybody else."""
        if self.person.manner != "contradictory" or asks not in TAKEN_BACK or any(also):
            return None
        right = self.person.facts[asks]
        others = [value for value in phrases("answers")[asks] if value != right and value != "unsure"]
        wrong = pick(self.rng, "answers", asks, self.rng.choice(others), limb=self._limb)
        back = pick(self.rng, "manners", "contradictory", "takes_back", right=self._words(asks))
        return wrong, back

    def with_emergency(self, words: str) -> str:
        """The same words with the emergency fact before or behind them."""
        sign = pick(self.rng, "emergencies", self.person.emergency)
        return f"{words}. {sign}" if self.rng.random() < 0.5 else f"{sign}. {words}"

    def wants_a_person(self) -> str:
        return pick(self.rng, "stories", "wants_a_person", "any")

    def in_manner(self, words: str) -> str:
        """The words with this person's ado, or a slip of the keyboard."""
        if self.person.manner == "typos":
            return self._mistyped(words)
        if self.person.manner not in ("rambling", "anxious", "angry") or self.rng.random() < 0.4:
            return words
        if self.rng.random() < 0.5:
            return f"{pick(self.rng, 'manners', self.person.manner, 'before')} {words}"
        return f"{words}. {pick(self.rng, 'manners', self.person.manner, 'after')}"

    # --- parts ----------------------------------------------------------------------------------

    @property
    def _limb(self) -> str:
        return "arm" if "arm" in self.person.facts["region"] else "leg"

    def _gate(self, gate: str, already: Mapping[str, Any]) -> tuple[str, Told]:
        clear_no = self.dictionary.gates[gate].clear_no
        facts = self.person.facts
        signs = [name for name in clear_no if facts[name] != clear_no[name] and name not in already]
        told = {name: facts[name] for name in clear_no}
        if not signs:
            return pick(self.rng, "answers", "clear", "any"), told
        said = ", ".join(pick(self.rng, "symptoms", name, str(facts[name])) for name in signs)
        return f"{said}, {pick(self.rng, 'answers', 'rest', 'any')}", told

    def _sentence(self, name: str) -> str:
        template = phrases("stories")[name]
        value = self.person.facts[name]
        if isinstance(template, dict):
            key = value[0] if isinstance(value, tuple) else str(value)
            template = template.get(key) or template["other"]
        words = "" if "{x}" not in template else self._words(name)
        return str(template).format(x=words.removeprefix("yes, ").removeprefix("not me, "),
                                    n=self.person.facts.get("imaging_months"))  # fmt: skip

    def _with_tail(self, name: str) -> Told:
        """The fact, and those that its words state with it."""
        facts = self.person.facts
        told: Told = {name: facts[name]} if name in facts else {}
        if name not in facts and self._is_yes_or_no(name):
            told[name] = "no"
        if name == "radiates" and facts["radiates"] != "none":
            told["side"] = facts["side"]
        if name == "cons_modalities":
            told |= {kind: "yes" for kind in ("cons_pt", "cons_meds", "cons_injections") if kind in facts}
        if name == "prior_spine_surgery" and facts[name] == "yes":
            told["symptoms_same_region"] = facts["symptoms_same_region"]
        return told

    def _is_worth_telling(self, name: str) -> bool:
        """Of a second fact asked with another: known, not told with the first, and not empty."""
        if name == "side" or (name == "imaging_months" and self.person.facts["imaging"] == "none"):
            return False
        if name == "symptoms_same_region" and self.person.facts["prior_spine_surgery"] == "no":
            return False
        return name in self.person.facts or self._is_yes_or_no(name)

    def _is_yes_or_no(self, name: str) -> bool:
        return name in self.dictionary and self.dictionary[name].kind in ("four_valued", "yes_no")

    def _words(self, name: str) -> str:
        """One fact in a few words."""
        value = self.person.facts.get(name)
        if value is None:
            return "no" if self._is_yes_or_no(name) else "not sure"
        if name == "cons_modalities":
            kinds = [kind for kind in phrases("answers")[name] if kind in self.person.facts]
            return ", ".join(pick(self.rng, "answers", name, kind) for kind in kinds)
        if isinstance(value, tuple):
            return pick(self.rng, "answers", name, " ".join(value))
        if name == "duration_weeks" or name.endswith("_onset_days"):
            return self._length(name, float(value))
        if not isinstance(value, str):
            return pick(self.rng, "answers", name, "any", n=_number(value))
        known = (
            phrases("answers").get(name)
            or phrases("answers")["course" if name.endswith("_course") else "yes_no"]
        )
        return str(
            self.rng.choice(known[value]).format(side=self.person.facts.get("side", ""), limb=self._limb)
        )

    def _length(self, name: str, value: float) -> str:
        unit, size = ("weeks", 1.0) if name == "duration_weeks" else ("days", 1.0)
        if name == "duration_weeks" and value > 12:
            unit, size = "months", MONTH
        path = name if name == "duration_weeks" else "onset_days"
        return pick(self.rng, "answers", path, unit, n=_number(value / size))

    def _mistyped(self, words: str) -> str:
        """Two letters of one longer word change places, now and then."""
        long = list(re.finditer(r"[a-z]{6,}", words))
        if not long or self.rng.random() < 0.5:
            return words
        at = self.rng.choice(long)
        place = at.start() + self.rng.randint(1, len(at.group()) - 3)
        return words[:place] + words[place + 1] + words[place] + words[place + 2 :]


def _number(value: float) -> str:
    return str(round(value))
