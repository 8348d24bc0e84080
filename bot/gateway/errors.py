"""Every error leaves in one shape: `{"error": {"code", "message", "field"?}}`.

Never a stack trace, never what the caller sent. A door raises `HttpProblem` or one of the errors of
`bot.domain.errors`; Sanic's own are translated here too.
"""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sanic import HTTPResponse
from sanic.exceptions import RequestCancelled, SanicException
from sanic.handlers import ErrorHandler
from sanic.request import Request

from bot.domain.errors import (
    Conflict,
    DialogueFailed,
    HoldExpired,
    IntakeError,
    InvalidInput,
    NotAllowed,
    StoreUnavailable,
    TimeTaken,
    TooLong,
    UnknownChoice,
)

log = logging.getLogger("intake.gateway")

RETRY_SECONDS = 5
GONE_AWAY = 499
"""As nginx counts a caller who did not wait for the answer: no failure of ours."""


class HttpProblem(Exception):  # noqa: N818 (an answer, not a failure)
    """An answer with an error status. `extra` joins the body beside `error`."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        field: str | None = None,
        retry_after: int | None = None,
        extra: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.field = field
        self.retry_after = retry_after
        self.extra = dict(extra or {})
        self.headers = dict(headers or {})


_BY_STATUS: dict[int, tuple[str, str]] = {
    400: ("bad_request", "The request is malformed."),
    401: ("unauthorized", "A valid token is needed."),
    403: ("forbidden", "This is not allowed."),
    404: ("not_found", "There is nothing here."),
    405: ("method_not_allowed", "This address does not take that method."),
    408: ("timeout", "The request took too long to arrive."),
    413: ("too_large", "The request is too large."),
    414: ("too_large", "The address is too long."),
    417: ("bad_request", "Expectations other than 100-continue are not supported."),
    429: ("too_many_requests", "Too many requests. Please wait a moment."),
    499: ("cancelled", "The request was given up."),
    500: ("internal", "Something went wrong on our side."),
    503: ("unavailable", "The service cannot answer right now. Please try again."),
}


def problem_for(error: BaseException) -> HttpProblem:
    """The answer to any exception; what is not known is a 500 that says nothing."""
    if isinstance(error, HttpProblem):
        return error
    if isinstance(error, IntakeError):
        return _problem_of_ours(error)
    if isinstance(error, SanicException):
        return _problem_of_sanic(error)
    if isinstance(error, RequestCancelled):  # nobody reads this: the page went elsewhere while it waited
        return HttpProblem(GONE_AWAY, "gone_away", "The request was given up.")
    return HttpProblem(500, *_BY_STATUS[500])


def _problem_of_ours(error: IntakeError) -> HttpProblem:
    match error:
        case TooLong():
            return HttpProblem(413, error.code, str(error), field=error.field)
        case UnknownChoice():
            return HttpProblem(422, error.code, str(error), field=error.field)
        case InvalidInput():
            return HttpProblem(400, error.code, str(error), field=error.field)
        case NotAllowed():
            return HttpProblem(404, *_BY_STATUS[404])
        case Conflict():
            return HttpProblem(409, "conflict", "This id was used before with other content.")
        case HoldExpired() | TimeTaken():
            return HttpProblem(409, "time_gone", "That time is no longer free.")
        case StoreUnavailable() | DialogueFailed():
            return HttpProblem(503, *_BY_STATUS[503], retry_after=RETRY_SECONDS)
        case _:
            return HttpProblem(500, *_BY_STATUS[500])


def _problem_of_sanic(error: SanicException) -> HttpProblem:
    status = error.status_code if error.status_code in _BY_STATUS else 500
    code, message = _BY_STATUS[status]
    if status == 400 and str(error).startswith("Request refused: "):
        message = str(error)  # our own words, from framing.py
    allow = {"Allow": error.headers["Allow"]} if "Allow" in getattr(error, "headers", {}) else {}
    return HttpProblem(
        status, code, message, retry_after=RETRY_SECONDS if status == 503 else None, headers=allow
    )


def response_of(problem: HttpProblem) -> HTTPResponse:
    """The problem on the wire."""
    error = {"code": problem.code, "message": problem.message}
    if problem.field:
        error["field"] = problem.field
    headers = dict(problem.headers)
    if problem.retry_after is not None:
        headers["Retry-After"] = str(problem.retry_after)
    if problem.status == 401:
        headers.setdefault("WWW-Authenticate", "Bearer")
    body = json.dumps({"error": error, **problem.extra}, ensure_ascii=False)
    return HTTPResponse(body, status=problem.status, headers=headers, content_type="application/json")


class ProblemHandler(ErrorHandler):
    """The outermost wrapper: whatever was raised, the answer is safe and the log holds no words."""

    def response(self, request: Request[Any, Any], exception: Exception) -> HTTPResponse:
        problem = problem_for(exception)
        if problem.status == 500:
            log.error("unhandled %s at %s", type(exception).__name__, _where(exception))
        return response_of(problem)

    def default(self, request: Request[Any, Any], exception: Exception) -> HTTPResponse:
        return self.response(request, exception)

    @staticmethod
    def log(request: Request[Any, Any], exception: Exception) -> None:
        """Sanic would log the address and a traceback with values."""


def _where(error: BaseException) -> str:
    """`file.py:12 < file.py:40`, innermost first: enough to find it, nothing of what was sent."""
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    return " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames))
