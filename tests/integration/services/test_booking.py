"""Choosing a time in one's own words, and what becomes of it. It is Tuesday, December 1, 10:00."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable

import pytest

from bot.domain.cases import Message
from bot.domain.openings import Slot, Wanted
from bot.domain.schedule import Provider
from bot.services.case.steps import Turn
from bot.services.context import Context
from bot.services.ports import UnitOfWork
from bot.services.schedules import OwnSchedule
from bot.services.talk import asides
from tests.integration.services import seeds
from tests.integration.services.conftest import StandingClock
from tests.integration.services.patient import Patient
from tests.plain_dialogue import PlainDialogue

URGENT = {"foot_drop": "yes", "weakness_onset_days": 30.0, "weakness_course": "stable"}


def times_of(message: Message) -> list[str]:
    return [choice.label for choice in message.choices if choice.means.startswith("slot:")]


@pytest.fixture
async def choosing(ctx: Context) -> Patient:
    """Somebody to whom times are offered."""
    return await seeds.offered_times(ctx)


@pytest.mark.parametrize(
    ("text", "days", "hours"),
    [
        ("anything thursday after 3", {"Thu"}, range(15, 24)),
        ("something on friday would be good", {"Fri"}, range(24)),
        ("mornings only", {"Mon", "Tue", "Wed", "Thu", "Fri"}, range(12)),
        ("i can't do tuesday or wednesday", {"Mon", "Thu", "Fri"}, range(24)),
        ("weekdays after 4pm", {"Mon", "Tue", "Wed", "Thu", "Fri"}, range(16, 24)),
    ],
)
async def test_times_that_fit_the_words_are_offered(
    choosing: Patient, text: str, days: set[str], hours: range
) -> None:
    await choosing.say(text)
    offered = await choosing.held_times()
    assert 1 <= len(offered) <= 3
    assert {f"{one:%a}" for one in offered} <= days
    assert all(one.hour in hours for one in offered)


async def test_later_next_week_reaches_beyond_the_week_that_is_offered_unasked(choosing: Patient) -> None:
    await choosing.say("later next week")
    assert {one.date() for one in await choosing.held_times()} <= {
        dt.date(2026, 12, day) for day in range(9, 14)
    }


@dataclasses.dataclass(kw_only=True, frozen=True)
class WatchedSchedule(OwnSchedule):
    """The clinic's own, and what it was asked for."""

    asked: list[Wanted] = dataclasses.field(default_factory=list)

    async def find(self, ctx: Context, uow: UnitOfWork, wanted: Wanted) -> Iterable[Slot]:
        self.asked.append(wanted)
        return await super().find(ctx, uow, wanted)


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("december 4 in the morning", "2026-12-08 10:00"),  # as far as is offered unasked
        ("december 15 in the morning", "2026-12-16 00:00"),
        ("mornings only", "2026-12-22 10:00"),
    ],
)
async def test_no_day_behind_the_wish_is_looked_through(
    ctx: Context, dialogue: PlainDialogue, text: str, until: str
) -> None:
    schedule = WatchedSchedule()
    dialogue.ctx = dataclasses.replace(ctx, schedule=schedule)
    patient = await seeds.offered_times(dialogue.ctx)
    await patient.say(text)
    zone = ctx.protocols.clinic.zone
    assert schedule.asked[-1].latest == dt.datetime.fromisoformat(until).replace(tzinfo=zone)
    assert all(one.replace(tzinfo=zone) < schedule.asked[-1].latest for one in await patient.held_times())


async def test_other_times_keep_the_wish(choosing: Patient) -> None:
    await choosing.say("mornings only")
    first = await choosing.held_times()
    await choosing.say("none of these")
    second = await choosing.held_times()
    assert max(first) < min(second)
    assert all(one.hour < 12 for one in second)


async def test_a_wish_that_nothing_fits_is_said_and_the_next_times_are_offered(choosing: Patient) -> None:
    reply = await choosing.say("sunday at 6 in the morning")
    assert "don't see a free time like that" in reply[0].text
    assert len(await choosing.held_times()) == 3


@pytest.mark.parametrize("text", ["yesterday at 3", "november 3rd in the morning", "last friday"])
async def test_a_time_in_the_past_is_never_offered_and_nobody_is_left_without_one(
    choosing: Patient, text: str
) -> None:
    reply = await choosing.say(text)
    assert reply[-1].asks in ("choose_time", "confirm_time")
    now = choosing.ctx.clock.now()
    assert all(one > now for one in await choosing.held_times())
    assert choosing.status == "open"


@pytest.mark.parametrize("text", ["the second one", "2", "2nd please", "number 2", "the middle one"])
async def test_a_place_books(choosing: Patient, text: str) -> None:
    second = choosing.question.choices[1].label
    reply = await choosing.say(text)
    assert reply[0].kind == "booked"
    assert second.partition(",")[2].partition(" at")[0] in reply[0].text


