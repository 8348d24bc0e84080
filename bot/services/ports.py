"""What the services need from outside. Concrete parts are chosen in `bot.bootstrap` only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Literal, Protocol, Self

from bot.domain.cases import AskState, Case, Draft, Message
from bot.domain.dictionary import Value
from bot.domain.facts import Fact
from bot.domain.findings import Reading
from bot.domain.judgement import Judgement
from bot.domain.notices import Channel
from bot.domain.openings import Taken
from bot.domain.schedule import MOST_HOLDS, Appointment
from bot.domain.tasks import Attempt, StaffTask
from bot.services.search_port import Search
from bot.services.teaching_port import Teaching
from bot.services.texting_ports import Handovers, Numbers, Tallies

# --- the record ---------------------------------------------------------------------------------


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

    async def turn_is_taken(self, case_id: str, *, now: dt.datetime) -> bool:
        """Whether a turn's lease runs."""

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

    async def mark_answered(self, message_id: str, *, intent: str | None, confidence: float | None) -> None:
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


class Appointments(Protocol):
    """Holds and bookings. Two overlapping ones of a provider or a room cannot exist: the database refuses."""

    async def hold(self, appointment: Appointment, *, now: dt.datetime, most: int = MOST_HOLDS) -> None:
        """Insert with status held, after expiring holds whose time is over. Raises TimeTaken, and
        TooManyHolds when the holder holds `most` times."""

    async def book(self, appointment_id: str, *, case_id: str, now: dt.datetime) -> Appointment:
        """held -> booked by compare-and-swap; booking what is booked for the same case returns it.
        Raises HoldExpired otherwise, and for a time that has begun; Conflict while the case has
        another booked time."""

    async def release_holds(self, case_id: str) -> None:
        """All holds of a case become expired."""

    async def cancel(self, appointment_id: str, *, case_id: str) -> bool:
        """booked -> cancelled, and whether this call did it; raises NotAllowed when it is not this case's."""

    async def move(self, old_id: str, new_id: str, *, case_id: str, now: dt.datetime) -> Appointment:
        """The old one cancelled and the new one booked, or neither. Raises HoldExpired when the new hold
        is over, NotAllowed when the old one is not booked any more."""

    async def taken(self, *, start: dt.datetime, end: dt.datetime, now: dt.datetime) -> Taken:
        """Held (unexpired) and booked spans by provider and by room that touch [start, end)."""

    async def get(self, appointment_id: str) -> Appointment:
        """One of any status; raises NotAllowed when there is none."""

    async def booked_from(self, now: dt.datetime, *, limit: int = 1000) -> list[Appointment]:
        """Booked ones that are still to come, soonest first."""

    async def of_case(self, case_id: str) -> list[Appointment]:
        """All of a case, newest first."""

    async def booked_of(
        self, provider_id: str, *, start: dt.datetime, end: dt.datetime
    ) -> list[tuple[Appointment, str]]:
        """A provider's booked times that begin within [start, end), in order, with references of cases."""


class Tasks(Protocol):
    """What staff must do."""

    async def add(self, task: StaffTask) -> bool:
        """Insert; False (and nothing changes) when this case has an unfinished task of that kind."""

    async def get(self, task_id: str) -> StaffTask:
        """One of any status, locked in a writing unit; raises NotAllowed when there is none."""

    async def peek(self, task_id: str) -> StaffTask:
        """The same, never locked."""

    async def of_case(self, case_id: str) -> list[StaffTask]:
        """All of a case, most urgent first."""

    async def acknowledge(self, task_id: str, *, by: str, at: dt.datetime) -> StaffTask:
        """open -> acknowledged, and awake; raises NotAllowed when there is none."""

    async def reopen(
        self,
        task_id: str,
        *,
        due_at: dt.datetime,
        next_contact_at: dt.datetime | None = None,
        loud_at: dt.datetime | None = None,
    ) -> StaffTask:
        """acknowledged -> open with new times, nobody told yet; raises NotAllowed when there is none."""

    async def snooze(self, task_id: str, *, until: dt.datetime | None) -> StaffTask:
        """Sleeps until then, None: awake; raises NotAllowed when there is none."""

    async def finish(
        self, task_id: str, *, by: str, at: dt.datetime, note: str, outcome: str | None = None
    ) -> StaffTask:
        """-> done; what is done stays as it is."""

    async def escalate(self, task_id: str, *, step: int) -> bool:
        """Note the step that is told now; False when it, or a later one, was told before."""

    async def add_attempt(self, attempt: Attempt) -> None:
        """Append, and count it."""

    async def attempts(self, case_id: str) -> list[Attempt]:
        """The tries at a case's tasks, oldest first."""

    async def overdue(
        self, *, now: dt.datetime, kind: str | None = None, limit: int = 100
    ) -> list[StaffTask]:
        """Open tasks (of a kind) whose due time has passed, most urgent first."""

    async def waiting(self, *, now: dt.datetime, limit: int = 200) -> list[StaffTask]:
        """Unfinished ones, awake, past a time of theirs that was not told yet, most urgent first."""


