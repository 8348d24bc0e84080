"""Only requests that every reader on the way would read the same way.

A proxy and a server that disagree about where a request ends, or whom it is for, let one visitor
write into another's. Sanic 25.12 takes `Transfer-Encoding : chunked` (and then believes
Content-Length), two Hosts and no Host; so the raw head is checked before anything is parsed from it.
Clients of a chat never need chunked requests: every Transfer-Encoding is refused.
"""

from __future__ import annotations

import re
from typing import Any

from sanic.exceptions import BadRequest
from sanic.request import Request

_TOKEN = re.compile(rb"[!#$%&'*+.^`|~0-9A-Za-z-]+\Z")  # RFC 9110 5.6.2 without the underscore, see below
_FORBIDDEN = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_METHODS = frozenset({b"GET", b"HEAD", b"POST", b"PUT", b"PATCH", b"DELETE", b"OPTIONS"})
_PORT = re.compile(r":\d{1,5}\Z")


def flaw_in(head: bytes, allowed_hosts: frozenset[str]) -> str | None:
    """Why this request head is refused, or None. Never quotes the head."""
    request_line, *lines = head.split(b"\r\n")
    flaw = _flaw_in_request_line(request_line)
    if flaw:
        return flaw
    fields = [line.partition(b":") for line in lines]
    if any(not colon or not _TOKEN.match(name) for name, colon, _ in fields):
        # An underscore becomes a hyphen in CGI-like servers: Content_Length would count there.
        return "a header name is not a token"
    if any(_FORBIDDEN.search(value) for _, _, value in fields):
        return "a header value holds a control character"
    return _flaw_in_fields([(name.lower(), value) for name, _, value in fields], allowed_hosts)


def _flaw_in_request_line(line: bytes) -> str | None:
    method, _, rest = line.partition(b" ")
    if method not in _METHODS:
        return "unknown method"
    if not rest.startswith(b"/") or rest.startswith(b"//"):
        return "the target must be a path"
    return "the request line holds a control character" if _FORBIDDEN.search(line) else None


def _flaw_in_fields(fields: list[tuple[bytes, bytes]], allowed_hosts: frozenset[str]) -> str | None:
    names = [name for name, _ in fields]
    if b"transfer-encoding" in names:
        return "Transfer-Encoding is not accepted"
    if names.count(b"content-length") > 1:
        return "more than one Content-Length"
    if names.count(b"host") != 1:
        return "exactly one Host is needed"
    host = next(value for name, value in fields if name == b"host")
    return None if host_name(host.decode("latin-1")) in allowed_hosts else "this Host is not served here"


def host_name(host: str) -> str:
    """`Example.org:8000` -> `example.org`."""
    return _PORT.sub("", host.strip()).lower()


class StrictRequest(Request[Any, Any]):
    """A request whose raw head was checked; raises BadRequest (and the connection closes) otherwise."""

    def __init__(self, *, url_bytes: bytes, app: Any, head: bytes = b"", **named: Any) -> None:
        if not head:
            # Sanic makes a request without a head to answer one it could not parse. Given the same
            # bad address it would fail again, answer nothing, and log the address.
            url_bytes = b"/"
        elif flaw := flaw_in(head, app.ctx.options.allowed_hosts):
            raise BadRequest(f"Request refused: {flaw}.")
        super().__init__(url_bytes=url_bytes, app=app, head=head, **named)
