"""Our own schedule and another system's, by slots and by operations: what all promise, and what only another
system can do to us. It is Tuesday, December 1, 10:00; the other system is the strict server of the tests."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from bot.domain.schedule import Appointment
from bot.messaging import FhirSchedule, FhirServer
from bot.protocols import Protocols
from bot.services import outside
from bot.services.context import Context
from bot.services.schedules import OtherSchedule
from bot.services.visits import schedule_upkeep
from bot.settings import ROOT
from tests.fhir.cases import NAMESPACE
from tests.fhir.schedule_server import ScheduleServer
from tests.fhir.server import Failure
from tests.integration.services import seeds
from tests.integration.services.conftest import TUESDAY_MORNING, StandingClock
from tests.integration.services.patient import Patient
from tests.plain_dialogue import PlainDialogue

KINDS = ("own", "slots", "operations")
DAYS = 3
NEW_THERE, ANOTHER_THERE = "https://there.example/visits|new", "https://there.example/visits|follow-up"
"""What the other system calls its visits."""


@dataclass(kw_only=True)
class Clinic:
    """The services over one of the schedules. `server` is None for our own."""

    ctx: Context
    clock: StandingClock
    line: FhirSchedule | None = None
    server: ScheduleServer | None = None

    @property
    def there(self) -> ScheduleServer:
        assert self.server is not None
        return self.server

    async def patient(self, phone: str = "314-555-0123") -> Patient:
        return await seeds.offered_times(self.ctx, contact_phone=phone)

    async def keep_in_step(self) -> None:
        """What is over here is over there, once no booking can be under way any more."""
        self.clock.forward(minutes=20)
        if self.line is not None:
            await schedule_upkeep.give_back(self.ctx, self.line)

    async def is_offered(self, time: Appointment) -> bool:
        """Whether another patient could have that time now."""
        held = await (await self.patient("314-555-0129")).appointments()
        return (time.provider_id, time.start) in {(one.provider_id, one.start) for one in held}

    async def first_offered(self, patient: Patient) -> Appointment:
        label = patient.question.choices[0].means.removeprefix("slot:")
        return next(one for one in await patient.appointments() if one.id == label)

    async def note_of_call(self, patient: Patient) -> str:
        [task] = [one for one in await patient.tasks() if one.kind == "callback"]
        return task.note

    def booked_there(self) -> list[dt.datetime]:
        return sorted(dt.datetime.fromisoformat(one["start"]) for one in self.there.booked())


def practitioners(protocols: Protocols) -> dict[str, str]:
    """Who those are there whom a new patient may see."""
    able = (one for one in protocols.clinic.providers if "NEW_PATIENT_EVAL" in one.visits)
    return {one.id: f"Practitioner/{one.id.replace('_', '-')}" for one in able}


def fill(server: ScheduleServer, protocols: Protocols, *, minutes: int) -> dict[str, str]:
    """Their next days as slots; who they are there."""
    people = practitioners(protocols)
    for provider in (one for one in protocols.clinic.providers if one.id in people):
        times = []
        for day in range(DAYS):
            for start, end in provider.hours.periods(TUESDAY_MORNING.date() + dt.timedelta(days=day)):
                at, last = start.astimezone(dt.UTC), end.astimezone(dt.UTC)
                while at + dt.timedelta(minutes=minutes) <= last:
                    times.append((at, at + dt.timedelta(minutes=minutes)))
                    at += dt.timedelta(minutes=minutes)
        server.open(people[provider.id], times)
    return people


@pytest.fixture
def server(request: pytest.FixtureRequest, protocols: Protocols) -> Iterator[ScheduleServer | None]:
    if request.param == "own":
        yield None
        return
    with ScheduleServer.running(operations=request.param == "operations") as running:
        running.visits = frozenset((NEW_THERE, ANOTHER_THERE))
        yield running


@pytest.fixture
async def clinic(
    ctx: Context,
    clock: StandingClock,
    dialogue: PlainDialogue,
    protocols: Protocols,
    server: ScheduleServer | None,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Clinic]:
    monkeypatch.setattr(outside, "BUDGET_SECONDS", 60)  # what is tested is not how quick the machine is
    if server is None:
        yield Clinic(ctx=ctx, clock=clock)
        return
    people = fill(server, protocols, minutes=60 if server.operations else 30)
    line = FhirSchedule(
        FhirServer(url=server.url, token=server.token), namespace=NAMESPACE, practitioners=people,
        visits={"NEW_PATIENT_EVAL": NEW_THERE},
    )  # fmt: skip
    joined = replace(ctx, schedule=OtherSchedule(server=line))
    dialogue.ctx = joined
    yield Clinic(ctx=joined, clock=clock, line=line, server=server)
    await line.close()


ON_POSTGRESQL = [pytest.param(one, "postgresql", marks=pytest.mark.postgres) for one in KINDS[1:]]
_KINDS_AND_RECORDS = [*((one, "sqlite") for one in KINDS), *ON_POSTGRESQL]


def every_schedule[T: Callable[..., object]](test: T) -> T:
    """Each kind of schedule, and another system's with our record on PostgreSQL too."""
    both = pytest.mark.parametrize(("server", "database_url"), _KINDS_AND_RECORDS, indirect=True)
    return pytest.mark.usefixtures("database_url")(both(test))


