"""The outcome loop: the clinic writes down what became of a case, so that route and score can be checked."""

from __future__ import annotations

from typing import Any

from bot.domain.dispositions import ATTENDED, DECIDED, URGENCIES, Disposition
from bot.domain.errors import InvalidInput
from bot.services.access.permissions import May, require
from bot.services.context import Context
from bot.services.ports import StaffMember, UnitOfWork

LONGEST_REASON = 500


async def record(
    ctx: Context,
    member: StaffMember,
    case_id: str,
    *,
    attended: str = "",
    decided: str = "",
    urgency: str = "",
    reason: str = "",
) -> Disposition:
    """Write it down beside what the service had said; what is empty stays as it was.

    Whether the patient came is everybody's to say who works on cases; the rest is a clinician's and
    needs a reason. Raises RoleRefused, InvalidInput, and NotAllowed when there is no such case.
    """
    require(member, May.WORK)
    if decided or urgency:
        require(member, May.EDIT_FACTS)
    given: dict[str, Any] = {
        "attended": _code(attended, ATTENDED, "attended"),
        "decided": _code(decided, DECIDED, "decided"),
        "urgency": _code(urgency, URGENCIES, "urgency"),
    }
    _check(given, reason)
    async with ctx.unit_of_work() as uow:
        made = await _made(ctx, uow, member, case_id, given, reason.strip())
        await uow.dispositions.add(made)
        codes = {name: code for name, code in given.items() if code}
        await uow.audit.add(
            actor=member.name, action="case.disposition", case_id=case_id, at=made.at, detail=codes
        )
        await uow.commit()
    return made


async def _made(
    ctx: Context, uow: UnitOfWork, member: StaffMember, case_id: str, given: dict[str, Any], reason: str
) -> Disposition:
    case = await uow.cases.get(case_id)
    before = await uow.dispositions.of_case(case_id)
    judgement = await uow.judgements.latest(case_id)
    kept = {name: code or (getattr(before[-1], name) if before else None) for name, code in given.items()}
    return Disposition(
        id=ctx.ids.new(),
        case_id=case_id,
        at=ctx.clock.now(),
        by=member.name,
        reason=reason,
        level=case.level.value,
        outcome=case.outcome or "",
        tier=judgement.tier if judgement else "",
        **kept,
    )


def _code(given: str, known: tuple[str, ...], field: str) -> str | None:
    if given and given not in known:
        raise InvalidInput(f"{field} must be one of {', '.join(known)}", field=field)
    return given or None


def _check(given: dict[str, Any], reason: str) -> None:
    if not any(given.values()):
        raise InvalidInput("choose what became of it", code="empty", field="attended")
    if (given["decided"] or given["urgency"]) and not reason.strip():
        raise InvalidInput("say in a few words why", code="empty", field="reason")
    if len(reason) > LONGEST_REASON:
        raise InvalidInput(f"at most {LONGEST_REASON} characters", code="too_long", field="reason")
