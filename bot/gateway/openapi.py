"""`GET /api/openapi.json`: the interfaces, described. Each door adds its own part."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sanic import Blueprint, HTTPResponse
from sanic.request import Request
from sanic.response import json

KINDS = [
    "greeting", "question", "info", "answer", "emergency", "same_day", "crisis",
    "summary", "times", "booked", "callback", "handoff", "fallback",
]  # fmt: skip
STATUSES = ["open", "waiting_for_staff", "booked", "callback", "emergency", "closed"]

_MESSAGE = {
    "type": "object",
    "required": ["id", "seq", "from", "kind", "text", "asks", "choices", "at"],
    "properties": {
        "id": {"type": "string"},
        "seq": {"type": ["integer", "null"], "description": "null: not stored (the record is down)"},
        "from": {"enum": ["bot", "patient", "staff"]},
        "kind": {"enum": KINDS},
        "text": {"type": "string"},
        "asks": {"type": ["string", "null"], "description": "what this message asks for"},
        "also_asks": {"type": "array", "items": {"type": "string"}},
        "choices": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id", "label"],
                "properties": {"id": {"type": "string"}, "label": {"type": "string"}},
            },
        },
        "at": {"type": "string", "format": "date-time"},
    },
}
_ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message"],
            "properties": {
                "code": {"type": "string"},
                "message": {"type": "string"},
                "field": {"type": "string"},
            },
        },
        "messages": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/Message"},
            "description": "only with a 503: the emergency text when the words called for it",
        },
    },
}
_SESSION = {
    "type": "object",
    "required": ["token", "expires_at", "reference", "messages"],
    "properties": {
        "token": {"type": "string", "description": "the only key to the conversation"},
        "expires_at": {"type": "string", "format": "date-time"},
        "reference": {"type": "string", "description": "a short code to read out on the phone"},
        "messages": {"type": "array", "items": {"$ref": "#/components/schemas/Message"}},
    },
}
_REPLY = {
    "type": "object",
    "required": ["messages", "status"],
    "properties": {
        "messages": {"type": "array", "items": {"$ref": "#/components/schemas/Message"}},
        "status": {"enum": STATUSES},
    },
}
_PROGRESS = {
    "type": "object",
    "required": ["reference", "left", "changeable", "company", "held"],
    "properties": {
        "reference": {"type": "string", "description": "the short code of this conversation"},
        "left": {"type": ["integer", "null"], "description": "null: it is not about questions now"},
        "changeable": {"type": "array", "items": {"type": "integer"}, "description": "seq of messages"},
        "company": {"type": "string", "description": "who is in the conversation, for its head"},
        "held": {"type": "boolean", "description": "the helper is silent: a person writes, or was called"},
    },
}
_SAY = {
    "type": "object",
    "required": ["client_message_id"],
    "additionalProperties": False,
    "properties": {
        "client_message_id": {"type": "string", "pattern": "^[A-Za-z0-9_.:-]{1,64}$"},
        "text": {"type": "string", "minLength": 1, "maxLength": 2000},
        "choice": {
            "oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]
        },
    },
}
_BEARER: list[dict[str, list[str]]] = [{"patient": []}]
_REASONS = {
    400: "malformed", 401: "no or bad token", 403: "web page not allowed", 404: "not there",
    409: "same id, other content", 413: "too long", 422: "not allowed", 429: "too many; see Retry-After",
    503: "try again; see Retry-After",
}  # fmt: skip


def _json_of(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _responses(status: int, schema: str, *errors: int) -> dict[str, Any]:
    return {
        str(status): {"description": "done", "content": _json_of(_ref(schema))},
        **_errors(*errors),
    }


def _errors(*codes: int) -> dict[str, Any]:
    return {str(code): {"description": _REASONS[code], "content": _json_of(_ref("Error"))} for code in codes}


def _number(name: str, description: str) -> dict[str, Any]:
    schema = {"type": "integer", "minimum": 0}
    return {"name": name, "in": "query", "schema": schema, "description": description}


def chat_part() -> dict[str, Any]:
    """Paths and schemas of the chat API and the health pages."""
    session = {"type": "object", "required": ["channel"], "properties": {"channel": {"enum": ["web"]}}}
    stream = {
        "200": {"description": "events `message`; id = seq", "content": {"text/event-stream": {}}},
        **_errors(400, 401, 403, 429, 503),
    }
    return {
        "paths": {
            "/api/chat/sessions": {
                "post": {
                    "summary": "Open a conversation",
                    "requestBody": {"required": True, "content": _json_of(session)},
                    "responses": _responses(201, "Session", 400, 403, 413, 422, 429, 503),
                }
            },
            "/api/chat/messages": {
                "post": {
                    "summary": "Say something: words or a choice. Repeating an id returns the same answer.",
                    "security": _BEARER,
                    "requestBody": {"required": True, "content": _json_of(_ref("Say"))},
                    "responses": _responses(200, "Reply", 400, 401, 403, 409, 413, 422, 429, 503),
                },
                "get": {
                    "summary": "Messages after a number",
                    "security": _BEARER,
                    "parameters": [
                        _number("after", "seq of the last message seen"),
                        _number("wait", "seconds to wait for one; more than 25 count as 25"),
                    ],
                    "responses": _responses(200, "Reply", 400, 401, 403, 429, 503),
                },
            },
            "/api/chat/stream": {
                "get": {
                    "summary": "Messages as they come (server-sent events, Last-Event-ID)",
                    "security": _BEARER,
                    "responses": stream,
                }
            },
            "/api/chat/progress": {
                "get": {
                    "summary": "About how many questions are left, and which answers may be changed: "
                    "those messages' numbers N are taken as the choice `change-N`",
                    "security": _BEARER,
                    "responses": _responses(200, "Progress", 400, 401, 403, 429, 503),
                }
            },
            "/api/chat/session": {
                "delete": {
                    "summary": "Give the token back: it opens nothing any more",
                    "security": _BEARER,
                    "responses": {"204": {"description": "done"}, **_errors(401, 403, 429, 503)},
                }
            },
            "/health/live": {"get": {"summary": "It answers", "responses": {"200": {"description": "ok"}}}},
            "/health/ready": {
                "get": {
                    "summary": "Each part",
                    "responses": {"200": {"description": "all ok"}, "503": {"description": "a part is down"}},
                }
            },
        },
        "components": {
            "schemas": {
                "Message": _MESSAGE, "Error": _ERROR, "Session": _SESSION, "Reply": _REPLY, "Say": _SAY,
                "Progress": _PROGRESS,
            },
            "securitySchemes": {"patient": {"type": "http", "scheme": "bearer"}},
        },
    }  # fmt: skip


def document(parts: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """All parts in one OpenAPI 3.1 document. Each part has `paths` and `components`."""
    paths: dict[str, Any] = {}
    components: dict[str, dict[str, Any]] = {}
    for part in parts:
        paths.update(part.get("paths", {}))
        for kind, named in part.get("components", {}).items():
            components.setdefault(kind, {}).update(named)
    info = {"title": "Spine Intake", "version": "1", "description": "Chat API, staff API and health."}
    return {"openapi": "3.1.0", "info": info, "paths": paths, "components": components}


def openapi_blueprint(parts: Iterable[Mapping[str, Any]]) -> Blueprint:
    """Serves the document."""
    blueprint = Blueprint("openapi")
    whole = document(parts)

    @blueprint.get("/api/openapi.json")
    async def openapi(_: Request[Any, Any]) -> HTTPResponse:
        return json(whole)

    return blueprint
