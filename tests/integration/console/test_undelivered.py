"""What could not be delivered: seen with its reason in words, sent again, left; audited."""

from __future__ import annotations

import argparse
import re

import httpx
import pytest

from bot.cli import undelivered as command
from bot.services.ports import Outbound
from bot.services.queues import post, undelivered
from tests.conftest import make_settings
from tests.integration.console.conversations import ROUTINE
from tests.integration.console.staff_world import World, dead_letter, signed_in

SECRET = "zanzibarleg"


async def given_up(world: World) -> str:
    """A text of a patient that was given up; its id."""
    return await dead_letter(world, await world.add_case(ROUTINE), body=SECRET)


@pytest.fixture
async def csrf(client: httpx.AsyncClient, world: World) -> str:
    await world.add_member("front_desk")
    return await signed_in(client, "front_desk")


async def test_the_page_says_what_why_and_nothing_of_the_words(
    client: httpx.AsyncClient, world: World, csrf: str
) -> None:
    assert "Everything was delivered." in (await client.get("/console/undelivered")).text
    await given_up(world)
    page = (await client.get("/console/undelivered")).text
    assert re.search(r">Undelivered <span[^>]*>1<", page), "counted on every page"
    assert "Text message to the patient" in page
    assert "This number takes no texts. It may be a landline." in page
    assert "...0142" in page
    assert SECRET not in page
    assert "555555" not in page


async def test_sent_again_it_is_due_and_off_the_list(
    client: httpx.AsyncClient, world: World, csrf: str
) -> None:
    item_id = await given_up(world)
    answer = await client.post(f"/console/undelivered/{item_id}/again", data={"csrf": csrf})
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/undelivered")
    assert "Everything was delivered." in (await client.get("/console/undelivered")).text
    async with world.store.unit_of_work() as uow:
        [due] = await uow.outbox.claim_due(owner="t", now=world.clock.now(), lease_seconds=60)
    assert (due.id, due.dedupe_key, due.attempts, due.error) == (item_id, f"message:{item_id}", 0, None)
    again = await client.post(f"/console/undelivered/{item_id}/again", data={"csrf": csrf})
    assert again.status_code == 404, "it is on its way already"
    assert ("front_desk", "message.sent_again") in [row[:2] for row in await world.audit()]


async def test_left_it_is_never_sent(client: httpx.AsyncClient, world: World, csrf: str) -> None:
    item_id = await given_up(world)
    await client.post(f"/console/undelivered/{item_id}/leave", data={"csrf": csrf})
    async with world.store.unit_of_work() as uow:
        assert await uow.outbox.claim_due(owner="t", now=world.clock.now(), lease_seconds=60) == []
    assert "Everything was delivered." in (await client.get("/console/undelivered")).text


async def test_what_keeps_failing_is_seen_and_needs_no_button(
    client: httpx.AsyncClient, world: World, csrf: str
) -> None:
    async with world.store.unit_of_work() as uow:
        item = Outbound(
            id=world.ids.new(), case_id=None, to="nurse@clinic.example", body="x", channel="email",
            dedupe_key=f"{post.TO_STAFF}new_task:t:nurse:email", created_at=world.clock.now(), attempts=4,
        )  # fmt: skip
        await uow.outbox.add(item)
        await uow.commit()
    page = (await client.get("/console/undelivered")).text
    assert "E-mail to staff" in page
    assert "Nurse on call" in page
    assert "Still trying by itself." in page
    assert "/again" not in page


@pytest.mark.parametrize(
    ("channel", "error", "says"),
    [
        ("sms", "opted_out", "opted out"),
        ("email", "550", "no such mailbox"),
        ("email", "535", "refused our login"),
        ("email", "unreachable", "could not be reached"),
        ("webhook", "301", "another address, which is not followed"),
        ("webhook", "no_target", "INTAKE_WEBHOOKS"),
        ("webhook", "503", "(code 503)"),
    ],
)
def test_reasons_are_words(world: World, channel: str, error: str, says: str) -> None:
    item = Outbound(
        id="1", case_id=None, to="x", body="", dedupe_key="k", created_at=world.clock.now(),
        channel=channel, error=error,  # type: ignore[arg-type]
    )  # fmt: skip
    assert says in undelivered.reason_in_words(item)


async def test_the_command_does_the_same(world: World) -> None:
    item_id = await given_up(world)
    settings = make_settings(
        data_dir=world.folder, database_url=f"sqlite:///{world.folder / 'staff.sqlite3'}"
    )

    async def run(what: str, id_: str | None = None) -> str:
        return await command._run(settings, argparse.Namespace(what=what, id=id_))

    assert item_id in await run("list")
    assert SECRET not in await run("list")
    assert await run("again", item_id) == "it is sent again"
    assert await run("list") == "everything was delivered"
