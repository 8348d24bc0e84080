"""A FHIR R4 server over HTTP (behind `bot.services.publishing.RecordServer`)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import httpx

from bot.domain.errors import DeliveryFailed

TIMEOUTS = httpx.Timeout(30.0, connect=5.0)
JSON = "application/fhir+json"
WORTH_ANOTHER_TRY = frozenset({401, 403, 404, 408, 409, 425, 429})
"""Rights and addresses are the operator's to repair, the others pass by themselves: records wait."""
_VERSION = re.compile(r'(?:W/)?"([A-Za-z0-9\-.]{1,64})"\Z')


class FhirServer:
    """One base address. Close it when the process ends."""

    def __init__(self, *, url: str, token: str | None = None) -> None:
        headers = {"Accept": JSON} | ({"Authorization": f"Bearer {token}"} if token else {})
        self._http = httpx.AsyncClient(timeout=TIMEOUTS, trust_env=False, headers=headers)
        self._url = url.rstrip("/")

    async def send(self, bundle: Mapping[str, Any]) -> Mapping[str, str]:
        """Versions by address of what the transaction wrote. Raises DeliveryFailed: `permanent` when the
        server will never take it, code 412 when a version there is not the one named."""
        headers = {"Content-Type": JSON, "Prefer": "return=minimal"}
        answer = await self._ask("POST", self._url, json=bundle, headers=headers)
        written = [entry["request"] for entry in bundle["entry"]]
        given = _json(answer).get("entry")
        if answer.status_code != httpx.codes.OK or not isinstance(given, list) or len(given) != len(written):
            raise _failure(answer)
        return {
            request["url"]: version
            for request, entry in zip(written, given, strict=True)
            if request["method"] == "PUT" and (version := _version(entry.get("response", {}).get("etag")))
        }

    async def read(self, address: str) -> tuple[str, dict[str, Any]] | None:
        """(version, resource), None when nothing is there. Raises DeliveryFailed."""
        answer = await self._ask("GET", f"{self._url}/{address}")
        if answer.status_code in (httpx.codes.NOT_FOUND, httpx.codes.GONE):
            return None
        found = _json(answer)
        version = _version(answer.headers.get("etag")) or found.get("meta", {}).get("versionId")
        if answer.status_code != httpx.codes.OK or not version:
            raise _failure(answer)
        return version, found

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _ask(self, method: str, url: str, **given: Any) -> httpx.Response:
        try:
            return await self._http.request(method, url, **given)
        except httpx.HTTPError as error:
            raise DeliveryFailed(f"the FHIR server could not be reached: {type(error).__name__}") from None


def _failure(answer: httpx.Response) -> DeliveryFailed:
    # Its diagnostics may quote a patient: only the number is kept.
    status = answer.status_code
    permanent = 400 <= status < 500 and status not in WORTH_ANOTHER_TRY
    return DeliveryFailed(f"the FHIR server answered {status}", permanent=permanent, code=str(status))


def _version(etag: object) -> str | None:
    found = _VERSION.match(etag) if isinstance(etag, str) else None
    return found.group(1) if found else None


def _json(answer: httpx.Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
