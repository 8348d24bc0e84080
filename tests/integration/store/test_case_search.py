"""Finding cases by what was said and what happened, on every database; words are keys, never texts."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from bot.domain.cases import Case
from bot.domain.errors import Conflict, InvalidInput, NotAllowed
from bot.services.ports.search import SavedView, Wanted
from bot.store import Store, case_search
from bot.store.search import said_keys
from tests.integration.store.samples import HOUR, MINUTE, NOW, a_case, a_draft, a_fact, stored_case


@pytest.fixture(params=[0, case_search.RARE], ids=["common", "rare"])
def rarity(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is rare is looked up, of what is common the newest cases are asked."""
    monkeypatch.setattr(case_search, "RARE", request.param)


async def found(store: Store, **wanted: Any) -> set[str]:
    async with store.unit_of_work(write=False) as uow:
        rows, _ = await uow.search.cases(Wanted(**wanted), after=None, limit=50)
    return {row["id"] for row in rows}


async def say(store: Store, case: Case, *texts: str, intent: str | None = None, **answered: Any) -> None:
    async with store.unit_of_work() as uow:
        for number, text in enumerate(texts):
            message, _ = await uow.messages.add_inbound(
                case.id, text=text, channel="web", client_message_id=f"{text}{number}", at=NOW + MINUTE
            )
            await uow.messages.mark_answered(message.id, intent=intent, confidence=answered.get("confidence"))
        await uow.commit()


async def hear(store: Store, case: Case, kind: str, at: dt.datetime = NOW, sender: str = "bot") -> None:
    async with store.unit_of_work() as uow:
        draft = a_draft("We are here", kind=kind, sender=sender)
        await uow.messages.add(case.id, draft, channel="web", at=at, reply_to=None)
        await uow.commit()


async def test_words_that_were_said_find_their_case_whatever_their_ending(store: Store) -> None:
    legs, neck = await stored_case(store), await stored_case(store)
    await say(store, legs, "My legs are TINGLING since tuesday", "it burns")
    await say(store, neck, "my neck hurts")
    assert await found(store, words="tingles") == {legs.id}
    assert await found(store, words="burning leg") == {legs.id}
    assert await found(store, words="leg neck") == set()
    assert await found(store, words="my the") == set()


async def test_names_numbers_and_references_find_as_before_and_together_with_words(store: Store) -> None:
    case, other = await stored_case(store), await stored_case(store)
    async with store.unit_of_work() as uow:
        await uow.facts.add(
            case.id, [a_fact("contact_name", "Dana Doe"), a_fact("contact_phone", "555-0142")]
        )
        await uow.commit()
    await say(store, case, "numb feet")
    await say(store, other, "numb feet")
    assert await found(store, words="dana numb") == {case.id}
    assert await found(store, words="555-0142") == {case.id}
    assert await found(store, words=other.reference) == {other.id}


async def test_what_the_bot_says_finds_nothing_and_erased_words_find_nothing(store: Store) -> None:
    case = await stored_case(store)
    async with store.unit_of_work() as uow:
        await uow.messages.add(case.id, a_draft("Is it numb?"), channel="web", at=NOW, reply_to=None)
        await uow.commit()
    assert await found(store, words="numb") == set()
    await say(store, case, "very numb")
    assert await found(store, words="numb") == {case.id}
    async with store.unit_of_work() as uow:
        await uow.messages.erase_words(case.id)
        await uow.commit()
    assert await found(store, words="numb") == set()


@pytest.mark.usefixtures("rarity")
async def test_order_of_events(store: Store) -> None:
    """Asked for a person after the bot had not understood; and the other way round."""
    after, before, only = [await stored_case(store) for _ in range(3)]
    await hear(store, after, "fallback")
    await say(store, after, "a person please", intent="person", confidence=0.9)
    await say(store, before, "a person please", intent="person", confidence=0.9)
    await hear(store, before, "fallback")
    await say(store, only, "a person please", intent="person", confidence=0.9)
    assert await found(store, event="person", after_event="fallback") == {after.id}
    assert await found(store, event="fallback", after_event="person") == {before.id}
    assert await found(store, event="person") == {after.id, before.id, only.id}
    assert await found(store, fallback=True) == {after.id, before.id}
    assert await found(store, fallback=False) == {only.id}


