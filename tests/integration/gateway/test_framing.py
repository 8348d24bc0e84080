"""Raw bytes: what proxies and servers read differently is refused, and the connection closes."""

from __future__ import annotations

import asyncio

import pytest

from bot.gateway.framing import flaw_in, host_name
from tests.integration.gateway.conftest import Gateway

BODY = b'{"channel": "web"}'
SESSIONS = b"POST /api/chat/sessions HTTP/1.1\r\n"
HOST = b"Host: 127.0.0.1\r\n"
JSON = b"Content-Type: application/json\r\n"
LENGTH = b"Content-Length: 18\r\n"

REFUSED: list[tuple[str, bytes]] = [
    (
        "chunked",
        SESSIONS + HOST + JSON + b"Transfer-Encoding: chunked\r\n\r\n12\r\n" + BODY + b"\r\n0\r\n\r\n",
    ),
    ("space before colon", SESSIONS + HOST + JSON + LENGTH + b"Transfer-Encoding : chunked\r\n\r\n" + BODY),
    ("tab before colon", SESSIONS + HOST + JSON + LENGTH + b"Transfer-Encoding\t: chunked\r\n\r\n" + BODY),
    ("identity", SESSIONS + HOST + JSON + LENGTH + b"Transfer-Encoding: identity\r\n\r\n" + BODY),
    ("both lengths", SESSIONS + HOST + JSON + LENGTH + b"Transfer-Encoding: chunked\r\n\r\n" + BODY),
    ("vertical tab", SESSIONS + HOST + JSON + LENGTH + b"Transfer-Encoding:\x0bchunked\r\n\r\n" + BODY),
    ("underscore", SESSIONS + HOST + JSON + LENGTH + b"Transfer_Encoding: chunked\r\n\r\n" + BODY),
    ("Content_Length", SESSIONS + HOST + JSON + LENGTH + b"Content_Length: 3\r\n\r\n" + BODY),
    ("two lengths", SESSIONS + HOST + JSON + LENGTH + b"Content-Length: 3\r\n\r\n" + BODY),
    ("same length twice", SESSIONS + HOST + JSON + LENGTH + LENGTH + b"\r\n" + BODY),
    ("plus length", SESSIONS + HOST + JSON + b"Content-Length: +18\r\n\r\n" + BODY),
    ("negative length", SESSIONS + HOST + JSON + b"Content-Length: -1\r\n\r\n" + BODY),
    ("hexadecimal length", SESSIONS + HOST + JSON + b"Content-Length: 0x12\r\n\r\n" + BODY),
    ("list of lengths", SESSIONS + HOST + JSON + b"Content-Length: 18, 18\r\n\r\n" + BODY),
    ("no Host", b"GET /health/live HTTP/1.1\r\n\r\n"),
    ("two Hosts", b"GET /health/live HTTP/1.1\r\n" + HOST + HOST + b"\r\n"),
    ("two Hosts, other case", b"GET /health/live HTTP/1.1\r\n" + HOST + b"hOST: evil.example\r\n\r\n"),
    ("foreign Host", b"GET /health/live HTTP/1.1\r\nHost: evil.example\r\n\r\n"),
    ("Host with user", b"GET /health/live HTTP/1.1\r\nHost: 127.0.0.1@evil.example\r\n\r\n"),
    ("Host with suffix", b"GET /health/live HTTP/1.1\r\nHost: 127.0.0.1.evil.example\r\n\r\n"),
    ("empty Host", b"GET /health/live HTTP/1.1\r\nHost:\r\n\r\n"),
    ("folded header", b"GET /health/live HTTP/1.1\r\n" + HOST + b"X-A: b\r\n c: d\r\n\r\n"),
    ("header without colon", b"GET /health/live HTTP/1.1\r\n" + HOST + b"Nonsense\r\n\r\n"),
    ("header without name", b"GET /health/live HTTP/1.1\r\n" + HOST + b": x\r\n\r\n"),
    ("bare line feed", b"GET /health/live HTTP/1.1\r\n" + HOST + b"X-A: b\nX-B: c\r\n\r\n"),
    ("bare carriage return", b"GET /health/live HTTP/1.1\r\n" + HOST + b"X-A: b\rX-B: c\r\n\r\n"),
    ("NUL in a value", b"GET /health/live HTTP/1.1\r\n" + HOST + b"X-A: b\x00\r\n\r\n"),
    ("absolute target", b"GET http://evil.example/health/live HTTP/1.1\r\n" + HOST + b"\r\n"),
    ("target with two slashes", b"GET //evil.example/ HTTP/1.1\r\n" + HOST + b"\r\n"),
    ("asterisk", b"OPTIONS * HTTP/1.1\r\n" + HOST + b"\r\n"),
    ("CONNECT", b"CONNECT evil.example:443 HTTP/1.1\r\n" + HOST + b"\r\n"),
    ("TRACE", b"TRACE / HTTP/1.1\r\n" + HOST + b"\r\n"),
    ("unknown method", b"BREW / HTTP/1.1\r\n" + HOST + b"\r\n"),
    ("lower-case method", b"get /health/live HTTP/1.1\r\n" + HOST + b"\r\n"),
    ("HTTP/0.9", b"GET /health/live\r\n\r\n"),
    ("HTTP/2 in words", b"GET /health/live HTTP/2.0\r\n" + HOST + b"\r\n"),
    ("two spaces", b"GET  /health/live HTTP/1.1\r\n" + HOST + b"\r\n"),
    ("tab for a space", b"GET\t/health/live HTTP/1.1\r\n" + HOST + b"\r\n"),
    ("unknown expectation", SESSIONS + HOST + JSON + LENGTH + b"Expect: 200-maybe\r\n\r\n" + BODY),
    ("not HTTP", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"),
]
SMUGGLED = b"GET /health/live HTTP/1.1\r\n" + HOST + b"\r\n"


async def exchange(port: int, sent: bytes) -> bytes:
    """Everything the server says until it closes the connection, or for two quiet seconds."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(sent)
        await writer.drain()
        return await asyncio.wait_for(reader.read(), timeout=2)
    finally:
        writer.close()


@pytest.mark.parametrize("sent", [row[1] for row in REFUSED], ids=[row[0] for row in REFUSED])
async def test_it_is_refused_once_and_the_connection_closes(gateway: Gateway, sent: bytes) -> None:
    answer = await exchange(gateway.port, sent + SMUGGLED)
    assert answer.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 417 "))
    assert answer.count(b"HTTP/1.1 ") == 1
    assert b'{"error": {"code": ' in answer
    assert b"Content-Security-Policy" in answer or b"content-security-policy" in answer
    assert gateway.door.talks == {}


async def test_an_ordinary_request_passes(gateway: Gateway) -> None:
    sent = SESSIONS + HOST + JSON + LENGTH + b"Connection: close\r\n\r\n" + BODY
    assert (await exchange(gateway.port, sent)).startswith(b"HTTP/1.1 201 ")


async def test_a_header_without_end_is_refused(gateway: Gateway) -> None:
    answer = await exchange(
        gateway.port, b"GET / HTTP/1.1\r\n" + HOST + b"X-A: " + b"a" * 20_000 + b"\r\n\r\n"
    )
    assert answer.startswith(b"HTTP/1.1 413 ")


async def test_a_body_over_64_kib_is_refused(gateway: Gateway) -> None:
    sent = SESSIONS + HOST + JSON + b"Content-Length: 65537\r\n\r\n" + b" " * 65537
    assert (await exchange(gateway.port, sent)).startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize("host", ["Example.org:8000", "example.org", "EXAMPLE.ORG:1"])
def test_a_host_is_compared_without_port_and_case(host: str) -> None:
    assert host_name(host) == "example.org"
    assert flaw_in(b"GET / HTTP/1.1\r\nHost: " + host.encode(), frozenset({"example.org"})) is None
