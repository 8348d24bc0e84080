"""Addresses that open one visit: the appointment's id and our signature; nothing is stored."""

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
        return f"{self.base}/visit/{self._token(appointment_id)}"

    def appointment_id(self, token: str) -> str:
        """Raises NotAllowed for anything that we did not sign."""
        appointment_id = token[: -len(self._signature(""))]
        if not hmac.compare_digest(self._token(appointment_id).encode(), token.encode(errors="replace")):
            raise NotAllowed("no such visit")
        return appointment_id

    def _token(self, appointment_id: str) -> str:
        return appointment_id + self._signature(appointment_id)

    def _signature(self, appointment_id: str) -> str:
        made = hmac.new(self.secret, f"visit {appointment_id}".encode(), hashlib.sha256).digest()
        return base64.b32encode(made[:_SIGNATURE_BYTES]).decode().lower()
