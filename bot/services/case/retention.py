"""Conversations that are over are erased after so many days, when the clinic says so (clinic.yaml, G12).

Never by itself: without `retention` in the settings everything is kept. The audit log stays, and says how
many went; figures stay as they were counted.
"""

from __future__ import annotations

import datetime as dt

from bot.services.context import Context

BATCH = 25
"""Cases of one transaction: short enough that no patient waits for it."""
COUNTED_WITHIN = dt.timedelta(days=1)
"""Nothing is erased while the figures are further behind: what goes must have been counted."""


async def erase_batch(ctx: Context) -> int:
    """Erase the conversations that rested longest; how many.

    Raises StoreUnavailable; then nothing was erased.
    """
    days = ctx.protocols.clinic.erase_after_days
    if days is None:
        return 0
    now = ctx.clock.now()
    before = now - dt.timedelta(days=days)
    async with ctx.unit_of_work(write=False) as uow:
        counted = await uow.figures.counted_at()
        found = await uow.retention.over(before=before, limit=BATCH)
    if not found or counted is None or counted < now - COUNTED_WITHIN:
        return 0
    async with ctx.unit_of_work() as uow:
        erased = [one for one in found if await uow.retention.erase(one, before=before)]
        if erased:
            await uow.figures.note_final(before)
            await uow.audit.add(
                actor="service", action="cases.erased", case_id=None, at=now,
                detail={"cases": len(erased), "after_days": days},
            )  # fmt: skip
        await uow.commit()
    return len(erased)
