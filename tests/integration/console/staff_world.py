"""A clinic's morning for tests: the real store, the real doors, people of every role, and cases as
conversations would have left them."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from unittest.mock import sentinel

import argon2
import httpx

from bot.domain.cases import Case, Draft, Message, MessageChoice
from bot.domain.dictionary import Value
from bot.domain.errors import DialogueFailed
from bot.domain.facts import Fact
from bot.domain.findings import Finding, Reading
from bot.domain.levels import Level
from bot.domain.schedule import Appointment
from bot.domain.tasks import StaffTask
from bot.protocols import Protocols
from bot.protocols.shelf import Shelf
from bot.services.access.login_guard import LoginGuard
from bot.services.access.staff import add_person, make_api_token
from bot.services.context import Context
from bot.services.ports import Outbound, StaffMember
from bot.store import Store
from bot.system import RandomIds
from tests.integration.console.conversations import EMERGENCY, ROUTINE, SAME_DAY, Said

QUICK = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""Costs nothing; the real parameters have their own test."""

PASSWORD = "correct horse battery"


@dataclass
class HandClock:
    """Stands still until it is moved."""

    at: dt.datetime

    def now(self) -> dt.datetime:
        return self.at

    def pass_(self, **span: float) -> None:
        self.at += dt.timedelta(**span)


@dataclass
class NamedEngine:
    """An engine that knows its model's name; nothing else of it is needed here."""

    silent: bool = False

    async def model_id(self) -> str:
        if self.silent:
            raise DialogueFailed("silent")
        return "20261118-ab12"

    async def turn(self, request: object) -> Any:
        raise DialogueFailed("not in these tests")

    async def understand(self, text: str, *, asked: str | None, reading: object) -> Any:
        raise DialogueFailed("not in these tests")


@dataclass
class World:
    """What a test needs: the parts, and who holds which token."""

    store: Store
    protocols: Protocols
    clock: HandClock
    folder: Path = Path()
    shelf: Shelf | None = None
    """With it, people can publish other rules in the console."""
    engine: Any = field(default_factory=NamedEngine)
    reader: Any = sentinel.no_reader
    ids: RandomIds = field(default_factory=RandomIds)
    guard: LoginGuard = field(default_factory=lambda: LoginGuard(hasher=QUICK))
    members: dict[str, StaffMember] = field(default_factory=dict)

    @property
    def ctx(self) -> Context:
        return Context(
            unit_of_work=self.store.unit_of_work,
            protocols=self.protocols,
            reader=self.reader,
            dialogue=self.engine,
            clock=self.clock,
            ids=self.ids,
            shelf=self.shelf,
        )

    async def add_member(self, role: str, *, name: str | None = None) -> StaffMember:
        """A person of this role; the name is the role's unless another is given."""
        name = name or role
        self.members[name] = await add_person(self.ctx, self.guard, name=name, role=role, password=PASSWORD)
        return self.members[name]

    async def token(self, role: str) -> str:
        """An API token of the person of this role, who is added when missing."""
        if role not in self.members:
            await self.add_member(role)
        return await make_api_token(self.ctx, name=role)

    async def audit(self) -> list[tuple[str, str, str | None, dict[str, Any]]]:
        """(actor, action, case, detail) of every audit row, in order."""
        from sqlalchemy import select

        from bot.store.audit_tables import audit

        async with self.store._engine.connect() as connection:
            rows = (await connection.execute(select(audit).order_by(audit.c.seq))).all()
        return [(row.actor, row.action, row.case_id, row.detail) for row in rows]

    async def add_case(
        self,
        talk: Sequence[Said] = (),
        *,
        minutes_ago: float = 10,
        task: str | None = None,
        priority: str = "P3",
        due_minutes: float = 60,
        private: bool = False,
        booked_in_hours: float | None = None,
        **given: Any,
    ) -> str:
        """A case whose conversation was `talk`, judged by the real protocols; its id."""
        start = self.clock.now() - dt.timedelta(minutes=minutes_ago)
        case = Case(
            id=self.ids.new(), reference=self.ids.reference(), channel=given.pop("channel", "web"),
            created_at=start, updated_at=start, consent="given", phase="intake",
        )  # fmt: skip
        async with self.store.unit_of_work() as uow:
            await uow.cases.add(case)
            for number, said in enumerate(talk):
                await self._say(uow, case, said, start + dt.timedelta(seconds=40 * number), number)
            values = {
                n: f.value for n, f in (await uow.facts.current(case.id)).items() if f.value is not None
            }
            if values:
                case = await self._judge(uow, case, values, start)
            if task:
                await self._add_task(uow, case, task, priority, due_minutes, private=private, start=start)
            if booked_in_hours is not None:
                await self._book(uow, case, booked_in_hours, given.get("visit", "SURGICAL_CONSULT"))
            await uow.cases.save(replace(await uow.cases.get(case.id), **{**_judged(case), **given}))
            await uow.commit()
        return case.id

    async def _say(self, uow: Any, case: Case, said: Said, at: dt.datetime, number: int) -> None:
        if said.sender != "patient":
            choices = tuple(MessageChoice(id=f"c{i}", label=label) for i, label in enumerate(said.choices))
            draft = Draft(kind=said.kind, text=said.text, asks=said.asks, choices=choices, sender=said.sender)  # type: ignore[arg-type]
            await uow.messages.add(case.id, draft, channel=case.channel, at=at, reply_to=None)
            return
        message, _ = await uow.messages.add_inbound(
            case.id, text=said.text, channel=case.channel, client_message_id=f"{case.id}-{number}", at=at
        )
        await uow.messages.set_reading(message.id, _reading(said).to_json())
        await uow.messages.mark_answered(message.id, intent=said.intent, confidence=0.93)
        await uow.facts.add(case.id, [_fact(said, name, message, at) for name in said.facts])

    async def _judge(self, uow: Any, case: Case, values: Mapping[str, Value], at: dt.datetime) -> Case:
        judgement = self.protocols.judge({n: v for n, v in values.items() if n in self.protocols.dictionary})
        await uow.judgements.add(case.id, judgement, message_id=None, at=at)
        return replace(
            case, level=judgement.level, rules=judgement.rules, outcome=judgement.outcome,
            decision=judgement.decision, visit=judgement.visit,
        )  # fmt: skip

    async def _add_task(
        self, uow: Any, case: Case, kind: str, priority: str, due_minutes: float, *, private: bool, start: Any
    ) -> None:
        due = self.clock.now() + dt.timedelta(minutes=due_minutes)
        await uow.tasks.add(
            StaffTask(
                id=self.ids.new(), case_id=case.id, kind=kind, priority=priority,  # type: ignore[arg-type]
                created_at=start, due_at=due, private=private,
            )
        )  # fmt: skip

    async def tasks(self, case_id: str) -> list[StaffTask]:
        """The tasks of a case, unfinished ones first."""
        async with self.store.unit_of_work(write=False) as uow:
            return await uow.tasks.of_case(case_id)

    async def claim(self, case_id: str, name: str) -> None:
        """Somebody has this case, whoever had it."""
        async with self.store.unit_of_work() as uow:
            await uow.cases.save(replace(await uow.cases.get(case_id), claimed_by=name))
            await uow.commit()

    async def _book(self, uow: Any, case: Case, in_hours: float, visit: str) -> None:
        start = (self.clock.now() + dt.timedelta(hours=in_hours)).replace(minute=0, second=0, microsecond=0)
        provider = self.protocols.clinic.providers[0].id
        held = Appointment(
            id=self.ids.new(), case_id=case.id, provider_id=provider, visit=visit, start=start,
            end=start + dt.timedelta(minutes=45), status="held",
            hold_expires_at=self.clock.now() + dt.timedelta(minutes=10),
        )  # fmt: skip
        await uow.appointments.hold(held, now=self.clock.now())
        await uow.appointments.book(held.id, case_id=case.id, now=self.clock.now())


