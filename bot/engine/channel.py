"""The engine's only door: loopback, one caller, a shared secret. Never silent: an empty turn is an error.

POST /webhooks/intake/turn         a message in, drafts and state out
POST /webhooks/intake/understand   the intent of a text alone
GET  /webhooks/intake/health       which model answers
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from sanic import Blueprint
from sanic import response as sanic_response
from sanic.exceptions import SanicException
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.engine import carried, patches, wire
from bot.engine.components.arbiter import FALLBACK
from bot.engine.tracker_store import CarriedTrackerStore

logger = logging.getLogger(__name__)

SECRET_HEADER = "X-Intake-Secret"  # noqa: S105 - the header's name
Handler = Callable[[Request], Awaitable[HTTPResponse]]


class LoopbackInput(InputChannel):
    """Rasa's input channel for the service."""

    def __init__(self, *, store: CarriedTrackerStore, secret: str) -> None:
        self._store = store
        self._secret = secret.encode()

    @classmethod
    def name(cls) -> str:
        return "intake"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The three routes. `on_new_message` is not used: the turn needs its result."""
        blueprint = Blueprint("intake")
        blueprint.add_route(self._guarded(self._turn), "/turn", methods=["POST"])
        blueprint.add_route(self._guarded(self._understand), "/understand", methods=["POST"])
        blueprint.add_route(self._guarded(self._health), "/health", methods=["GET"])
        return blueprint

    def _guarded(self, handler: Handler) -> Handler:
        async def guarded(request: Request) -> HTTPResponse:
            given = request.headers.get(SECRET_HEADER, "").encode()
            if not hmac.compare_digest(given, self._secret):
                return _refusal(401, "wrong_secret", "the shared secret is missing or wrong")
            if not _is_ready(request):
                return _refusal(503, "not_ready", "no model is loaded yet: try again")
            try:
                return await handler(request)
            except wire.Malformed as error:
                return _refusal(400, error.code, str(error))
            except SanicException:
                raise
            except Exception as error:  # the outermost wrapper: whatever it is, the words stay inside
                logger.error("turn failed: %s", type(error).__name__)
                return _refusal(502, "engine_failed", "the engine failed on this message")

        guarded.__name__ = handler.__name__.strip("_")
        return guarded

    async def _health(self, request: Request) -> HTTPResponse:
        return sanic_response.json({"status": "ok", "model": _model(request)})

    async def _understand(self, request: Request) -> HTTPResponse:
        body = wire.parse_understand(request.body)
        message = UserMessage(
            text=body.text, sender_id="understand", metadata={"asked": body.asked, "reading": body.reading}
        )
        parsed = await request.app.ctx.agent.processor.parse_message(message)
        return sanic_response.json({"intent": _intent(parsed), "model": _model(request)})

    async def _turn(self, request: Request) -> HTTPResponse:
        body = wire.parse_turn(request.body)
        if self._store.holds(body.case_id):
            return _refusal(503, "busy", "a message of this case is still being answered: try again")
        processor = request.app.ctx.agent.processor
        tracker = carried.restore(
            body.state,
            case_id=body.case_id,
            phase=body.phase,
            asked=body.asked,
            domain=processor.domain,
            model=_model(request),
        )
        self._store.put(tracker)
        failed: list[str] = []
        patches.failed_actions.set(failed)
        try:
            said, parsed = await _run(processor, body)
        finally:
            tracker = self._store.take(body.case_id) or tracker
        if failed:
            return _refusal(502, "action_failed", f"the action server failed: {', '.join(failed)}")
        drafts = [item["custom"]["draft"] for item in said if "draft" in (item.get("custom") or {})]
        if not drafts:
            return _refusal(502, "silence", "the engine had nothing to say")
        return sanic_response.json(
            {
                "case_id": body.case_id,
                "message_id": body.message_id,
                "intent": _intent(parsed),
                "drafts": drafts,
                "state": carried.hand_out(tracker, domain=processor.domain, model=_model(request)),
                "model": _model(request),
            }
        )


async def _run(processor: Any, body: wire.TurnBody) -> Any:
    """(what was said, what was understood)."""
    output = CollectingOutputChannel()
    message = UserMessage(
        text=body.text,
        output_channel=output,
        sender_id=body.case_id,
        input_channel=LoopbackInput.name(),
        message_id=body.message_id,
        metadata={
            "message_id": body.message_id,
            "phase": body.phase,
            "asked": body.asked,
            "reading": body.reading,
        },
    )
    message.parse_data = await processor.parse_message(message)
    await processor.handle_message(message)
    return output.messages, message.parse_data


def _intent(parsed: dict[str, Any]) -> dict[str, Any]:
    """The intent by a name of the contract; when nobody was sure, the likeliest with its low confidence."""
    intent = parsed["intent"]
    if intent.get("name") in (FALLBACK, None):
        intent = next((item for item in parsed.get("intent_ranking", ()) if item["name"] != FALLBACK), intent)
    return {
        "name": intent.get("name") or "out_of_scope",
        "confidence": round(float(intent.get("confidence") or 0.0), 4),
        "topic": parsed.get("topic"),
    }


def _model(request: Request) -> str:
    model: str = request.app.ctx.agent.processor.model_filename
    return model.split(".")[0]


def _is_ready(request: Request) -> bool:
    agent: Any | None = getattr(request.app.ctx, "agent", None)
    return agent is not None and agent.is_ready()


def _refusal(status: int, code: str, message: str) -> HTTPResponse:
    return sanic_response.json({"error": {"code": code, "message": message}}, status=status)
