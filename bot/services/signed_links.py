"""Addresses that we signed: one opens a visit, one a conversation, that one once (`handovers.py`)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass, field

from bot.domain.errors import NotAllowed

_SIGNATURE_BYTES = 20


@dataclass(frozen=True, kw_only=True)
class VisitLinks:
    """Makes and reads the addresses. `base` has no final slash."""

    secret: bytes = field(repr=False)
    base: str

    def address(self, appointment_id: str) -> str:
        """The link that opens this appointment."""
        return f"{self.base}/visit/{self._token(appointment_id, 'visit')}"

    def appointment_id(self, token: str) -> str:
        """Raises NotAllowed for anything that we did not sign."""
        return self._read(token, "visit")

    def continue_address(self, key: str) -> str:
        """The link that opens the conversation this one-time key stands for."""
        return f"{self.base}/continue/{self._token(key, 'continue')}"

    def continue_key(self, token: str) -> str:
        """Raises NotAllowed for anything that we did not sign."""
        return self._read(token, "continue")

    def _read(self, token: str, purpose: str) -> str:
        id_ = token[: -len(self._signature("", purpose))]
        if not hmac.compare_digest(self._token(id_, purpose).encode(), token.encode(errors="replace")):
            raise NotAllowed(f"no such {purpose}")
        return id_

    def _token(self, id_: str, purpose: str) -> str:
        return id_ + self._signature(id_, purpose)

    def _signature(self, id_: str, purpose: str) -> str:
        made = hmac.new(self.secret, f"{purpose} {id_}".encode(), hashlib.sha256).digest()
        return base64.b32encode(made[:_SIGNATURE_BYTES]).decode().lower()
