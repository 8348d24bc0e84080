"""When the patient wants a person, or something only the office can do."""

from __future__ import annotations

from actions.navigation import StepAction
from bot.services.case.steps import Step, Turn
from bot.services.talk import interview


class Person(StepAction):
    """A person calls; only how to reach the patient is still asked."""

    action_name = "action_person"

    async def step(self, turn: Turn) -> Step:
        return await interview.wants_person(self.ctx, turn)


class Admin(StepAction):
    """Billing, records, refills, an appointment that exists."""

    action_name = "action_admin"

    async def step(self, turn: Turn) -> Step:
        return await interview.admin(self.ctx, turn)