another_system = pytest.mark.parametrize("server", KINDS[1:], indirect=True)
by_slots = pytest.mark.parametrize("server", ["slots"], indirect=True)
by_operations = pytest.mark.parametrize("server", ["operations"], indirect=True)


async def booked(patient: Patient) -> Appointment:
    (one,) = [one for one in await patient.appointments() if one.status == "booked"]
    return one


# --- what every schedule promises -------------------------------------------------------------------


@every_schedule
async def test_a_time_that_is_offered_is_booked_when_it_is_chosen(clinic: Clinic) -> None:
    patient = await clinic.patient()
    assert len(await patient.held_times()) == 3
    assert (await patient.say("1"))[0].kind == "booked"
    if clinic.server:
        assert clinic.booked_there() == [(await booked(patient)).start]


@every_schedule
async def test_what_one_patient_holds_or_booked_is_offered_to_no_other(clinic: Clinic) -> None:
    first = await clinic.patient()
    second = await clinic.patient("314-555-0124")
    offers = [{(one.provider_id, one.start) for one in await who.appointments()} for who in (first, second)]
    assert not offers[0] & offers[1]
    await first.say("1")
    await second.say("1")
    assert (await booked(first)).id != (await booked(second)).id
    if clinic.server:
        assert len(clinic.booked_there()) == 2


@every_schedule
async def test_a_hold_that_ended_is_refused_kindly_with_other_times(clinic: Clinic) -> None:
    patient = await clinic.patient()
    clinic.clock.forward(minutes=16)
    reply = await patient.say("1")
    assert "time" in reply[0].text
    assert patient.status == "open"
    assert await patient.held_times()
    if clinic.server:
        assert clinic.booked_there() == []


@every_schedule
async def test_a_visit_that_is_moved_is_booked_once_and_its_old_time_is_free_again(clinic: Clinic) -> None:
    patient = await seeds.with_a_visit(clinic.ctx, birth_date="1968-03-02")
    old = await booked(patient)
    await patient.say("i need to change my appointment")
    await patient.say("3/2/1968")
    await patient.say("1")
    await patient.say("2")
    new = await booked(patient)
    assert new.start != old.start
    await clinic.keep_in_step()
    if clinic.server:
        assert clinic.booked_there() == [new.start]
    assert await clinic.is_offered(old)


