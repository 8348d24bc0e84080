"""Who is in a conversation with the patient: the program, or a person of the clinic, or nobody yet."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.cases import Case
from bot.services.case.recorded import HELD
from bot.services.ports import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class Company:
    """As it stands now. `name` and `role` are of the person who has it, empty while nobody has."""

    held: bool = False
    """The program is silent: a person writes, or will."""
    name: str = ""
    role: str = ""


async def company_of(uow: UnitOfWork, case: Case) -> Company:
    """Of one case."""
    if case.phase != HELD:
        return Company()
    if case.claimed_by is None:
        return Company(held=True)
    member = await uow.staff.by_name(case.claimed_by)
    return Company(held=True, name=case.claimed_by, role=member.role if member else "")
