"""Who is in the chat, in words for its head: the helper, a person, or that one was called."""

from __future__ import annotations

from collections.abc import Mapping

from bot.services.case.company import Company
from bot.settings import StaffShown

ALONE = "Automated helper. Not watched around the clock."
WAITING = "A person from our team was called."
_ROLES: Mapping[str, str] = {
    "front_desk": "Our front desk",
    "nurse": "A nurse from our team",
    "surgeon": "A surgeon from our team",
}
_SOMEBODY = "A person from our team"


def company_words(company: Company, *, shown: StaffShown) -> str:
    """One short sentence; of a person no more than the clinic wants to show."""
    if not company.held:
        return ALONE
    if not company.name:
        return WAITING
    if shown == "name":
        return f"{company.name} from our team is here."
    who = _ROLES.get(company.role, _SOMEBODY) if shown == "role" else _SOMEBODY
    return f"{who} is here."
