"""The contract's `Message`. Only what is named here leaves: a choice's meaning stays with us."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterable
from typing import Any

from bot.domain.cases import Draft, Message, MessageChoice


def message_json(message: Message) -> dict[str, Any]:
    """A stored message as the chat API shows it."""
    return _shape(
        message,
        id=message.id,
        seq=message.seq,
        at=message.at,
    )


def unstored_json(draft: Draft, *, at: dt.datetime) -> dict[str, Any]:
    """A message that no store holds: the emergency text while the record is down."""
    return _shape(draft, id=secrets.token_hex(16), seq=None, at=at)


def _shape(source: Message | Draft, *, id: str, seq: int | None, at: dt.datetime) -> dict[str, Any]:
    shape: dict[str, Any] = {
        "id": id,
        "seq": seq,
        "from": source.sender,
        "kind": source.kind,
        "text": source.text,
        "asks": source.asks,
        "choices": _choices(source.choices),
        "at": at.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }
    if source.also_asks:
        shape["also_asks"] = list(source.also_asks)
    return shape


def _choices(choices: Iterable[MessageChoice]) -> list[dict[str, str]]:
    return [{"id": choice.id, "label": choice.label} for choice in choices]
