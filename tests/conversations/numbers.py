"""Telephone numbers of test patients, 555-01xx: one person each, since times are kept by number."""

from __future__ import annotations

AREAS = (203, 206, 212, 213, 215, 216, 217, 301, 302, 303)
TEXTING_AREAS = (417, 573, 636, 660, 816)
"""Of those who text, and of the written conversations; `tests/acceptance` has area 314."""


def phone_of(number: int, areas: tuple[int, ...] = AREAS) -> str:
    """ "203-555-0107" for 7; the same again after as many as there are."""
    area = areas[number // 100 % len(areas)]
    return f"{area}-555-01{number % 100:02d}"
