"""The SMS door with real store, protocols and recorder; the engine and the language layer are scripts."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import httpx
from twilio.request_validator import RequestValidator

from bot.domain.cases import Case, Draft, Message
from bot.domain.findings import Finding, Reading
from bot.language.answers.sayings import Sayings
from bot.language.grammar.hints import Hints
from bot.messaging import TwilioProvider
from bot.services.context import Context
from bot.services.ports import Intent, TurnReply, TurnRequest
from bot.services.queues import outgoing
from bot.services.texting import sms_turns
from bot.settings import Settings
from bot.store import Store
from tests.recorder import Recorder, Sent

NOW = dt.datetime(2026, 11, 18, 18, 0, tzinfo=dt.UTC)
ACCOUNT = "AC" + "0" * 32
TOKEN = "t" * 32
NUMBER = "+15555550100"
PATIENT = "+15555550142"
PUBLIC_URL = "https://clinic.example"
EMERGENCY = "since yesterday i cant feel when i wipe"


@dataclass
class SetClock:
    """Stands still until it is moved."""

    time: dt.datetime = NOW

    def now(self) -> dt.datetime:
        return self.time

    def move(self, **span: float) -> None:
        self.time += dt.timedelta(**span)


@dataclass
class WordReader:
    """Reads one emergency sentence and nothing else."""

    joins_lines: bool = False
    hints: Hints = field(default_factory=Hints)
    sayings: Sayings = field(default_factory=Sayings)

    def read(
        self, text: str, *, asked: str | None = None, question: str | None = None, date: dt.date
    ) -> Reading:
        if EMERGENCY not in (text.replace("\n", "") if self.joins_lines else text):
            return Reading()
        finding = Finding(
            variable="saddle_numbness", value="yes", assertion="present", start=0, end=5, words="wipe"
        )
        return Reading(findings=(finding,), facts={"saddle_numbness": "yes"}, answer="full")


@dataclass
class ScriptedDialogue:
    """Answers each text with `drafts`, or raises `error`; keeps what it was asked."""

    requests: list[TurnRequest] = field(default_factory=list)
    drafts: tuple[Draft, ...] | None = None
    errors: dict[str, Exception] = field(default_factory=dict)
    """By text."""

    async def turn(self, request: TurnRequest) -> TurnReply:
        self.requests.append(request)
        if request.text in self.errors:
            raise self.errors[request.text]
        said = (Draft(kind="question", text=f"You said {request.text}.", asks="opening"),)
        return TurnReply(drafts=self.drafts or said, intent="inform", confidence=0.9, state=None)

    async def understand(self, text: str, *, asked: str | None, reading: Reading) -> Intent:
        return Intent(name="inform", confidence=0.9)

    async def model_id(self) -> str:
        return "scripted"

    @property
    def texts(self) -> list[str]:
        return [request.text for request in self.requests]


@dataclass
class World:
    """Everything a test of the SMS door touches."""

    ctx: Context
    store: Store
    clock: SetClock
    dialogue: ScriptedDialogue
    recorder: Recorder
    provider: TwilioProvider
    settings: Settings
    http: httpx.AsyncClient
    failures: Counter[str] = field(default_factory=Counter)

    async def post(
        self,
        fields: Mapping[str, str] | list[tuple[str, str]] | str,
        *,
        path: str = "/sms/twilio",
        signature: str | None = None,
    ) -> httpx.Response:
        """A webhook, signed by the vendor's own code for the public address; a string is a raw body."""
        raw = fields if isinstance(fields, str) else urlencode(fields)
        signed = signature if signature is not None else sign(PUBLIC_URL + path, fields)
        headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": signed}
        return await self.http.post(path, content=raw, headers=headers)

    async def text(self, body: str, **fields: str) -> httpx.Response:
        """One text of the patient."""
        answer = await self.post(form(body, **fields))
        assert answer.status_code == 200, answer.text
        return answer

    async def report(self, sent: Sent, *, only: str | None = None) -> None:
        """The provider tells what became of a text (or one state of it), signed by the vendor's code."""
        for address, fields in self.recorder.reports(sent):
            if only in (None, fields["MessageStatus"]):
                answer = await self.post(fields, path=address.removeprefix(PUBLIC_URL))
                assert answer.status_code == 204, answer.text

    async def work(self) -> None:
        """Answer what waits and send what is due, until there is nothing left to do now."""
        while await sms_turns.process_waiting(self.ctx, self.failures) + await self.deliver():
            pass

    async def deliver(self) -> int:
        return await outgoing.deliver_due(self.ctx, self.provider, owner="test", jitter=lambda: 1.0)

    async def until(self, count: int) -> None:
        """Wait, ten seconds at most, for so many texts to reach the provider."""
        deadline = time.monotonic() + 10
        while len(self.replies) < count and time.monotonic() < deadline:  # noqa: ASYNC110 - fed by a thread
            await asyncio.sleep(0.01)

    def reader_joins_lines(self) -> None:
        assert isinstance(self.ctx.reader, WordReader)
        self.ctx.reader.joins_lines = True

    @property
    def replies(self) -> list[str]:
        """Bodies of the texts the provider took, in order."""
        return [sent.body for sent in self.recorder.sent]

    async def case(self, address: str = PATIENT) -> Case:
        """The open case of a number."""
        async with self.store.unit_of_work(write=False) as uow:
            found = await uow.cases.find_open_by_address(address)
        assert found is not None
        return found

    async def messages(self, case_id: str) -> list[Message]:
        async with self.store.unit_of_work(write=False) as uow:
            return await uow.messages.after(case_id, 0)

    async def tasks(self, case_id: str) -> set[str]:
        async with self.store.unit_of_work(write=False) as uow:
            return {task.kind for task in await uow.tasks.of_case(case_id)}

    async def is_out(self, number: str = PATIENT) -> bool:
        async with self.store.unit_of_work(write=False) as uow:
            return await uow.opt_outs.is_out(number)


def form(body: str, **fields: str) -> dict[str, str]:
    """What Twilio sends for an ordinary text; a new MessageSid each time."""
    plain = {
        "ToCountry": "US",
        "ToState": "MO",
        "SmsMessageSid": "",
        "NumMedia": "0",
        "ToCity": "",
        "FromZip": "",
        "SmsStatus": "received",
        "FromCity": "",
        "Body": body,
        "FromCountry": "US",
        "To": NUMBER,
        "NumSegments": "1",
        "MessageSid": "SM" + uuid4().hex,
        "AccountSid": ACCOUNT,
        "From": PATIENT,
        "ApiVersion": "2010-04-01",
    }
    return plain | fields


def sign(url: str, fields: Mapping[str, str] | list[tuple[str, str]] | str, token: str = TOKEN) -> str:
    """By the vendor's SDK; a raw body is signed as the vendor would have built it."""
    if isinstance(fields, str):
        from urllib.parse import parse_qsl

        fields = parse_qsl(fields, keep_blank_values=True)
    plain: dict[str, Any] = dict(fields)
    return str(RequestValidator(token).compute_signature(url, plain))
