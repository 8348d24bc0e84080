"""A CalDAV server over HTTP (behind `bot.services.visits.calendar_publishing.CalendarServer`; RFC 4791).

Every write names the version it expects: nothing there is overwritten or deleted unseen.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, unquote
from xml.etree import ElementTree

import httpx
from icalendar import Calendar

from bot.domain.errors import DeliveryFailed
from bot.domain.openings import Span

TIMEOUTS = httpx.Timeout(20.0, connect=5.0)
WORTH_ANOTHER_TRY = frozenset({401, 403, 404, 408, 409, 423, 425, 429})
"""Rights and addresses are the operator's to repair, the others pass by themselves."""
_XML = {"Content-Type": "application/xml; charset=utf-8"}
_ASK_MARK = """<propfind xmlns="DAV:" xmlns:S="http://calendarserver.org/ns/">
<prop><sync-token/><S:getctag/><getetag/></prop></propfind>"""
_ASK_EVENTS = """<C:calendar-query xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">
<prop><C:calendar-data><C:expand start="{start}" end="{end}"/></C:calendar-data></prop>
<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">
<C:time-range start="{start}" end="{end}"/></C:comp-filter></C:comp-filter></C:filter></C:calendar-query>"""
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

    async def mark(self, collection: str) -> str | None:
        """The collection's state: another one after every change; None when it is not there."""
        answer = await self._ask("PROPFIND", collection, content=_ASK_MARK, headers={"Depth": "0", **_XML})
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        found = _texts(_multistatus(answer), "sync-token", "getctag", "getetag")
        # A server without any of them is read every time.
        return found[0] if found else answer.headers.get("date", "")

    async def busy(
        self, collection: str, *, start: dt.datetime, end: dt.datetime, zone: dt.tzinfo
    ) -> list[tuple[str, Span]]:
        """(object, when) of the events that take time; the server tells repetitions one by one (RFC 4791,
        9.6.5). A whole day is one of `zone`, and so is a time without a zone. Raises DeliveryFailed."""
        query = _ASK_EVENTS.format(start=f"{start:%Y%m%dT%H%M%SZ}", end=f"{end:%Y%m%dT%H%M%SZ}")
        answer = await self._ask("REPORT", collection, content=query, headers={"Depth": "1", **_XML})
        found: list[tuple[str, Span]] = []
        for response in _multistatus(answer).iter("{DAV:}response"):
            name = unquote(next(iter(_texts(response, "href")), "")).rpartition("/")[2]
            for text in _texts(response, "calendar-data"):
                found += ((name, span) for span in _spans(text, zone) if span[0] < end and start < span[1])
        return found

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


def _multistatus(answer: httpx.Response) -> ElementTree.Element:
    if answer.status_code != httpx.codes.MULTI_STATUS:
        raise _failure(answer)
    try:
        return ElementTree.fromstring(answer.content)  # noqa: S314 - the clinic's own server; expat limits entities
    except ElementTree.ParseError:
        raise DeliveryFailed("the calendar server answered something else") from None


def _texts(element: ElementTree.Element, *names: str) -> list[str]:
    """The texts of the elements of these names, by name."""
    inside = list(element.iter())
    return [one.text for name in names for one in inside if one.tag.endswith(f"}}{name}") and one.text]


def _spans(text: str, zone: dt.tzinfo) -> Iterator[Span]:
    try:
        events = Calendar.from_ical(text).walk("VEVENT")
    except ValueError:
        raise DeliveryFailed("the calendar holds an event that cannot be read") from None
    for event in events:
        if event.get("TRANSP") != "TRANSPARENT" and event.get("STATUS") != "CANCELLED":
            start, end = (_moment(getattr(event, side), zone) for side in ("start", "end"))
            if start < end:
                yield start, end


def _moment(value: dt.date, zone: dt.tzinfo) -> dt.datetime:
    if not isinstance(value, dt.datetime):
        value = dt.datetime.combine(value, dt.time())
    return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(dt.UTC)


def _failure(answer: httpx.Response) -> DeliveryFailed:
    status = answer.status_code
    permanent = 400 <= status < 500 and status not in WORTH_ANOTHER_TRY
    return DeliveryFailed(f"the calendar server answered {status}", permanent=permanent, code=str(status))
