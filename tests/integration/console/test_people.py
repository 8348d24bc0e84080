"""Who works here: added, given roles and passwords, shut out; the last administrator stays."""

from __future__ import annotations

import re

import httpx
import pytest

from bot.domain.errors import Conflict, InvalidInput, NotSignedIn, RoleRefused, TooManyTries
from bot.services.access import staff
from bot.services.office import people
from tests.integration.console.staff_world import PASSWORD, World, signed_in


async def sign_in(world: World, name: str, password: str) -> staff.SignedIn:
    return await staff.log_in(world.ctx, world.guard, name=name, password=password, address="127.0.0.1")


async def changes(world: World) -> list[tuple[str, str, object, object]]:
    """(who, what, before, after) of what was done to people by people."""
    return [
        (actor, action, detail.get("before"), detail.get("after"))
        for actor, action, _, detail in await world.audit()
        if action.startswith("staff.") and actor == "admin" and action != "staff.login"
    ]


async def test_an_administrator_adds_somebody_who_signs_in_and_chooses_a_password(world: World) -> None:
    admin = await world.add_member("admin")
    made = await people.add(world.ctx, admin, world.guard, name="Ana Example", role="front_desk")
    assert re.fullmatch(r"[a-z2-9]{4}(-[a-z2-9]{4}){4}", made.password)
    assert made.password not in repr(made)
    ana = (await sign_in(world, "Ana Example", made.password)).member
    await people.choose_password(
        world.ctx, ana, world.guard, current=made.password, new=PASSWORD, address="127.0.0.1"
    )
    with pytest.raises(NotSignedIn):
        await sign_in(world, "Ana Example", made.password)
    assert (await sign_in(world, "Ana Example", PASSWORD)).member.role == "front_desk"
    after = {"name": "Ana Example", "role": "front_desk"}
    assert await changes(world) == [("admin", "staff.added", None, after)]


async def test_a_name_that_is_taken_and_an_unknown_role_are_refused(world: World) -> None:
    admin = await world.add_member("admin")
    with pytest.raises(InvalidInput, match="choose another"):
        await people.add(world.ctx, admin, world.guard, name="admin", role="nurse")
    with pytest.raises(InvalidInput, match="front_desk, nurse"):
        await people.add(world.ctx, admin, world.guard, name="ana", role="boss")


async def test_own_password_needs_the_one_before_and_guesses_are_counted(world: World) -> None:
    nurse = await world.add_member("nurse")
    for _ in range(5):
        with pytest.raises(InvalidInput, match="another one"):
            await people.choose_password(
                world.ctx, nurse, world.guard, current="wrong", new="x" * 12, address="127.0.0.1"
            )
    with pytest.raises(TooManyTries):
        await people.choose_password(
            world.ctx, nurse, world.guard, current=PASSWORD, new="x" * 12, address="127.0.0.1"
        )


async def test_a_new_role_counts_at_once_and_is_audited_with_both(
    client: httpx.AsyncClient, world: World
) -> None:
    admin, nurse = await world.add_member("admin"), await world.add_member("nurse")
    await signed_in(client, "nurse")
    assert (await client.get("/console/people")).status_code == 403
    await people.set_role(world.ctx, admin, nurse.id, role="admin")
    assert (await client.get("/console/people")).status_code == 200
    await people.set_role(world.ctx, admin, nurse.id, role="admin")  # the same again is no change
    assert await changes(world) == [("admin", "staff.role_changed", {"role": "nurse"}, {"role": "admin"})]


async def test_the_last_administrator_stays(world: World) -> None:
    admin = await world.add_member("admin")
    second = await world.add_member("admin", name="second")
    await people.shut_out(world.ctx, admin, second.id)  # does not count any more
    with pytest.raises(Conflict, match="last administrator"):
        await people.set_role(world.ctx, admin, admin.id, role="nurse")
    with pytest.raises(Conflict, match="last administrator"):
        await people.shut_out(world.ctx, admin, admin.id)
    assert (await people.person(world.ctx, admin, admin.id)).member == admin


async def test_who_is_shut_out_is_out_everywhere_and_their_cases_wait_again(
    client: httpx.AsyncClient, world: World
) -> None:
    admin, nurse = await world.add_member("admin"), await world.add_member("nurse")
    token = await world.token("nurse")
    case_id = await world.add_case(task="emergency", priority="P0", claimed_by="nurse", status="emergency")
    async with world.store.unit_of_work() as uow:
        [task] = await uow.tasks.of_case(case_id)
        await uow.tasks.acknowledge(task.id, by="nurse", at=world.clock.now())
        await uow.commit()
    await signed_in(client, "nurse")
    await people.shut_out(world.ctx, admin, nurse.id)
    assert (await client.get("/console/queue")).headers["location"] == "/console/login"
    async with world.store.unit_of_work(write=False) as uow:
        assert (await uow.cases.get(case_id)).claimed_by is None
        assert (await uow.tasks.of_case(case_id))[0].status == "open"
    await people.let_in(world.ctx, admin, nurse.id)
    assert (await sign_in(world, "nurse", PASSWORD)).member.name == "nurse"
    with pytest.raises(NotSignedIn):
        await staff.access_api_token(world.ctx, token)


async def test_signed_out_everywhere_by_the_page_and_a_new_password_is_shown_once(
    client: httpx.AsyncClient, world: World
) -> None:
    nurse = await world.add_member("nurse")
    await world.add_member("admin")
    held = await sign_in(world, "nurse", PASSWORD)
    csrf = {"csrf": await signed_in(client, "admin")}
    answer = await client.post(f"/console/people/{nurse.id}/sign-out", data=csrf)
    assert answer.status_code == 303
    with pytest.raises(NotSignedIn):
        await staff.access_session(world.ctx, held.token, active=True)
    shown = await client.post(f"/console/people/{nurse.id}/password", data=csrf)
    found = re.search(r"data-password>([a-z2-9-]{24})<", shown.text)
    assert found is not None
    assert shown.headers["cache-control"] == "no-store"
    assert (await sign_in(world, "nurse", found.group(1))).member == (
        await people.person(world.ctx, world.members["admin"], nurse.id)
    ).member
    assert found.group(1) not in (await client.get(f"/console/people/{nurse.id}")).text
    assert [row[1] for row in await changes(world)] == [
        "staff.signed_out_everywhere",
        "staff.password_reset",
    ]


async def test_only_an_administrator_may(world: World) -> None:
    nurse = await world.add_member("nurse")
    with pytest.raises(RoleRefused):
        await people.set_role(world.ctx, nurse, nurse.id, role="admin")
    with pytest.raises(RoleRefused):
        await people.everybody(world.ctx, nurse)
