"""A CalDAV server over HTTP (behind `bot.services.calendar_publishing.CalendarServer`; RFC 4791).

Every write names the version it expects: nothing there is overwritten or deleted unseen.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx

from bot.domain.errors import DeliveryFailed

TIMEOUTS = httpx.Timeout(20.0, connect=5.0)
WORTH_ANOTHER_TRY = frozenset({401, 403, 404, 408, 409, 423, 425, 429})
"""Rights and addresses are the operator's to repair, the others pass by themselves."""
_ICS = "text/calendar; charset=utf-8"


class CaldavServer:
    """One base address; each provider has a collection of their own below it. Close it at the end."""

    def __init__(self, *, url: str, user: str, password: str) -> None:
        self._http = httpx.AsyncClient(timeout=TIMEOUTS, trust_env=False, auth=(user, password))
        self._url = url.rstrip("/")

    async def put(self, collection: str, name: str, body: str, *, version: str | None) -> str:
        """Write an object and return its version there; `version` None: it must not be there yet.

        A collection that is missing is made. Raises DeliveryFailed, code 412 when another version is there.
        """
        expected = {"If-Match": version} if version else {"If-None-Match": "*"}
        given: dict[str, Any] = {"content": body.encode(), "headers": {"Content-Type": _ICS, **expected}}
        answer = await self._ask("PUT", collection, name, **given)
        if answer.status_code in (httpx.codes.NOT_FOUND, httpx.codes.CONFLICT):
            await self._ask("MKCALENDAR", collection)
            answer = await self._ask("PUT", collection, name, **given)
        if answer.status_code not in (httpx.codes.OK, httpx.codes.CREATED, httpx.codes.NO_CONTENT):
            raise _failure(answer)
        return answer.headers.get("etag") or await self._version(collection, name)

    async def delete(self, collection: str, name: str, *, version: str) -> None:
        """Take an object away; one that is gone is fine. Raises DeliveryFailed, code 412."""
        answer = await self._ask("DELETE", collection, name, headers={"If-Match": version})
        gone = (httpx.codes.NOT_FOUND, httpx.codes.GONE)
        if answer.is_error and answer.status_code not in gone:
            raise _failure(answer)

    async def read(self, collection: str, name: str) -> tuple[str, str] | None:
        """(version, text) of an object, None when it is not there. Raises DeliveryFailed."""
        answer = await self._ask("GET", collection, name)
        if answer.status_code in (httpx.codes.NOT_FOUND, httpx.codes.GONE):
            return None
        version = answer.headers.get("etag")
        if answer.is_error or not version:
            raise _failure(answer)
        return version, answer.text

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _version(self, collection: str, name: str) -> str:
        # A server that changes what it stores gives no version with the answer (RFC 4791, 5.3.4).
        there = await self.read(collection, name)
        if there is None:
            raise DeliveryFailed("the calendar server lost what it took")
        return there[0]

    async def _ask(self, method: str, collection: str, name: str = "", **given: Any) -> httpx.Response:
        url = f"{self._url}/{quote(collection, safe='')}/{quote(name, safe='')}"
        try:
            return await self._http.request(method, url, **given)
        except httpx.HTTPError as error:
            raise DeliveryFailed(
                f"the calendar server could not be reached: {type(error).__name__}"
            ) from None


def _failure(answer: httpx.Response) -> DeliveryFailed:
    status = answer.status_code
    permanent = 400 <= status < 500 and status not in WORTH_ANOTHER_TRY
    return DeliveryFailed(f"the calendar server answered {status}", permanent=permanent, code=str(status))
