"""The page behind a signed link, step by step: what it asks, says, and what went wrong. No script needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sanic import HTTPResponse
from sanic.request import Request

from bot.domain.errors import IntakeError
from bot.gateway.errors import HttpProblem
from bot.gateway.limits import WINDOW_SECONDS
from bot.gateway.plain_pages import PlainPages
from bot.gateway.sms.form import read_fields
from bot.services.access import counting
from bot.services.context import Context

TRIES_A_MINUTE = 10
_LONGEST = 200
Asked = Request[Any, Any]


@dataclass(frozen=True, kw_only=True)
class Asks:
    """One field, by which the patient is known again."""

    name: str
    label: str
    autocomplete: str = "off"
    digits: bool = False
    """A phone shows its number keys."""

    @classmethod
    def birth_date(cls, label: str) -> Asks:
        return cls(name="birth_date", label=label, autocomplete="bday")


class LinkPage:
    """The steps of one kind of link; `heading` and `gone` are ids of texts."""

    def __init__(self, ctx: Context, *, heading: str, gone: str) -> None:
        self._ctx = ctx
        self._heading, self._gone = heading, gone

    def text(self, text_id: str) -> str:
        """The clinic's words."""
        return self._ctx.protocols.texts.say(text_id, channel="web")

    async def limit(self, request: Asked, what: str) -> None:
        """Counts a try of this address. Raises a 429 when there are too many."""
        [hits] = await counting.count(self._ctx, [f"{what}:{request.client_ip}"], seconds=WINDOW_SECONDS)
        if hits > TRIES_A_MINUTE:
            raise HttpProblem(429, "too_many", "Too many tries.", retry_after=WINDOW_SECONDS)

    def asks(self, request: Asked, asks: Asks, *, trouble: str = "") -> HTTPResponse:
        """A field; `trouble` says why it is asked again."""
        return self._page(request, asks=asks, trouble=trouble, next=self.text("visit_page_next"))

    def said(
        self,
        request: Asked,
        *texts: str,
        choices: Sequence[tuple[str, str]] = (),
        kept: Mapping[str, str] | None = None,
        next_step: bool = False,
    ) -> HTTPResponse:
        """Texts, and what can be done: buttons (value, label), or one to go on. `kept` goes with each."""
        button = self.text("visit_page_next") if next_step else ""
        return self._page(request, said=texts, choices=choices, kept=kept or {}, next=button)

    def opened(self, request: Asked, session: object) -> HTTPResponse:
        """The chat's key for the script that goes on to it; without scripts its cookie does."""
        return self._page(request, said=[self.text("continue_page_needs_script")], session=session)

    def problem(self, request: Asked, error: HttpProblem | IntakeError) -> HTTPResponse:
        """For a person: a link that opens nothing, too many tries, a record that is down."""
        pages: PlainPages = request.app.ctx.plain_pages
        return pages.problem_page(error, heading=self.text(self._heading), gone=self.text(self._gone))

    def _page(self, request: Asked, **fields: Any) -> HTTPResponse:
        pages: PlainPages = request.app.ctx.plain_pages
        return pages.link_page(heading=self.text(self._heading), **fields)


def read_answers(request: Asked) -> dict[str, str]:
    """The form's fields, cut to a length nobody types. Raises HttpProblem 400."""
    return {name: value[:_LONGEST] for name, value in read_fields(request)}
