"""What may come over the wire, checked. The caller is our own service; it is not trusted all the same."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain.findings import Reading

MOST_CHARACTERS = 2000
MOST_BYTES = 64 * 1024
PHASES = ("consent", "intake", "booking", "emergency", "staff", "done")
LONGEST_STATE = 16 * 1024
LONGEST_QUESTION = 4000
_OPAQUE = re.compile(r"[0-9a-f]{32}\Z")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}\Z")


class Malformed(Exception):  # noqa: N818 - an answer to the caller, not a fault of ours
    """The request cannot be taken: `code` for programs, the message for people. Holds no patient words."""

    def __init__(self, message: str, *, code: str = "malformed") -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class TurnBody:
    """A turn request, checked."""

    case_id: str
    message_id: str
    text: str
    phase: str
    asked: str | None
    reading: dict[str, Any]
    state: str | None


@dataclass(frozen=True)
class UnderstandBody:
    """An understand request, checked."""

    text: str
    asked: str | None
    reading: dict[str, Any] | None


def parse_turn(body: bytes) -> TurnBody:
    """Raises Malformed."""
    raw = _mapping(body)
    phase = raw.get("phase")
    if phase not in PHASES:
        raise Malformed(f"phase: one of {', '.join(PHASES)}")
    return TurnBody(
        case_id=_opaque(raw, "case_id"),
        message_id=_opaque(raw, "message_id"),
        text=plain(_text(raw)),
        phase=phase,
        asked=_asked(raw),
        reading=_reading(raw.get("reading")),
        state=_optional(raw, "state", LONGEST_STATE),
    )


def parse_understand(body: bytes) -> UnderstandBody:
    """Raises Malformed."""
    raw = _mapping(body)
    reading = raw.get("reading")
    return UnderstandBody(
        text=plain(_text(raw)),
        asked=_asked(raw),
        reading=None if reading is None else _reading(reading),
    )


def plain(text: str) -> str:
    """The text without what Rasa would obey: a leading `/` in any form becomes a space.

    Rasa reads "/book{...}" as an intent with slots. Full-width and other forms of the slash, and
    invisible characters before it, count too.
    """
    rest = text
    while rest and (_is_invisible(rest[0]) or _is_slash(rest[0])):
        rest = rest[1:]
    return rest or " "


def _is_invisible(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) in (
        "Cc",
        "Cf",
        "Zs",
        "Zl",
        "Zp",
        "Mn",
        "Me",
    )


def _is_slash(character: str) -> bool:
    return "/" in unicodedata.normalize("NFKC", character) or character in "\u2044\u2215\u29f8\u2571\u27cb"


def _mapping(body: bytes) -> Mapping[str, Any]:
    if len(body) > MOST_BYTES:
        raise Malformed(f"body: at most {MOST_BYTES} bytes", code="too_long")
    try:
        raw = json.loads(body)
    except (ValueError, RecursionError):
        raise Malformed("body: a JSON object in UTF-8") from None
    if not isinstance(raw, dict):
        raise Malformed("body: a JSON object in UTF-8")
    return raw


def _opaque(raw: Mapping[str, Any], name: str) -> str:
    value = raw.get(name)
    if not isinstance(value, str) or not _OPAQUE.match(value):
        raise Malformed(f"{name}: 32 lower-case hexadecimal digits")
    return value


def _text(raw: Mapping[str, Any]) -> str:
    text = raw.get("text")
    if not isinstance(text, str) or not text.strip():
        raise Malformed("text: some characters")
    if len(text) > MOST_CHARACTERS:
        raise Malformed(f"text: at most {MOST_CHARACTERS} characters", code="too_long")
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise Malformed("text: valid Unicode")
    return text


def _asked(raw: Mapping[str, Any]) -> str | None:
    asked = raw.get("asked")
    if asked is None:
        return None
    if not isinstance(asked, str) or not _NAME.match(asked):
        raise Malformed("asked: the name of a question, or null")
    return asked


def _optional(raw: Mapping[str, Any], name: str, most: int) -> str | None:
    value = raw.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > most:
        raise Malformed(f"{name}: at most {most} characters, or null")
    return value


def _reading(raw: Any) -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise Malformed("reading: a reading as an object")
    try:
        return Reading.from_json(raw).to_json()
    except (TypeError, ValueError, AttributeError, KeyError):
        raise Malformed("reading: a reading as an object") from None
