"""The staff API's part of `GET /api/openapi.json`."""

from __future__ import annotations

from typing import Any

from bot.gateway.staff_api.openapi_parts import CSRF, SECURITY, answer, argument, errors, in_path
from bot.gateway.staff_api.openapi_queue import queue_paths
from bot.services.office.desk import LONGEST_NOTE, LONGEST_QUERY, QUEUES

FHIR = "application/fhir+json"


def staff_part() -> dict[str, Any]:
    """Paths and schemas of the staff API."""
    case, task = "/api/staff/cases/{case_id}", "/api/staff/tasks/{task_id}"
    note = _work("Write a note for staff", "case_id", body="text", status=201)
    finish = _work("Done; the note says what was arranged", "task_id", body="note")
    return {
        "paths": {
            "/api/staff/login": {"post": _login()},
            "/api/staff/logout": {"post": _work("End the session", status=204)},
            "/api/staff/me": {"get": _read("Who this is", "object")},
            "/api/staff/cases": {"get": _list()},
            "/api/staff/cases.csv": {"get": _download("All cases as a table, one row each", "text/csv")},
            case: {"get": _read("One case, whole; the view is audited", "StaffCase", "case_id")},
            f"{case}/fhir": {"get": _download("One case for another system", FHIR, "case_id")},
            f"{case}/claim": {"post": _work("Take the case", "case_id", conflict=True)},
            f"{case}/take-over": {"post": _work("Take the conversation over", "case_id", conflict=True)},
            f"{case}/hand-back": {"post": _work("Hand it back to the bot", "case_id", conflict=True)},
            f"{case}/messages": {
                "post": _work(
                    "Write to the patient; the same client_message_id again writes nothing more",
                    "case_id",
                    body="text",
                    status=201,
                    conflict=True,
                    once=True,
                )
            },
            f"{case}/release": {"post": _work("Give the case back", "case_id")},
            f"{case}/notes": {"post": note},
            f"{task}/acknowledge": {"post": _work("Say: I have it", "task_id")},
            f"{task}/finish": {"post": finish},
            **queue_paths(),
        },
        "components": {
            "schemas": {"StaffCase": _CASE},
            "securitySchemes": {
                "staff_cookie": {"type": "apiKey", "in": "cookie", "name": "spine_staff"},
                "staff_token": {"type": "http", "scheme": "bearer"},
            },
        },
    }


def _login() -> dict[str, Any]:
    fields = {"name": {"type": "string"}, "password": {"type": "string"}, "code": {"type": "string"}}
    body = {"type": "object", "required": ["name", "password"], "properties": fields}
    shape = {"type": "object", "required": ["csrf"], "properties": {"csrf": {"type": "string"}}}
    return {
        "summary": "Sign in: a session cookie, and the CSRF token that goes with it",
        "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
        "responses": {"200": answer(shape), **errors(400, 401, 403, 429, 503)},
    }


def _list() -> dict[str, Any]:
    text = {"type": "string", "maxLength": LONGEST_QUERY}
    arguments = [
        argument("queue", {"enum": list(QUEUES)}, "open when nothing is searched, else all"),
        argument("q", text, "a phone number, a name or a reference"),
        argument("reference", text, "exactly this reference"),
        argument("after", {"type": "string"}, "`next` of the page before"),
    ]
    rows = {"type": "array", "items": {"type": "object"}}
    page = {
        "type": "object",
        "required": ["cases", "next"],
        "properties": {"cases": rows, "next": {"type": ["string", "null"]}},
    }
    return {
        "summary": "Cases, most urgent first; a search is audited",
        "security": SECURITY,
        "parameters": arguments,
        "responses": {"200": answer(page), **errors(400, 401, 403, 503)},
    }


def _read(summary: str, schema: str, name: str | None = None) -> dict[str, Any]:
    shape = {"type": "object"} if schema == "object" else {"$ref": f"#/components/schemas/{schema}"}
    return {
        "summary": summary,
        "security": SECURITY,
        "parameters": [in_path(name)] if name else [],
        "responses": {"200": answer(shape), **errors(401, 403, 404, 503)},
    }


def _download(summary: str, kind: str, name: str | None = None) -> dict[str, Any]:
    described = _read(f"{summary}; the download is audited", "object", name)
    described["responses"]["200"] = {"description": "ok", "content": {kind: {}}}
    described["responses"] |= errors(409)
    return described


def _work(
    summary: str,
    name: str | None = None,
    *,
    body: str | None = None,
    status: int = 200,
    conflict: bool = False,
    once: bool = False,
) -> dict[str, Any]:
    described: dict[str, Any] = {
        "summary": summary,
        "security": SECURITY,
        "parameters": [CSRF, *([in_path(name)] if name else [])],
        "responses": {
            str(status): {"description": "done"},
            **errors(*([400] if body else []), 401, 403, 404, *([409] if conflict else []), 503),
        },
    }
    if body:
        text = {"type": "string", "minLength": 1, "maxLength": LONGEST_NOTE}
        key = {"client_message_id": {"type": "string", "minLength": 1, "maxLength": 64}} if once else {}
        schema = {"type": "object", "required": [body], "properties": {body: text, **key}}
        described["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return described


_TEXT = {"type": ["string", "null"]}
_LIST = {"type": "array"}
_CASE = {
    "type": "object",
    "required": [
        "id", "reference", "channel", "status", "level", "rules", "outcome", "visit", "facts", "missing",
        "handoff", "messages", "protocols", "model",
    ],
    "properties": {
        "id": {"type": "string"},
        "reference": {"type": "string"},
        "channel": {"enum": ["web", "sms", "shell"]},
        "status": {"enum": ["open", "waiting_for_staff", "booked", "callback", "emergency", "closed"]},
        "level": {"enum": ["none", "note", "urgent_48h", "same_day", "emergency_now"]},
        "rules": {"type": "array", "items": {"type": "string"}},
        "outcome": _TEXT,
        "visit": _TEXT,
        "facts": {"type": "object", "description": "by variable, each with its history"},
        "missing": _LIST,
        "handoff": {"type": "object", "required": ["kind"]},
        "messages": {"type": "array", "items": {"$ref": "#/components/schemas/Message"}},
        "protocols": _LIST,
        "model": {**_TEXT, "description": "the model that answers now; null while the engine is silent"},
    },
}  # fmt: skip
