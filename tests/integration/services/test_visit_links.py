"""The link that opens one visit and nothing else."""

from __future__ import annotations

import dataclasses

import pytest

from bot.domain.errors import NotAllowed
from bot.services.context import Context
from bot.services.signed_links import VisitLinks
from bot.services.visits import visit_links
from tests.integration.services import seeds
from tests.integration.services.conftest import StandingClock
from tests.integration.services.patient import Patient

BORN = "4/12/1968"


@pytest.fixture
def linked(ctx: Context) -> Context:
    links = VisitLinks(secret=b"k" * 32, base="https://clinic.example")
    joined = dataclasses.replace(ctx, links=links)
    ctx.dialogue.ctx = joined  # type: ignore[attr-defined]
    return joined


@pytest.fixture
async def booked(linked: Context) -> Patient:
    return await seeds.with_a_visit(linked, birth_date="1968-04-12")


async def token_of(patient: Patient) -> str:
    [one] = [one for one in await patient.appointments() if one.status == "booked"]
    assert patient.ctx.links is not None
    return patient.ctx.links.address(one.id).rpartition("/")[2]


async def test_the_link_is_told_with_the_booking_and_opens_the_visit(booked: Patient) -> None:
    said = next(message.text for message in booked.heard if "https://clinic.example/visit/" in message.text)
    token = said.rpartition("/")[2]
    await visit_links.knock(booked.ctx, token)
    opened = await visit_links.act(booked.ctx, token, birth_date=BORN)
    assert opened.checked
    assert "Tue, Dec 1 at 1:00 PM" in opened.drafts[0].text


async def test_a_wrong_birth_date_shows_nothing_and_closes_after_three(booked: Patient) -> None:
    token = await token_of(booked)
    closed = [
        (await visit_links.act(booked.ctx, token, birth_date=f"{month}/1/1980", choice="drop")).closed
        for month in (1, 2, 3)
    ]
    assert closed == [False, False, True]
    opened = await visit_links.act(booked.ctx, token, birth_date=BORN, choice="drop")
    assert not opened.checked
    assert not opened.drafts
    assert booked.status == "booked"


@pytest.mark.parametrize("change", ["cut", "longer", "other_id", "flipped", "empty", "odd"])
async def test_an_address_we_did_not_sign_opens_nothing(booked: Patient, change: str) -> None:
    token = await token_of(booked)
    forged = {
        "cut": token[:-1],
        "longer": f"{token}a",
        "other_id": "0" * 32 + token[32:],
        "flipped": token[:-1] + ("a" if token[-1] != "a" else "b"),
        "empty": "",
        "odd": "é\u2028" * 40,
    }[change]
    with pytest.raises(NotAllowed):
        await visit_links.act(booked.ctx, forged, birth_date=BORN)


async def test_a_visit_is_moved_and_the_old_link_is_dead(booked: Patient) -> None:
    token = await token_of(booked)
    offered = await visit_links.act(booked.ctx, token, birth_date=BORN, choice="move")
    second = offered.drafts[-1].choices[1].means
    moved = await visit_links.act(booked.ctx, token, birth_date=BORN, choice=second)
    assert moved.drafts[0].kind == "booked"
    with pytest.raises(NotAllowed):
        await visit_links.knock(booked.ctx, token)
    assert await token_of(booked) != token


async def test_a_time_of_somebody_else_is_not_taken(linked: Context, booked: Patient) -> None:
    other = await seeds.offered_times(linked, contact_phone="314-555-0199")
    foreign = next(one.id for one in await other.appointments() if one.status == "held")
    token = await token_of(booked)
    reply = await visit_links.act(booked.ctx, token, birth_date=BORN, choice=f"slot:{foreign}")
    assert reply.drafts[0].kind != "booked"
    assert await token_of(booked) == token, "the visit stands"


async def test_a_visit_is_given_up_once(booked: Patient) -> None:
    token = await token_of(booked)
    told = await visit_links.act(booked.ctx, token, birth_date=BORN, choice="drop")
    assert "is off" in told.drafts[0].text
    with pytest.raises(NotAllowed):
        await visit_links.act(booked.ctx, token, birth_date=BORN, choice="drop")


async def test_the_link_ends_when_the_visit_begins(booked: Patient, clock: StandingClock) -> None:
    token = await token_of(booked)
    clock.forward(hours=4)
    with pytest.raises(NotAllowed):
        await visit_links.knock(booked.ctx, token)


async def test_without_links_none_is_told(ctx: Context) -> None:
    patient = await seeds.with_a_visit(ctx, birth_date="1968-04-12")
    assert not any("/visit/" in message.text for message in patient.heard)