@pytest.mark.usefixtures("rarity")
async def test_filters(store: Store) -> None:
    quiet = await stored_case(store, created_at=NOW - 5 * HOUR)
    long = await stored_case(store, rules=("RF01",), outcome="same", channel="sms", status="booked")
    await say(store, long, "one", "two", intent="inform", confidence=0.4)
    await say(store, long, "three", intent="inform", confidence=0.8)
    await hear(store, long, "info", at=NOW + HOUR, sender="staff")
    for wanted in (
        {"rule": "RF01"}, {"outcome": "same"}, {"channel": "sms"}, {"status": "booked"}, {"event": "staff"},
        {"confidence_below": 0.5}, {"messages_from": 4}, {"minutes_from": 60}, {"since": NOW - HOUR},
    ):  # fmt: skip
        assert await found(store, **wanted) == {long.id}, wanted
    for nothing in (
        {"rule": "RF02"}, {"confidence_below": 0.4}, {"messages_from": 5}, {"minutes_from": 61},
        {"since": NOW + HOUR}, {"levels": ("same_day",)},
    ):  # fmt: skip
        assert await found(store, **nothing) == set(), nothing
    assert await found(store, until=NOW - HOUR) == {quiet.id}
    assert await found(store, levels=("none", "note")) == {quiet.id, long.id}


async def test_a_rule_that_no_longer_stands_finds_nothing(store: Store) -> None:
    case = await stored_case(store, rules=("RF01", "RF90"))
    async with store.unit_of_work() as uow:
        await uow.cases.save(a_case(**{**case.__dict__, "rules": ("RF90",)}))
        await uow.commit()
    assert await found(store, rule="RF01") == set()
    assert await found(store, rule="RF90") == {case.id}


async def test_reviewed_or_not(store: Store) -> None:
    case = await stored_case(store)
    async with store.unit_of_work() as uow:
        await uow.search.mark_reviewed(case.id, by="Ann", at=NOW)
        assert await uow.search.reviewed_by(case.id) == "Ann"
        await uow.commit()
    assert await found(store, reviewed=True) == {case.id}
    async with store.unit_of_work() as uow:
        await uow.search.mark_reviewed(case.id, by=None, at=NOW)
        with pytest.raises(NotAllowed):
            await uow.search.mark_reviewed("nobody", by="Ann", at=NOW)
        await uow.commit()
    assert await found(store, reviewed=False) == {case.id}


async def test_pages_are_newest_first_and_show_every_case_once(store: Store) -> None:
    made = [await stored_case(store, created_at=NOW + (n // 2) * MINUTE) for n in range(7)]
    seen: list[str] = []
    after = None
    async with store.unit_of_work(write=False) as uow:
        for _ in range(4):
            rows, after = await uow.search.cases(Wanted(), after=after, limit=2)
            seen += [row["id"] for row in rows]
        with pytest.raises(InvalidInput):
            await uow.search.cases(Wanted(), after="x", limit=2)
    assert after is None
    assert sorted(seen) == sorted(case.id for case in made)
    assert seen[0] == made[-1].id


async def test_test_conversations_are_apart(store: Store) -> None:
    tried, real = await stored_case(store, test=True), await stored_case(store)
    assert await found(store) == {real.id}
    assert await found(store, test=True) == {tried.id}


async def test_kept_searches_are_ones_own_or_shared(store: Store) -> None:
    mine = SavedView(id="1", owner="Ann", name="late", query="level=note", shared=False, created_at=NOW)
    theirs = SavedView(id="2", owner="Bo", name="all", query="", shared=True, created_at=NOW)
    hidden = SavedView(id="3", owner="Bo", name="x", query="", shared=False, created_at=NOW)
    async with store.unit_of_work() as uow:
        for view in (mine, theirs, hidden):
            await uow.search.add_view(view)
        assert await uow.search.views("Ann") == [theirs, mine]
        assert not await uow.search.drop_view("2", owner="Ann")
        assert await uow.search.drop_view("1", owner="Ann")
        await uow.commit()
    with pytest.raises(Conflict):
        async with store.unit_of_work() as uow:
            await uow.search.add_view(SavedView(**{**hidden.__dict__, "id": "4"}))


def test_keys_of_words() -> None:
    assert said_keys("My légs, they're NUMB: numbness & 2 stitches!") == {"leg", "numb", "stitch"}
    assert said_keys("is it ok") == set()
