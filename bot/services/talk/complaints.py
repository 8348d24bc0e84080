"""A complaint is met kindly and kept: staff see it on the case; one about the clinic is work for a person."""

from __future__ import annotations

from dataclasses import replace

from bot.domain.cases import Draft
from bot.services.case import wording
from bot.services.case_view import CaseView
from bot.services.context import Context
from bot.services.ports import UnitOfWork
from bot.services.queues import task_queue

FLAG = "complaint"
_FORMAL, _OF_THE_CLINIC = "complaint", "complaint_of_the_clinic"
"""Lists of the lexicon. Beside the form's length or this program the second names something to look into."""


def is_formal(ctx: Context, text: str) -> bool:
    """Whether a text says itself that it is a complaint: "I want it on record that ..."."""
    return ctx.reader.sayings.says(_FORMAL, text)


async def keep(ctx: Context, uow: UnitOfWork, view: CaseView, text: str) -> Draft:
    """Note it on the case, give it to a person when it is about the clinic; what the patient is told.

    Before consent nothing is kept, so nothing is said of keeping.
    """
    if view.case.consent != "given":
        return wording.say(ctx, view, "complaint_unkept", kind="answer")
    case = await uow.cases.get(view.case.id)
    await uow.cases.save(replace(case, flags=tuple(dict.fromkeys((*case.flags, FLAG)))))
    if ctx.reader.sayings.says(_OF_THE_CLINIC, text):
        await task_queue.add(ctx, uow, case, kind="complaint", priority="P3")
    return wording.say(ctx, view, "complaint", kind="answer")
