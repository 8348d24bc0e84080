"""The table of rights: what is not in it is refused."""

from __future__ import annotations

import pytest

from bot.domain.errors import RoleRefused
from bot.services.access.permissions import ROLES, May, may, require
from bot.services.ports import StaffMember


def person(role: str) -> StaffMember:
    return StaffMember(id="1", name="ana", role=role, password_hash="x")


@pytest.mark.parametrize("what", list(May))
@pytest.mark.parametrize("role", ["", "patient", "NURSE", "nurse "])
def test_unknown_role_may_nothing(role: str, what: May) -> None:
    assert not may(person(role), what)


def test_roles_are_those_of_the_contract() -> None:
    roles = "front_desk nurse surgeon language_editor protocol_approver admin auditor"
    assert sorted(ROLES) == sorted(roles.split())


@pytest.mark.parametrize("role", ["language_editor", "protocol_approver", "auditor"])
def test_who_does_not_treat_sees_no_contact_and_changes_nothing(role: str) -> None:
    assert may(person(role), May.SEE_CASES)
    for what in (May.SEE_CONTACT, May.SEE_PRIVATE, May.WORK, May.EXPORT):
        with pytest.raises(RoleRefused):
            require(person(role), what)


@pytest.mark.parametrize("role", ["nurse", "surgeon"])
def test_clinicians_see_private_flags(role: str) -> None:
    require(person(role), May.SEE_PRIVATE)


@pytest.mark.parametrize("role", ["front_desk", "admin"])
def test_others_who_work_do_not(role: str) -> None:
    require(person(role), May.WORK)
    with pytest.raises(RoleRefused):
        require(person(role), May.SEE_PRIVATE)


@pytest.mark.parametrize("role", ROLES)
def test_who_takes_records_out_also_sees_whose_they_are(role: str) -> None:
    assert may(person(role), May.SEE_CONTACT) or not may(person(role), May.EXPORT)