@every_schedule
async def test_a_visit_that_is_given_up_is_free_again(clinic: Clinic) -> None:
    patient = await seeds.with_a_visit(clinic.ctx, birth_date="1968-03-02")
    old = await booked(patient)
    await patient.say("i need to cancel my appointment")
    await patient.say("3/2/1968")
    await patient.say("2")
    await clinic.keep_in_step()
    if clinic.server:
        assert clinic.booked_there() == []
    assert await clinic.is_offered(old)


@every_schedule
async def test_choosing_twice_books_once(clinic: Clinic) -> None:
    patient = await clinic.patient()
    for _ in range(2):
        await patient.say("1", message_id="the same message")
    assert await booked(patient)
    if clinic.server:
        assert (len(clinic.booked_there()), clinic.server.refusals) == (1, [])


# --- what another system can do ---------------------------------------------------------------------


@another_system
async def test_a_time_that_was_given_away_there_is_refused_kindly_with_other_times(clinic: Clinic) -> None:
    patient = await clinic.patient()
    first = await clinic.first_offered(patient)
    if clinic.there.operations:
        clinic.there.edit(first.outside or "", status="cancelled")
    else:
        clinic.there.take(*(first.outside or "").split())
    await patient.say("1")
    assert (patient.status, clinic.booked_there()) == ("open", [])
    if not clinic.there.operations:
        held = [one for one in await patient.appointments() if one.status == "held"]
        assert (first.provider_id, first.start) not in {(one.provider_id, one.start) for one in held}


@by_slots
async def test_a_race_for_a_slot_has_one_winner(clinic: Clinic) -> None:
    """Between our reading of the slot and our writing somebody books it: the version says so."""
    patient = await clinic.patient()
    first, transact = await clinic.first_offered(patient), clinic.there.transact

    def late(bundle: object) -> dict[str, object]:
        clinic.there.take(*(first.outside or "").split())
        return transact(bundle)

    clinic.there.transact = late  # type: ignore[method-assign]
    await patient.say("1")
    assert "is not in the version named" in clinic.there.refusals[-1]
    assert (patient.status, clinic.booked_there()) == ("open", [])


@another_system
async def test_an_answer_that_got_lost_leads_to_a_call_and_the_time_is_given_back(clinic: Clinic) -> None:
    patient = await clinic.patient()
    clinic.there.failures.append(Failure(after=True, reset=True))
    await patient.say("1")
    assert patient.status == "callback"
    assert "the schedule's server could not be asked" in await clinic.note_of_call(patient)
    assert len(clinic.booked_there()) == 1, "it was taken there, we could not know"
    await clinic.keep_in_step()
    assert clinic.booked_there() == []


@another_system
@pytest.mark.parametrize("reset", [False, True])
async def test_a_schedule_that_is_down_means_a_call_and_staff_read_why(clinic: Clinic, reset: bool) -> None:
    clinic.there.fails_reads = True
    clinic.there.failures.append(Failure(times=99, reset=reset))
    patient = await clinic.patient()
    assert patient.status == "callback"
    assert "can't reach our calendar" in " ".join(one.text for one in patient.heard)
    assert "could not be asked" in await clinic.note_of_call(patient)


@another_system
async def test_a_time_for_another_kind_of_visit_is_not_offered(clinic: Clinic) -> None:
    slots = [f"Slot/{one['id']}" for one in clinic.there.of_kind("Slot")]
    for slot in slots[:-2]:
        clinic.there.keep_for(slot, ANOTHER_THERE)
    clinic.there.keep_for(slots[-2], NEW_THERE)  # the last one names no kind and is for all
    patient = await clinic.patient()
    offered = await patient.appointments()
    last = {dt.datetime.fromisoformat(clinic.there.latest(slot)["start"]) for slot in slots[-2:]}
    assert offered
    assert {one.start for one in offered} <= last
    await patient.say("1")
    assert clinic.booked_there() == [(await booked(patient)).start]


@by_slots
async def test_a_schedule_for_another_kind_of_visit_is_not_looked_into(clinic: Clinic) -> None:
    for one in clinic.there.of_kind("Schedule"):
        clinic.there.keep_for(f"Schedule/{one['id']}", ANOTHER_THERE)
    assert (await clinic.patient()).status == "callback"


