"""Tags and flags, on every database: one of each, found by what they say, gone with their case."""

from __future__ import annotations

from typing import Any

from bot.services.ports.marks import MessageFlag, Tag
from bot.services.ports.search import Wanted
from bot.store import Store
from tests.integration.store.samples import MINUTE, NOW, stored_case


def a_tag(case_id: str, text: str, **given: Any) -> Tag:
    return Tag(**{"case_id": case_id, "text": text, "by": "nurse", "at": NOW} | given)


def a_flag(case_id: str, seq: int, **given: Any) -> MessageFlag:
    return MessageFlag(**{"case_id": case_id, "seq": seq, "reason": "", "by": "nurse", "at": NOW} | given)


async def found(store: Store, **wanted: Any) -> set[str]:
    async with store.unit_of_work(write=False) as uow:
        rows, _ = await uow.search.cases(Wanted(**wanted), after=None, limit=50)
    return {row["id"] for row in rows}


async def test_a_tag_is_one_whatever_its_capital_letters_and_finds_its_case(store: Store) -> None:
    case, other = await stored_case(store), await stored_case(store)
    async with store.unit_of_work() as uow:
        assert await uow.marks.add_tag(a_tag(case.id, "Odd Slang"))
        assert not await uow.marks.add_tag(a_tag(case.id, "odd slang", by="surgeon"))
        await uow.marks.add_tag(a_tag(other.id, "slang", at=NOW + MINUTE))
        await uow.commit()
    assert await found(store, tag="ODD  slang") == {case.id}
    assert await found(store, tag="slang") == {other.id}
    assert await found(store, tag="lang") == set()
    async with store.unit_of_work() as uow:
        assert [one.by for one in (await uow.marks.tags([case.id, other.id]))[case.id]] == ["nurse"]
        assert await uow.marks.recent_tags(limit=9) == ["Odd Slang", "slang"]
        assert await uow.marks.drop_tag(case.id, "ODD SLANG")
        assert not await uow.marks.drop_tag(case.id, "odd slang")
        await uow.commit()
    assert await found(store, tag="odd slang") == set()


async def test_flags_find_their_case_and_the_others(store: Store) -> None:
    case, other = await stored_case(store), await stored_case(store)
    async with store.unit_of_work() as uow:
        await uow.marks.set_flag(a_flag(case.id, 2))
        await uow.marks.set_flag(a_flag(case.id, 1))
        await uow.marks.set_flag(a_flag(case.id, 2, reason="misread", by="surgeon"))
        await uow.commit()
    assert await found(store, flagged=True) == {case.id}
    assert await found(store, flagged=False) == {other.id}
    async with store.unit_of_work() as uow:
        flags = await uow.marks.flags(case.id)
        assert [(one.seq, one.reason, one.by) for one in flags] == [
            (1, "", "nurse"),
            (2, "misread", "surgeon"),
        ]
        assert await uow.marks.flag_counts([case.id, other.id]) == {case.id: 2}
        assert await uow.marks.drop_flag(case.id, 1)
        assert not await uow.marks.drop_flag(case.id, 1)
