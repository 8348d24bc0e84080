"""A chat door with a script behind it: says what the test wrote down, remembers like the real one."""

from __future__ import annotations

import asyncio
import datetime as dt
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bot.domain.cases import CaseStatus, Draft, Message, MessageChoice, Sender
from bot.domain.errors import Conflict, DialogueFailed, NotAllowed, StoreUnavailable, UnknownChoice
from bot.gateway.wakes import WakeHub
from bot.services.case.company import Company

EMERGENCY = (
    "This can be a sign of a serious problem that needs care right now. Please call 911 or have someone take "
    "you to the nearest emergency room now. Don't drive yourself. Don't wait for us to call."
)
CRISIS = (
    "I'm really glad you told me. Your safety matters most. Please call or text 988 (Suicide & Crisis "
    "Lifeline), any time, day or night. If you might act on this now, call 911. Is someone with you?"
)
GREETING = (
    "Hi, I'm an automated helper for Riverbend Spine. I'm a computer program, not a doctor, nurse, or "
    "person. I can't diagnose or treat. If this is an emergency, call 911."
)


def choices(*labels: str) -> tuple[MessageChoice, ...]:
    return tuple(
        MessageChoice(id=f"c{number}", label=label, sets={"secret_meaning": "yes"})
        for number, label in enumerate(labels, 1)
    )


CONSENT = Draft(
    kind="question",
    text="Is it OK if we keep your answers and share them with our team?",
    asks="consent",
    choices=choices("I agree", "I don't agree"),
)
OPENING = Draft(kind="question", text="In a few words, what brings you in?", asks="opening")
AGE = Draft(kind="question", text="How old are you?", asks="age")
FALLBACK = Draft(
    kind="fallback",
    text="I'm having trouble right now. Your message is saved and our team will look at it. "
    "In an emergency, call 911.",
)
BORN = Draft(kind="question", text="What is your date of birth?", asks="birth_date")
WHICH = Draft(
    kind="question",
    text="Which of these do you have?",
    asks="G5",
    choices=(
        *choices(
            "Cancer, now or in the past", "Lost weight without trying", "Pain at night that nothing helps"
        ),
        MessageChoice(id="c0", label="None of these"),
    ),
)
SUMMARY = Draft(
    kind="summary",
    text="Here is what I understood.\n1. Where it hurts: low back, left leg\n2. How long: 8 months\n"
    "3. Tried so far: physical therapy, 2 shots\nIs this right?",
    asks="confirm_summary",
    choices=choices("Yes, that's right", "Something is wrong"),
)
TIMES = Draft(
    kind="times",
    text="Here are the next times for a surgical consult.",
    asks="choose_time",
    choices=choices("Tue, Dec 1 at 9:00 AM", "Wed, Dec 2 at 1:30 PM", "Fri, Dec 4 at 10:15 AM"),
)
BOOKED = Draft(
    kind="booked",
    text="Tue, Dec 1 at 9:00 AM with our spine surgeons.\nPlease bring:\n- a photo ID\n- your MRI on a disc\n"
    "Questions? Call (555) 555-0142.",
)
STOPPED = Draft(
    kind="emergency",
    text=EMERGENCY + " I've told our team.",
    asks="safe_now",
    choices=choices("I'm going", "I can't get there", "Not me, or a mistake"),
)


@dataclass
class Talk:
    """One case of the script."""

    id: str
    messages: list[Message] = field(default_factory=list)
    answers: dict[str, tuple[object, list[Message]]] = field(default_factory=dict)
    status: CaseStatus = "open"


@dataclass(frozen=True, kw_only=True)
class Session:
    token: str
    expires_at: dt.datetime
    reference: str
    case_id: str
    messages: Sequence[Message]


@dataclass(frozen=True, kw_only=True)
class Answer:
    messages: Sequence[Message]
    status: CaseStatus


@dataclass(frozen=True, kw_only=True)
class Progress:
    reference: str
    left: int | None
    changeable: tuple[int, ...]
    company: Company


