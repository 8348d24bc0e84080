"""A patient's wish to be erased: written down once, decided by a second person; the audit log is left."""

from __future__ import annotations

from dataclasses import replace
from unittest.mock import sentinel

import pytest

from bot.domain.errors import Conflict, InvalidInput, NotAllowed, RoleRefused
from bot.protocols import Protocols
from bot.services.context import Context
from bot.services.office import erasure, marks
from bot.services.ports import StaffMember
from bot.services.ports.teaching import Review, ReviewItem
from bot.services.review import teaching_export
from bot.store import Store
from bot.system import RandomIds
from tests.integration.services.conftest import StandingClock
from tests.integration.services.test_retention import LEFT, audit, over_case, rows_of
from tests.integration.store.samples import NOW
from tests.plain_dialogue import PlainDialogue

LATER = 30
"""Days after which the visit of `over_case` is over."""
DESK = StaffMember(id="f", name="Front", role="front_desk", password_hash="")
ADMIN = StaffMember(id="a", name="Admin", role="admin", password_hash="")


@pytest.fixture
def process(store: Store, clock: StandingClock, protocols: Protocols) -> Context:
    return Context(
        unit_of_work=store.unit_of_work, protocols=protocols, reader=sentinel.no_reader,
        dialogue=PlainDialogue(), clock=clock, ids=RandomIds(),
    )  # fmt: skip


async def test_a_second_person_erases_all_of_it_and_the_audit_log_says_so(
    process: Context, store: Store, clock: StandingClock
) -> None:
    case = await over_case(store)
    await marks.tag(process, DESK, case.id, text="slang")
    await marks.flag(process, DESK, case.id, 1, reason="odd")
    async with store.unit_of_work() as uow:
        [said] = await uow.messages.of_patient(case.id)
        item = ReviewItem(message_id=said.id, case_id=case.id, rank=1, because={"why": "sample"}, needed=1)
        await uow.teaching.add_items(case.id, [item])
        await uow.teaching.add_review(
            Review(
                id="r", message_id=said.id, case_id=case.id, reviewer="Ann", at=NOW, right=True,
                intent="inform", facts={}, text="my back hurts",
            )
        )  # fmt: skip
        await uow.commit()
    assert (await teaching_export.export(process, by="Ann", known=())).messages == 1
    for _ in range(2):
        await erasure.ask(process, DESK, case.id, reason="by phone, told the birth date")
    assert [wish.by for wish, _ in await erasure.open_wishes(process, ADMIN)] == ["Front"]
    clock.forward(days=LATER)
    assert (await erasure.look(process, ADMIN, case.id)).obstacles == []
    await erasure.confirm(process, ADMIN, case.id)
    assert await rows_of(process, case) == {}
    assert (await teaching_export.export(process, by="Ann", known=())).messages == 0
    with pytest.raises(NotAllowed):
        await erasure.confirm(process, ADMIN, case.id)
    rows = [row for row in await audit(process) if row["action"].startswith(("erasure", "case.erased"))]
    assert [(row["actor"], row["action"]) for row in rows] == [
        ("Front", "erasure.asked"),
        ("Admin", "case.erased"),
    ]
    assert rows[1]["detail"] == {"asked_by": "Front", "asked_at": NOW.isoformat(timespec="seconds")}


async def test_nobody_erases_alone_or_without_a_wish(
    process: Context, store: Store, clock: StandingClock
) -> None:
    case = await over_case(store)
    clock.forward(days=LATER)
    with pytest.raises(Conflict):
        await erasure.confirm(process, ADMIN, case.id)
    await erasure.ask(process, ADMIN, case.id, reason="in person")
    with pytest.raises(InvalidInput, match="another person"):
        await erasure.confirm(process, replace(ADMIN, name="ADMIN"), case.id)
    with pytest.raises(RoleRefused):
        await erasure.confirm(process, DESK, case.id)
    await erasure.withdraw(process, DESK, case.id)
    with pytest.raises(Conflict):
        await erasure.confirm(process, replace(ADMIN, name="Other"), case.id)
    assert await rows_of(process, case)


async def test_what_is_owed_or_kept_by_law_stands_in_the_way_and_is_named(
    process: Context, store: Store, clock: StandingClock
) -> None:
    named = {
        "a task": "work",
        "the status of one": "emergency",
        "questions": "talking",
        "a text to send": "outgoing",
        "a visit to come": "visit",
        "the law": "legal_hold",
    }
    for left, obstacle in named.items():
        case = await over_case(store)
        clock.forward(days=LATER)
        async with store.unit_of_work() as uow:
            await LEFT[left](uow, await uow.cases.get(case.id), clock.now())
            await uow.commit()
        await erasure.ask(process, DESK, case.id, reason="by letter")
        clock.forward(minutes=1)
        assert (await erasure.look(process, ADMIN, case.id)).obstacles == [obstacle]
        with pytest.raises(Conflict):
            await erasure.confirm(process, ADMIN, case.id)
        assert await rows_of(process, case)


async def test_what_the_law_kept_goes_when_it_keeps_it_no_more(
    process: Context, store: Store, clock: StandingClock
) -> None:
    case = await over_case(store)
    await erasure.ask(process, DESK, case.id, reason="by letter")
    for _ in range(2):
        await erasure.keep(process, ADMIN, case.id, reason="a court asks")
    await erasure.let_go(process, ADMIN, case.id)
    clock.forward(days=LATER)
    await erasure.confirm(process, ADMIN, case.id)
    actions = [row["action"] for row in await audit(process)]
    assert actions[-3:] == ["legal_hold.set", "legal_hold.lifted", "case.erased"]


async def test_other_cases_of_the_same_number_are_shown(
    process: Context, store: Store, clock: StandingClock
) -> None:
    case, other = await over_case(store), await over_case(store)
    for one in (case, other):
        async with store.unit_of_work() as uow:
            await uow.cases.save(replace(await uow.cases.get(one.id), address="+13145550123"))
            await uow.commit()
    seen = await erasure.look(process, ADMIN, case.id)
    assert [row["reference"] for row in seen.others] == [other.reference]


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501])
async def test_a_wish_says_how_it_was_asked(process: Context, store: Store, reason: str) -> None:
    case = await over_case(store)
    with pytest.raises(InvalidInput):
        await erasure.ask(process, DESK, case.id, reason=reason)