@dataclass(frozen=True, kw_only=True)
class Outbound:
    """A text, an e-mail or a webhook to send. `dedupe_key` is unique: the same key is queued once."""

    id: str
    case_id: str | None
    to: str = field(repr=False)
    """Phone number, e-mail address, or name of a webhook target."""
    body: str = field(repr=False)
    dedupe_key: str
    created_at: dt.datetime
    channel: Channel = "sms"
    subject: str = ""
    """Of an e-mail."""
    invitation: str | None = field(default=None, repr=False)
    """An iCalendar object that goes along with an e-mail."""
    appointment_id: str | None = None
    """Only worth sending while this appointment is booked."""
    until: dt.datetime | None = None
    """Not worth sending after this."""
    by_day: bool = False
    """Of our own accord: waits for the clinic's texting hours."""
    attempts: int = 0
    status: str = "queued"
    error: str | None = None
    provider_id: str | None = None


class Outbox(Protocol):
    """Effects that leave the house, written in the transaction that decides them."""

    async def add(self, item: Outbound) -> bool:
        """Queue; False when the dedupe key is known."""

    async def claim_due(
        self,
        *,
        owner: str,
        now: dt.datetime,
        lease_seconds: float,
        limit: int = 10,
        channel: Channel = "sms",
    ) -> list[Outbound]:
        """Due ones of a channel, leased to `owner`; per number or mailbox in order of creation, one at a
        time. Webhooks have no order: one that is refused holds up no other."""

    async def sent(self, item_id: str, *, provider_id: str, at: dt.datetime) -> None:
        """Delivered to the provider."""

    async def left(self, item_id: str, *, provider_id: str, at: dt.datetime) -> None:
        """The provider speaks of it under this id: it has left, if nothing was known of that."""

    async def retry(self, item_id: str, *, at: dt.datetime, error: str) -> None:
        """Try again at that time; one more attempt counted."""

    async def wait(self, item_id: str, *, until: dt.datetime) -> None:
        """Not before that time; no attempt is counted."""

    async def dead(self, item_id: str, *, error: str) -> None:
        """Never again by itself; staff see it and may send it again."""

    async def drop(self, item_id: str, *, reason: str) -> None:
        """Not wanted any more: never sent, nobody is told."""

    async def delivery_state(self, provider_id: str, *, state: str, error: str | None) -> Outbound | None:
        """Note what the provider reported later; what it is about, None for an unknown id or no news."""

    async def undelivered(self, *, troubled_after: int, limit: int = 100) -> list[Outbound]:
        """The dead, and those still tried after so many failures; the newest first."""

    async def send_again(self, item_id: str, *, at: dt.datetime) -> Outbound:
        """dead -> queued, as if it were new; raises NotAllowed unless it is dead."""

    async def give_up(self, item_id: str) -> Outbound:
        """dead -> dropped: somebody was told in another way. Raises NotAllowed unless it is dead."""


@dataclass(frozen=True, kw_only=True)
class Publication:
    """A record that another system should hold a copy of, as it was claimed.

    `subject` is a case (target `fhir`) or an appointment (target `calendar`). `known` says what is
    there: address -> {"version": its version there, "tried": digests of what we sent since we knew it}.
    """

    target: str
    subject: str
    case_id: str
    revision: int
    attempts: int
    known: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


class Publications(Protocol):
    """Which copies are behind. The database itself counts the changes (`bot/store/revisions.py`)."""

    async def claim_due(
        self, target: str, *, owner: str, now: dt.datetime, lease_seconds: float, limit: int = 10
    ) -> list[Publication]:
        """Changed records whose copy may be made now, leased to `owner`."""

    async def note_attempt(self, publication: Publication, digests: Mapping[str, str]) -> None:
        """What is about to be sent, address by address, so that it is recognised there afterwards."""

    async def sent(self, publication: Publication, versions: Mapping[str, str], *, at: dt.datetime) -> None:
        """The copy is there, in these versions; changes since the claim are due again."""

    async def retry(self, publication: Publication, *, at: dt.datetime, error: str) -> None:
        """Try again at that time; one more attempt counted."""

    async def refused(self, publication: Publication, *, error: str) -> None:
        """Not again before the record changes."""

    async def start_over(self, case_id: str) -> None:
        """Forget what is known of a case's copies there; all of them are due."""

    async def published(self, target: str, *, now: dt.datetime) -> list[Publication]:
        """Copies that are up to date and still matter at that time."""

    async def of_case(self, case_id: str) -> list[Publication]:
        """All of a case."""