def _judged(case: Case) -> dict[str, Any]:
    return {name: getattr(case, name) for name in ("level", "rules", "outcome", "decision", "visit")}


def _reading(said: Said) -> Reading:
    findings = []
    for name, value in said.facts.items():
        words = said.words.get(name, said.text)
        start = said.text.index(words)
        assertion = "absent" if value in ("no", "none") else "unsure" if value == "unsure" else "present"
        findings.append(
            Finding(variable=name, value=value, assertion=assertion, start=start,  # type: ignore[arg-type]
                    end=start + len(words), words=words)
        )  # fmt: skip
    return Reading(findings=tuple(findings), facts=said.facts, answer="full", half_read=said.half_read)


def _fact(said: Said, name: str, message: Message, at: dt.datetime) -> Fact:
    return Fact(
        variable=name, value=said.facts[name], words=said.words.get(name, said.text), message_id=message.id,
        asked=said.asks, by="patient", at=at,
    )  # fmt: skip


async def busy_morning(world: World) -> dict[str, str]:
    """One case of each kind; name -> id."""
    return {
        "emergency": await world.add_case(
            EMERGENCY, minutes_ago=7, task="emergency", priority="P0", due_minutes=-1,
            status="emergency", phase="emergency", handoff="emergency",
        ),
        "same_day": await world.add_case(
            SAME_DAY, minutes_ago=48, task="urgent_callback", priority="P1", due_minutes=14,
            status="callback", phase="done", handoff="urgent_callback",
        ),
        "late_callback": await world.add_case(
            (*ROUTINE[:2], Said(text="Kim Demo 555-0164, want a person", intent="person",
                                facts={"contact_name": "Kim Demo", "contact_phone": "555-0164"},
                                words={"contact_name": "Kim Demo", "contact_phone": "555-0164"})),
            minutes_ago=60 * 27, task="callback", priority="P2", due_minutes=-35, channel="sms",
            status="callback", phase="done", handoff="callback", address="+13145550164",
        ),
        "booked": await world.add_case(
            ROUTINE, minutes_ago=95, booked_in_hours=50, status="booked", phase="done", handoff="booking",
            visit="SURGICAL_CONSULT",
        ),
        "talking": await world.add_case(ROUTINE[:1], minutes_ago=2),
    }  # fmt: skip


async def dead_letter(world: World, case_id: str, *, body: str = "x", error: str = "21614") -> str:
    """A text to the patient of a case that was given up; its id."""
    id_ = world.ids.new()
    async with world.store.unit_of_work() as uow:
        await uow.outbox.add(
            Outbound(
                id=id_, case_id=case_id, to="+15555550142", body=body, dedupe_key=f"message:{id_}",
                created_at=world.clock.now(),
            )
        )  # fmt: skip
        await uow.outbox.dead(id_, error=error)
        await uow.commit()
    return id_


async def signed_in(client: httpx.AsyncClient, name: str) -> str:
    """Sign in by the API; the CSRF token, and the cookie in the client."""
    answer = await client.post("/api/staff/login", json={"name": name, "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    token: str = answer.json()["csrf"]
    return token


async def settle(seconds: float = 0.05) -> None:
    """Let other tasks run."""
    await asyncio.sleep(seconds)


LEVELS = tuple(level.value for level in Level)
