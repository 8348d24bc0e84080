"""What the engine may answer, checked field by field: a garbled reply is a failure, not a message."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, get_args

from bot.domain.cases import Draft, Kind
from bot.domain.errors import DialogueFailed
from bot.services.case.steps import draft_from_json
from bot.services.ports import Intent, TurnReply

KINDS = frozenset(get_args(Kind))
MOST_DRAFTS = 12
LONGEST_MODEL = 64
_DRAFT_FIELDS = frozenset({"kind", "text", "asks", "also_asks", "choices", "text_id", "sender"})


def read_turn(raw: Any, *, case_id: str, message_id: str) -> TurnReply:
    """Raises DialogueFailed."""
    body = _mapping(raw)
    if body.get("case_id") != case_id or body.get("message_id") != message_id:
        raise DialogueFailed("the engine answered for somebody else")
    items = body.get("drafts")
    if not isinstance(items, list) or not 0 < len(items) <= MOST_DRAFTS:
        raise DialogueFailed("the engine answered nothing, or too much")
    state = body.get("state")
    if state is not None and not isinstance(state, str):
        raise DialogueFailed("the engine's state is not text")
    intent = read_intent(body)
    return TurnReply(
        drafts=tuple(_draft(item) for item in items),
        intent=intent.name,
        confidence=intent.confidence,
        state=state,
        topic=intent.topic,
        model=_named(body.get("model")),
    )


def read_intent(raw: Any) -> Intent:
    """Raises DialogueFailed."""
    intent = _mapping(_mapping(raw).get("intent"))
    name, confidence, topic = intent.get("name"), intent.get("confidence"), intent.get("topic")
    sound = isinstance(name, str) and isinstance(confidence, (int, float)) and 0 <= confidence <= 1
    if not sound or not (topic is None or isinstance(topic, str)):
        raise DialogueFailed("the engine's intent has another shape")
    return Intent(name=str(name), confidence=float(str(confidence)), topic=topic)


def read_model(raw: Any) -> str:
    """Raises DialogueFailed."""
    model = _mapping(raw).get("model")
    if not isinstance(model, str) or not model:
        raise DialogueFailed("the engine did not name its model")
    return model


def _named(model: Any) -> str | None:
    """No patient goes without an answer because the model has no name."""
    return model[:LONGEST_MODEL] if isinstance(model, str) and model else None


def error_code(raw: bytes) -> str:
    """The code of an error body; "unknown" for anything else. Never its text."""
    try:
        code = json.loads(raw)["error"]["code"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return "unknown"
    return code if isinstance(code, str) and code.isidentifier() else "unknown"


def _draft(raw: Any) -> Draft:
    body = _mapping(raw)
    text, kind, asks = body.get("text"), body.get("kind"), body.get("asks")
    sound = (
        isinstance(text, str) and text.strip() and kind in KINDS and (asks is None or isinstance(asks, str))
    )
    if not sound or not set(body) <= _DRAFT_FIELDS:
        raise DialogueFailed("a draft of the engine has another shape")
    try:
        return draft_from_json(body)
    except (KeyError, TypeError, AttributeError):
        raise DialogueFailed("a draft of the engine has another shape") from None


def _mapping(raw: Any) -> Mapping[str, Any]:
    if not isinstance(raw, dict):
        raise DialogueFailed("the engine answered with another shape")
    return raw
