"""From bytes to checked values. Strict types: nothing is converted, unknown fields are refused."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Collection
from typing import Any, NoReturn

from sanic.request import Request

from bot.domain.errors import InvalidInput, TooLong

_CLIENT_ID = re.compile(r"[A-Za-z0-9_.:-]{1,64}\Z")
_CHOICE_ID = re.compile(r"[!-~]{1,128}\Z")
_MOST_CHOICES = 20
_CONTROLS = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069]")
"""Zero-width characters would hide a word from the protocols, direction marks would show staff another
text than was sent. Joiners stay: emoji and several scripts need them."""


def read_object(request: Request[Any, Any], *, fields: Collection[str]) -> dict[str, Any]:
    """The JSON object of a request. Raises InvalidInput naming what is allowed."""
    if request.headers.get("content-encoding") is not None:
        raise InvalidInput("Send the body uncompressed.", code="bad_encoding")
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise InvalidInput("Send JSON with Content-Type: application/json.", code="not_json")
    value = _parse(request.body)
    if not isinstance(value, dict):
        raise InvalidInput("Send one JSON object.", code="not_an_object")
    if not set(value) <= set(fields):
        raise InvalidInput(f"Unknown field. Allowed: {', '.join(sorted(fields))}.", code="unknown_field")
    return value


def _parse(body: bytes) -> Any:
    try:
        return json.loads(body.decode("utf-8"), object_pairs_hook=_no_twins, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise InvalidInput("The body is not valid JSON in UTF-8.", code="not_json") from error


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("a field comes twice")
    return dict(pairs)


def _no_constant(_: str) -> NoReturn:
    raise ValueError("not a JSON number")


def read_text(value: Any, *, characters: int) -> str:
    """A patient's words: normalised (NFC), stripped, 1..`characters` code points, any first character.

    NUL and lone surrogates are refused, because no store keeps them faithfully; other control
    characters (they come from pasting) become a space.
    """
    if not isinstance(value, str):
        raise InvalidInput("text must be a string.", code="wrong_type", field="text")
    if "\x00" in value or any(0xD800 <= ord(letter) <= 0xDFFF for letter in value):
        raise InvalidInput(
            "text holds a character that is not allowed (NUL or half of a surrogate pair).",
            code="bad_characters",
            field="text",
        )
    text = _CONTROLS.sub(" ", _INVISIBLE.sub("", value.replace("\r\n", "\n").replace("\r", "\n")))
    text = unicodedata.normalize("NFC", text).strip()
    if not text:
        raise InvalidInput("text is empty.", code="empty", field="text")
    if len(text) > characters:
        raise TooLong(f"text may have at most {characters} characters.", code="too_long", field="text")
    return text


def read_client_id(value: Any) -> str:
    """The sender's own id of a message: 1 to 64 of A-Z a-z 0-9 _ . : -"""
    if not isinstance(value, str) or not _CLIENT_ID.match(value):
        raise InvalidInput(
            "client_message_id must be 1 to 64 letters, digits or _ . : -",
            code="bad_client_message_id",
            field="client_message_id",
        )
    return value


def read_choices(value: Any) -> tuple[str, ...]:
    """One choice id or a list of different ones."""
    chosen = [value] if isinstance(value, str) else value
    fits = (
        isinstance(chosen, list)
        and 1 <= len(chosen) <= _MOST_CHOICES
        and all(isinstance(item, str) and _CHOICE_ID.match(item) for item in chosen)
    )
    if not fits or len(set(chosen)) != len(chosen):
        raise InvalidInput(
            f"choice must be the id of a choice, or a list of 1 to {_MOST_CHOICES} different ones.",
            code="bad_choice",
            field="choice",
        )
    return tuple(chosen)


def read_number(request: Request[Any, Any], name: str, *, default: int, most: int = 2_000_000_000) -> int:
    """A whole number of the query, once."""
    values = request.args.getlist(name, [])
    if not values:
        return default
    if len(values) > 1 or not re.fullmatch(r"[0-9]{1,10}", values[0]) or int(values[0]) > most:
        raise InvalidInput(
            f"{name} must be one whole number from 0 to {most}.", code="bad_number", field=name
        )
    return int(values[0])


def only_arguments(request: Request[Any, Any], *, allowed: Collection[str]) -> None:
    """Refuses queries with names we do not know."""
    if not set(request.args) <= set(allowed):
        raise InvalidInput(
            f"Unknown argument. Allowed: {', '.join(sorted(allowed))}.", code="unknown_argument"
        )
