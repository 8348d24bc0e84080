"""Twilio's REST API for sending a text (provider behind `bot.services.ports.SmsProvider`)."""

from __future__ import annotations

from typing import Any

import httpx

from bot.domain.errors import DeliveryFailed

TIMEOUTS = httpx.Timeout(10.0, connect=5.0)
TOO_MANY = 429
CREDENTIALS = (401, 403)
"""A wrong or rotated token is the operator's to repair: the texts wait for it."""


class TwilioProvider:
    """Sends texts from one number of one account. Close it when the process ends."""

    def __init__(
        self, *, account_sid: str, auth_token: str, sender: str, api_url: str, status_callback: str | None
    ) -> None:
        self._path = f"/2010-04-01/Accounts/{account_sid}/Messages.json"
        self._sender = sender
        self._status_callback = status_callback
        self._http = httpx.AsyncClient(
            base_url=api_url, auth=(account_sid, auth_token), timeout=TIMEOUTS, trust_env=False
        )

    async def send(self, *, to: str, body: str, dedupe_key: str) -> str:
        """The provider's id of the text; raises DeliveryFailed, `permanent` when no try will help.

        `dedupe_key` goes along as `I-Twilio-Idempotency-Token`. Twilio does not promise to honour it
        for texts: a send whose answer was lost may arrive twice.
        """
        form = {"To": to, "From": self._sender, "Body": body}
        if self._status_callback:
            form["StatusCallback"] = self._status_callback
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