class Receipts(Protocol):
    """Which of the SMS provider's messages came in before: kept for good, without words or numbers."""

    async def note(self, provider_id: str, *, at: dt.datetime) -> bool:
        """True the first time, False ever after."""


class OptOuts(Protocol):
    """Who wants no texts. Checked in the transaction that sends."""

    async def is_out(self, number: str) -> bool: ...

    async def set(self, number: str, *, out: bool, at: dt.datetime, source: str) -> None: ...


@dataclass(frozen=True, kw_only=True)
class StaffMember:
    """A person of the clinic."""

    id: str
    name: str
    role: str
    password_hash: str = field(repr=False)
    disabled: bool = False


class Staff(Protocol):
    """People, their sessions and API tokens; tokens are stored as SHA-256 only."""

    async def add(self, member: StaffMember) -> None:
        """Raises Conflict when the name exists."""

    async def by_name(self, name: str) -> StaffMember | None: ...

    async def names(self, *, roles: Collection[str]) -> list[str]:
        """Names of the enabled members of these roles, in order."""

    async def add_session(
        self, token_hash: str, *, staff_id: str, csrf: str, expires_at: dt.datetime
    ) -> None: ...

    async def session(self, token_hash: str, *, now: dt.datetime) -> tuple[StaffMember, str] | None:
        """(member, csrf) of a live session of an enabled member."""

    async def extend_session(self, token_hash: str, *, expires_at: dt.datetime) -> None:
        """A new end for a session; does nothing when there is none."""

    async def end_session(self, token_hash: str) -> None: ...

    async def present(self, *, roles: Collection[str], now: dt.datetime) -> bool:
        """Whether somebody of these roles has a live session."""

    async def add_api_token(self, token_hash: str, *, staff_id: str, at: dt.datetime) -> None: ...

    async def by_api_token(self, token_hash: str) -> StaffMember | None: ...


class Sessions(Protocol):
    """Patients' chat sessions: proof of possession, stored as SHA-256 only."""

    async def add(self, token_hash: str, *, case_id: str, expires_at: dt.datetime) -> None: ...

    async def case_id(self, token_hash: str, *, now: dt.datetime) -> str | None:
        """The case of a live token, else None."""

    async def end(self, token_hash: str) -> None:
        """The token opens nothing any more; an unknown one changes nothing."""


class Effects(Protocol):
    """Idempotency: one row per (case, message, effect), in the transaction of the effect."""

    async def result(self, case_id: str, message_id: str, effect: str) -> Any | None:
        """What the effect returned when it was done before, else None."""

    async def record(self, case_id: str, message_id: str, effect: str, result: Any) -> None:
        """Remember it. Raises Conflict when another transaction was first."""


class Audit(Protocol):
    """Who did what, append-only, stable action codes, no patient words."""

    async def add(
        self, *, actor: str, action: str, case_id: str | None, at: dt.datetime, detail: Mapping[str, Any] = {}
    ) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Note:
    """A line one of the staff wrote on a case, for the staff only."""

    id: str
    case_id: str
    text: str
    by: str
    at: dt.datetime


View = Literal["all", "mine", "unassigned", "snoozed"]
VIEWS: tuple[View, ...] = ("all", "mine", "unassigned", "snoozed")


@dataclass(frozen=True, kw_only=True)
class WorkFilter:
    """Which unfinished tasks; `mine` and `unassigned` go by who has the case. `private`: those too."""

    view: View = "all"
    member: str = ""
    private: bool = False
    alarms: bool = False
    """Only what everybody at the desk should hear."""


class Work(Protocol):
    """The staff's work queue: one line a task, keyset pages."""

    async def page(
        self, wanted: WorkFilter, *, now: dt.datetime, after: str | None, limit: int
    ) -> tuple[list[Mapping[str, Any]], str | None]:
        """Rows {task: StaffTask, reference, channel, level, rules, outcome, visit, handoff, claimed_by,
        test, asked_at, name, phone}, most urgent first (alarms, priority, level, due, tier, age of the
        request), and the cursor of the next page."""

    async def row(self, task_id: str, *, private: bool) -> Mapping[str, Any]:
        """One of any status; raises NotAllowed when there is none for this reader."""

    async def counts(self, *, member: str, private: bool, now: dt.datetime) -> Mapping[str, int]:
        """How many tasks are in each view, and `alarms` and `late` among all that are awake."""


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """Something that left the house for a case, and what became of it; never its words."""

    channel: Channel
    about: str
    """Its dedupe key: `message:<id>:<part>` for a message of the conversation."""
    status: str
    """queued, sending, sent, dead, dropped (not wanted any more)."""
    queued_at: dt.datetime
    sent_at: dt.datetime | None
    reported: str | None
    """What the provider said later: delivered, undelivered, ..."""
    error: str | None


