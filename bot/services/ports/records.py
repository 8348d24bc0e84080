"""What a case is made of: its messages, facts, questions and judgements."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from bot.domain.cases import AskState, Case, Draft, Message
from bot.domain.dictionary import Value
from bot.domain.facts import Fact
from bot.domain.judgement import Judgement


class Cases(Protocol):
    """Cases by opaque id; every write bumps `updated_at`."""

    async def add(self, case: Case) -> None:
        """Store a new case. Raises Conflict when the id or reference exists."""

    async def get(self, case_id: str) -> Case:
        """The case; raises NotAllowed when there is none."""

    async def save(self, case: Case) -> None:
        """Write all fields of an existing case."""

    async def find_open_by_address(self, address: str) -> Case | None:
        """The case of this phone number that is not closed and in which something was said last."""

    async def of_address(self, address: str, *, limit: int = 20) -> list[Case]:
        """Cases of this phone number whatever their status, newest first."""

    async def without_consent(self, *, before: dt.datetime, limit: int = 100) -> list[Case]:
        """Cases begun before that time that never had an answer on consent, oldest first; no emergencies."""

    async def silent(
        self, *, before: dt.datetime, channel: str | None = None, limit: int = 100
    ) -> list[Case]:
        """Open cases with consent, in the questions or at the times, whose last message is older; of one
        channel when it is named."""

    async def claim_turn(self, case_id: str, *, owner: str, until: dt.datetime, now: dt.datetime) -> bool:
        """Take the case's turn lease by compare-and-swap; False while another owner's lease runs."""

    async def release_turn(self, case_id: str, *, owner: str) -> None:
        """Give the lease back; does nothing when it is not ours."""


class Messages(Protocol):
    """Messages of a case, append-only; `seq` is given here, gapless within a case."""

    async def add_inbound(
        self,
        case_id: str,
        *,
        text: str,
        channel: str,
        client_message_id: str,
        at: dt.datetime,
        choices: Sequence[str] = (),
    ) -> tuple[Message, bool]:
        """Store a patient's message; (message, True) when new, (the stored one, False) when the
        same `client_message_id` came before. Raises Conflict when its content differs.
        `client_message_id` is unique per case; for SMS it is the provider's sid, unique for good."""

    async def go_on(
        self, case_id: str, text: str, *, at: dt.datetime, since: dt.datetime, most: int
    ) -> Message | None:
        """Add a line to the patient's text that is the last message of a case; its time becomes `at`.

        None, and nothing is changed, when the last message is another one, is older than `since`, pressed
        a button or is being answered, or when it would have more than `most` characters."""

    async def add(
        self, case_id: str, draft: Draft, *, channel: str, at: dt.datetime, reply_to: str | None
    ) -> Message:
        """Store a message of ours (or of staff)."""

    async def get(self, message_id: str) -> Message:
        """One message; raises NotAllowed when there is none."""

    async def latest_numbers(self, case_ids: Collection[str]) -> dict[str, int]:
        """The number of the last message of each case; unknown cases are left out."""

    async def lately_from(self, address: str, *, since: dt.datetime, limit: int) -> list[Message]:
        """What was texted from a phone number after that time, in all its cases, newest first."""

    async def latest_at(self, case_id: str) -> dt.datetime:
        """When the last message of a case was written; raises NotAllowed when there is none."""

    async def replies_to(self, message_id: str) -> list[Message]:
        """What was answered to a patient's message, in order."""

    async def after(self, case_id: str, seq: int, *, limit: int = 200) -> list[Message]:
        """Messages with a higher seq, in order."""

    async def set_reading(self, message_id: str, reading: Mapping[str, Any]) -> None:
        """What the language layer read in a patient's message."""

    async def mark_answered(
        self, message_id: str, *, intent: str | None, confidence: float | None, model: str | None = None
    ) -> None:
        """The turn of a patient's message is over."""

    async def unanswered(self, *, channel: str, before: dt.datetime, limit: int = 50) -> list[Message]:
        """Patients' messages stored before that time whose turn is not over, oldest first."""

    async def urgent_without_answer(
        self, *, since: dt.datetime, before: dt.datetime, effect: str, limit: int = 100
    ) -> list[Message]:
        """Emergency, crisis and same-day messages of ours within [since, before), the newest of its case,
        after which the patient said nothing and for which `effect` is not recorded; oldest first."""

    async def asked_before(self, case_id: str, seq: int) -> Message | None:
        """Our last message before that number that asks something."""

    async def of_patient(self, case_id: str) -> list[Message]:
        """All messages the patient sent in this case, in order."""

    async def erase_words(self, case_id: str) -> None:
        """Empty the text, choices and reading of every patient's message of a case (consent refused)."""


class Facts(Protocol):
    """Facts with history: a new value never overwrites, it succeeds."""

    async def current(self, case_id: str) -> dict[str, Fact]:
        """The value in force of each variable."""

    async def history(self, case_id: str) -> dict[str, list[Fact]]:
        """All values of each variable, oldest first."""

    async def add(self, case_id: str, facts: Sequence[Fact]) -> None:
        """Append; each becomes the current value of its variable."""

    async def erase(self, case_id: str, *, keep: Collection[str]) -> None:
        """Delete all values of a case, history too, but those of the variables to keep (consent refused)."""

    async def of_cases(
        self, *, after: str | None, limit: int
    ) -> tuple[list[tuple[str, dict[str, Value]]], str | None]:
        """A page of all cases, oldest first: id and known values. And the cursor of the next page.

        Two queries whatever the page's size; a case that comes in later is on a later page.
        """


class Asks(Protocol):
    """Which questions were put, how often, and how they ended."""

    async def all(self, case_id: str) -> dict[str, AskState]:
        """By name of the question."""

    async def save(self, case_id: str, state: AskState) -> None:
        """Insert or replace by name."""


@dataclass(frozen=True, kw_only=True)
class PastJudgement:
    """A judgement as it was made; `message_id` is None for one that no message brought about."""

    message_id: str | None
    at: dt.datetime
    judgement: Judgement


class Judgements(Protocol):
    """Every judgement ever made, with what judged it."""

    async def add(
        self, case_id: str, judgement: Judgement, *, message_id: str | None, at: dt.datetime
    ) -> None:
        """Append."""

    async def latest(self, case_id: str) -> Judgement | None:
        """The newest, or None."""

    async def history(self, case_id: str) -> list[PastJudgement]:
        """All of a case, oldest first."""


class Effects(Protocol):
    """Idempotency: one row per (case, message, effect), in the transaction of the effect."""

    async def result(self, case_id: str, message_id: str, effect: str) -> Any | None:
        """What the effect returned when it was done before, else None."""

    async def record(self, case_id: str, message_id: str, effect: str, result: Any) -> None:
        """Remember it. Raises Conflict when another transaction was first."""
