"""The real clock and the real dice: what `bot.services.ports` calls Clock and Ids."""

from __future__ import annotations

import datetime as dt
import secrets

LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""No I, L, O, 0, 1: they are read out on the phone."""


class SystemClock:
    """This machine's time."""

    def now(self) -> dt.datetime:
        """Zone-aware UTC."""
        return dt.datetime.now(dt.UTC)


class RandomIds:
    """Ids and tokens from the operating system's randomness."""

    def new(self) -> str:
        """An opaque id: 32 lower-case hex digits, 128 random bits."""
        return secrets.token_hex(16)

    def token(self) -> str:
        """A secret for a bearer: 256 random bits, URL-safe."""
        return secrets.token_urlsafe(32)

    def reference(self) -> str:
        """Two groups of four letters and digits, e.g. `K7QM-4T2X`: 39 random bits, not a secret."""
        return f"{_group()}-{_group()}"


def _group() -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(4))
