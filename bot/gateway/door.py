"""What the chat API asks of the services: one object, so that a test can put a script in its place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from bot.domain.cases import CaseStatus, Draft, Message
from bot.services.case.company import Company


class OpenedSession(Protocol):
    """A new case and the key to it."""

    @property
    def token(self) -> str: ...
    @property
    def expires_at(self) -> dt.datetime: ...
    @property
    def reference(self) -> str: ...
    @property
    def case_id(self) -> str: ...
    @property
    def messages(self) -> Sequence[Message]: ...


class Reply(Protocol):
    """What one turn said."""

    @property
    def messages(self) -> Sequence[Message]: ...
    @property
    def status(self) -> CaseStatus: ...


class Progress(Protocol):
    """How far the questions are."""

    @property
    def reference(self) -> str: ...
    @property
    def left(self) -> int | None: ...
    @property
    def changeable(self) -> Sequence[int]: ...
    @property
    def company(self) -> Company: ...


class ChatDoor(Protocol):
    """The chat use cases. Errors are those of `bot.domain.errors`."""

    async def open_session(self) -> OpenedSession:
        """A new case with its greeting; raises StoreUnavailable."""

    async def access_case(self, token: str) -> str:
        """The case id of a live token; raises NotAllowed, StoreUnavailable."""

    async def say(
        self, case_id: str, *, client_message_id: str, text: str | None, choices: Sequence[str]
    ) -> Reply:
        """One whole turn, idempotent; raises UnknownChoice, Conflict, StoreUnavailable."""

    async def messages_after(self, case_id: str, seq: int) -> list[Message]:
        """Messages with a higher seq, in order."""

    async def latest_numbers(self, case_ids: Collection[str]) -> Mapping[str, int]:
        """The number of each case's last message; raises StoreUnavailable."""

    async def progress(self, case_id: str) -> Progress:
        """How far the questions are."""

    async def end_session(self, token: str) -> None:
        """The token opens nothing any more; raises NotAllowed when it does not now."""

    async def status(self, case_id: str) -> CaseStatus:
        """Where the case stands."""

    def screen_only(self, text: str) -> Draft | None:
        """The emergency text when these words alone call for it; touches no store."""

    def now(self) -> dt.datetime:
        """Zone-aware UTC."""
