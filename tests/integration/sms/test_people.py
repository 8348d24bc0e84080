"""Several people behind one number: nothing of an earlier case is shown before the birth date fits."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.domain.cases import Case
from bot.services.texting import sms_people
from tests.integration.sms.test_both_doors import know
from tests.integration.sms.world import EMERGENCY, PATIENT, World

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def earlier_case(world: World, *, hours: float = 13, **known: object) -> Case:
    """Somebody's case that was left so long ago."""
    await world.text("my back hurts and i leak")
    await world.work()
    case = await world.case()
    async with world.store.unit_of_work() as uow:
        case = replace(await uow.cases.get(case.id), consent="given", phase="intake")
        await uow.cases.save(case)
        await uow.commit()
    await know(world, case, **({"birth_date": "1968-03-03", "age": 58} | known))
    world.clock.move(hours=hours)
    return case


async def say(world: World, text: str) -> list[str]:
    before = len(world.replies)
    await world.text(text)
    await world.work()
    world.clock.move(seconds=20)
    return world.replies[before:]


async def test_the_same_person_goes_on_after_the_birth_date(world: World) -> None:
    earlier = await earlier_case(world)
    asked = await say(world, "it got worse")
    assert asked[-1].endswith("1) The same person\n2) Someone else")
    assert "birth date" in (await say(world, "1"))[0]
    assert world.dialogue.texts == ["my back hurts and i leak"], "nothing reached the earlier case yet"
    reply = await say(world, "3/3/1968")
    assert "it got worse" in reply[-1]
    assert (await world.case()).id == earlier.id
    assert world.dialogue.requests[-1].case_id == earlier.id
    await say(world, "and my leg")
    assert world.dialogue.requests[-1].case_id == earlier.id


async def test_somebody_else_gets_a_case_of_their_own(world: World) -> None:
    earlier = await earlier_case(world)
    await say(world, "my neck is stiff")
    consent = await say(world, "2")
    assert "OK if I save your answers" in consent[0]
    new = await world.case()
    assert new.id != earlier.id
    assert "same_phone" in new.flags
    await say(world, "1")
    assert world.dialogue.requests[-1].case_id == new.id
    texts = [message.text for message in await world.messages(new.id)]
    assert not any("leak" in text for text in texts)


@pytest.mark.parametrize("words", ["the same person", "Same", "me again"])
async def test_words_for_the_same_person(world: World, words: str) -> None:
    await earlier_case(world)
    await say(world, "hello")
    assert "birth date" in (await say(world, words))[0]


async def test_a_wrong_birth_date_opens_nothing(world: World) -> None:
    earlier = await earlier_case(world)
    await say(world, "hello")
    await say(world, "1")
    await say(world, "1/1/1970")
    reply = await say(world, "2/2/1971")
    assert "I can't check who you are from here" in reply[0]
    assert "OK if I save your answers" in reply[-1]
    assert (await world.case()).id != earlier.id


async def test_the_birth_date_chooses_among_several_people(world: World) -> None:
    mother = await earlier_case(world)
    await say(world, "for my son now")
    await say(world, "2")
    son = await world.case()
    async with world.store.unit_of_work() as uow:
        await uow.cases.save(replace(await uow.cases.get(son.id), consent="given", phase="intake"))
        await uow.commit()
    await know(world, son, birth_date="2001-07-09")
    for born, expected in (("3/3/1968", mother), ("7/9/2001", son), ("3/3/1968", mother)):
        world.clock.move(hours=13)
        await say(world, f"hello {born[:1]}")
        await say(world, "1")
        await say(world, born)
        assert (await world.case()).id == expected.id
        assert world.dialogue.requests[-1].case_id == expected.id


async def test_a_case_without_birth_date_and_age_is_not_opened_again(world: World) -> None:
    earlier = await earlier_case(world, birth_date=None, age=None)
    await say(world, "hello")
    reply = await say(world, "1")
    assert "I can't check who you are from here" in reply[0]
    assert "OK if I save your answers" in reply[-1]
    assert (await world.case()).id != earlier.id


async def test_where_only_the_age_is_known_a_birth_date_that_gives_it_fits(world: World) -> None:
    earlier = await earlier_case(world, birth_date=None)
    await say(world, "hello")
    await say(world, "1")
    await say(world, "3/3/1968")
    assert (await world.case()).id == earlier.id


async def test_an_emergency_is_answered_before_anybody_is_asked_who_it_is(world: World) -> None:
    earlier = await earlier_case(world)
    reply = await say(world, EMERGENCY)
    assert "911" in reply[0]
    assert not any("same person" in text for text in reply)
    new = await world.case()
    assert new.id != earlier.id
    assert "emergency" in await world.tasks(new.id)


@pytest.mark.parametrize("hours", [0.5, 11])
async def test_who_answers_the_same_day_is_not_asked(world: World, hours: float) -> None:
    earlier = await earlier_case(world, hours=hours)
    await say(world, "hello")
    assert world.dialogue.requests[-1].case_id == earlier.id


async def test_a_case_that_a_person_or_an_emergency_has_is_never_split(world: World) -> None:
    earlier = await earlier_case(world)
    async with world.store.unit_of_work() as uow:
        assert not await sms_people.rests(world.ctx, uow, replace(earlier, phase="staff"), "x")
        assert not await sms_people.rests(world.ctx, uow, replace(earlier, phase="emergency"), "x")
        assert await uow.cases.find_open_by_address(PATIENT) is not None
