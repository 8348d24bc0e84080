"""Records that leave the house by a person's hand: who took what is audited, in the same transaction."""

from __future__ import annotations

from bot.domain.errors import Conflict
from bot.services.access.permissions import May, require
from bot.services.context import Context
from bot.services.ports import StaffMember
from bot.services.records.case_file import CaseFile, load_whole
from bot.services.records.fhir import Record, case_bundle
from bot.services.records.fhir.record import Resource

COMMAND_LINE = StaffMember(id="command_line", name="command_line", role="admin", password_hash="")
"""Whoever may start the command may read the database anyway; the audit still says that it was read."""


async def export_fhir(
    ctx: Context, member: StaffMember, case_id: str, *, namespace: str, model: str | None = None
) -> tuple[str, Resource]:
    """(reference, FHIR R4 transaction bundle) of a case. Raises NotAllowed, Conflict after a refusal."""
    require(member, May.EXPORT)
    async with ctx.unit_of_work() as uow:
        file = await load_whole(uow, ctx.protocols, case_id)
        refuse_without_consent(file)
        await uow.audit.add(
            actor=member.name, action="case.exported", case_id=case_id, at=ctx.clock.now(),
            detail={"format": "fhir"},
        )  # fmt: skip
        await uow.commit()
    record = Record(file=file, protocols=ctx.protocols, namespace=namespace, model=model)
    return file.case.reference, case_bundle(record)


async def tell_again(ctx: Context, member: StaffMember, case_id: str) -> None:
    """Tell other systems this case anew, over what was changed there: a person has looked at it."""
    require(member, May.EXPORT)
    async with ctx.unit_of_work() as uow:
        await uow.cases.get(case_id)
        await uow.publications.start_over(case_id)
        await uow.audit.add(actor=member.name, action="case.told_again", case_id=case_id, at=ctx.clock.now())
        await uow.commit()


async def find_case(ctx: Context, name: str) -> str:
    """The id of a case named by its id or by its reference. Raises NotAllowed."""
    async with ctx.unit_of_work(write=False) as uow:
        rows, _ = await uow.desk.cases(queue="all", query=None, reference=name, after=None, limit=1)
        found = rows[0]["id"] if rows else (await uow.cases.get(name)).id
    return str(found)


def refuse_without_consent(file: CaseFile) -> None:
    """Raises Conflict when the patient refused that anything is kept or shared."""
    if file.case.consent == "refused":
        raise Conflict("the patient refused: nothing of this case is shared")
