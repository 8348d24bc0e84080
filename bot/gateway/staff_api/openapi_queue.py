"""The work queue's part of `GET /api/openapi.json`."""

from __future__ import annotations

from typing import Any

from bot.gateway.staff_api.openapi_parts import CSRF, SECURITY, answer, argument, errors, in_path
from bot.services.office.work_desk import BY_STAFF, LONGEST_NOTE
from bot.services.ports import VIEWS

_NOTE = {"type": "string", "maxLength": LONGEST_NOTE}
_CODE = {"type": "string", "description": "a code of `GET /api/staff/tasks/codes`"}
_MINUTES = {"type": "integer", "minimum": 1}
_ONCE = {"type": "string", "minLength": 1, "maxLength": 64}
_TASK = {
    "type": "object",
    "required": ["id", "case_id", "kind", "priority", "standing", "due_at", "attempts"],
    "properties": {
        "id": {"type": "string"},
        "case_id": {"type": "string"},
        "kind": {"type": "string"},
        "priority": {"enum": ["P0", "P1", "P2", "P3"]},
        "standing": {"enum": ["open", "claimed", "snoozed", "done"]},
        "due_at": {"type": "string", "format": "date-time"},
        "attempts": {"type": "integer"},
        "escalated": {"enum": [0, 1, 2], "description": "1: the next contact was told, 2: everybody"},
        "outcome": {"type": ["string", "null"]},
    },
}


def queue_paths() -> dict[str, Any]:
    """Paths of the queue."""
    task = "/api/staff/tasks/{task_id}"
    return {
        "/api/staff/tasks": {"get": _list()},
        "/api/staff/tasks/codes": {"get": _codes()},
        f"{task}/claim": {"post": _change("Take the case of a task; 409 tells who has it")},
        f"{task}/release": {"post": _change("Nobody has it any more; an emergency sounds again")},
        f"{task}/assign": {"post": _change("Give it to somebody", {"to": {"type": "string"}}, ("to",))},
        f"{task}/tries": {
            "post": _change(
                "Write a try down; the same client_message_id again writes nothing more",
                {"how": _CODE, "note": _NOTE, "again_minutes": _MINUTES, "client_message_id": _ONCE},
                ("how",),
            )
        },
        f"{task}/snooze": {"post": _change("Put it off", {"minutes": _MINUTES}, ("minutes",))},
        f"{task}/close": {
            "post": _change("Done, with how it ended", {"outcome": _CODE, "note": _NOTE}, ("outcome",))
        },
        "/api/staff/cases/{case_id}/tasks": {
            "post": _change(
                "Put work on the queue for a case",
                {"kind": {"enum": list(BY_STAFF)}, "note": _NOTE},
                ("kind",),
                name="case_id",
                status=201,
            )
        },
    }


def _list() -> dict[str, Any]:
    page = {
        "type": "object",
        "required": ["tasks", "next", "counts"],
        "properties": {
            "tasks": {"type": "array", "items": {**_TASK, "required": [*_TASK["required"], "case"]}},
            "next": {"type": ["string", "null"]},
            "counts": {"type": "object", "additionalProperties": {"type": "integer"}},
        },
    }
    return {
        "summary": "Unfinished work, most urgent first: alarms, priority, level, due time, tier, age",
        "security": SECURITY,
        "parameters": [
            argument("view", {"enum": list(VIEWS)}, "all when left out"),
            argument("after", {"type": "string"}, "`next` of the page before"),
        ],
        "responses": {"200": answer(page), **errors(400, 401, 403, 503)},
    }


def _codes() -> dict[str, Any]:
    lists = {name: {"type": "array"} for name in ("tries", "outcomes", "kinds_by_hand")}
    shape = {"type": "object", "required": list(lists), "properties": lists}
    return {
        "summary": "How tries and tasks may end (the clinic's tasks.yaml)",
        "security": SECURITY,
        "responses": {"200": answer(shape), **errors(401, 403)},
    }


def _change(
    summary: str,
    fields: dict[str, Any] | None = None,
    required: tuple[str, ...] = (),
    *,
    name: str = "task_id",
    status: int = 200,
) -> dict[str, Any]:
    described: dict[str, Any] = {
        "summary": summary,
        "security": SECURITY,
        "parameters": [CSRF, in_path(name)],
        "responses": {str(status): answer(_TASK), **errors(400, 401, 403, 404, 409, 503)},
    }
    if fields:
        schema = {"type": "object", "required": list(required), "properties": fields}
        described["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return described
