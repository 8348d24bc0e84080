"""Plays a written conversation at a door and checks every expectation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.acceptance.people import PLAIN_ANSWERS
from tests.conversations.doors import Door, Said, Staff
from tests.conversations.script import Conversation, Expect, Turn
from tests.conversations.texts import is_yes_or_no, said

MOST_QUESTIONS = 45
STUCK = 5
"""Nobody answers the same question this often."""

ANSWERS: Mapping[str, str] = {
    **{name: text for name, text in PLAIN_ANSWERS.items() if name != "who_for"},
    "opening": "my low back hurts",
    "region": "low back and left leg, past the knee",
    "confirm_summary": "yes, all correct",
    "choose_time": "the first one",
    "confirm_time": "yes",
    "imaging": "no pictures yet",
    "imaging_months": "in June",
    "symptoms_same_region": "yes, the same area",
    "limb_numbness": "no",
    "dominant": "the leg is worse",
    "parent_present": "yes",
    "pain_nrs": "6",
    "side": "the left one",
    "diabetes": "no",
    "clarify": "no, leave it",
}
_ANSWERED_TOGETHER = ("cons_weeks", "imaging")
"""Questions about two facts to which both answers are given, one after the other."""
_NOBODYS = "314-555-0123"
"""The number of the plain answers."""
SAME_FOR_ANY = "no"
"""To any other yes-or-no question about a sign."""

Restart = Callable[[str], None]
Retrain = Callable[[str], None]


class MismatchError(AssertionError):
    """An expectation that does not hold: file, conversation, turn, field, what was found, what was said."""


@dataclass
class Player:
    """One playing. `phone` is the patient's own.

    `restart` stops and starts a part of the service by name; `retrain` makes what the engine left with the
    case of that reference the state of another model.
    """

    conversation: Conversation
    door: Door
    staff: Staff
    restart: Restart
    retrain: Retrain
    phone: str
    reply: list[Said] = field(default_factory=list)
    words: list[frozenset[str]] = field(default_factory=list)
    """Of the last three replies."""

    def play(self) -> None:
        """All turns and the end. Raises MismatchError."""
        for turn in self.conversation.turns:
            try:
                self._take(turn)
                self._check(turn.expect, str(turn))
            except AssertionError as error:
                raise MismatchError(self._report(str(turn), str(error))) from None
        try:
            self._check(self.conversation.expect, "at the end")
        except AssertionError as error:
            raise MismatchError(self._report("at the end", str(error))) from None

    def _report(self, where: str, problem: str) -> str:
        talk = "\n".join(f"    {_line(message)}" for message in self.door.heard[-6:])
        place = f"{self.conversation.file}: {self.conversation.name}: {where}"
        return f"{place}\n  {problem}\n  last said:\n{talk}\n  asked: {' '.join(self.asked)}"

    @property
    def asked(self) -> list[str]:
        return [message["asks"] for message in self.door.heard if message["asks"]]

    @property
    def open_question(self) -> str:
        """What is being asked; empty when the last reply asks nothing."""
        return next((message["asks"] for message in reversed(self.reply) if message["asks"]), "")

    # --- steps ----------------------------------------------------------------------------------

    def _take(self, turn: Turn) -> None:
        match turn.step:
            case "say":
                self._hear(self.door.say(str(turn.value)))
            case "press":
                labels = turn.value if isinstance(turn.value, list) else [turn.value]
                self._hear(self.door.press(*labels))
            case "answer_until":
                self._answer(until=tuple(_list(turn.value)), answers=turn.answers)
            case "answer_all":
                self._answer(until=(), answers=turn.answers)
            case "restart":
                self.restart(str(turn.value))
            case "retrained":
                self.retrain(self.door.reference)
            case "staff":
                self._staff(turn.value)
            case "come_back":
                self.door.come_back()

    def _hear(self, reply: list[Said]) -> None:
        self.reply = reply
        for message in reply:
            assert message["text"].strip(), "an empty message"
        questions = [message["asks"] for message in reply if message["asks"]]
        assert len(questions) <= 1, f"more than one question in a reply: {questions}"
        self.words = [*self.words[-2:], words_of(reply)]
        assert not said_thrice(self.words), f"three times running: {said_thrice(self.words)}"

    def _answer(self, *, until: tuple[str, ...], answers: Mapping[str, str]) -> None:
        """Answer plainly until one of these is asked; without any, to the end."""
        known = {**ANSWERS, **self.conversation.answers, **answers}
        last = self._last_question()
        for _ in range(MOST_QUESTIONS):
            if last in until or (not until and (self.door.status != "open" or not last)):
                return
            assert last, f"nothing is asked any more; wanted {until}"
            answer = self._plain_answer(last, known)
            assert self.asked.count(last) < STUCK, f"stuck at {last!r}, answered {answer!r}"
            self._hear(self.door.say(answer))
            last = self.open_question
        raise AssertionError(f"{MOST_QUESTIONS} answers and no end" + (f": never {until}" if until else ""))

    def _plain_answer(self, name: str, known: Mapping[str, str]) -> str:
        answer = (known.get(name) or self._plain_no(name)).replace(_NOBODYS, self.phone)
        also = self._question().get("also_asks", ()) if name in _ANSWERED_TOGETHER else ()
        return ", ".join([answer, *(known[one] for one in also if one in known and one != "imaging_months")])

    def _plain_no(self, name: str) -> str:
        """Who it is for, with the age only where it is asked; "no" to a yes-or-no question about a sign."""
        question = self._question()
        if name == "who_for":
            return "it's for me, I'm 58" if "age" in question.get("also_asks", ()) else "me"
        assert is_yes_or_no(name), f"no plain answer to {name!r}: add one under `with`"
        return SAME_FOR_ANY

    def _question(self) -> Said:
        """The last message that asks something; empty when none did."""
        return next((message for message in reversed(self.door.heard) if message["asks"]), {})

    def _last_question(self) -> str:
        return str(self._question().get("asks", ""))

    def _staff(self, what: Any) -> None:
        case_id = self.staff.case(self.door.reference)["id"]
        if what == "take_over":
            self.staff.take_over(case_id)
        elif what == "hand_back":
            self.staff.hand_back(case_id)
        else:
            self.staff.say(case_id, what["say"])
        self.reply = self.door.listen()

    # --- checks ---------------------------------------------------------------------------------

    def _check(self, expect: Expect, where: str) -> None:
        self._check_reply(expect)
        self._check_asked(expect)
        if expect.status is not None:
            _equal("status", self.door.status, expect.status)
        if expect.of_case:
            self._check_case(expect, self.staff.case(self.door.reference))

    def _check_reply(self, expect: Expect) -> None:
        kinds = [message["kind"] for message in self.reply]
        words = "\n".join(message["text"] for message in self.reply)
        if expect.silent:
            assert not self.reply, f"silent: something was said: {words}"
        if expect.asks is not None:
            _equal("asks", self.open_question or "nothing", expect.asks)
        for kind in expect.kinds:
            assert kind in kinds, f"kinds: no {kind} in {kinds}"
        for kind in expect.not_kinds:
            assert kind not in kinds, f"not_kinds: {kind} in {kinds}"
        for text_id in expect.texts:
            assert any(said(text_id, one["text"]) for one in self.reply), (
                f"texts: {text_id} was not said: {words}"
            )
        for text_id in expect.not_texts:
            assert not any(said(text_id, one["text"]) for one in self.reply), f"not_texts: {text_id} was said"
        for phrase in expect.says:
            assert phrase.lower() in words.lower(), f"says: no {phrase!r} in: {words}"
        for phrase in expect.not_says:
            assert phrase.lower() not in words.lower(), f"not_says: {phrase!r} in: {words}"
        if expect.differs:
            before = [message["text"] for message in self.door.heard[: -len(self.reply) or None]]
            repeated = [one["text"] for one in self.reply if one["text"] in before]
            assert not repeated, f"differs: said word for word before: {repeated}"

    def _check_asked(self, expect: Expect) -> None:
        asked = self.asked
        for name in expect.asked:
            assert name in asked, f"asked: {name} was not asked"
        for name in expect.not_asked:
            assert name not in asked, f"not_asked: {name} was asked"
        for name in expect.once:
            assert asked.count(name) <= 1, f"once: {name} was asked {asked.count(name)} times"
        if expect.most_questions is not None:
            assert len(asked) <= expect.most_questions, (
                f"most_questions: {len(asked)}, at most {expect.most_questions}"
            )

    def _check_case(self, expect: Expect, case: Said) -> None:
        values = {name: fact["value"] for name, fact in case["facts"].items()}
        for name, wanted in expect.facts.items():
            assert fits(values.get(name), wanted), (
                f"facts: {name} is {values.get(name)!r}, expected {wanted!r}"
            )
        for name, wanted in expect.was.items():
            history = [old["value"] for old in case["facts"].get(name, {"history": []})["history"]]
            assert any(fits(old, wanted) for old in history), f"was: {name} never was {wanted!r}: {history}"
        for name in ("level", "outcome", "visit", "decision"):
            if (wanted := getattr(expect, name)) is not None:
                _equal(name, case[name] or "nothing", wanted)
        if expect.handoff is not None:
            _equal("handoff", case["handoff"]["kind"], expect.handoff)
        if expect.priority is not None:
            _equal(
                "priority", case["handoff"].get("callback", {}).get("priority", "nothing"), expect.priority
            )
        _holds("rules", case["rules"], expect.rules)
        for rule in expect.not_rules:
            assert rule not in case["rules"], f"not_rules: {rule} fired"
        _holds("tasks", [task["kind"] for task in case["tasks"]], expect.tasks)
        _holds("flags", _flags(case), expect.flags)


def words_of(reply: list[Said]) -> frozenset[str]:
    """The messages of a reply, word for word; times come again because they are other times."""
    return frozenset(message["text"] for message in reply if message["kind"] != "times")


def said_thrice(replies: list[frozenset[str]]) -> frozenset[str]:
    """What the last three replies all say."""
    return replies[-1] & replies[-2] & replies[-3] if len(replies) >= 3 else frozenset()


def fits(found: Any, wanted: Any) -> bool:
    """Equal; a list in any order; a number within 3 %; `[a, b]` with `any` first: one of them."""
    if isinstance(wanted, Mapping):
        return any(fits(found, one) for one in wanted["any"])
    if isinstance(wanted, list) and isinstance(found, list):
        return sorted(map(str, wanted)) == sorted(map(str, found))
    if _is_number(wanted) and _is_number(found):
        return bool(abs(found - wanted) <= max(0.03 * abs(wanted), 0.01))
    return bool(found == wanted)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _flags(case: Said) -> list[str]:
    return [*case.get("flags", ()), *case.get("case_flags", ())]


def _holds(name: str, found: Iterable[str], wanted: Iterable[str]) -> None:
    missing = [one for one in wanted if one not in list(found)]
    assert not missing, f"{name}: {missing} not in {sorted(found)}"


def _equal(name: str, found: Any, wanted: Any) -> None:
    assert found in _list(wanted), f"{name} is {found!r}, expected {wanted!r}"


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _line(message: Said) -> str:
    return (
        f"[{message['kind']}{' ? ' + message['asks'] if message['asks'] else ''}] {message['text'][:220]!r}"
    )
