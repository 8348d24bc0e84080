"""What the patient is called to somebody who writes for them: "your mom" instead of "the patient"."""

from __future__ import annotations

import re

from bot.services.case_view import CaseView

_RELATIVE = re.compile(
    r"\b((?:step-? ?)?(?:mom|mother|dad|father|son|daughter|brother|sister)(?:-in-law| in law)?"
    r"|mum|mama|papa|wife|husband|partner|child|kid"
    r"|grandma|grandmother|grandpa|grandfather|aunt|uncle|cousin|niece|nephew|friend|boyfriend|girlfriend"
    r"|neighbor|roommate)\b",
    re.IGNORECASE,
)
_SPOKEN_TO = re.compile(r"\byour?\b", re.IGNORECASE)
NOBODY = "the patient"


def called(view: CaseView) -> str:
    """ "your mom", from the writer's own words; else "the patient"."""
    for name in ("relation", "who_for"):
        fact = view.facts.get(name)
        found = _RELATIVE.search(fact.words) if fact is not None and fact.value is not None else None
        if found is not None:
            return f"your {found.group().lower()}"
    return NOBODY


def speaks_of(view: CaseView, text: str) -> str:
    """A question's text with the patient called as the writer calls them."""
    name = called(view)
    if name == NOBODY:
        return text
    return re.sub(r"\b([Tt])he patient\b", lambda found: _like(found.group(1), name), text)


def speaks_to_the_writer(text: str) -> bool:
    """Whether a question says "you" and names no patient: then it must be said whom it is about."""
    return _SPOKEN_TO.search(text) is not None and NOBODY not in text.lower()


def _like(first: str, name: str) -> str:
    return name.capitalize() if first == "T" else name
