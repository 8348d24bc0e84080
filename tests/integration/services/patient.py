"""Somebody who chats, at the services' own door."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping

from bot.domain.cases import Case, Message
from bot.domain.facts import Fact
from bot.domain.schedule import Appointment
from bot.domain.tasks import StaffTask
from bot.services.context import Context
from bot.services.talk import chat

PLAIN: Mapping[str, str] = {
    "consent": "yes",
    "who_for": "for me, I'm 58",
    "age": "58",
    **{f"G{number}": "no, none of these" for number in range(1, 7)},
    "region": "low back and left leg, past the knee",
    "radiates": "down the left leg, past the knee",
    "dominant": "the leg is worse",
    "duration_weeks": "8 months, about the same",
    "course": "about the same",
    "sudden_onset": "no, slowly",
    "function_limit": "a lot",
    "cons_modalities": "physical therapy and pills",
    "cons_weeks": "12 weeks, it helped some",
    "cons_relief": "it helped some",
    "imaging": "none",
    "dx": "no one told me",
    "diabetes": "no",
    "limb_numbness": "no",
    "prior_spine_surgery": "no",
    "surgery_preference": "not sure",
    "surgery_recommended": "no",
    "second_opinion": "no",
    "weakness_where": "the left leg",
    "weakness_onset_days": "a year ago, about the same",
    "weakness_course": "about the same",
    "contact_name": "Dana Example, 314-555-0123",
    "contact_phone": "314-555-0123",
    "callback_ok_time": "after 3 pm",
}


class Patient:
    """One conversation; `heard` is everything the service said."""

    def __init__(self, ctx: Context, opened: chat.OpenedSession) -> None:
        self.ctx, self.case_id = ctx, opened.case_id
        self.heard: list[Message] = list(opened.messages)
        self.status = "open"

    @classmethod
    async def open(cls, ctx: Context) -> Patient:
        return cls(ctx, await chat.open_session(ctx))

    @property
    def question(self) -> Message:
        return next(message for message in reversed(self.heard) if message.asks)

    @property
    def asked(self) -> list[str]:
        return [message.asks for message in self.heard if message.asks]

    async def say(self, text: str, *, message_id: str | None = None) -> list[Message]:
        reply = await chat.say(
            self.ctx, self.case_id, client_message_id=message_id or uuid.uuid4().hex, text=text
        )
        return self._hear(reply)

    async def choose(self, *labels: str) -> list[Message]:
        ids = [
            next(c.id for c in self.question.choices if label.lower() in c.label.lower()) for label in labels
        ]
        reply = await chat.say(self.ctx, self.case_id, client_message_id=uuid.uuid4().hex, choices=ids)
        return self._hear(reply)

    def _hear(self, reply: chat.Reply) -> list[Message]:
        self.heard += reply.messages
        self.status = reply.status
        return reply.messages

    async def answer_until(self, *stops: str, answers: Mapping[str, str] = {}) -> list[Message]:
        """Answer plainly until one of these is asked, or nothing is."""
        known = {**PLAIN, **answers}
        reply: list[Message] = []
        for _ in range(40):
            if self.question.asks in stops or self.status != "open":
                return reply
            assert self.question.asks in known, self.question.text
            reply = await self.say(known[self.question.asks])
        raise AssertionError(f"never asked {stops}; asked {self.asked}")

    async def case(self) -> Case:
        async with self.ctx.unit_of_work(write=False) as uow:
            return await uow.cases.get(self.case_id)

    async def facts(self) -> dict[str, Fact]:
        async with self.ctx.unit_of_work(write=False) as uow:
            return await uow.facts.current(self.case_id)

    async def tasks(self) -> list[StaffTask]:
        async with self.ctx.unit_of_work(write=False) as uow:
            return await uow.tasks.of_case(self.case_id)

    async def appointments(self) -> list[Appointment]:
        async with self.ctx.unit_of_work(write=False) as uow:
            return await uow.appointments.of_case(self.case_id)

    async def held_times(self) -> list[dt.datetime]:
        """The times kept for this patient, in order, clinic time."""
        zone = self.ctx.protocols.clinic.zone
        return sorted(one.start.astimezone(zone) for one in await self.appointments() if one.status == "held")
