"""The case as it stood at a message, and long conversations in parts."""

from __future__ import annotations

import datetime as dt

import httpx
import pytest

from bot.domain.cases import Message
from bot.domain.errors import NotAllowed
from bot.gateway.console.transcript import END, SHOWN, Place, part_of
from bot.services.office import fact_edits
from bot.services.records.case_file import load_whole
from bot.services.records.state_then import StateThen, state_then
from tests.integration.console.conversations import Said, bot
from tests.integration.console.staff_world import World, signed_in

TALK = (
    bot("Which side?"),
    Said(text="left", facts={"side": "left"}),
    bot("Anything else?"),
    Said(text="no sorry the right", facts={"side": "right"}),
)


async def then(world: World, case_id: str, seq: int) -> StateThen:
    member = world.members.get("nurse") or await world.add_member("nurse")
    async with world.store.unit_of_work(write=False) as uow:
        file = await load_whole(uow, world.protocols, case_id)
    return await state_then(world.ctx, member, file, seq)


async def test_facts_are_those_of_that_moment(world: World) -> None:
    case_id = await world.add_case(TALK)
    assert (await then(world, case_id, 1)).facts == {}
    at_two, at_three, at_four = [await then(world, case_id, seq) for seq in (2, 3, 4)]
    assert (at_two.facts["side"].value, at_two.new) == ("left", {"side"})
    assert (at_three.facts["side"].value, at_three.new) == ("left", frozenset())
    assert (at_four.facts["side"].value, at_four.new) == ("right", {"side"})


async def test_what_staff_entered_later_is_not_known_then(world: World) -> None:
    case_id = await world.add_case(TALK)
    nurse = await world.add_member("nurse")
    world.clock.pass_(minutes=1)
    await fact_edits.edit(
        world.ctx, nurse, case_id, variable="saddle_numbness", raw=["yes"], reason="phone", seen=""
    )
    assert "saddle_numbness" not in (await then(world, case_id, 2)).facts
    last = await then(world, case_id, 4)  # nothing of the patient came after it
    assert last.facts["saddle_numbness"].by == "staff"
    assert last.judgement is not None
    assert "RF01" in last.judgement.rules


async def test_no_such_message(world: World) -> None:
    with pytest.raises(NotAllowed):
        await then(world, await world.add_case(TALK), 99)


async def test_page_of_a_long_conversation_shows_parts_of_it(client: httpx.AsyncClient, world: World) -> None:
    talk = [Said(text=f"part {n} of a long story, it hurts when I sit") for n in range(1, 121)]
    case_id = await world.add_case(talk, minutes_ago=200)
    await world.add_member("nurse")
    await signed_in(client, "nurse")
    end = await client.get(f"/console/cases/{case_id}")
    assert len(end.content) <= 100_000
    assert ('id="m-120"' in end.text, 'id="m-80"' in end.text) == (True, False)
    assert f"?before={120 - SHOWN + 1}" in end.text
    middle = await client.get(f"/console/cases/{case_id}?at=50")
    assert "As it stood after #50" in middle.text
    assert 'id="m-120"' not in middle.text
    for odd in ("at=x", "at=-1", "before=1e9", "at=99999999999999999999"):
        assert (await client.get(f"/console/cases/{case_id}?{odd}")).status_code == 400
    assert (await client.get(f"/console/cases/{case_id}?at=121")).status_code == 404


def messages(count: int) -> list[Message]:
    at = dt.datetime(2026, 12, 1, tzinfo=dt.UTC)
    given = {"case_id": "c", "sender": "patient", "kind": "answer", "text": "x", "at": at, "channel": "web"}
    return [Message(id=str(seq), seq=seq, **given) for seq in range(1, count + 1)]


@pytest.mark.parametrize(
    ("count", "place", "shown", "earlier", "later"),
    [
        (0, END, (0, 0), False, False),
        (SHOWN, END, (1, SHOWN), False, False),
        (SHOWN + 1, END, (2, SHOWN + 1), True, False),
        (100, Place(at=1), (1, SHOWN), False, True),
        (100, Place(at=100), (61, 100), True, False),
        (100, Place(before=61), (21, 60), True, True),
        (100, Place(before=5), (1, 4), False, True),
        (100, Place(before=1), (0, 0), False, True),
    ],
)
def test_parts_of_a_conversation(
    count: int, place: Place, shown: tuple[int, int], earlier: bool, later: bool
) -> None:
    part = part_of(messages(count), place)
    assert ((part.first, part.last), part.earlier, part.later) == (shown, earlier, later)
