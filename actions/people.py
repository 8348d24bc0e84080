"""When the patient wants a person, or something only the office can do."""

from __future__ import annotations

from actions.navigation import StepAction
from bot.services import interview


class Person(StepAction):
    """A person calls; only how to reach the patient is still asked."""

    action_name = "action_person"
    service = staticmethod(interview.wants_person)


class Admin(StepAction):
    """Billing, records, refills, an appointment that exists."""

    action_name = "action_admin"
    service = staticmethod(interview.admin)
