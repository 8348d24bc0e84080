"""Messages that people look over, on every database."""

from __future__ import annotations

import pytest
from sqlalchemy import delete

from bot.domain.errors import Conflict, InvalidInput, NotAllowed
from bot.services.ports.teaching import Review, ReviewItem
from bot.store import Store
from bot.store.tables import cases
from tests.integration.store.samples import HOUR, MINUTE, NOW, stored_case


async def waiting(store: Store, *ranks: int, needed: int = 1) -> list[ReviewItem]:
    """A case with as many messages in the inbox."""
    case = await stored_case(store, consent="given")
    items = []
    async with store.unit_of_work() as uow:
        for rank in ranks:
            message, _ = await uow.messages.add_inbound(
                case.id, text=f"rank {rank}", channel="web", client_message_id=str(rank), at=NOW
            )
            because = {"why": "sample"}
            items.append(
                ReviewItem(message_id=message.id, case_id=case.id, rank=rank, because=because, needed=needed)
            )
        await uow.teaching.add_items(case.id, items)
        await uow.commit()
    return items


def a_review(item: ReviewItem, reviewer: str = "Ann", **given: object) -> Review:
    fields = {"id": f"{item.message_id}{reviewer}", "message_id": item.message_id, "case_id": item.case_id}
    said = {"reviewer": reviewer, "at": NOW, "right": True, "intent": "inform", "facts": {"region": ("leg",)}}
    return Review(**fields | said | given)  # type: ignore[arg-type]


async def inbox(store: Store, reviewer: str) -> list[int]:
    async with store.unit_of_work(write=False) as uow:
        rows, _ = await uow.teaching.inbox(reviewer, after=None, limit=50)
    return [row["item"].rank for row in rows]


async def test_conversations_at_rest_are_ranked_once(store: Store) -> None:
    case = await stored_case(store, consent="given")
    tried = await stored_case(store, consent="given", test=True)
    refused = await stored_case(store, consent="refused")
    async with store.unit_of_work() as uow:
        for one in (case, tried, refused):
            await uow.messages.add_inbound(one.id, text="x", channel="web", client_message_id="1", at=NOW)
        assert await uow.teaching.unrated(quiet_since=NOW, limit=5) == []
        assert await uow.teaching.unrated(quiet_since=NOW + MINUTE, limit=5) == [case.id]
        await uow.teaching.add_items(case.id, [])
        assert await uow.teaching.unrated(quiet_since=NOW + HOUR, limit=5) == []
        await uow.messages.add_inbound(case.id, text="y", channel="web", client_message_id="2", at=NOW)
        assert await uow.teaching.unrated(quiet_since=NOW + HOUR, limit=5) == [case.id]


async def test_inbox_is_by_rank_in_pages(store: Store) -> None:
    await waiting(store, 20, 3, 12)
    await waiting(store, 0)
    seen, after = [], None
    async with store.unit_of_work(write=False) as uow:
        for _ in range(2):
            rows, after = await uow.teaching.inbox("Ann", after=after, limit=2)
            seen += [row["text"] for row in rows]
        with pytest.raises(InvalidInput):
            await uow.teaching.inbox("Ann", after="odd", limit=2)
    assert (seen, after) == (["rank 0", "rank 3", "rank 12", "rank 20"], None)


async def test_a_message_leaves_the_inbox_when_enough_have_looked(store: Store) -> None:
    [one] = await waiting(store, 1)
    [two] = await waiting(store, 2, needed=2)
    async with store.unit_of_work() as uow:
        for item in (one, two):
            await uow.teaching.add_review(a_review(item))
        assert await uow.teaching.reviews(after=None, limit=9) == ([a_review(one)], None)
        await uow.commit()
    assert await inbox(store, "Ann") == []
    assert await inbox(store, "Bo") == [2]
    with pytest.raises(Conflict):
        async with store.unit_of_work() as uow:
            await uow.teaching.add_review(a_review(two, id="again"))
    async with store.unit_of_work() as uow:
        await uow.teaching.add_review(a_review(two, "Bo"))
        found, _ = await uow.teaching.reviews(after=None, limit=9)
        assert sorted(review.reviewer for review in found) == ["Ann", "Ann", "Bo"]
        await uow.commit()


async def test_all_of_it_goes_with_the_case(store: Store) -> None:
    [item] = await waiting(store, 1)
    async with store.unit_of_work() as uow:
        await uow.teaching.add_review(a_review(item))
        await uow.commit()
    async with store._engine.begin() as connection:
        await connection.execute(delete(cases).where(cases.c.id == item.case_id))
    async with store.unit_of_work(write=False) as uow:
        assert await uow.teaching.reviews(after=None, limit=9) == ([], None)
        with pytest.raises(NotAllowed):
            await uow.teaching.item(item.message_id)


async def test_agreement_is_told_from_the_newest_that_two_people_looked_at(store: Store) -> None:
    old, new = await waiting(store, 1, 2, needed=2)
    [alone] = await waiting(store, 3)
    async with store.unit_of_work() as uow:
        for number, item in enumerate((old, new)):
            for reviewer, right in (("Ann", True), ("Bo", False)):
                at = NOW + number * HOUR + (MINUTE if reviewer == "Bo" else 0 * MINUTE)
                said = a_review(item, reviewer, at=at, right=right, intent=f"intent{number}")
                await uow.teaching.add_review(said)
        await uow.teaching.add_review(a_review(alone, at=NOW + 9 * HOUR))
        await uow.commit()
    async with store.unit_of_work(write=False) as uow:
        newest = await uow.teaching.lately_agreed(messages=1)
        every = await uow.teaching.lately_agreed(messages=9)
    assert newest == [(("intent1", True), ("intent1", False))]
    assert len(every) == 2
