"""Signed webhooks (behind `bot.services.ports.Carrier`), as the Standard Webhooks specification has them.

Headers `webhook-id` (the same for every try of one event), `webhook-timestamp` (of the try) and
`webhook-signature`: HMAC-SHA256 over `id.timestamp.body`, one for each secret in force, so that a secret can
be changed without a gap (https://www.standardwebhooks.com, "Signature scheme", 1.0).
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import httpx

from bot.domain.errors import DeliveryFailed
from bot.domain.notices import Channel
from bot.services.ports import Outbound

WHOLE_SECONDS = 15.0
"""For one try, as the specification advises; shorter than the outbox's lease."""
PREFIX = "whsec_"


@dataclass(frozen=True, kw_only=True)
class Target:
    """Where events go. `secrets`: the newest first, the one it replaces behind it while both are in force."""

    url: str
    secrets: tuple[bytes, ...] = field(repr=False)


class Webhooks:
    """The configured targets, by name; no other address is ever called. Close it at the end."""

    channel: Channel = "webhook"

    def __init__(
        self,
        targets: Mapping[str, Target],
        *,
        now: Callable[[], float] = time.time,
        whole_seconds: float = WHOLE_SECONDS,
    ) -> None:
        self._targets = targets
        self._now = now
        self._seconds = whole_seconds
        self._http = httpx.AsyncClient(timeout=whole_seconds, trust_env=False, follow_redirects=False)

    async def carry(self, item: Outbound) -> str:
        """Send one event; its id. Raises DeliveryFailed: everything but an answer 2xx is one.

        `permanent` for what cannot change by itself: a target that is not configured, an answer 410 (the
        receiver wants no more) and a redirection, which is never followed: it could lead anywhere.
        """
        target = self._targets.get(item.to)
        if target is None:
            raise DeliveryFailed("there is no such webhook target", permanent=True, code="no_target")
        status = await self._post(target, item)
        if httpx.codes.is_success(status):
            return item.id
        permanent = httpx.codes.is_redirect(status) or status == httpx.codes.GONE
        raise DeliveryFailed(
            f"the webhook's receiver answered {status}", permanent=permanent, code=str(status)
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _post(self, target: Target, item: Outbound) -> int:
        body = item.body.encode()
        headers = {
            "Content-Type": "application/json",
            **sign(target.secrets, item.id, int(self._now()), body),
        }
        try:
            # The answer's body is not read: it says nothing to us, and a hostile one never ends.
            async with (
                asyncio.timeout(self._seconds),
                self._http.stream("POST", target.url, content=body, headers=headers) as answer,
            ):
                return answer.status_code
        except (httpx.HTTPError, TimeoutError) as error:
            late = isinstance(error, (httpx.TimeoutException, TimeoutError))
            raise DeliveryFailed(
                f"the receiver could not be reached: {type(error).__name__}",
                code="timeout" if late else None,
            ) from None


def sign(secrets: tuple[bytes, ...], event_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The three headers; one signature for each secret, with blanks between."""
    signed = f"{event_id}.{timestamp}.".encode() + body
    made = (hmac.new(secret, signed, hashlib.sha256).digest() for secret in secrets)
    signatures = " ".join(f"v1,{base64.b64encode(one).decode()}" for one in made)
    return {
        "webhook-id": event_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signatures,
    }
