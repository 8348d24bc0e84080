"""The action server: rasa_sdk's executor behind our own small app.

rasa_sdk's server answers an error with the exception and the whole conversation. This one says that
the action failed and nothing else, and takes calls from the engine alone.
"""

from __future__ import annotations

import hmac
import json
import logging
from collections.abc import Callable, Mapping
from typing import Any

from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection
from sanic import Request, Sanic
from sanic.config import Config
from sanic.exceptions import SanicException
from sanic.response import HTTPResponse
from sanic.response import json as json_response

from actions import booking, fallback, intake, navigation, people, questions
from actions._action import ServiceAction
from bot.services.clinic import in_force
from bot.services.context import Context

logger = logging.getLogger(__name__)

SECRET_HEADER = "X-Intake-Secret"  # noqa: S105 - the header's name
MOST_BYTES = 2 * 1024 * 1024
"""A call carries the engine's short tracker: about 30 KB."""
ACTIONS: tuple[type[ServiceAction], ...] = (
    intake.BeginSession, intake.TakeTurn, intake.HandOff,
    booking.TakeBookingTurn, booking.AfterCompletion,
    questions.AnswerQuestion, questions.ExplainWhy, questions.Repeat, questions.SmallTalk,
    navigation.GoBack, navigation.Skip, navigation.StartOver, navigation.Correct,
    people.Person, people.Admin,
    fallback.Rephrase, fallback.OfferChoices, fallback.OfferPerson,
)  # fmt: skip


def serve(ctx: Context, *, secret: str, host: str, port: int) -> None:
    """Answer the engine's calls until SIGTERM or Ctrl-C."""
    create_app(ctx, secret=secret).run(
        host=host, port=port, single_process=True, access_log=False, motd=False
    )


def create_app(ctx: Context, *, secret: str, name: str = "intake_actions") -> Sanic[Config, Any]:
    """The app: `POST /webhook` for the engine, `GET /health` for the supervisor."""
    executor = _executor(ctx)
    app: Sanic[Config, Any] = Sanic(name, configure_logging=False)
    app.config.REQUEST_MAX_SIZE = MOST_BYTES
    app.add_route(_webhook(executor, secret.encode()), "/webhook", methods=["POST"])
    app.add_route(_health, "/health", methods=["GET"])

    @app.before_server_start
    async def take_up(app: Sanic[Config, Any]) -> None:
        await in_force.try_to_look(ctx)
        app.add_task(in_force.keep_current(ctx), name="in_force")

    return app


def _executor(ctx: Context) -> ActionExecutor:
    executor = ActionExecutor()
    for kind in ACTIONS:
        executor.register_action(kind(ctx))
    return executor


def _webhook(executor: ActionExecutor, secret: bytes) -> Callable[[Request], Any]:
    async def webhook(request: Request) -> HTTPResponse:
        given = request.headers.get(SECRET_HEADER, "").encode()
        if not hmac.compare_digest(given, secret):
            return _failure(401, "wrong_secret", None)
        call = _call(request.body)
        if call is None:
            return _failure(422, "malformed", None)
        name = str(call["next_action"])
        try:
            result = await executor.run(call)
        except ActionExecutionRejection:
            return json_response({"error": "rejected", "action_name": name}, status=400)
        except SanicException:
            raise
        except Exception as error:  # the outermost wrapper: neither words nor tracker leave it
            logger.error("action %s failed: %s", _known(executor, name), type(error).__name__)
            return _failure(500, "action_failed", _known(executor, name))
        return json_response(result.model_dump() if result else {})

    return webhook


def _call(body: bytes) -> Mapping[str, Any] | None:
    try:
        call = json.loads(body)
    except (ValueError, RecursionError):
        return None
    whole = isinstance(call, dict) and isinstance(call.get("tracker"), dict) and call.get("next_action")
    return call if whole else None


def _known(executor: ActionExecutor, name: str) -> str:
    return name if name in executor.actions else "unknown"


def _failure(status: int, code: str, action: str | None) -> HTTPResponse:
    return json_response({"error": code, "action_name": action}, status=status)


async def _health(request: Request) -> HTTPResponse:
    return json_response({"status": "ok"})
