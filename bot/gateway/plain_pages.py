"""Pages that need no script: the plain chat, one visit, going on from the phone; in the clinic's look.

Everything that anybody wrote is escaped by Jinja; line breaks become paragraphs and telephone numbers links.
"""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from sanic import HTTPResponse

from bot.domain.errors import IntakeError
from bot.gateway.errors import HttpProblem, problem_for
from bot.gateway.options import Options
from bot.gateway.pages import FOLDER, page_fields, phone_digits

HTML = "text/html; charset=utf-8"
TROUBLE = {
    400: "That was not taken. Please go back and try again.",
    404: "There is nothing here.",
    429: "Too many tries. Please wait a minute, then try again.",
}
DOWN = "This does not work right now. Please try again in a minute, or call us."
_ADDRESS = r"https?://[^\s<>]+[^\s<>.,;:!?)]"
_PHONE = r"(?<![\w-])(?:911|988|(?:1-)?\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4})(?![\w-])"
_LINKED = re.compile(f"({_ADDRESS}|{_PHONE})")
"""An address first: the digits in it are no phone number."""


class PlainPages:
    """The templates of `widget/` that extend `plain.html`."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._environment = Environment(
            loader=FileSystemLoader(Path(FOLDER)),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters.update(lines=self._lines, clock=self._clock)

    def render(self, name: str, **fields: Any) -> str:
        """A whole page, with the clinic as it shows itself at this moment."""
        frame = {"urgent": (), "calls": {}, "trouble": "", **page_fields(self._options)}
        return self._environment.get_template(name).render({**frame, **fields})

    def link_page(self, *, status: int = 200, **fields: Any) -> HTTPResponse:
        """A step of the page behind a link: `heading`, `said` (texts), and what of `link.html` it needs."""
        empty: dict[str, Any] = {
            "said": (),
            "asks": None,
            "choices": (),
            "kept": {},
            "session": None,
            "next": "",
        }
        return HTTPResponse(
            self.render("link.html", **{**empty, **fields}), status=status, content_type=HTML,
        )  # fmt: skip

    def problem_page(self, error: HttpProblem | IntakeError, *, heading: str, gone: str) -> HTTPResponse:
        """What went wrong, for a person; `gone` is said of a link that opens nothing."""
        problem = problem_for(error)
        said = gone if problem.status == 404 else TROUBLE.get(problem.status, DOWN)
        response = self.link_page(status=problem.status, heading=heading, said=(said,))
        if problem.retry_after is not None:
            response.headers["Retry-After"] = str(problem.retry_after)
        return response

    def _clock(self, at: dt.datetime) -> str:
        local = at.astimezone(ZoneInfo(self._options.face().zone))
        return (
            f"{local:%b} {local.day}, {local.hour % 12 or 12}:{local:%M} {'AM' if local.hour < 12 else 'PM'}"
        )

    def _lines(self, text: str) -> Markup:
        lines = (line.strip() for line in text.split("\n"))
        return Markup("").join(Markup("<p>{}</p>").format(self._linked(line)) for line in lines if line)

    def _linked(self, line: str) -> Markup:
        parts = _LINKED.split(line)
        return Markup("").join(
            self._link(part) if place % 2 else escape(part) for place, part in enumerate(parts)
        )

    def _link(self, part: str) -> Markup:
        """A number to call, or a page of ours; other people's addresses stay words."""
        if not part.startswith("http"):
            return Markup('<a href="tel:{}">{}</a>').format(phone_digits(part), part)
        if not part.startswith(f"{self._options.public_url}/"):
            return escape(part)
        return Markup('<a href="{}">{}</a>').format(part, part)