@pytest.mark.parametrize(
    "text",
    [
        "not the first one",
        "the second week of january",
        "first thing in the morning",
        "january 2nd",
        "thursday the 3rd?",
    ],
)
async def test_words_that_only_look_like_a_place_book_nothing(choosing: Patient, text: str) -> None:
    await choosing.say(text)
    assert choosing.status == "open"


async def test_a_day_that_one_time_is_on_is_asked_about_once(choosing: Patient) -> None:
    assert (await choosing.say("wednesday works"))[-1].asks == "confirm_time"
    assert (await choosing.say("yes"))[0].kind == "booked"


async def test_a_day_with_two_of_the_times_leaves_these_two(choosing: Patient) -> None:
    reply = await choosing.say("today")
    assert [label[:3] for label in times_of(reply[-1])] == ["Tue", "Tue"]
    assert (await choosing.say("1"))[0].kind == "booked"


async def test_after_enough_wishes_a_person_calls(choosing: Patient) -> None:
    for _ in range(8):
        await choosing.say("sunday")
    assert choosing.status == "callback"
    assert [task.priority for task in await choosing.tasks() if task.kind == "callback"] == ["P3"]


async def test_a_call_is_arranged_in_words(choosing: Patient) -> None:
    await choosing.say("just call me please")
    assert choosing.status == "callback"
    assert not [one for one in await choosing.appointments() if one.status == "held"]


# --- what is offered ------------------------------------------------------------------------------


async def test_a_claim_makes_the_visit_longer(ctx: Context) -> None:
    patient = await seeds.offered_times(ctx, workers_comp="yes")
    assert "55 minutes" in patient.question.text
    held = [one for one in await patient.appointments() if one.status == "held"]
    assert {one.end - one.start for one in held} == {dt.timedelta(minutes=55)}
    assert all(one.room_id and one.busy_until == one.end + dt.timedelta(minutes=5) for one in held)


async def test_an_urgent_visit_is_offered_within_two_days(ctx: Context) -> None:
    patient = await seeds.offered_times(ctx, **URGENT)
    assert (await patient.case()).visit == "URGENT_EVAL_48H"
    latest = patient.ctx.clock.now() + dt.timedelta(hours=48)
    assert all(one <= latest for one in await patient.held_times())
    await patient.say("how about next week")
    assert all(one <= latest for one in await patient.held_times()), "it stays within two days"


@pytest.mark.parametrize("text", ["call me", "Please call me"])
async def test_an_urgent_patient_who_wants_a_call_gets_the_urgent_one(ctx: Context, text: str) -> None:
    patient = await seeds.offered_times(ctx, **URGENT)
    await patient.say(text)
    assert (await patient.case()).handoff == "urgent_callback"
    assert "P1" in {task.priority for task in await patient.tasks() if task.kind == "urgent_callback"}


async def test_without_an_urgent_time_in_two_days_a_call_comes_first(
    ctx: Context, clock: StandingClock
) -> None:
    clock.time = dt.datetime(
        2026, 12, 24, 22, 0, tzinfo=dt.UTC
    )  # Thursday; Friday is a holiday, then a weekend
    patient = await seeds.offered_times(ctx, **URGENT)
    assert patient.status == "callback"
    assert (await patient.case()).handoff == "urgent_callback"
    assert any("as soon as we can" in message.text for message in patient.heard)


# --- the clinic changes while somebody chooses ----------------------------------------------------------


def changed(ctx: Context, patient: Patient, providers: tuple[Provider, ...]) -> None:
    """The same conversation after the clinic's file was changed and the service started again."""
    clinic = dataclasses.replace(ctx.protocols.clinic, providers=providers)
    after = dataclasses.replace(ctx, protocols=dataclasses.replace(ctx.protocols, clinic=clinic))
    patient.ctx = after
    ctx.dialogue.ctx = after  # type: ignore[attr-defined]


async def test_a_provider_who_left_is_not_booked(ctx: Context, choosing: Patient) -> None:
    changed(ctx, choosing, ())
    reply = await choosing.say("1")
    assert "no longer free" in reply[0].text
    assert choosing.status == "callback", "nobody is left: a person calls"


async def test_what_is_booked_with_somebody_who_left_is_still_told(ctx: Context, choosing: Patient) -> None:
    booked = await choosing.say("1")
    changed(ctx, choosing, ())
    turn = Turn(case_id=choosing.case_id, message_id=booked[0].reply_to or "", intent="x", confidence=1.0)
    told = await asides.interject(choosing.ctx, turn, "after_completion")
    assert told[0].text_id == "already_booked_whose", "the birth date is still asked for"
