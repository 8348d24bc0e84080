"""What the parts of the staff API's description share."""

from __future__ import annotations

from typing import Any

SECURITY: list[dict[str, list[str]]] = [{"staff_cookie": []}, {"staff_token": []}]
CSRF = {
    "name": "X-CSRF-Token",
    "in": "header",
    "schema": {"type": "string"},
    "description": "with the cookie: the token that signing in gave; not needed with an API token",
}


def in_path(name: str) -> dict[str, Any]:
    """An id in the address."""
    return {
        "name": name,
        "in": "path",
        "required": True,
        "schema": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
    }


def argument(name: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
    """One argument of the query."""
    return {"name": name, "in": "query", "schema": schema, "description": description}


def answer(schema: dict[str, Any]) -> dict[str, Any]:
    """An answer of that shape."""
    return {"description": "ok", "content": {"application/json": {"schema": schema}}}


def errors(*codes: int) -> dict[str, Any]:
    """The refusals with these codes."""
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    return {str(code): {"description": "refused", "content": content} for code in codes}
