"""Words that came before consent and got none within a day are erased (clinical.md 3.7)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from bot.services.case.recorded import HELD
from bot.services.context import Context
from bot.services.ports import UnitOfWork

KEPT = dt.timedelta(hours=24)


async def forget_unconsented(ctx: Context) -> int:
    """Erase the words of cases that never got consent and close them; how many.

    An emergency is not among them: its case stands at `emergency` and staff need the words. Nor is a case
    that a person of the clinic holds: they ask for consent themselves, and it is looked at again after.
    """
    now = ctx.clock.now()
    async with ctx.unit_of_work(write=False) as uow:
        left = await uow.cases.without_consent(before=now - KEPT)
    if not left:
        return 0
    async with ctx.unit_of_work() as uow:
        erased = [case for case in left if await _forget(ctx, uow, case.id)]
        await uow.commit()
    return len(erased)


async def _forget(ctx: Context, uow: UnitOfWork, case_id: str) -> bool:
    case = await uow.cases.get(case_id)  # locks it: a turn may be running
    if case.consent != "unasked" or case.status == "emergency" or case.phase == HELD:
        return False
    await uow.messages.erase_words(case.id)
    await uow.facts.erase(case.id, keep=())
    await uow.cases.save(replace(case, consent="refused", phase="done", status="closed", pending=None))
    await uow.audit.add(actor="service", action="case.words_erased", case_id=case.id, at=ctx.clock.now())
    return True
