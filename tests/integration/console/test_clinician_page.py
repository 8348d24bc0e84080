"""One page for the clinician: what is on it, what never is, and that markup stays text."""

from __future__ import annotations

import re

import httpx
import pytest

from bot.gateway.console.clinician_page import LONGEST_WORDS, SECTIONS, WIDTH
from bot.gateway.console.clinician_words import LABELS
from bot.protocols import Protocols
from tests.integration.console.conversations import ROUTINE, Said, bot
from tests.integration.console.staff_world import World, busy_morning, signed_in

TOLD = {
    "region": ("low_back", "leg"), "duration_weeks": 43.0, "function_limit": "severe", "imaging": "mri",
    "prior_spine_surgery": "yes", "opioid": "daily", "goals": "pick up my grandkids", "fever": "no",
    "contact_name": "Sam Placeholder", "age": 58, "abuse_unsafe": "yes",
}  # fmt: skip
WORDS = "<script>alert(1)</script> my back, ten months"


async def as_nurse(client: httpx.AsyncClient, world: World, name: str = "nurse") -> None:
    await world.add_member(name)
    await signed_in(client, name)


async def text_of(client: httpx.AsyncClient, case_id: str) -> str:
    answer = await client.get(f"/console/cases/{case_id}/text")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    return answer.text


async def add_told(world: World) -> str:
    talk = (Said(text=WORDS, facts=TOLD), bot("You're booked", "booked"))
    return await world.add_case(talk, status="booked", phase="done", handoff="booking", booked_in_hours=50)


async def test_everything_a_clinician_asks_first_is_there(client: httpx.AsyncClient, world: World) -> None:
    await as_nurse(client, world)
    text = await text_of(client, await add_told(world))
    for title in (
        "WHY NOW (URGENCY: ", "ARRANGED", "COMPLAINT",
        "IMAGING AND WHAT OTHER DOCTORS SAID", "SURGERY AND PROCEDURES",
        "MEDICINES AND HEALTH", "GOALS AND WISHES", "SAID NO", "NEED SCORE ", "OPEN QUESTIONS", "TIMELINE",
    ):  # fmt: skip
        assert f"\n{title}" in text
    assert text.startswith("Sam Placeholder, age 58\n")
    assert "- Appointment: Fri Nov 20 2026" in text
    assert "- N1: 2 of 2, Daily life is limited" in text


async def test_rules_stand_with_the_words_that_fired_them(client: httpx.AsyncClient, world: World) -> None:
    await as_nurse(client, world)
    text = await text_of(client, (await busy_morning(world))["emergency"])
    why = " ".join(text.partition("WHY NOW (URGENCY: EMERGENCY)")[2].partition("ARRANGED")[0].split())
    assert why.startswith("- RF01: Possible cauda equina or cord trouble")
    assert '("cant feel when i wipe; since yesterday")' in why
    arranged = text.partition("ARRANGED")[2].partition("COMPLAINT")[0]
    assert "(P0), nobody has it yet" in " ".join(arranged.split())


def test_no_label_speaks_to_the_patient(protocols: Protocols) -> None:
    shown = [name for names in SECTIONS.values() for name in names]
    labels = {name: LABELS.get(name) or protocols.dictionary[name].label or "" for name in shown}
    assert not {
        name: label for name, label in labels.items() if {"you", "your", "did"} & set(label.lower().split())
    }
    assert LABELS.keys() <= set(shown)


async def test_a_reason_says_numbers_with_their_unit_and_weakness_has_its_own_place(
    client: httpx.AsyncClient, world: World
) -> None:
    await as_nurse(client, world)
    weak = {
        "foot_drop": "yes", "weakness_onset_days": 30.0, "weakness_course": "same", "imaging": "mri",
        "weakness_where": "both_legs", "dx": ("spinal_tumor",),
    }  # fmt: skip
    text = await text_of(client, await world.add_case((Said(text="my left foot slaps", facts=weak),)))
    plain = " ".join(text.split())
    assert "weak for 30 days" in plain
    assert "where it is weak both legs" in plain
    assert "dx spinal tumor" in plain
    assert "- Imaging: MRI" in text
    assert not re.search(r"_|\d\.0\b", text.partition("Protocols: ")[0])
    assert (
        "- Foot drags or slaps: yes" in text.partition("STRENGTH, WALKING, FEELING")[2].partition("\n\n")[0]
    )


async def test_open_safety_questions_are_never_no_red_flag(client: httpx.AsyncClient, world: World) -> None:
    await as_nurse(client, world)
    text = " ".join((await text_of(client, await world.add_case(ROUTINE[:1]))).split())
    assert 'this is not "no red flag"' in text
    assert "Numb between the legs, " in text.partition("- Not asked or not answered: ")[2]


async def test_lines_are_short_and_words_quoted_once(client: httpx.AsyncClient, world: World) -> None:
    await as_nurse(client, world)
    long = Said(text="my back " * 60, facts={"region": ("low_back",), "duration_weeks": 9.0})
    text = await text_of(client, await world.add_case((long,)))
    assert max(map(len, text.splitlines())) <= WIDTH
    assert text.count('("my back') == 1
    assert " ".join(text.split()).count("my back") <= LONGEST_WORDS // len("my back ") + 1


async def test_private_things_are_on_no_paper(client: httpx.AsyncClient, world: World) -> None:
    await as_nurse(client, world)
    case_id = await add_told(world)
    for form in ("text", "print"):
        page = (await client.get(f"/console/cases/{case_id}/{form}")).text
        assert "RF91" not in page
        assert "abuse" not in page.lower()


async def test_markup_of_a_patient_stays_text(client: httpx.AsyncClient, world: World) -> None:
    await as_nurse(client, world)
    answer = await client.get(f"/console/cases/{await add_told(world)}/print")
    assert answer.status_code == 200
    assert "&lt;script&gt;" in answer.text
    assert "<script>alert" not in answer.text


@pytest.mark.parametrize("form", ["text", "print"])
async def test_who_may_not_see_contact_data_reads_none(
    client: httpx.AsyncClient, world: World, form: str
) -> None:
    await as_nurse(client, world, name="auditor")
    case_id = (await busy_morning(world))["booked"]
    page = (await client.get(f"/console/cases/{case_id}/{form}")).text
    assert "Placeholder" not in page
    assert "555-0188" not in page


async def test_reading_the_page_is_audited(client: httpx.AsyncClient, world: World) -> None:
    await as_nurse(client, world)
    case_id = await world.add_case(ROUTINE)
    await client.get(f"/console/cases/{case_id}/print")
    assert (await world.audit())[-1][:3] == ("nurse", "case.viewed", case_id)
