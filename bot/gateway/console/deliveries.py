"""What became of the texts that left the house, in words for staff."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from bot.services.ports import Delivery

_MESSAGE = "message:"
_NAMES: Mapping[str, tuple[str, str]] = {
    "sms": ("text", "texts"),
    "email": ("e-mail", "e-mails"),
    "webhook": ("alert to another system", "alerts to other systems"),
}
_ORDER = ("failed", "waiting", "not wanted any more", "sent", "delivered")
"""Worst first: a message of several texts is as well off as its worst part."""


class Deliveries:
    """Of one case."""

    def __init__(self, deliveries: Iterable[Delivery]) -> None:
        self._all = tuple(deliveries)

    def of_message(self, message_id: str) -> str:
        """`delivered`, `sent`, `waiting` or `failed (30003)`; empty when it left by no text."""
        parts = [one for one in self._all if one.about.startswith(f"{_MESSAGE}{message_id}:")]
        worst = min(parts, key=lambda one: _ORDER.index(_state(one)), default=None)
        return "" if worst is None else _shown(worst)

    @property
    def summary(self) -> str:
        """`3 texts: 2 delivered, 1 failed; 1 e-mail: 1 sent`; empty when there was none."""
        told = [self._of_channel(channel) for channel in _NAMES]
        return "; ".join(one for one in told if one)

    def _of_channel(self, channel: str) -> str:
        own = [one for one in self._all if one.channel == channel]
        counted = Counter(_state(one) for one in own)
        told = ", ".join(f"{counted[state]} {state}" for state in reversed(_ORDER) if counted[state])
        one, several = _NAMES[channel]
        return f"{len(own)} {one if len(own) == 1 else several}: {told}" if own else ""


def _state(one: Delivery) -> str:
    if one.status == "dropped":
        return "not wanted any more"
    if one.status == "dead" or one.reported in ("undelivered", "failed"):
        return "failed"
    if one.status != "sent":
        return "waiting"
    return "delivered" if one.reported in ("delivered", "read") else "sent"


def _shown(one: Delivery) -> str:
    state = _state(one)
    return f"failed ({one.error})" if state == "failed" and one.error else state
