"""A simulated patient's whole conversation, and what went wrong in it."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from bot.domain.facts import derive
from bot.domain.judgement import Judgement
from bot.protocols import Protocols
from tests.conversations.doors import Said, Staff, WebDoor
from tests.conversations.people import Person
from tests.conversations.player import said_thrice, words_of
from tests.conversations.speaking import Speaker

MOST_TURNS = 45
ENDED = ("booked", "callback", "emergency", "waiting_for_staff", "closed")
HANDED_OFF = ("booking", "callback", "urgent_callback", "emergency", "crisis")
_CONTACT = ("contact_name", "contact_phone", "callback_ok_time", "wants_person", "consent")

PROPERTIES = {
    "not_empty": "every reply has words",
    "one_question": "a reply asks at most one thing",
    "never_the_same_words": "nothing is said in three replies running, word for word",
    "not_asked_twice": "nothing is asked again after a clear answer",
    "emergency_at_once": "an emergency fact, wherever it is said, gets the emergency text in that very reply",
    "never_stuck": "every conversation ends in a hand-off",
    "person_reached": "from every state, asking for a person reaches one, without clinical questions",
    "level_not_lower": "the level is that of the facts told, or a more urgent one",
    "same_outcome": "at the same level the outcome is that of the facts told",
    "order_does_not_matter": "the same facts in another order give the same judgement",
}


@dataclass(frozen=True, kw_only=True)
class Violation:
    """One property broken in one conversation."""

    property: str
    person: Person
    detail: str

    def __str__(self) -> str:
        return f"{self.property}: {self.person}: {self.detail}"


@dataclass(kw_only=True)
class Played:
    """What happened. `questions`: from consent to the summary, both left out; None when it never came."""

    person: Person
    reference: str = ""
    questions: int | None = None
    turns: int = 0
    level: str = ""
    outcome: str | None = None
    decision: str = ""
    violations: list[Violation] = field(default_factory=list)
    transcript: list[str] = field(default_factory=list)

    @property
    def plain(self) -> bool:
        """Answered plainly to the end: no emergency, no person, nothing taken back."""
        undisturbed = not self.person.emergency and not self.person.person_at
        return undisturbed and self.person.manner != "contradictory" and self.questions is not None


class Simulation:
    """One person at the chat."""

    def __init__(self, person: Person, door: WebDoor, protocols: Protocols) -> None:
        self.person, self.door, self.protocols = person, door, protocols
        self.speaker = Speaker(person, protocols.dictionary)
        self.told: dict[str, Any] = {}
        self.played = Played(person=person, reference=door.reference)
        self.question: Said = door.heard[-1]
        self.answers = 0
        self.taken_back = ""
        self.wants_person_since: int | None = None
        self.alarmed = False
        self.words: list[frozenset[str]] = []

    def run(self) -> None:
        """To the end, or until nobody could bear it any longer."""
        while self.door.status not in ENDED and self.played.turns < MOST_TURNS:
            self._say(*self._next_words())
            if self.alarmed or not self.question:
                return
        if self.door.status not in ENDED:
            self._broken("never_stuck", f"no end after {MOST_TURNS} turns, at {self.question['asks']}")

    def _next_words(self) -> tuple[str, dict[str, Any]]:
        asks, also = self.question["asks"], self.question.get("also_asks", [])
        if asks == "consent":
            return self._at_consent()
        if self.taken_back:
            words, self.taken_back = self.taken_back, ""
            return words, {}
        self.answers += 1
        wants = self.person.person_at
        if wants and self.wants_person_since is None and (self.answers >= wants or asks == "confirm_summary"):
            self.wants_person_since = self.played.turns
            return self.speaker.wants_a_person(), {}
        wrong = self.speaker.wrong_first(asks, also)
        words, told = self.speaker.answer(asks, also, self.told)
        if wrong and asks not in self.told:
            words, self.taken_back = wrong
        if self._alarm_is_due(asks):
            return self.speaker.with_emergency(words), told
        return words, told

    def _at_consent(self) -> tuple[str, dict[str, Any]]:
        if self.person.full_story and not self.told:
            return self.speaker.story()
        return self.speaker.answer("consent", [], {})

    def _alarm_is_due(self, asks: str) -> bool:
        due = self.answers >= self.person.emergency_at or asks in ("confirm_summary", "choose_time")
        self.alarmed = bool(self.person.emergency) and due
        return self.alarmed

    def _say(self, words: str, told: dict[str, Any]) -> None:
        self.played.turns += 1
        reply = self._press_or_say(words)
        self.played.transcript += [
            f"> {words}",
            *(f"  [{m['kind']} ? {m['asks']}] {m['text'][:140]!r}" for m in reply),
        ]
        self._check_reply(words, reply)
        known_before = {**self.told, **told}
        self.told = known_before
        self.question = next((m for m in reversed(reply) if m["asks"]), {})
        if self.question and not self.alarmed:
            self._check_question(self.question["asks"])
        if not self.question and self.door.status not in ENDED:
            self._broken("never_stuck", f"nothing is asked and nothing has ended after {words!r}")

    def _press_or_say(self, words: str) -> list[Said]:
        # Half of them want a call: the times of a clinic are few.
        if self.question["asks"] == "choose_time" and self.person.seed % 2 and not self.alarmed:
            return self.door.press("call me")
        return self.door.say(words)

    # --- properties -----------------------------------------------------------------------------

    def _broken(self, name: str, detail: str) -> None:
        self.played.violations.append(Violation(property=name, person=self.person, detail=detail))

    def _check_reply(self, words: str, reply: list[Said]) -> None:
        if not reply or not all(message["text"].strip() for message in reply):
            self._broken("not_empty", f"after {words!r}")
        self.words = [*self.words[-2:], words_of(reply)]
        if repeated := said_thrice(self.words):
            self._broken("never_the_same_words", f"{repeated} after {words!r}")
        questions = [message["asks"] for message in reply if message["asks"]]
        if len(questions) > 1:
            self._broken("one_question", f"{questions} after {words!r}")
        if self.alarmed and not any(message["kind"] == "emergency" for message in reply):
            at = self.question["asks"]
            self._broken(
                "emergency_at_once", f"asked {at}, said {words!r}, heard {[m['kind'] for m in reply]}"
            )

    def _check_question(self, asks: str) -> None:
        if asks == "confirm_summary" and self.played.questions is None:
            asked = [message["asks"] for message in self.door.heard if message["asks"]]
            self.played.questions = sum(name not in ("consent", "confirm_summary") for name in asked)
        gate = self.protocols.dictionary.gates.get(asks)
        names = tuple(gate.clear_no) if gate else (asks,)
        if all(name in self.told for name in names) and not self.taken_back:
            last = next(line for line in reversed(self.played.transcript) if line.startswith(">"))
            self._broken("not_asked_twice", f"{asks} again; last said {last[2:]!r}")
        since = self.wants_person_since
        said = any(one.property == "person_reached" for one in self.played.violations)
        if since is not None and asks not in _CONTACT and not said:
            self._broken("person_reached", f"asked {asks} after a person was wanted")

    def check_end(self, case: Said) -> None:
        """The judgement and the hand-off, as staff see them."""
        judgement = self._judged()
        self.played.level, self.played.outcome = case["level"], case["outcome"]
        self.played.decision = case["decision"] or ""
        if self.person.person_at and self.wants_person_since is not None:
            if case["status"] not in ("callback", "waiting_for_staff"):
                self._broken("person_reached", f"ended {case['status']}")
            return
        if self.person.emergency:
            return
        if case["handoff"]["kind"] not in HANDED_OFF and self.door.status in ENDED:
            self._broken("never_stuck", f"ended {case['status']} without a hand-off")
        self._check_judgement(case, judgement)

    def _judged(self) -> Judgement:
        values = dict(self.told)
        values |= {name: value for name, (value, _) in derive(values).items() if name not in values}
        return self.protocols.judge(values)

    def _check_judgement(self, case: Said, judgement: Judgement) -> None:
        levels = ("none", "note", "urgent_48h", "same_day", "emergency_now")
        found, wanted = levels.index(case["level"]), levels.index(judgement.level.value)
        if found < wanted:
            self._broken("level_not_lower", f"{case['level']} for {judgement.level.value} {judgement.rules}")
        elif found == wanted and case["outcome"] != judgement.outcome:
            differing = self._differing(case)
            self._broken(
                "same_outcome", f"{case['outcome']} for {judgement.outcome}; read otherwise: {differing}"
            )

    def _differing(self, case: Said) -> list[str]:
        values = {name: fact["value"] for name, fact in case["facts"].items()}
        return [
            f"{name}={values.get(name)!r} told {value!r}"
            for name, value in self.told.items()
            if not _alike(values.get(name), value)
        ]


def _alike(found: Any, told: Any) -> bool:
    if isinstance(told, tuple):
        return isinstance(found, list) and set(told) <= set(found)
    if isinstance(told, (int, float)) and isinstance(found, (int, float)):
        return abs(found - told) <= 0.05 * abs(told) + 0.01
    return bool(found == told)


def simulate(person: Person, *, url: str, staff: Staff, protocols: Protocols) -> Played:
    """One whole conversation with the running service."""
    with closing(WebDoor(url)) as door:
        simulation = Simulation(person, door, protocols)
        simulation.run()
        simulation.check_end(staff.case(door.reference))
        return simulation.played


def compare_twins(played: list[Played]) -> list[Violation]:
    """Pairs who told the same facts in another order and were judged otherwise."""
    by_seed = {one.person.seed: one for one in played if not one.person.shuffled}
    broken = []
    for twin in (one for one in played if one.person.shuffled):
        first = by_seed.get(twin.person.seed)
        if first and (first.level, first.decision) != (twin.level, twin.decision):
            detail = f"{first.level} {first.decision} and {twin.level} {twin.decision}"
            broken.append(Violation(property="order_does_not_matter", person=twin.person, detail=detail))
    return broken
