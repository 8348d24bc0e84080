"""The chat door that opens on `bot.services.talk.chat`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence

from bot.domain.cases import CaseStatus, Draft, Message
from bot.services.context import Context
from bot.services.talk import chat


class ServiceDoor:
    """`ChatDoor` over the services; errors are theirs."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    async def open_session(self) -> chat.OpenedSession:
        return await chat.open_session(self._ctx, channel="web")

    async def access_case(self, token: str) -> str:
        return await chat.access_case(self._ctx, token)

    async def say(
        self, case_id: str, *, client_message_id: str, text: str | None, choices: Sequence[str]
    ) -> chat.Reply:
        return await chat.say(
            self._ctx, case_id, client_message_id=client_message_id, text=text, choices=tuple(choices)
        )

    async def messages_after(self, case_id: str, seq: int) -> list[Message]:
        return await chat.messages_after(self._ctx, case_id, seq)

    async def latest_numbers(self, case_ids: Collection[str]) -> Mapping[str, int]:
        return await chat.latest_numbers(self._ctx, case_ids)

    async def progress(self, case_id: str) -> chat.Progress:
        return await chat.progress(self._ctx, case_id)

    async def end_session(self, token: str) -> None:
        await chat.end_session(self._ctx, token)

    async def status(self, case_id: str) -> CaseStatus:
        return await chat.status(self._ctx, case_id)

    def screen_only(self, text: str) -> Draft | None:
        return chat.screen_only(self._ctx, text)

    def now(self) -> dt.datetime:
        return self._ctx.clock.now()
