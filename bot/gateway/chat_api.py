"""The chat API: sessions, messages, and the stream. `contract.md`'s words in HTTP.

Order at the door: origin, address limit, token, token limit, body, then one service call. A message
that is over a limit or cannot be stored is still screened for an emergency, because the text that
says "call 911" must not wait for anything.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Coroutine, Sequence
from typing import Any

from sanic import Blueprint, HTTPResponse
from sanic.request import Request
from sanic.response import empty, json

from bot.domain.cases import CaseStatus, Message
from bot.domain.errors import InvalidInput, NotAllowed, StoreUnavailable, TooLong
from bot.gateway.body import only_arguments, read_choices, read_client_id, read_number, read_object, read_text
from bot.gateway.company_words import company_words
from bot.gateway.door import ChatDoor, Reply
from bot.gateway.errors import RETRY_SECONDS, HttpProblem
from bot.gateway.limits import WINDOW_SECONDS, Counter, LocalCounter
from bot.gateway.message_json import message_json, unstored_json
from bot.gateway.metrics import Metrics
from bot.gateway.options import Options
from bot.gateway.origins import add_cors_headers, check_origin
from bot.gateway.streams import OpenStreams, last_event_id, send_events
from bot.gateway.wakes import WakeHub

_LONGEST_TOKEN = 256


class ChatApi:
    """The endpoints' shared parts: who may, how often, and what when the record is down."""

    def __init__(
        self, *, door: ChatDoor, options: Options, counter: Counter, hub: WakeHub, metrics: Metrics
    ) -> None:
        self.door = door
        self.options = options
        self.hub = hub
        self.streams = OpenStreams(options, metrics.streams)
        self._counter = counter
        self._here = LocalCounter()
        self._metrics = metrics
        self._turns: set[asyncio.Task[Any]] = set()

    # --- sessions ---

    async def open_session(self, request: Request[Any, Any]) -> HTTPResponse:
        await self.limit_sessions(request)
        given = read_object(request, fields=("channel",))
        if not isinstance(given.get("channel"), str):
            raise InvalidInput('channel must be "web".', code="wrong_type", field="channel")
        if given["channel"] != "web":
            raise HttpProblem(422, "channel_not_allowed", 'channel must be "web".', field="channel")
        session = await self.door.open_session()
        request.ctx.case_id = session.case_id
        return json(
            {
                "token": session.token,
                "expires_at": session.expires_at.isoformat().replace("+00:00", "Z"),
                "reference": session.reference,
                "messages": [message_json(message) for message in session.messages],
            },
            status=201,
        )

    # --- messages ---

    async def say(self, request: Request[Any, Any]) -> HTTPResponse:
        token = bearer_token(request)
        given = read_object(request, fields=("client_message_id", "text", "choice"))
        client_message_id = read_client_id(given.get("client_message_id"))
        if ("text" in given) == ("choice" in given):
            raise InvalidInput("Send either text or choice.", code="text_or_choice")
        text = await self.read_words(request, token, given["text"]) if "text" in given else None
        choices = read_choices(given["choice"]) if "choice" in given else ()
        reply = await self.take(
            request, token, client_message_id=client_message_id, text=text, choices=choices
        )
        return json(_reply_json(reply.messages, reply.status))

    async def read_words(self, request: Request[Any, Any], token: str, words: Any) -> str:
        """A patient's words. Raises InvalidInput; a 413 that carries the emergency text when they need it."""
        try:
            return read_text(words, characters=self.options.characters)
        except TooLong as error:
            raise await self._too_long(request, token, words, error) from error

    async def take(
        self,
        request: Request[Any, Any],
        token: str,
        *,
        client_message_id: str,
        text: str | None,
        choices: Sequence[str],
    ) -> Reply:
        """One message within its limits, and its whole turn. Raises HttpProblem and the services' errors."""
        try:
            await self.limit_message(request, token, text)
            case_id = await self.access(request, token)
            turn = self.door.say(case_id, client_message_id=client_message_id, text=text, choices=choices)
            reply: Reply = await self.finish_turn(turn)
        except StoreUnavailable as error:
            raise self._screened(text) from error
        return reply

    async def finish_turn(self, turn: Coroutine[Any, Any, Any]) -> Any:
        """A turn runs to its end even when its sender hangs up: the answer waits in the stream."""
        task = asyncio.create_task(turn)
        self._turns.add(task)
        task.add_done_callback(self._turns.discard)
        return await asyncio.shield(task)

    async def drain(self) -> None:
        """Waits for turns that run, when the process is told to stop."""
        if self._turns:
            await asyncio.wait(set(self._turns), timeout=self.options.drain_seconds)

    def _screened(self, text: str | None) -> HttpProblem:
        """503: nothing was stored, but an emergency is answered."""
        draft = self.door.screen_only(text) if text else None
        self._metrics.screened.labels(str(draft is not None).lower()).inc()
        messages = [unstored_json(draft, at=self.door.now())] if draft else []
        return HttpProblem(
            503,
            "unavailable",
            "Your message could not be saved. Please try again.",
            retry_after=RETRY_SECONDS,
            extra={"messages": messages},
        )

    async def _too_long(
        self, request: Request[Any, Any], token: str, text: str, error: TooLong
    ) -> HttpProblem:
        """413: nothing is stored, but an emergency anywhere in it is answered."""
        with contextlib.suppress(StoreUnavailable):
            await self.limit_message(request, token, text[: self.options.characters])
            await self.access(request, token)
        draft = next(filter(None, map(self.door.screen_only, self._windows(text))), None)
        self._metrics.screened.labels(str(draft is not None).lower()).inc()
        messages = [unstored_json(draft, at=self.door.now())] if draft else []
        return HttpProblem(413, error.code, str(error), field=error.field, extra={"messages": messages})

    def _windows(self, text: str) -> list[str]:
        """Stretches the reader can take, each half over the one before, so that no sentence is cut in all."""
        most = self.options.characters
        return [text[start : start + most] for start in range(0, max(1, len(text) - most // 2), most // 2)]

    # --- limits ---

    async def limit_sessions(self, request: Request[Any, Any]) -> None:
        """Raises a 429 when this address opened too many in a minute."""
        [hits] = await self._counter.hit(f"session:{request.client_ip}")
        self._refuse_above("session", hits, self.options.rates.sessions_per_address)

    async def limit_reads(self, token: str) -> None:
        """Raises a 429 when this token looked too often in a minute."""
        [hits] = await self._here.hit(f"read:{token}")
        self._refuse_above("read", hits, self.options.rates.reads_per_token)

    def _refuse_above(self, what: str, hits: int, most: int) -> None:
        if hits > most:
            self._metrics.limited.labels(what).inc()
            raise _too_many()

    async def limit_message(self, request: Request[Any, Any], token: str, text: str | None) -> None:
        """Over a limit the words are still screened: an emergency is let through to be recorded.

        Far over it (`screening_factor`) nothing is looked at any more. Raises StoreUnavailable; then it was
        counted here.
        """
        keys = f"message:{token}", f"messages_from:{request.client_ip}"
        try:
            hits = await self._counter.hit(*keys)
        except StoreUnavailable:
            self._check_message(await self._here.hit(*keys), text)
            raise
        self._check_message(hits, text)

    def _check_message(self, hits: Sequence[int], text: str | None) -> None:
        rates = self.options.rates
        of_token, of_address = hits
        share = max(of_token / rates.messages_per_token, of_address / rates.messages_per_address)
        if share <= 1:
            return
        self._metrics.limited.labels("message").inc()
        if share > rates.screening_factor or text is None or self.door.screen_only(text) is None:
            raise _too_many()

    # --- reading ---

    async def messages(self, request: Request[Any, Any]) -> HTTPResponse:
        token = bearer_token(request)
        only_arguments(request, allowed=("after", "wait"))
        after = read_number(request, "after", default=0)
        wait = read_number(request, "wait", default=0, most=3600)
        await self.limit_reads(token)
        case_id = await self.access(request, token)
        seconds = min(wait, self.options.long_poll_seconds)
        found = await self._wait_for_messages(request, case_id, after, seconds=seconds)
        return json(_reply_json(found, await self.door.status(case_id)))

    async def _wait_for_messages(
        self, request: Request[Any, Any], case_id: str, after: int, *, seconds: float
    ) -> list[Message]:
        end = time.monotonic() + seconds
        while True:
            found = await self.door.messages_after(case_id, after)
            left = end - time.monotonic()
            if found or left <= 0 or request.app.ctx.stopping:
                return found
            await self.hub.wait(case_id, seen=after, seconds=left)

    async def progress(self, request: Request[Any, Any]) -> HTTPResponse:
        token = bearer_token(request)
        only_arguments(request, allowed=())
        await self.limit_reads(token)
        found = await self.door.progress(await self.access(request, token))
        return json(
            {
                "reference": found.reference,
                "left": found.left,
                "changeable": list(found.changeable),
                "company": company_words(found.company, shown=self.options.staff_shown),
                "held": found.company.held,
            }
        )

    async def end_session(self, request: Request[Any, Any]) -> HTTPResponse:
        """The token is given back: it opens nothing any more, here and on every other device."""
        token = bearer_token(request)
        await self.limit_reads(token)
        await self.access(request, token)
        await self.door.end_session(token)
        return empty()

    async def stream(self, request: Request[Any, Any]) -> None:
        token = bearer_token(request)
        only_arguments(request, allowed=())
        after = last_event_id(request)
        await self.limit_reads(token)
        case_id = await self.access(request, token)
        with self.streams.place(case_id):
            await send_events(
                request, door=self.door, hub=self.hub, token=token, case_id=case_id, after=after
            )

    async def access(self, request: Request[Any, Any], token: str) -> str:
        """The only way from a token to a case. An unknown, expired or foreign token: 401, all alike."""
        try:
            case_id = await self.door.access_case(token)
        except NotAllowed as error:
            raise _bad_token() from error
        request.ctx.case_id = case_id
        return case_id


def bearer_token(request: Request[Any, Any]) -> str:
    """The token of the Authorization header; raises a 401."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.isascii() or not 0 < len(token) <= _LONGEST_TOKEN:
        raise _bad_token()
    return token


def chat_blueprint(api: ChatApi) -> Blueprint:
    """`/api/chat`."""
    blueprint = Blueprint("chat", url_prefix="/api/chat")

    @blueprint.on_request
    async def origin(request: Request[Any, Any]) -> None:
        check_origin(request)

    @blueprint.before_server_stop
    async def drain(*_: Any) -> None:
        await api.drain()

    blueprint.middleware(add_cors_headers, attach_to="response")
    blueprint.add_route(api.open_session, "/sessions", methods=["POST"], name="sessions")
    blueprint.add_route(api.say, "/messages", methods=["POST"], name="say")
    blueprint.add_route(api.messages, "/messages", methods=["GET"], name="messages")
    blueprint.add_route(api.stream, "/stream", methods=["GET"], name="stream")
    blueprint.add_route(api.progress, "/progress", methods=["GET"], name="progress")
    blueprint.add_route(api.end_session, "/session", methods=["DELETE"], name="end")
    for path in ("sessions", "session", "messages", "progress", "stream"):
        blueprint.add_route(_preflight, f"/{path}", methods=["OPTIONS"], name=f"preflight-{path}")
    return blueprint


async def _preflight(_: Request[Any, Any]) -> HTTPResponse:
    return empty()


def _reply_json(messages: Sequence[Message], status: CaseStatus) -> dict[str, Any]:
    return {"messages": [message_json(message) for message in messages], "status": status}


def _too_many() -> HttpProblem:
    return HttpProblem(
        429, "too_many_requests", "Too many messages. Please wait a minute.", retry_after=WINDOW_SECONDS
    )


def _bad_token() -> HttpProblem:
    return HttpProblem(401, "unauthorized", "The token is missing, wrong or has expired.")
