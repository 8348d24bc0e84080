"""The clinic's file changes over booked visits: nothing is lost, a person is told. Tuesday, December 1."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from bot.domain.schedule import Provider
from bot.services.context import Context
from bot.services.visits import schedule_review
from tests.integration.services import seeds
from tests.integration.services.patient import Patient

TODAY = dt.date(2026, 12, 1)


@pytest.fixture
async def booked(ctx: Context) -> Patient:
    return await seeds.with_a_visit(ctx)


def changed(ctx: Context, **clinic: object) -> Context:
    """The service after the clinic's file was changed and the service started again."""
    after = dataclasses.replace(ctx.protocols.clinic, **clinic)  # type: ignore[arg-type]
    return dataclasses.replace(ctx, protocols=dataclasses.replace(ctx.protocols, clinic=after))


def on_holiday(one: Provider) -> Provider:
    return dataclasses.replace(one, hours=dataclasses.replace(one.hours, holidays=frozenset({TODAY})))


def renamed(one: Provider) -> Provider:
    return dataclasses.replace(one, visits=frozenset(f"{visit}_2" for visit in one.visits))


async def risks(patient: Patient) -> list[str]:
    return [task.note for task in await patient.tasks() if task.kind == "visit_at_risk"]


async def test_a_schedule_that_fits_is_left_alone(ctx: Context, booked: Patient) -> None:
    assert await schedule_review.review(ctx) == 0


@pytest.mark.parametrize("change", ["gone", "holiday", "renamed", "room"])
async def test_a_visit_that_no_longer_fits_becomes_a_task_and_stays_booked(
    ctx: Context, booked: Patient, change: str
) -> None:
    people = ctx.protocols.clinic.providers
    after = {
        "gone": lambda: changed(ctx, providers=()),
        "holiday": lambda: changed(ctx, providers=tuple(map(on_holiday, people))),
        "renamed": lambda: changed(ctx, providers=tuple(map(renamed, people))),
        "room": lambda: changed(ctx, rooms=()),
    }[change]()
    assert await schedule_review.review(after) == 1
    [note] = await risks(booked)
    assert note.startswith("Tue, Dec 1 at 1:00 PM: ")
    assert [one.status for one in await booked.appointments() if one.status == "booked"] == ["booked"]
    assert await schedule_review.review(after) == 0, "told once"


async def test_who_asks_is_still_told_the_time(ctx: Context, booked: Patient) -> None:
    after = changed(ctx, providers=())
    visits = {f"{name}_2": visit for name, visit in after.protocols.visits.items()}
    after = dataclasses.replace(after, protocols=dataclasses.replace(after.protocols, visits=visits))
    await booked.say("4/25/1970")
    booked.ctx = after
    ctx.dialogue.ctx = after  # type: ignore[attr-defined]
    assert (await booked.say("when is my visit?"))[-1].asks == "check_birth_date"
    assert "Tue, Dec 1 at 1:00 PM" in (await booked.say("4/25/1970"))[-1].text
