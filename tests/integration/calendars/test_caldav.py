"""Appointments in a real Radicale: published, changed, taken away, and what others do to them there."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace

import httpx
import pytest
from icalendar import Calendar

from bot.domain.errors import DeliveryFailed
from bot.domain.openings import Span
from bot.domain.schedule import Appointment
from bot.messaging import CaldavServer
from bot.protocols import Protocols
from bot.services.ports import Publication
from bot.services.records.publishing import LEASE_SECONDS
from bot.services.visits import busy_times, calendar_publishing
from bot.settings import ROOT
from bot.store import Store
from tests.integration.calendars.radicale import PASSWORD, USER, Radicale, running
from tests.integration.console.conversations import ROUTINE
from tests.integration.console.staff_world import HandClock, World


@pytest.fixture(scope="module")
def radicale(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Radicale]:
    with running(tmp_path_factory.mktemp("radicale")) as server:
        yield server


@dataclass(kw_only=True)
class Clinic:
    """The record, the line, and the calendar program of somebody of the clinic."""

    world: World
    line: CaldavServer
    program: httpx.AsyncClient

    async def book(self) -> Appointment:
        """A booked visit of the first provider."""
        case_id = await self.world.add_case(ROUTINE, booked_in_hours=50, status="booked", handoff="booking")
        return await self.visit(case_id)

    async def visit(self, case_id: str) -> Appointment:
        async with self.world.store.unit_of_work(write=False) as uow:
            return (await uow.appointments.of_case(case_id))[0]

    async def cancel(self, visit: Appointment) -> None:
        async with self.world.store.unit_of_work() as uow:
            await uow.appointments.cancel(visit.id, case_id=visit.case_id)
            await uow.commit()

    async def reschedule(self, visit: Appointment, *, days: int) -> Appointment:
        """The same visit, as many days later."""
        now, later = self.world.clock.now(), dt.timedelta(days=days)
        hold = replace(
            visit, id=self.world.ids.new(), start=visit.start + later, end=visit.end + later, status="held",
            hold_expires_at=now + dt.timedelta(minutes=10),
        )  # fmt: skip
        async with self.world.store.unit_of_work() as uow:
            await uow.appointments.hold(hold, now=now)
            moved = await uow.appointments.move(visit.id, hold.id, case_id=visit.case_id, now=now)
            await uow.commit()
        return moved

    async def publish(self, line: CaldavServer | None = None) -> int:
        self.world.clock.pass_(seconds=1)
        return await calendar_publishing.publish_due(
            self.world.ctx, line or self.line, owner="w1", jitter=lambda: 1.0
        )

    async def watch(self) -> int:
        return await calendar_publishing.watch(self.world.ctx, self.line)

    async def there(self, visit: Appointment) -> httpx.Response:
        return await self.program.get(f"{visit.provider_id}/{visit.id}.ics")

    async def move(self, visit: Appointment) -> None:
        """Somebody drags the appointment to another hour in their calendar."""
        text = (await self.there(visit)).text
        later = visit.start + dt.timedelta(hours=1)
        moved = text.replace(f"DTSTART:{visit.start:%Y%m%dT%H%M%SZ}", f"DTSTART:{later:%Y%m%dT%H%M%SZ}")
        assert moved != text
        answer = await self.program.put(f"{visit.provider_id}/{visit.id}.ics", content=moved)
        assert answer.is_success

    async def conflicts(self, visit: Appointment) -> list[str]:
        async with self.world.store.unit_of_work(write=False) as uow:
            tasks = await uow.tasks.of_case(visit.case_id)
        return [task.note.partition(";")[0] for task in tasks if task.kind == "calendar_conflict"]


@pytest.fixture
async def clinic(store: Store, protocols: Protocols, radicale: Radicale) -> AsyncIterator[Clinic]:
    world = World(store=store, protocols=protocols, clock=HandClock(dt.datetime.now(dt.UTC)))
    line = CaldavServer(url=radicale.url, user=USER, password=PASSWORD)
    async with radicale.client() as program:
        yield Clinic(world=world, line=line, program=program)
    await line.close()


async def test_a_booked_visit_is_in_its_providers_calendar(clinic: Clinic) -> None:
    visit = await clinic.book()
    assert await clinic.publish() == 1
    (event,) = Calendar.from_ical((await clinic.there(visit)).text).walk("VEVENT")
    assert (event.start, event.end) == (visit.start, visit.end)
    assert "Placeholder" not in event.to_ical().decode()
    assert [await clinic.publish(), await clinic.watch(), await clinic.conflicts(visit)] == [0, 0, []]


async def test_a_cancelled_visit_is_taken_away(clinic: Clinic) -> None:
    visit = await clinic.book()
    await clinic.publish()
    await clinic.cancel(visit)
    assert await clinic.publish() == 1
    assert (await clinic.there(visit)).status_code == 404
    assert await clinic.publish() == 0


async def test_a_moved_visit_stays_one_event_with_a_higher_number(clinic: Clinic) -> None:
    first = await clinic.book()
    await clinic.publish()
    clinic.world.clock.pass_(minutes=1)
    second = await clinic.reschedule(first, days=7)
    assert await clinic.publish() == 2
    assert (await clinic.there(first)).status_code == 404
    (event,) = Calendar.from_ical((await clinic.there(second)).text).walk("VEVENT")
    assert (str(event["UID"]), int(event["SEQUENCE"])) == (f"{first.id}@spine-intake", 2)
    assert event.start == second.start == first.start + dt.timedelta(days=7)
    assert event["DTSTAMP"].dt == (second.booked_at or first.start).replace(microsecond=0)
    assert [await clinic.watch(), await clinic.conflicts(first)] == [0, []]


async def test_a_visit_cancelled_before_it_was_published_never_appears(clinic: Clinic) -> None:
    visit = await clinic.book()
    await clinic.cancel(visit)
    assert await clinic.publish() == 1
    assert (await clinic.there(visit)).status_code == 404


async def test_an_answer_that_got_lost_is_recognised(clinic: Clinic) -> None:
    visit = await clinic.book()

    class LosesAnswers(CaldavServer):
        async def put(self, collection: str, name: str, body: str, *, version: str | None) -> str:
            await super().put(collection, name, body, version=version)
            raise DeliveryFailed("the answer got lost")

    loser = LosesAnswers(url=str(clinic.program.base_url), user=USER, password=PASSWORD)
    await clinic.publish(loser)
    await loser.close()
    clinic.world.clock.pass_(minutes=1)
    assert await clinic.publish() == 1
    assert await clinic.conflicts(visit) == []
    assert await clinic.publish() == 0


async def test_a_move_made_there_is_reported_and_left_alone(clinic: Clinic) -> None:
    visit = await clinic.book()
    await clinic.publish()
    await clinic.move(visit)
    moved = (await clinic.there(visit)).text
    assert [await clinic.watch(), await clinic.watch()] == [1, 0], "told once"
    assert await clinic.conflicts(visit) == [calendar_publishing.MOVED]
    assert (await clinic.there(visit)).text == moved
    assert (await clinic.visit(visit.case_id)).start == visit.start


async def test_a_visit_removed_there_is_reported(clinic: Clinic) -> None:
    visit = await clinic.book()
    await clinic.publish()
    await clinic.program.delete(f"{visit.provider_id}/{visit.id}.ics")
    assert await clinic.watch() == 1
    assert await clinic.conflicts(visit) == [calendar_publishing.REMOVED]


async def test_our_change_never_goes_over_theirs(clinic: Clinic) -> None:
    visit = await clinic.book()
    await clinic.publish()
    await clinic.move(visit)
    moved = (await clinic.there(visit)).text
    await clinic.cancel(visit)
    await clinic.publish()
    assert (await clinic.there(visit)).text == moved
    assert await clinic.conflicts(visit) == ["changed or removed in the calendar"]
    assert await clinic.publish() == 0


async def test_the_server_itself_refuses_an_old_version(clinic: Clinic) -> None:
    visit = await clinic.book()
    await clinic.publish()
    body = (await clinic.there(visit)).text
    for version in (None, '"old"'):
        with pytest.raises(DeliveryFailed) as refused:
            await clinic.line.put(visit.provider_id, f"{visit.id}.ics", body, version=version)
        assert (refused.value.code, refused.value.permanent) == ("412", True)
    with pytest.raises(DeliveryFailed) as kept:
        await clinic.line.delete(visit.provider_id, f"{visit.id}.ics", version='"old"')
    assert kept.value.code == "412"


@pytest.mark.parametrize("broken", ["http://127.0.0.1:9/", "password"])
async def test_a_calendar_that_is_down_or_closed_loses_nothing(clinic: Clinic, broken: str) -> None:
    visit = await clinic.book()
    away = CaldavServer(
        url=broken if broken.startswith("http") else str(clinic.program.base_url), user=USER, password="wrong"
    )
    assert await clinic.publish(away) == 1
    assert await clinic.publish(away) == 0, "not at once again"
    await away.close()
    clinic.world.clock.pass_(minutes=1)
    assert await clinic.publish() == 1
    assert (await clinic.there(visit)).status_code == 200


async def test_what_is_over_is_published_no_more(clinic: Clinic) -> None:
    await clinic.book()
    clinic.world.clock.pass_(hours=60)
    assert await clinic.publish() == 0


async def test_what_is_known_is_kept_with_the_appointment(clinic: Clinic) -> None:
    visit = await clinic.book()
    await clinic.publish()
    async with clinic.world.store.unit_of_work(write=False) as uow:
        known: list[Publication] = await uow.publications.published("calendar", now=clinic.world.clock.now())
    (mine,) = [p for p in known if p.subject == visit.id]
    assert set(mine.known) == {f"{visit.provider_id}/{visit.id}.ics"}


async def killed(database: str, url: str, *, ahead: float, failpoint: str = "") -> int:
    """One look of a publisher process; its exit status."""
    command = ["-m", "tests.integration.calendars.publisher", database, url, str(ahead)]
    environment = {"PATH": os.environ["PATH"], "FAILPOINT": failpoint}
    process = await asyncio.create_subprocess_exec(sys.executable, *command, cwd=ROOT, env=environment)
    return await process.wait()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_killed_between_any_two_steps_it_is_there_once(
    clinic: Clinic, radicale: Radicale, database_url: str
) -> None:
    visit = await clinic.book()
    places = ("calendar.claimed", "calendar.noted_attempt", "calendar.sent", "calendar.noted")
    for number, place in enumerate(places):
        ahead = 5 + number * LEASE_SECONDS
        assert await killed(database_url, radicale.url, ahead=ahead, failpoint=place) == -signal.SIGKILL, (
            place
        )
    clinic.world.clock.pass_(seconds=(len(places) + 1) * LEASE_SECONDS)
    assert [await clinic.publish(), await clinic.watch(), await clinic.conflicts(visit)] == [0, 0, []]
    assert (await clinic.there(visit)).status_code == 200


# --- what others put there --------------------------------------------------------------------------


@pytest.fixture
async def shared(clinic: Clinic) -> Clinic:
    """The calendars are empty: the server outlives the tests before."""
    for provider in clinic.world.protocols.clinic.providers:
        await clinic.program.delete(f"{provider.id}/")
    return clinic


def event(uid: str, when: str, *more: str) -> str:
    lines = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:test",
        "BEGIN:VEVENT",
        f"UID:{uid}",
        "DTSTAMP:20261101T000000Z",
    )
    return "\r\n".join(
        (*lines, *when.split(), *more, "SUMMARY:Private matter", "END:VEVENT", "END:VCALENDAR", "")
    )


def utc(start: dt.datetime, *, minutes: int) -> str:
    end = start + dt.timedelta(minutes=minutes)
    return f"DTSTART:{start:%Y%m%dT%H%M%SZ} DTEND:{end:%Y%m%dT%H%M%SZ}"


async def taken_of(clinic: Clinic, provider_id: str) -> list[Span]:
    now = clinic.world.clock.now()
    async with clinic.world.store.unit_of_work(write=False) as uow:
        taken = await uow.appointments.taken(start=now, end=now + dt.timedelta(days=15), now=now)
    return list(taken.providers.get(provider_id, ()))


async def test_what_others_put_there_is_not_offered_and_told_where_it_meets_a_visit(shared: Clinic) -> None:
    visit = await shared.book()
    await shared.publish()
    assert await busy_times.look(shared.world.ctx, shared.line) == 0, "our own event is nobody else's"
    theirs = visit.start + dt.timedelta(minutes=10)
    body = event("theirs", utc(theirs, minutes=90))
    address = f"{visit.provider_id}/theirs.ics"
    assert (await shared.program.put(address, content=body)).is_success
    looks = [await busy_times.look(shared.world.ctx, shared.line) for _ in range(2)]
    assert looks == [1, 0], "told once"
    [note] = await shared.conflicts(visit)
    assert "has something else then" in note
    whole = theirs.replace(microsecond=0)
    assert (whole, whole + dt.timedelta(minutes=90)) in await taken_of(shared, visit.provider_id)
    assert (await shared.visit(visit.case_id)).status == "booked"
    assert (await shared.program.delete(address)).is_success
    await busy_times.look(shared.world.ctx, shared.line)
    assert [span for span in await taken_of(shared, visit.provider_id) if span[0] == whole] == []


async def test_repeated_events_whole_days_and_free_ones(shared: Clinic) -> None:
    """Another provider's calendar: weekly with a zone, a day off, and an event that takes no time."""
    provider, zone = shared.world.protocols.clinic.providers[1].id, shared.world.protocols.clinic.zone
    await shared.program.request("MKCALENDAR", f"{provider}/")
    monday = shared.world.clock.now().astimezone(zone).date() + dt.timedelta(days=2)
    weekly = event("w", f"DTSTART;TZID={zone}:{monday:%Y%m%d}T090000 DURATION:PT1H RRULE:FREQ=WEEKLY;COUNT=2")
    day_off = event("d", f"DTSTART;VALUE=DATE:{monday + dt.timedelta(days=1):%Y%m%d}")
    free = event("f", f"DTSTART:{monday:%Y%m%d}T200000Z DURATION:PT1H TRANSP:TRANSPARENT")
    for name, body in {"w": weekly, "d": day_off, "f": free}.items():
        answer = await shared.program.put(f"{provider}/{name}.ics", content=body)
        assert answer.is_success, answer.text
    await busy_times.look(shared.world.ctx, shared.line)
    local = [
        (start.astimezone(zone), end.astimezone(zone)) for start, end in await taken_of(shared, provider)
    ]
    assert [(f"{start:%H:%M}", f"{end:%H:%M}", (start.date() - monday).days) for start, end in local] == [
        ("09:00", "10:00", 0), ("00:00", "00:00", 1), ("09:00", "10:00", 7)
    ]  # fmt: skip


async def test_a_calendar_that_is_down_keeps_what_was_read(shared: Clinic) -> None:
    visit = await shared.book()
    theirs = event("t", utc(visit.end + dt.timedelta(hours=1), minutes=30))
    await shared.program.request("MKCALENDAR", f"{visit.provider_id}/")
    await shared.program.put(f"{visit.provider_id}/t.ics", content=theirs)
    await busy_times.look(shared.world.ctx, shared.line)
    before = await taken_of(shared, visit.provider_id)
    away = CaldavServer(url="http://127.0.0.1:9/", user=USER, password=PASSWORD)
    shared.world.clock.pass_(hours=7)
    assert await busy_times.look(shared.world.ctx, away) == 0
    await away.close()
    assert await taken_of(shared, visit.provider_id) == before
    assert len(before) == 2