@by_slots
async def test_the_record_is_free_while_a_schedule_is_asked(clinic: Clinic) -> None:
    """Another patient's words are stored and answered while the other system thinks."""
    other = await seeds.asked_everything(clinic.ctx)
    clinic.there.fails_reads = True
    clinic.there.failures.append(Failure(times=99, hangs=True))
    asking = asyncio.create_task(clinic.patient("314-555-0127"))
    await asyncio.to_thread(clinic.there.hanging.wait)
    assert await other.say("hello")
    assert not asking.done()
    clinic.there.go_on.set()
    assert (await asking).status == "callback"


@by_slots
async def test_a_schedule_that_hangs_is_given_up(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outside, "BUDGET_SECONDS", 0.2)
    clinic.there.fails_reads = True
    clinic.there.failures.append(Failure(times=99, hangs=True))
    assert (await clinic.patient()).status == "callback"
    clinic.there.go_on.set()


@another_system
async def test_a_visit_changed_there_is_told_to_staff_once_and_left_alone(clinic: Clinic) -> None:
    assert clinic.line is not None
    patient = await clinic.patient()
    await patient.say("1")
    assert await schedule_upkeep.watch(clinic.ctx, clinic.line) == 0
    [there] = clinic.there.booked()
    clinic.there.edit(f"Appointment/{there['id']}", status="cancelled")
    assert [await schedule_upkeep.watch(clinic.ctx, clinic.line) for _ in range(2)] == [1, 0]
    assert schedule_upkeep.CHANGED in [one.note.partition(";")[0] for one in await patient.tasks()]
    assert await booked(patient)


@by_slots
async def test_a_time_that_cannot_be_called_off_there_is_told_to_staff_once(clinic: Clinic) -> None:
    patient = await seeds.with_a_visit(clinic.ctx, birth_date="1968-03-02")
    await patient.say("i need to cancel my appointment")
    await patient.say("3/2/1968")
    await patient.say("2")
    clinic.there.failures.append(Failure(status=422, times=2))
    for _ in range(2):
        await clinic.keep_in_step()
    told = [one.note for one in await patient.tasks() if one.note.startswith(schedule_upkeep.NOT_GIVEN_BACK)]
    assert len(told) == 1
    await clinic.keep_in_step()
    assert clinic.booked_there() == [], "it is tried again all the same"


@by_slots
async def test_a_page_on_another_host_is_not_asked_for(clinic: Clinic) -> None:
    """The token would go there too."""
    clinic.there.page = 1
    clinic.there.url = "http://127.0.0.1:9/fhir"
    patient = await clinic.patient()
    assert "don't see a free time" in " ".join(one.text for one in patient.heard), "one slot is too short"


@by_slots
async def test_killed_between_there_and_here_it_is_booked_once(
    clinic: Clinic, clock: StandingClock, tmp_path: Path
) -> None:
    patient = await clinic.patient()
    async with clinic.ctx.unit_of_work() as uow:
        message, _ = await uow.messages.add_inbound(
            patient.case_id, text="1", channel="web", client_message_id="one", at=clock.now()
        )
        await uow.commit()
    database = f"sqlite+aiosqlite:///{tmp_path / 'intake.sqlite3'}"
    chosen = (patient.case_id, message.id, clock.now().isoformat())
    command = [database, *chosen, clinic.there.url, clinic.there.token]

    async def book(failpoint: str) -> int:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.integration.services.booker", *command,
            cwd=ROOT, env={"PATH": os.environ["PATH"], "FAILPOINT": failpoint},
        )  # fmt: skip
        return await process.wait()

    assert await book("outside.answered") == -signal.SIGKILL
    assert len(clinic.booked_there()) == 1
    assert await book("") == 0
    assert clinic.booked_there() == [(await booked(patient)).start]
