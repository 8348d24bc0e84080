"""What a clinic publishes counts in every process, at once, and only when it loads."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from typing import Any

import pytest

from bot.domain.errors import Conflict, ProtocolError
from bot.protocols.shelf import Shelf, laid_over
from bot.services.clinic import in_force
from bot.services.context import Context, Standing
from bot.services.ports import Edition


@pytest.fixture
def process(ctx: Context, shelf: Shelf) -> Context:
    """A process that looks for what is published."""
    return dataclasses.replace(ctx, shelf=shelf, standing=Standing())


async def publish(ctx: Context, name: str, number: int, changes: dict[str, Any]) -> str:
    edition = Edition(
        id=ctx.ids.new(), name=name, kind="changes", number=number, content=json.dumps(changes),
        author="admin", at=ctx.clock.now(),
    )  # fmt: skip
    async with ctx.unit_of_work() as uow:
        await uow.editions.add(edition)
        await uow.editions.publish(edition.id, by="admin")
        await uow.commit()
    return edition.id


async def test_a_publication_is_taken_up_once_and_an_older_one_counts_again(process: Context) -> None:
    first = await publish(process, "clinic", 1, {"clinic": {"name": "Spine House"}})
    await publish(process, "clinic", 2, {"clinic": {"name": "Back House"}})
    other = dataclasses.replace(process, standing=Standing())
    assert [await in_force.look(one) for one in (process, process, other)] == [True, False, True]
    assert {one.protocols.clinic.name for one in (process, other)} == {"Back House"}
    assert "helper for Back House" in process.protocols.texts.say("greeting", channel="web")
    async with process.unit_of_work() as uow:
        await uow.editions.publish(first, by="admin")
        await uow.commit()
    assert await in_force.look(other)
    assert other.protocols.clinic.name == "Spine House"


async def test_what_does_not_load_is_not_taken_up_and_says_so(process: Context) -> None:
    await publish(process, "clinic", 1, {"hours": {"monday": "25:00"}})
    before = process.protocols
    assert not await in_force.look(process)
    assert process.protocols is before
    assert "08:00-17:00" in process.standing.problem
    await publish(process, "clinic", 2, {"hours": {"monday": "09:00-12:00"}})
    assert await in_force.look(process)
    assert process.standing.problem == ""


async def test_two_who_write_the_same_number_do_not_both_win(process: Context) -> None:
    await publish(process, "clinic", 1, {"clinic": {"name": "Spine House"}})
    with pytest.raises(Conflict):
        await publish(process, "clinic", 1, {"clinic": {"name": "Back House"}})


async def test_a_running_process_takes_it_up_by_itself(process: Context) -> None:
    taken = asyncio.Event()

    async def tell() -> None:
        taken.set()

    await publish(process, "clinic", 1, {"clinic": {"name": "Spine House"}})
    task = asyncio.create_task(in_force.keep_current(process, then=tell))
    await asyncio.wait_for(taken.wait(), 20)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert process.protocols.clinic.name == "Spine House"


def test_changes_are_laid_over_level_by_level() -> None:
    body = {"a": {"b": 1, "c": 2}, "d": [1, 2], "e": 3}
    assert laid_over(body, {"a": {"b": 5, "c": None}, "d": [9]}) == {"a": {"b": 5}, "d": [9], "e": 3}
    assert body == {"a": {"b": 1, "c": 2}, "d": [1, 2], "e": 3}


def test_a_whole_file_stands_in_place_and_an_unknown_one_is_refused(shelf: Shelf) -> None:
    content = shelf.documents["clinic"].content.replace(b"St. Louis", b"Springfield")
    changed = shelf.protocols(
        contents={"clinic": content}, changes={"clinic": {"clinic": {"address": "1 Main"}}}
    )
    assert changed.clinic.name.endswith("Springfield")
    assert changed.clinic.address == "1 Main"
    assert changed.judging.stamps == shelf.protocols().judging.stamps
    with pytest.raises(ProtocolError, match="known: variables"):
        shelf.protocols(changes={"clinics": {}})