class ScriptedDoor:
    """Obeys `ChatDoor`. Words in a message choose the reply; `down` plays a broken store."""

    def __init__(self, *, hub: WakeHub) -> None:
        self.hub = hub
        self.down = False
        self.delay = 0.0
        self.turns = 0
        self.looks = 0
        self.reads = 0
        self.talks: dict[str, Talk] = {}
        self.tokens: dict[str, str] = {}
        self.company = Company()

    async def open_session(self) -> Session:
        self._check()
        talk = Talk(id=secrets.token_hex(16))
        self.talks[talk.id] = talk
        token = secrets.token_urlsafe(32)
        self.tokens[token] = talk.id
        self.store(talk, Draft(kind="greeting", text=GREETING))
        self.store(talk, CONSENT)
        expires = self.now() + dt.timedelta(days=30)
        return Session(
            token=token, expires_at=expires, reference="K7QM-4T2X", case_id=talk.id, messages=talk.messages[:]
        )

    async def access_case(self, token: str) -> str:
        self._check()
        if token not in self.tokens:
            raise NotAllowed("no such session")
        return self.tokens[token]

    async def say(
        self, case_id: str, *, client_message_id: str, text: str | None, choices: Sequence[str]
    ) -> Answer:
        self._check()
        talk = self.talks[case_id]
        content = (text, tuple(choices))
        if client_message_id in talk.answers:
            before, messages = talk.answers[client_message_id]
            if before != content:
                raise Conflict("other content")
            return Answer(messages=messages, status=talk.status)
        spoken = text if text is not None else "; ".join(self._labels(talk, choices))
        self.store(talk, Draft(kind="answer", text=spoken, sender="patient"))
        await asyncio.sleep(self.delay)
        self.turns += 1
        replies = [self.store(talk, draft) for draft in self._script(talk, spoken)]
        talk.answers[client_message_id] = (content, replies)
        return Answer(messages=replies, status=talk.status)

    async def messages_after(self, case_id: str, seq: int) -> list[Message]:
        self._check()
        self.reads += 1
        return [message for message in self.talks[case_id].messages if message.seq > seq]

    async def latest_numbers(self, case_ids: Collection[str]) -> Mapping[str, int]:
        self._check()
        self.looks += 1
        return {case_id: len(self.talks[case_id].messages) for case_id in case_ids}

    async def progress(self, case_id: str) -> Progress:
        self._check()
        answers = [m.seq for m in self.talks[case_id].messages if m.sender == "patient" and m.seq > 3]
        return Progress(
            reference="K7QM-4T2X", left=max(0, 6 - len(answers)), changeable=tuple(answers[:-1]),
            company=self.company,
        )  # fmt: skip

    async def end_session(self, token: str) -> None:
        self._check()
        del self.tokens[token]

    async def status(self, case_id: str) -> CaseStatus:
        self._check()
        return self.talks[case_id].status

    def screen_only(self, text: str) -> Draft | None:
        return Draft(kind="emergency", text=EMERGENCY) if "wipe" in text else None

    def now(self) -> dt.datetime:
        return dt.datetime.now(dt.UTC)

    def staff_says(self, case_id: str, text: str, *, wake: bool = True) -> Message:
        """A person of the clinic writes; `wake=False` is another process."""
        return self.store(self.talks[case_id], Draft(kind="info", text=text, sender="staff"), wake=wake)

    def only_talk(self) -> Talk:
        (talk,) = self.talks.values()
        return talk

    def store(self, talk: Talk, draft: Draft, *, wake: bool = True) -> Message:
        sender: Sender = draft.sender
        message = Message(
            id=secrets.token_hex(16),
            case_id=talk.id,
            seq=len(talk.messages) + 1,
            sender=sender,
            kind=draft.kind,
            text=draft.text,
            at=self.now(),
            channel="web",
            asks=draft.asks,
            also_asks=draft.also_asks,
            choices=draft.choices,
        )
        talk.messages.append(message)
        if wake:
            self.hub.wake(talk.id)
        return message

    def _check(self) -> None:
        if self.down:
            raise StoreUnavailable("the record cannot be used")

    @staticmethod
    def _labels(talk: Talk, chosen: Sequence[str]) -> list[str]:
        if len(chosen) == 1 and chosen[0].startswith("change-"):
            return ["I want to change my answer"]
        pending = next((m for m in reversed(talk.messages) if m.asks), None)
        offered = {choice.id: choice.label for choice in pending.choices} if pending else {}
        if not set(chosen) <= set(offered):
            raise UnknownChoice("not offered", code="unknown_choice", field="choice")
        return [offered[item] for item in chosen]

    def _script(self, talk: Talk, text: str) -> list[Draft]:
        if "wipe" in text:
            talk.status = "emergency"
            return [STOPPED]
        if "want to die" in text:
            talk.status = "emergency"
            return [Draft(kind="crisis", text=CRISIS, asks="safe_now")]
        if "age and also" in text:
            return [replace(AGE, also_asks=("pain_nrs",))]
        for words, draft in (
            ("summary", SUMMARY),
            ("times", TIMES),
            ("which", WHICH),
            ("9:00", BOOKED),
            ("age", AGE),
            ("born", BORN),
            ("engine", FALLBACK),
        ):
            if words in text:
                return [draft]
        if "also" in text:
            return [
                Draft(kind="question", text="And since when?", asks="duration_weeks", also_asks=("onset",))
            ]
        if text == "I want to change my answer":
            return [replace(AGE, text="OK, let's change that answer. How old are you?")]
        if text == "I agree":
            return [OPENING]
        return [Draft(kind="info", text=f"You said: {text}"), OPENING]


class SilentEngine:
    """An engine that is stopped."""

    async def turn(self, request: object) -> Any:
        raise DialogueFailed("silence")

    async def understand(self, text: str, *, asked: str | None, reading: object) -> Any:
        raise DialogueFailed("silence")

    async def model_id(self) -> str:
        raise DialogueFailed("silence")
