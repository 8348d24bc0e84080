"""Twilio's request signature: base64(HMAC-SHA1(auth token, address + sorted fields)).

It has no time and no borders between fields (`Body=hi, From=+1555` signs like `Body=hiFrom+1555`),
so the door also asks for every field it needs, for our account and number, and takes each MessageSid once.
Source: Twilio, "Webhooks security". The vendor's SDK is the oracle of the tests, not a dependency.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from urllib.parse import SplitResult, urlsplit, urlunsplit

Fields = Sequence[tuple[str, str]]

DEFAULT_PORTS = {"https": 443, "http": 80}


def is_genuine(signature: str, *, url: str, fields: Fields, token: str) -> bool:
    """Whether Twilio signed this request for this address (with or without its port, as Twilio may)."""
    given = signature.encode("utf-8", "surrogateescape")
    with_port, without = (_sign(address, fields, token) for address in _spellings(url))
    return hmac.compare_digest(with_port, given) | hmac.compare_digest(without, given)


def _sign(url: str, fields: Fields, token: str) -> bytes:
    # A field that comes twice is signed with its different values in order.
    signed = url + "".join(f"{name}{value}" for name, value in sorted(set(fields)))
    return base64.b64encode(hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest())


def _spellings(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    port = parts.port or DEFAULT_PORTS[parts.scheme]
    return _with_host(parts, f"{_host(parts)}:{port}"), _with_host(parts, _host(parts))


def _host(parts: SplitResult) -> str:
    """Host and user part as they are written, without the port."""
    user, at, address = parts.netloc.rpartition("@")
    bare = address if address.endswith("]") else address.rsplit(":", 1)[0]
    return f"{user}{at}{bare}"


def _with_host(parts: SplitResult, host: str) -> str:
    return urlunsplit(parts._replace(netloc=host))
