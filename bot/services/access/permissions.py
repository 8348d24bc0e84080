"""What each role of the clinic's staff may do. What is not in the table is refused."""

from __future__ import annotations

import enum
from collections.abc import Mapping

from bot.domain.errors import RoleRefused
from bot.services.ports import StaffMember


class May(enum.Enum):
    """A kind of thing a role may do."""

    SEE_CASES = "see_cases"
    """The list, and a case: what was said, found, judged and arranged."""
    SEE_CONTACT = "see_contact"
    """Names, phone numbers and other things that say who the patient is."""
    SEE_PRIVATE = "see_private"
    """What must not stand where a companion could read it (clinical.md 6.6)."""
    WORK = "work"
    """Acknowledge, claim, finish, write notes."""
    EDIT_FACTS = "edit_facts"
    """Put right what a case holds, with a reason; it is judged again."""
    MARK = "mark"
    """Tag a conversation, flag a message for colleagues."""
    REVIEW = "review"
    """Look conversations over and say what was misread, so that the bot is taught."""
    EXPORT = "export"
    """Take records out of the service: a whole case for another system, a table of cases."""
    TRY = "try"
    """Talk to the bot as a patient would, in a conversation that is marked as a test."""
    DRAFT_RULES = "draft_rules"
    """Write drafts of the rules and see what they would change."""
    PUBLISH_RULES = "publish_rules"
    """Put another person's draft in force, or an earlier version again."""
    ERASE = "erase"
    """Decide on a patient's wish to be erased, and what the law keeps."""
    MANAGE = "manage"
    """Say who works here, what they may do, and how the clinic is set up."""
    READ_AUDIT = "read_audit"
    """Who did or saw what: the audit log."""
    SEE_FIGURES = "see_figures"
    """Counts over all conversations; nobody's words."""


_CLINICIAN = frozenset(
    {
        May.SEE_CASES, May.SEE_CONTACT, May.SEE_PRIVATE, May.WORK, May.MARK, May.EDIT_FACTS, May.REVIEW,
        May.EXPORT, May.SEE_FIGURES, May.TRY,
    }
)  # fmt: skip
_DESK = frozenset({May.SEE_CASES, May.SEE_CONTACT, May.WORK, May.MARK, May.TRY})

TABLE: Mapping[str, frozenset[May]] = {
    "front_desk": _DESK,
    "nurse": _CLINICIAN | {May.DRAFT_RULES},
    "surgeon": _CLINICIAN | {May.DRAFT_RULES, May.PUBLISH_RULES},
    "admin": _DESK | {May.EXPORT, May.ERASE, May.MANAGE, May.READ_AUDIT, May.SEE_FIGURES},
    "language_editor": frozenset({May.SEE_CASES, May.MARK, May.REVIEW, May.SEE_FIGURES, May.TRY}),
    "protocol_approver": frozenset(
        {May.SEE_CASES, May.MARK, May.SEE_FIGURES, May.TRY, May.DRAFT_RULES, May.PUBLISH_RULES}
    ),
    "auditor": frozenset({May.SEE_CASES, May.READ_AUDIT, May.SEE_FIGURES}),
}

ROLES = tuple(TABLE)


def may(member: StaffMember, what: May) -> bool:
    """Whether this person may; an unknown role may nothing."""
    return what in TABLE.get(member.role, frozenset())


def require(member: StaffMember, what: May) -> None:
    """Raises RoleRefused before anything is looked up, so that the answer says nothing about what exists."""
    if not may(member, what):
        raise RoleRefused(f"the role {member.role} may not do this: it needs the right {what.value}")
