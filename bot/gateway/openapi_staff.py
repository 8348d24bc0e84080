"""The staff API's part of the description."""

from __future__ import annotations

from typing import Any

_REASONS = {
    400: "malformed", 401: "not signed in", 403: "not your role, wrong origin or CSRF token",
    404: "not there", 409: "somebody was first", 429: "too many tries; see Retry-After",
    503: "try again; see Retry-After",
}  # fmt: skip
_SIGNED_IN: list[dict[str, list[str]]] = [{"staffCookie": []}, {"staffToken": []}]
_OBJECT: dict[str, Any] = {"type": "object"}


def staff_part() -> dict[str, Any]:
    """Paths and schemas under `/api/staff`."""
    return {
        "paths": _session_paths() | _case_paths() | _work_paths(),
        "components": {
            "schemas": {"StaffCase": _case(), "StaffTask": _OBJECT, "StaffNote": _note()},
            "securitySchemes": {
                "staffCookie": {"type": "apiKey", "in": "cookie", "name": "session"},
                "staffToken": {"type": "http", "scheme": "bearer"},
                "csrf": {"type": "apiKey", "in": "header", "name": "X-CSRF-Token"},
            },
        },
    }


def _session_paths() -> dict[str, Any]:
    login = _body({"name": "string", "password": "string", "code": "string"}, required=("name", "password"))
    return {
        "/api/staff/login": {
            "post": {
                "summary": "Sign in: sets the session cookie, answers the CSRF token",
                "requestBody": login,
                "responses": _answers(200, _OBJECT, 400, 401, 403, 429, 503),
            }
        },
        "/api/staff/logout": {"post": _changing("Sign out", status=204)},
        "/api/staff/me": {"get": _reading("Who is signed in")},
    }


def _case_paths() -> dict[str, Any]:
    page = {
        "type": "object",
        "required": ["cases", "next"],
        "properties": {
            "cases": {"type": "array", "items": _OBJECT},
            "next": {"type": ["string", "null"], "description": "give it back as `after`"},
        },
    }
    listing = _reading("Cases, most urgent first", schema=page)
    listing["parameters"] = [
        _query("queue", "open, mine or all"),
        _query("q", "finds a phone number, a name, a reference"),
        _query("reference", "the code the patient reads out"),
        _query("after", "`next` of the page before"),
    ]
    one = _reading("One case, whole", schema=_ref("StaffCase"), errors=(401, 403, 404, 503))
    one["parameters"] = [_id("case_id")]
    return {"/api/staff/cases": {"get": listing}, "/api/staff/cases/{case_id}": {"get": one}}


def _work_paths() -> dict[str, Any]:
    task, note = _ref("StaffTask"), _ref("StaffNote")
    steps = [
        ("tasks/{task_id}/acknowledge", "A person has seen it", task, None, 200),
        ("tasks/{task_id}/finish", "It is done", task, {"note": "string"}, 200),
        ("cases/{case_id}/claim", "I take this case", _OBJECT, None, 200),
        ("cases/{case_id}/release", "I give it back", _OBJECT, None, 200),
        ("cases/{case_id}/take-over", "I talk to the patient; the bot is silent", _OBJECT, None, 200),
        ("cases/{case_id}/hand-back", "The bot goes on", _OBJECT, None, 200),
        ("cases/{case_id}/messages", "Write to the patient", _ref("Message"), {"text": "string"}, 201),
        ("cases/{case_id}/notes", "A note for the team", note, {"text": "string"}, 201),
    ]
    return {
        f"/api/staff/{path}": {
            "post": _changing(summary, schema=schema, body=body, status=status)
            | {"parameters": [_id("task_id" if path.startswith("tasks") else "case_id")]}
        }
        for path, summary, schema, body, status in steps
    }


def _case() -> dict[str, Any]:
    names = (
        "id", "reference", "channel", "status", "level", "rules", "outcome", "visit", "facts", "missing",
        "handoff", "messages", "protocols", "model",
    )  # fmt: skip
    properties: dict[str, Any] = {name: {} for name in names}
    properties["messages"] = {"type": "array", "items": {"$ref": "#/components/schemas/Message"}}
    properties["facts"] = {
        "type": "object",
        "description": "variable -> value, words, message_id, asked, at, by, history",
    }
    return {"type": "object", "required": list(names), "properties": properties}


def _note() -> dict[str, Any]:
    properties = {name: {"type": "string"} for name in ("id", "text", "by", "at")}
    return {"type": "object", "required": list(properties), "properties": properties}


def _reading(
    summary: str, *, schema: dict[str, Any] | None = None, errors: tuple[int, ...] = (400, 401, 403, 503)
) -> dict[str, Any]:
    return {
        "summary": summary,
        "security": _SIGNED_IN,
        "responses": _answers(200, schema or _OBJECT, *errors),
    }


def _changing(
    summary: str,
    *,
    schema: dict[str, Any] | None = None,
    body: dict[str, str] | None = None,
    status: int = 200,
) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "summary": summary,
        "security": [{"staffCookie": [], "csrf": []}, {"staffToken": []}],
        "responses": _answers(status, schema or _OBJECT, 400, 401, 403, 404, 409, 503),
    }
    return operation | ({"requestBody": _body(body, required=tuple(body))} if body else {})


def _body(fields: dict[str, str], *, required: tuple[str, ...]) -> dict[str, Any]:
    schema = {
        "type": "object",
        "additionalProperties": False,
        "required": list(required),
        "properties": {name: {"type": kind} for name, kind in fields.items()},
    }
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def _answers(status: int, schema: dict[str, Any], *errors: int) -> dict[str, Any]:
    good: dict[str, Any] = {"description": "done"}
    if status != 204:
        good["content"] = {"application/json": {"schema": schema}}
    wrong = {"application/json": {"schema": _ref("Error")}}
    return {str(status): good} | {
        str(code): {"description": _REASONS[code], "content": wrong} for code in errors
    }


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def _query(name: str, description: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": {"type": "string"}, "description": description}


def _id(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": "path",
        "required": True,
        "schema": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
    }
