"""Looking over what was understood, from a conversation at rest to the files."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import httpx
import pytest

from bot.services.review import teaching
from bot.services.review.teaching_export import NLU, export
from tests.conversations.script import load_all
from tests.integration.console.conversations import ROUTINE, Said, bot
from tests.integration.console.forms import fields_of
from tests.integration.console.staff_world import World, busy_morning, signed_in
from tests.integration.console.test_console_pages import PAYLOADS, Markup, page_of

NUMB = (
    bot("Any numbness between your legs?", asks="saddle_numbness"),
    Said(text="no, ask Dana Doe at 314-555-0142", facts={"saddle_numbness": "no"}, intent="deny"),
    Said(text="Dana Doe", facts={"contact_name": "Dana Doe"}),
)


@pytest.fixture
async def item(world: World) -> str:
    """The message of greatest weight, ranked by the service itself."""
    await world.add_case(NUMB)
    await world.add_case(ROUTINE)
    world.clock.pass_(hours=1)
    await teaching.rank_quiet(world.ctx)
    nurse = await world.add_member("nurse")
    first = (await teaching.inbox(world.ctx, nurse)).rows[0]
    assert first["text"].startswith("no, ask")
    return str(first["item"].message_id)


async def test_a_misread_sign_is_corrected_with_a_reason(
    client: httpx.AsyncClient, world: World, item: str
) -> None:
    csrf = await signed_in(client, "nurse")
    page = await page_of(client, "/console/review")
    assert "If numb between the legs were yes: Emergency" in Markup(page).text
    shown = Markup(await page_of(client, f"/console/review/{item}")).text
    assert "Any numbness between your legs?" in shown
    assert "no, ask xxx at xxx" in shown
    said = {"csrf": csrf, "intent": "deny", "fact.saddle_numbness": "yes"}
    refused = await client.post(f"/console/review/{item}", data=said)
    assert (refused.status_code, "what was wrong" in refused.text) == (400, True)
    assert (
        await client.post(f"/console/review/{item}", data={**said, "reason": "she denied"})
    ).status_code == 303
    again = await client.post(f"/console/review/{item}", data={**said, "reason": "again"})
    assert again.status_code == 409
    [row] = [row for row in await world.audit() if row[1] == "message.reviewed"]
    assert row[3] == {"message_id": item, "right": False}


async def test_what_is_kept_to_teach_names_nobody(world: World, item: str) -> None:
    nurse = world.members["nurse"]
    for member in (nurse, await world.add_member("language_editor")):  # one message in five needs two
        await teaching.review(
            world.ctx, member, item, intent="deny", facts={"saddle_numbness": "no"}, reason=""
        )
    made = await export(world.ctx, by="test", known=())
    text = "".join(made.files.values())
    assert made.messages == 1
    assert not [word for word in ("Dana", "Doe", "0142") if word in text]
    assert NLU in made.files


async def test_files_are_read_before_they_leave(client: httpx.AsyncClient, world: World, item: str) -> None:
    csrf = await signed_in(client, "nurse")
    assert "Nothing was reviewed yet" in await page_of(client, "/console/review/export")
    for role in ("nurse", "language_editor"):
        member = world.members.get(role) or await world.add_member(role)
        facts = {"saddle_numbness": "no"}
        await teaching.review(world.ctx, member, item, intent="deny", facts=facts, reason="")
    page = await page_of(client, "/console/review/export")
    assert "no, ask xxx at xxx" in Markup(page).text
    assert not [word for word in ("Dana", "Doe", "0142") if word in page]
    sign = fields_of(page, "/console/review/export")["sign"]
    for wrong in ("", "0" * 32):
        refused = await client.post("/console/review/export", data={"csrf": csrf, "sign": wrong})
        assert refused.status_code == 409
    taken = await client.post("/console/review/export", data={"csrf": csrf, "sign": sign})
    assert taken.status_code == 200
    with zipfile.ZipFile(io.BytesIO(taken.content)) as archive:
        files = {name: archive.read(name).decode() for name in archive.namelist()}
    assert files == (await export(world.ctx, by="test", known=())).files
    actions = [row[1] for row in await world.audit() if row[0] == "nurse"]
    assert actions.count("reviews.exported") == 1
    for bad in ("page=0", "page=x", "case=1"):
        assert (await client.get(f"/console/review/export?{bad}")).status_code == 400


async def test_what_two_read_differently_is_settled_by_a_third(
    client: httpx.AsyncClient, world: World, item: str
) -> None:
    async def says(who: str, value: str) -> None:
        member = world.members.get(who) or await world.add_member(who)
        facts = {"saddle_numbness": value}
        await teaching.review(world.ctx, member, item, intent="deny", facts=facts, reason="heard so")

    await says("nurse", "no")
    csrf = await signed_in(client, "nurse")
    assert "Two people differ" not in await page_of(client, f"/console/review/{item}")
    await says("language_editor", "yes")
    assert "1 message read differently" in await page_of(client, "/console/review")
    assert "Numb between the legs: yes" in Markup(await page_of(client, "/console/review/disputes")).text
    own = await page_of(client, f"/console/review/{item}")
    assert "a third person settles it" in own
    assert "review-form" not in own
    refused = await client.post(f"/console/review/{item}", data={"csrf": csrf, "intent": "deny"})
    assert refused.status_code == 409
    assert (await export(world.ctx, by="test", known=())).messages == 0
    await says("surgeon", "yes")
    assert "Nothing is in dispute" in await page_of(client, "/console/review/disputes")
    made = await export(world.ctx, by="test", known=())
    assert (made.messages, made.disputed) == (1, ())
    assert '"was_right": false' in made.files["provenance.jsonl"]


async def test_who_may_not_see_contact_data_sees_none_here(
    client: httpx.AsyncClient, world: World, item: str
) -> None:
    await world.add_member("language_editor")
    await signed_in(client, "language_editor")
    for path in ("/console/review", f"/console/review/{item}"):
        page = await page_of(client, path)
        assert not [word for word in ("Dana", "Doe", "0142") if word in page], path


async def test_odd_answers_are_refused_and_words_are_never_markup(
    client: httpx.AsyncClient, world: World
) -> None:
    for payload in PAYLOADS:
        await world.add_case((Said(text=payload, facts={"saddle_numbness": "no"}),))
    world.clock.pass_(hours=1)
    await teaching.rank_quiet(world.ctx)
    nurse = await world.add_member("nurse")
    csrf = await signed_in(client, "nurse")
    rows = (await teaching.inbox(world.ctx, nurse)).rows
    for path in ("/console/review", *(f"/console/review/{row['item'].message_id}" for row in rows)):
        markup = Markup(await page_of(client, path))
        assert not [tag for tag, _ in markup.tags if tag in ("img", "svg", "iframe", "b")]
    address = f"/console/review/{rows[0]['item'].message_id}"
    for odd in (
        {"intent": "nonsense"}, {"fact.saddle_numbness": "perhaps"}, {"missed": "age", "missed_value": "old"},
        {"missed": "contact_name", "missed_value": "Dana"}, {"missed": "nonsense", "missed_value": "1"},
    ):  # fmt: skip
        answer = await client.post(address, data={"csrf": csrf, "intent": "inform", "reason": "x", **odd})
        assert answer.status_code == 400, odd


async def test_a_conversation_becomes_a_written_test(
    client: httpx.AsyncClient, world: World, tmp_path: Path
) -> None:
    ids = await busy_morning(world)
    await world.add_member("nurse")
    await signed_in(client, "nurse")
    answer = await client.get(f"/console/cases/{ids['emergency']}/script")
    assert not [word for word in ("Dana", "0142") if word in answer.text]
    (tmp_path / "from_the_clinic.yaml").write_text(answer.text, encoding="utf-8")
    [script] = load_all(tmp_path)
    assert script.name.startswith("from-")
    assert [row[1] for row in await world.audit() if row[2] == ids["emergency"]] == ["case.made_a_test"]
