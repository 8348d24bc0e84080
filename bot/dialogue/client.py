"""The engine over HTTP, as `bot.services.ports.Dialogue` wants it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import httpx

from bot.dialogue import replies
from bot.dialogue.breaker import Breaker
from bot.domain.errors import DialogueFailed
from bot.domain.findings import Reading
from bot.services.ports import Intent, TurnReply, TurnRequest

SECRET_HEADER = "X-Intake-Secret"  # noqa: S105 - the header's name
MOST_BYTES = 256 * 1024
"""Of an answer; a normal one has 3 KB."""
MOST_CONNECTIONS = 50


class EngineClient:
    """One pooled connection to one engine. Every failure is a DialogueFailed that names no words."""

    def __init__(
        self,
        *,
        url: str,
        secret: str,
        timeout_seconds: float = 10.0,
        breaker: Breaker | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """`transport` stands for the network in tests."""
        self._breaker = breaker or Breaker()
        self._timeout_seconds = timeout_seconds
        self._http = httpx.AsyncClient(
            base_url=f"{url.rstrip('/')}/webhooks/intake/",
            headers={SECRET_HEADER: secret},
            timeout=timeout_seconds,
            limits=httpx.Limits(max_connections=MOST_CONNECTIONS),
            transport=transport,
            trust_env=False,  # loopback: a proxy of the environment has no business here
        )

    async def turn(self, request: TurnRequest) -> TurnReply:
        """Raises DialogueFailed on timeout, error, silence or a reply for another case."""
        body = {
            "case_id": request.case_id,
            "message_id": request.message_id,
            "text": request.text,
            "phase": request.phase,
            "asked": request.asked,
            "question": request.question,
            "reading": request.reading.to_json(),
            "state": request.state,
        }
        answer = await self._asked("POST", "turn", body)
        return replies.read_turn(answer, case_id=request.case_id, message_id=request.message_id)

    async def understand(self, text: str, *, asked: str | None, reading: Reading) -> Intent:
        """The intent alone; nothing is remembered. Raises DialogueFailed."""
        body = {"text": text, "asked": asked, "reading": reading.to_json()}
        return replies.read_intent(await self._asked("POST", "understand", body))

    async def model_id(self) -> str:
        """Which model answers. Raises DialogueFailed."""
        return replies.read_model(await self._asked("GET", "health"))

    async def close(self) -> None:
        """Give the connections back."""
        await self._http.aclose()

    async def _asked(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        if not self._breaker.allows():
            raise DialogueFailed("the engine does not answer: not asked again yet")
        try:
            async with asyncio.timeout(self._timeout_seconds):
                status, raw = await self._exchange(method, path, body)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            self._breaker.failed()
            raise DialogueFailed(f"the engine did not answer: {type(error).__name__}") from None
        except asyncio.CancelledError:
            self._breaker.gave_up()
            raise
        # An answer of any kind shows that it lives; one bad message must not close the line for all.
        self._breaker.succeeded()
        if status != 200:
            raise DialogueFailed(f"the engine refused: {status} {replies.error_code(raw)}")
        return _parsed(raw)

    async def _exchange(self, method: str, path: str, body: Mapping[str, Any] | None) -> tuple[int, bytes]:
        async with self._http.stream(method, path, json=body) as response:
            raw = bytearray()
            async for part in response.aiter_bytes():
                raw += part
                if len(raw) > MOST_BYTES:
                    raise httpx.DecodingError("the answer is too long")
            return response.status_code, bytes(raw)


def _parsed(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        raise DialogueFailed("the engine answered with something that is not JSON") from None
