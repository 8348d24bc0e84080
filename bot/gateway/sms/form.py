"""The form of a webhook, from the raw body: Sanic drops blank fields, and then the signature fails."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl

from sanic.request import Request

from bot.gateway.errors import HttpProblem
from bot.gateway.sms.signature import Fields

MOST_FIELDS = 200
FORM = "application/x-www-form-urlencoded"
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def read_fields(request: Request) -> Fields:
    """Every field in order, blank ones too. Raises HttpProblem 400."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != FORM:
        raise HttpProblem(400, "not_a_form", f"Send a form with Content-Type: {FORM}.")
    try:
        return parse_qsl(
            request.body.decode("utf-8"), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict"
        )
    except ValueError:
        raise HttpProblem(400, "not_a_form", "The body is not a form in UTF-8.") from None


def required(fields: Fields, *names: str) -> Mapping[str, str]:
    """All fields by name; raises HttpProblem 400 when one of `names` is missing or comes twice."""
    given = [name for name, _ in fields]
    wrong = next((name for name in names if given.count(name) != 1), None)
    if wrong is not None:
        raise HttpProblem(400, "missing_field", f"{wrong} is needed, once.", field=wrong)
    return dict(fields)


def words(text: str) -> str:
    """A patient's words; control characters, which no phone shows, become a space."""
    return _CONTROLS.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n"))
