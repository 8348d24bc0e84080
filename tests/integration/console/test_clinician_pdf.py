"""The clinician's page as a PDF: read back with another library."""

from __future__ import annotations

import io
import logging
import re

import httpx
import pytest
from pypdf import PageObject, PdfReader

from bot.gateway.console.clinician_pdf import MARGIN, NOT_DRAWN
from tests.integration.console.conversations import ROUTINE, Said, bot
from tests.integration.console.staff_world import World, busy_morning, signed_in
from tests.integration.console.test_clinician_page import add_told, as_nurse, text_of

LETTER = (612, 792)


async def pdf_of(client: httpx.AsyncClient, case_id: str) -> PdfReader:
    answer = await client.get(f"/console/cases/{case_id}/pdf")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/pdf"
    return PdfReader(io.BytesIO(answer.content))


def words_of(pdf: PdfReader) -> str:
    return " ".join(" ".join(page.extract_text() for page in pdf.pages).split())


def heights_of(page: PageObject) -> list[float]:
    """How far above the lower edge each piece of text stands, in points."""
    found: list[float] = []
    page.extract_text(visitor_text=lambda text, _cm, tm, *_: found.append(tm[5]) if text.strip() else None)
    return found


async def told(world: World, name: str, *, words: str = "", **facts: object) -> str:
    text = f"{name} {words} hello".strip()
    said = Said(text=text, facts={"contact_name": name, **facts}, words={"contact_name": name})
    return await world.add_case((said,))


async def test_every_case_of_a_morning_is_one_letter_sheet(client: httpx.AsyncClient, world: World) -> None:
    await as_nurse(client, world)
    for case_id in (await busy_morning(world)).values():
        pdf = await pdf_of(client, case_id)
        assert [tuple(page.mediabox[2:]) for page in pdf.pages] == [LETTER]


async def test_it_says_what_the_page_says(client: httpx.AsyncClient, world: World) -> None:
    await as_nurse(client, world)
    case_id = await add_told(world)
    pasted = (await text_of(client, case_id)).replace('("', "“").replace('")', "”")
    said = words_of(await pdf_of(client, case_id)).casefold()
    missing = [word for word in re.findall(r"\w+", pasted.casefold()) if word not in said]
    assert missing == []


@pytest.mark.parametrize("name", ["Nguyễn Văn Ánh", "Łukasz Żółć", "Ελένη Παππά", "Ђорђе Ћук"])
async def test_names_are_whole(client: httpx.AsyncClient, world: World, name: str) -> None:
    await as_nurse(client, world)
    pdf = await pdf_of(client, await told(world, name))
    assert name in words_of(pdf)


@pytest.mark.parametrize("letter", ["李", "\U0001d5a0"])  # the second one is missing in bold alone
async def test_a_letter_the_font_lacks_is_shown_missing_and_logged_nowhere(
    client: httpx.AsyncClient, world: World, caplog: pytest.LogCaptureFixture, letter: str
) -> None:
    await as_nurse(client, world)
    with caplog.at_level(logging.INFO):
        said = words_of(await pdf_of(client, await told(world, f"{letter} Placeholder")))
    assert f"{NOT_DRAWN} Placeholder" in said
    assert "stands for a letter this paper cannot show" in said
    assert letter not in caplog.text


async def test_a_very_long_story_takes_more_sheets_and_each_says_whose(
    client: httpx.AsyncClient, world: World
) -> None:
    await as_nurse(client, world)
    talk = [*ROUTINE, *(bot("You're booked", "booked") for _ in range(150))]
    case_id = await world.add_case(talk)
    pdf = await pdf_of(client, case_id)
    assert len(pdf.pages) > 1
    assert words_of(pdf).count("was told: booked") == 150
    for number, page in enumerate(pdf.pages, 1):
        said = " ".join(page.extract_text().split())
        assert re.search(rf"Reference \S+, sheet {number} of {len(pdf.pages)}\.", said)


async def test_every_rule_at_once_is_on_paper_too(client: httpx.AsyncClient, world: World) -> None:
    await as_nurse(client, world)
    known = world.protocols.dictionary
    worst = {
        name: known[name].values[0] for name in known if known[name].kind in ("yes_no", "four_valued", "enum")
    }
    case_id = await world.add_case((Said(text="all of it, and in many words " * 9, facts=worst),))
    pdf = await pdf_of(client, case_id)
    rules = set(re.findall(r"(?m)^- (RF\w+):", await text_of(client, case_id)))
    assert len(rules) > 20
    assert rules <= set(words_of(pdf).split())
    assert min(y for page in pdf.pages for y in heights_of(page)) > MARGIN, "nothing hangs over the edge"


async def test_who_may_not_see_contact_data_reads_none(client: httpx.AsyncClient, world: World) -> None:
    await as_nurse(client, world, name="auditor")
    said = words_of(await pdf_of(client, (await busy_morning(world))["booked"]))
    assert "Placeholder" not in said
    assert "555-0188" not in said


async def test_private_things_are_on_no_paper_and_reading_is_audited(
    client: httpx.AsyncClient, world: World
) -> None:
    await as_nurse(client, world)
    case_id = await add_told(world)
    said = words_of(await pdf_of(client, case_id))
    assert "RF91" not in said
    assert "abuse" not in said.lower()
    assert (await world.audit())[-1][:3] == ("nurse", "case.viewed", case_id)


async def test_without_signing_in_there_is_no_file(client: httpx.AsyncClient, world: World) -> None:
    answer = await client.get(f"/console/cases/{await world.add_case(ROUTINE)}/pdf")
    assert answer.headers.get("content-type") != "application/pdf"
    await world.add_member("nurse")
    await signed_in(client, "nurse")
    assert (await client.get("/console/cases/nobody/pdf")).status_code == 404
