"""`/chat/form`: the same conversation without JavaScript, as forms that the server fills.

The token lies in a cookie that scripts cannot read. Every form carries a field made from the token
(another site cannot know it), and a foreign page's Origin is refused besides. A form sent twice is one
message: its id was made with the page.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from sanic import Blueprint, HTTPResponse
from sanic.request import Request

from bot.domain.cases import Message
from bot.domain.errors import IntakeError, InvalidInput
from bot.gateway.body import read_choices, read_client_id
from bot.gateway.chat_api import ChatApi
from bot.gateway.company_words import company_words
from bot.gateway.errors import HttpProblem, problem_for
from bot.gateway.form_cookie import drop_cookie, set_cookie, token_of
from bot.gateway.form_view import FormView, Shown
from bot.gateway.origins import is_own
from bot.gateway.sms.form import read_fields

Asked = Request[Any, Any]
PAGE = "/chat/form"
# With `no-referrer` browsers send `Origin: null` with our own forms, and that is refused.
_HEADERS = {"Referrer-Policy": "same-origin"}
_TROUBLE = {
    400: "That was not taken. Please pick an answer or write one.",
    401: "This chat has ended. You can start a new one. What you sent is with the clinic.",
    403: "That was not taken. Please send it again from this page.",
    409: "That question was answered already. Here is where we are.",
    413: "That is too long. Please write it in fewer words.",
    422: "That answer does not fit the question any more. Here is where we are.",
    429: "Too many messages. Please wait a minute, then send it again.",
}
_DOWN = "Your message could not be saved. Please send it again, or call us."


class FormPage:
    """The routes' shared parts. One chat API, with its limits, stands behind both kinds of page."""

    def __init__(self, api: ChatApi) -> None:
        self._api = api
        self._view = FormView(api.options)

    async def show(self, request: Asked) -> HTTPResponse:
        return await self._page(request)

    async def begin(self, request: Asked) -> HTTPResponse:
        """A new conversation, unless this browser has one."""
        self._check_origin(request)
        if await self._has_chat(request):
            return _go_on()
        try:
            await self._api.limit_sessions(request)
            session = await self._api.door.open_session()
        except (HttpProblem, IntakeError) as error:
            return await self._page(request, problem=problem_for(error))
        response = _go_on()
        set_cookie(request, response, session.token)
        return response

    async def say(self, request: Asked) -> HTTPResponse:
        """One answer; then the page anew, so that a reload sends nothing."""
        words = ""
        try:
            fields = self._fields(request)
            words = "".join(value for name, value in fields if name == "text")
            await self._take(request, fields)
        except (HttpProblem, IntakeError) as error:
            return await self._page(request, problem=problem_for(error), kept=words)
        return _go_on()

    async def end(self, request: Asked) -> HTTPResponse:
        """The token is given back and the cookie dropped."""
        try:
            self._fields(request)
            await self._api.door.end_session(token_of(request))
        except (HttpProblem, IntakeError) as error:
            return await self._page(request, problem=problem_for(error))
        response = _go_on()
        drop_cookie(request, response)
        return response

    # --- parts ---

    async def _take(self, request: Asked, fields: Sequence[tuple[str, str]]) -> None:
        token, given = token_of(request), dict(fields)
        chosen = [value for name, value in fields if name == "choice"]
        if bool(chosen) == ("text" in given):
            raise InvalidInput("Send either text or choice.", code="text_or_choice")
        text = None
        if not chosen:
            text = await self._api.read_words(request, token, _with_unit(given))
        await self._api.take(
            request, token, client_message_id=read_client_id(given.get("id")), text=text,
            choices=read_choices(chosen) if chosen else (),
        )  # fmt: skip

    def _fields(self, request: Asked) -> Sequence[tuple[str, str]]:
        """The form's fields; raises a 403 when it did not come from our page for this conversation."""
        self._check_origin(request)
        token = token_of(request)
        if not token:
            raise HttpProblem(401, "no_chat", "There is no chat here.")
        fields = read_fields(request)
        if not hmac.compare_digest(_csrf(token).encode(), dict(fields).get("csrf", "").encode()):
            raise HttpProblem(403, "csrf", "The form is not of this chat.")
        return fields

    def _check_origin(self, request: Asked) -> None:
        origin = request.headers.get("origin")
        if origin is not None and not is_own(request, origin):
            raise HttpProblem(403, "origin_not_allowed", "This web page may not use the chat.")

    async def _has_chat(self, request: Asked) -> bool:
        try:
            await self._api.access(request, token_of(request))
        except HttpProblem:
            return False
        return True

    async def _page(
        self, request: Asked, *, problem: HttpProblem | None = None, kept: str = ""
    ) -> HTTPResponse:
        shown = Shown(trouble=_said(problem) if problem else "")
        if token_of(request):
            try:
                shown = await self._conversation(request, problem=problem, kept=kept)
            except (HttpProblem, IntakeError) as error:
                problem = problem or problem_for(error)
                shown = Shown(trouble=_said(problem), screened=problem.extra.get("messages", ()))
        response = HTTPResponse(
            self._view.render(shown), status=problem.status if problem else 200, headers=_HEADERS,
            content_type="text/html; charset=utf-8",
        )  # fmt: skip
        if problem is not None and problem.status == 401:
            drop_cookie(request, response)
        return response

    async def _conversation(self, request: Asked, *, problem: HttpProblem | None, kept: str) -> Shown:
        token = token_of(request)
        await self._api.limit_reads(token)
        case_id = await self._api.access(request, token)
        progress = await self._api.door.progress(case_id)
        return Shown(
            messages=await self._all_messages(case_id),
            csrf=_csrf(token),
            message_id=secrets.token_hex(16),
            reference=progress.reference,
            left=progress.left,
            held=progress.company.held,
            company=company_words(progress.company, shown=self._api.options.staff_shown),
            changeable=progress.changeable,
            trouble=_said(problem) if problem else "",
            screened=problem.extra.get("messages", ()) if problem else (),
            kept=kept,
        )

    async def _all_messages(self, case_id: str) -> list[Message]:
        found: list[Message] = []
        while page := await self._api.door.messages_after(case_id, found[-1].seq if found else 0):
            found += page
        return found


def form_blueprint(api: ChatApi) -> Blueprint:
    """`/chat/form` and where its forms go."""
    blueprint, page = Blueprint("form", url_prefix=PAGE), FormPage(api)
    blueprint.add_route(page.show, "/", methods=["GET"], name="show", strict_slashes=False)
    for name, handler in (("begin", page.begin), ("say", page.say), ("end", page.end)):
        blueprint.add_route(handler, f"/{name}", methods=["POST"], name=name)
    return blueprint


def _go_on() -> HTTPResponse:
    """303: the browser gets the page from its head, where an emergency stands; a reload sends nothing."""
    return HTTPResponse(status=303, headers={"Location": PAGE, **_HEADERS})


def _csrf(token: str) -> str:
    return hmac.new(token.encode(), b"forms of this chat", hashlib.sha256).hexdigest()


def _with_unit(given: Mapping[str, str]) -> str:
    """A number field sends its unit beside it: "8", "months"."""
    return f"{given['text']} {given['unit']}" if given.get("unit") else given["text"]


def _said(problem: HttpProblem) -> str:
    return _TROUBLE.get(problem.status, _DOWN)
