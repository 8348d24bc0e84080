"""Twilio's REST API for sending a text (behind `bot.services.ports.Carrier`)."""

from __future__ import annotations

from typing import Any

import httpx

from bot.domain.errors import DeliveryFailed
from bot.domain.notices import Channel
from bot.services.ports import Outbound

TIMEOUTS = httpx.Timeout(10.0, connect=5.0)
TOO_MANY = 429
CREDENTIALS = (401, 403)
"""A wrong or rotated token is the operator's to repair: the texts wait for it."""


class TwilioProvider:
    """Sends texts from one number of one account. Close it when the process ends."""

    channel: Channel = "sms"

    def __init__(
        self, *, account_sid: str, auth_token: str, sender: str, api_url: str, status_callback: str | None
    ) -> None:
        self._path = f"/2010-04-01/Accounts/{account_sid}/Messages.json"
        self._sender = sender
        self._status_callback = status_callback
        self._http = httpx.AsyncClient(
            base_url=api_url, auth=(account_sid, auth_token), timeout=TIMEOUTS, trust_env=False
        )

    async def carry(self, item: Outbound) -> str:
        """Send a text of the outbox; see `send`."""
        return await self.send(to=item.to, body=item.body, dedupe_key=item.dedupe_key, item_id=item.id)

    async def send(self, *, to: str, body: str, dedupe_key: str, item_id: str | None = None) -> str:
        """The provider's id of the text; raises DeliveryFailed, `permanent` when no try will help.

        `dedupe_key` goes along as `I-Twilio-Idempotency-Token`. Twilio does not promise to honour it
        for texts: a send whose answer was lost may arrive twice. `item_id` stands in the address that is
        called with the text's fate, so that a text is known there even when the answer to this was lost.
        """
        form = {"To": to, "From": self._sender, "Body": body}
        if self._status_callback:
            named = f"?text={item_id}" if item_id else ""
            form["StatusCallback"] = f"{self._status_callback}{named}"
        try:
            answer = await self._http.post(
                self._path, data=form, headers={"I-Twilio-Idempotency-Token": dedupe_key}
            )
        except httpx.HTTPError as error:
            raise DeliveryFailed(f"the provider could not be reached: {type(error).__name__}") from None
        return _sid(answer)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()


def _sid(answer: httpx.Response) -> str:
    found = _json(answer)
    if answer.status_code == httpx.codes.CREATED and isinstance(found.get("sid"), str):
        return str(found["sid"])
    code = found.get("code")
    permanent = (
        400 <= answer.status_code < 500
        and answer.status_code != TOO_MANY
        and answer.status_code not in CREDENTIALS
    )
    raise DeliveryFailed(
        f"the provider answered {answer.status_code}",
        permanent=permanent,
        code=str(code) if isinstance(code, int) else str(answer.status_code),
    )


def _json(answer: httpx.Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