class Desk(Protocol):
    """What the staff list reads: one query, keyset pages. And what staff write on a case."""

    async def deliveries(self, case_id: str) -> list[Delivery]:
        """What was sent for a case, oldest first."""

    async def add_note(self, note: Note) -> None:
        """Append."""

    async def notes(self, case_id: str) -> list[Note]:
        """Oldest first."""

    async def cases(
        self, *, queue: str, query: str | None, reference: str | None, after: str | None, limit: int
    ) -> tuple[list[Mapping[str, Any]], str | None]:
        """Rows {id, reference, channel, status, level, rules, outcome, visit, handoff, priority, due,
        task_id, task_status, claimed_by, created_at, updated_at, name, phone, test} most urgent
        first (unacknowledged P0, level, due, age) and the cursor of the next page.
        `queue`: open | mine:<name> | all."""


class UnitOfWork(Protocol):
    """One transaction: rolls back unless `commit` was awaited.

    Raises StoreUnavailable on enter or commit when the database cannot be used.
    """

    @property
    def cases(self) -> Cases: ...
    @property
    def messages(self) -> Messages: ...
    @property
    def facts(self) -> Facts: ...
    @property
    def asks(self) -> Asks: ...
    @property
    def judgements(self) -> Judgements: ...
    @property
    def appointments(self) -> Appointments: ...
    @property
    def tasks(self) -> Tasks: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def publications(self) -> Publications: ...
    @property
    def receipts(self) -> Receipts: ...
    @property
    def opt_outs(self) -> OptOuts: ...
    @property
    def tallies(self) -> Tallies: ...
    @property
    def handovers(self) -> Handovers: ...
    @property
    def numbers(self) -> Numbers: ...
    @property
    def staff(self) -> Staff: ...
    @property
    def sessions(self) -> Sessions: ...
    @property
    def effects(self) -> Effects: ...
    @property
    def audit(self) -> Audit: ...
    @property
    def desk(self) -> Desk: ...
    @property
    def search(self) -> Search: ...
    @property
    def teaching(self) -> Teaching: ...
    @property
    def work(self) -> Work: ...

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    async def commit(self) -> None: ...


class UnitOfWorkFactory(Protocol):
    def __call__(self, *, write: bool = True) -> UnitOfWork:
        """`write=False` takes no write lock (SQLite: BEGIN instead of BEGIN IMMEDIATE)."""


# --- the engine ---------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class TurnRequest:
    """One message for the engine."""

    case_id: str
    message_id: str
    text: str
    phase: str
    asked: str | None
    question: str | None
    reading: Reading
    state: str | None


@dataclass(frozen=True, kw_only=True)
class TurnReply:
    """What the engine made of it. `drafts` is never empty: silence raises DialogueFailed."""

    drafts: tuple[Draft, ...]
    intent: str
    confidence: float
    state: str | None
    topic: str | None = None


@dataclass(frozen=True, kw_only=True)
class Intent:
    name: str
    confidence: float
    topic: str | None = None


class Dialogue(Protocol):
    """The line to the engine."""

    async def turn(self, request: TurnRequest) -> TurnReply:
        """Raises DialogueFailed on timeout, error, silence or a reply for another case."""

    async def understand(self, text: str, *, asked: str | None, reading: Reading) -> Intent:
        """The intent alone; nothing is remembered. Raises DialogueFailed."""

    async def model_id(self) -> str:
        """Which model answers. Raises DialogueFailed."""


# --- the rest -----------------------------------------------------------------------------------


class Reader(Protocol):
    """The language layer."""

    def read(
        self, text: str, *, asked: str | None = None, question: str | None = None, date: dt.date
    ) -> Reading:
        """What the text says, given what was asked, on that date (the patient's day)."""


class Carrier(Protocol):
    """What takes items of the outbox out of the house: a text provider, a mail server, webhooks."""

    @property
    def channel(self) -> Channel: ...

    async def carry(self, item: Outbound) -> str:
        """The provider's id of what it took. The same item again bears the same key for the receiver to
        recognise it by. Raises DeliveryFailed, `permanent` when no try will help."""


class Clock(Protocol):
    def now(self) -> dt.datetime:
        """Zone-aware UTC."""


class Ids(Protocol):
    def new(self) -> str:
        """An opaque id: 32 lower-case hex digits, 128 random bits."""

    def token(self) -> str:
        """A secret for a bearer: 256 random bits, URL-safe."""

    def reference(self) -> str:
        """A short code to read out on the phone, without look-alike letters, e.g. `K7QM-4T2X`."""
