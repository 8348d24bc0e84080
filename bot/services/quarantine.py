"""Words that came before consent and got none within a day are erased (clinical.md 3.7)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from bot.services.context import Context

KEPT = dt.timedelta(hours=24)


async def forget_unconsented(ctx: Context) -> int:
    """Erase the words of cases that never got consent and close them; how many.

    An emergency is not among them: its case stands at `emergency` and staff need the words.
    """
    now = ctx.clock.now()
    async with ctx.unit_of_work() as uow:
        left = await uow.cases.without_consent(before=now - KEPT)
        for case in left:
            await uow.messages.erase_words(case.id)
            await uow.facts.erase(case.id, keep=())
            fresh = await uow.cases.get(case.id)  # locks it: a turn may be running
            await uow.cases.save(
                replace(fresh, consent="refused", phase="done", status="closed", pending=None)
            )
            await uow.audit.add(actor="service", action="case.words_erased", case_id=case.id, at=now)
        await uow.commit()
    return len(left)
