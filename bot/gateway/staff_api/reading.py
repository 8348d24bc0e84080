"""What a request of the staff says, checked."""

from __future__ import annotations

from typing import Any

from bot.domain.errors import InvalidInput
from bot.gateway.staff_api.door import Asked, StaffDoor
from bot.services.access.staff import Visitor


async def changing(door: StaffDoor, request: Asked) -> Visitor:
    """Who asks to change something, with the CSRF token of the header."""
    return await door.changing_visitor(request, csrf=request.headers.get("x-csrf-token"))


def acceptable(text: str, *, field: str) -> str:
    """Refuses what no store keeps: NUL and lone surrogates."""
    if "\x00" in text or any(0xD800 <= ord(letter) <= 0xDFFF for letter in text):
        raise InvalidInput(
            f"{field} holds a character that is not allowed.", code="bad_characters", field=field
        )
    return text


def read_string(body: dict[str, Any], field: str) -> str:
    """A text field that must be there."""
    value = body.get(field)
    if not isinstance(value, str):
        raise InvalidInput(f"{field} must be a string.", code="wrong_type", field=field)
    return acceptable(value, field=field)


def read_text(body: dict[str, Any], field: str) -> str:
    """A text field that may be left out; empty then."""
    return read_string(body, field) if field in body else ""


def read_minutes(body: dict[str, Any], field: str) -> int:
    """A whole number that must be there."""
    value = body.get(field)
    if not isinstance(value, int) or isinstance(value, bool):
        raise InvalidInput(f"{field} must be a whole number.", code="wrong_type", field=field)
    return value
