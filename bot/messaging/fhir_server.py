"""A FHIR R4 server over HTTP (behind `bot.services.records.publishing.RecordServer`)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from bot.domain.errors import DeliveryFailed

TIMEOUTS = httpx.Timeout(30.0, connect=5.0)
JSON = "application/fhir+json"
WORTH_ANOTHER_TRY = frozenset({401, 403, 404, 408, 409, 425, 429})
"""Rights and addresses are the operator's to repair, the others pass by themselves: records wait."""
MOST_PAGES = 20
_VERSION = re.compile(r'(?:W/)?"([A-Za-z0-9\-.]{1,64})"\Z')


class FhirServer:
    """One base address, `url`. Close it when the process ends."""

    def __init__(self, *, url: str, token: str | None = None, timeouts: httpx.Timeout = TIMEOUTS) -> None:
        headers = {"Accept": JSON} | ({"Authorization": f"Bearer {token}"} if token else {})
        self._http = httpx.AsyncClient(timeout=timeouts, trust_env=False, headers=headers)
        self.url = url.rstrip("/")

    async def send(self, bundle: Mapping[str, Any]) -> Mapping[str, str]:
        """Versions by address of what the transaction wrote. Raises DeliveryFailed: `permanent` when the
        server will never take it, code 412 when a version there is not the one named."""
        headers = {"Content-Type": JSON, "Prefer": "return=minimal"}
        answer = await self._ask("POST", self.url, json=bundle, headers=headers)
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
        answer = await self._ask("GET", f"{self.url}/{address}")
        if answer.status_code in (httpx.codes.NOT_FOUND, httpx.codes.GONE):
            return None
        found = _json(answer)
        version = _version(answer.headers.get("etag")) or found.get("meta", {}).get("versionId")
        if answer.status_code != httpx.codes.OK or not version:
            raise _failure(answer)
        return version, found

    async def search(self, kind: str, terms: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
        """Every resource of a type that the terms find, page by page. Raises DeliveryFailed."""
        answer = await self._ask("GET", f"{self.url}/{kind}", params=terms)
        found: list[dict[str, Any]] = []
        for _ in range(MOST_PAGES):
            page = self._bundle(answer)
            found += resources(page, kind)
            links = (one.get("url") for one in page.get("link", ()) if one.get("relation") == "next")
            following = next(links, None)
            # Another host would be handed our token.
            if not isinstance(following, str) or not following.startswith(self.url):
                return found
            answer = await self._ask("GET", following)
        return found

    async def operate(self, name: str, parameters: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """The bundle that an operation (`Appointment/$find`) answers. Raises DeliveryFailed."""
        body = {"resourceType": "Parameters", "parameter": list(parameters)}
        answer = await self._ask("POST", f"{self.url}/{name}", json=body, headers={"Content-Type": JSON})
        return self._bundle(answer)

    async def capabilities(self) -> dict[str, Any]:
        """The server's CapabilityStatement. Raises DeliveryFailed."""
        answer = await self._ask("GET", f"{self.url}/metadata")
        if answer.status_code != httpx.codes.OK:
            raise _failure(answer)
        return _json(answer)

    def _bundle(self, answer: httpx.Response) -> dict[str, Any]:
        found = _json(answer)
        if answer.status_code != httpx.codes.OK or found.get("resourceType") != "Bundle":
            raise _failure(answer)
        return found

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _ask(self, method: str, url: str, **given: Any) -> httpx.Response:
        try:
            return await self._http.request(method, url, **given)
        except httpx.HTTPError as error:
            raise DeliveryFailed(f"the FHIR server could not be reached: {type(error).__name__}") from None


def resources(bundle: Mapping[str, Any], kind: str) -> list[dict[str, Any]]:
    """The resources of one type in a bundle; what else a server adds (an OperationOutcome) is left out."""
    found = [entry.get("resource", {}) for entry in bundle.get("entry", ())]
    return [one for one in found if one.get("resourceType") == kind]


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
