"""A local stand-in for Twilio's REST API: strict about what it is sent, keeps it, fails on request.

with Recorder.running() as recorder:
    ...point INTAKE_TWILIO_API_URL at recorder.url...
    recorder.sent -> [Sent(to=..., body=..., ...), ...]
"""

from __future__ import annotations

import base64
import contextlib
import json
import re
import socket
import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs
from uuid import uuid4

from tests.listening import listening

PATH = re.compile(r"/2010-04-01/Accounts/(AC[0-9a-zA-Z]{2,64})/Messages\.json\Z")
NUMBER = re.compile(r"\+[1-9][0-9]{6,14}\Z")
FIELDS = {"To", "From", "Body", "StatusCallback"}
CALLBACK = re.compile(r"https?://[^\s/]+/\S*\Z")
MOST_CHARACTERS = 1600
RESET = struct.pack("ii", 1, 0)
"""SO_LINGER of zero seconds: closing sends a reset."""


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A text that the provider took."""

    sid: str
    account: str
    to: str
    sender: str
    body: str
    status_callback: str | None
    dedupe_key: str | None
    at: float


@dataclass(kw_only=True)
class Failure:
    """What to answer instead of 201, how many times, to which number (None: any)."""

    status: int = 500
    code: int | None = None
    times: int = 1
    to: str | None = None
    reset: bool = False
    delay_seconds: float = 0.0
    body: bytes | None = None


@dataclass(kw_only=True)
class Recorder:
    """`sent` holds what was taken, `refused` what was sent wrongly, `tries` every request to send."""

    url: str = ""
    sent: list[Sent] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    tries: int = 0
    failures: list[Failure] = field(default_factory=list)
    opted_out: set[str] = field(default_factory=set)
    """Numbers on the provider's own list: 400 with 21610."""
    fates: dict[str, tuple[str, str]] = field(default_factory=dict)
    """How texts to a number end, as (state, error code); any other is delivered."""

    @classmethod
    @contextlib.contextmanager
    def running(cls) -> Iterator[Recorder]:
        """Listens on a free port of the loopback."""
        recorder = cls()
        with listening(_handler(recorder)) as recorder.url:
            yield recorder

    def fail(self, **failure: Any) -> None:
        """Fail the next tries: `fail(code=21610, status=400)`, `fail(reset=True, times=3)`."""
        self.failures.append(Failure(**failure))

    def reports(self, sent: Sent) -> list[tuple[str, dict[str, str]]]:
        """The status callbacks of a text, in order: the address and the form's fields, still to be signed."""
        state, code = self.fates.get(sent.to, ("delivered", ""))
        if sent.status_callback is None:
            return []
        fields = {
            "SmsSid": sent.sid, "To": sent.to, "MessageSid": sent.sid, "AccountSid": sent.account,
            "From": sent.sender, "ApiVersion": "2010-04-01",
        }  # fmt: skip
        states = [("queued", ""), ("sent", ""), (state, code)]
        return [
            (sent.status_callback, fields | {"SmsStatus": one, "MessageStatus": one} | _error(error))
            for one, error in states
        ]

    def failure_for(self, to: str) -> Failure | None:
        """The failure that this try meets; used up by it."""
        for failure in self.failures:
            if failure.times > 0 and failure.to in (None, to):
                failure.times -= 1
                return failure
        return None


def _error(code: str) -> dict[str, str]:
    return {"ErrorCode": code} if code else {}


def _handler(recorder: Recorder) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            recorder.tries += 1
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            form = parse_qs(body.decode(), keep_blank_values=True)
            flaw = _flaw(self.path, dict(self.headers.items()), form)
            if flaw is not None:
                recorder.refused.append(flaw.message)
                self.refuse(flaw)
                return
            plain = {name: values[0] for name, values in form.items()}
            if plain["To"] in recorder.opted_out:
                self.refuse(Flaw(21610, "Attempt to send to unsubscribed recipient"))
                return
            failure = recorder.failure_for(plain["To"])
            if failure is None or not self.fail(failure):
                self.take(plain)

        def take(self, form: dict[str, str]) -> None:
            sent = Sent(
                sid="SM" + uuid4().hex,
                account=self.path.split("/")[3],
                to=form["To"],
                sender=form["From"],
                body=form["Body"],
                status_callback=form.get("StatusCallback"),
                dedupe_key=self.headers.get("I-Twilio-Idempotency-Token"),
                at=time.monotonic(),
            )
            recorder.sent.append(sent)
            self.answer(201, _resource(sent))

        def fail(self, failure: Failure) -> bool:
            """False when the try is only slow, not failed."""
            time.sleep(failure.delay_seconds)
            if failure.reset:
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                self.close_connection = True
                self.connection.close()
                return True
            if failure.status == 201 and failure.body is None:
                return False
            self.refuse(Flaw(failure.code, "made to fail", status=failure.status), raw=failure.body)
            return True

        def refuse(self, flaw: Flaw, *, raw: bytes | None = None) -> None:
            page = f"https://www.twilio.com/docs/errors/{flaw.code}" if flaw.code else None
            content = {
                "code": flaw.code, "message": flaw.message, "more_info": page, "status": flaw.status,
            }  # fmt: skip
            self.answer(flaw.status, content, raw=raw)

        def answer(self, status: int, content: dict[str, Any], *, raw: bytes | None = None) -> None:
            body = raw if raw is not None else json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with contextlib.suppress(ConnectionError):  # the sender lost patience
                self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Quiet: the texts are patients' words."""

    return Handler


@dataclass(frozen=True)
class Flaw:
    """Why the real API would refuse a request; `code` is Twilio's, None where it names none."""

    code: int | None
    message: str
    status: int = 400


def _flaw(path: str, headers: dict[str, str], form: dict[str, list[str]]) -> Flaw | None:
    """What is wrong with a request to send, or None."""
    account = PATH.match(path)
    if account is None:
        return Flaw(20404, "unknown path", status=404)
    kind, _, credentials = headers.get("Authorization", "").partition(" ")
    user, _, token = base64.b64decode(credentials or "").decode().partition(":")
    if kind != "Basic" or user != account.group(1) or not token:
        needed = "basic authentication with the path's account and its token is needed"
        return Flaw(20003, needed, status=401)
    if not headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded"):
        return Flaw(21602, "a form is needed")
    if not set(form) <= FIELDS or any(len(values) != 1 for values in form.values()):
        return Flaw(20001, f"fields are {sorted(FIELDS)}, each once")  # the real one ignores some: we do not
    return _flaw_in_text({name: values[0] for name, values in form.items()})


def _flaw_in_text(form: dict[str, str]) -> Flaw | None:
    callback = form.get("StatusCallback")
    checks = (
        (NUMBER.match(form.get("To", "")), Flaw(21211, "To is a number like +15555550142")),
        (NUMBER.match(form.get("From", "")), Flaw(21212, "From is a number like +15555550142")),
        (form.get("Body", "").strip(), Flaw(21602, "a body is needed")),
        (len(form.get("Body", "")) <= MOST_CHARACTERS, Flaw(21617, "at most 1,600 characters")),
        (callback is None or CALLBACK.match(callback), Flaw(21609, "StatusCallback is a web address")),
    )
    return next((flaw for fits, flaw in checks if not fits), None)


def _resource(sent: Sent) -> dict[str, Any]:
    """A message as the real API returns it when it was taken; what is not known yet is null."""
    return {
        "sid": sent.sid, "account_sid": sent.account, "status": "queued", "direction": "outbound-api",
        "to": sent.to, "from": sent.sender, "body": sent.body, "num_segments": "1", "num_media": "0",
        "error_code": None, "error_message": None, "price": None, "price_unit": "USD", "date_sent": None,
        "messaging_service_sid": None, "api_version": "2010-04-01",
        "uri": f"/2010-04-01/Accounts/{sent.account}/Messages/{sent.sid}.json",
    }  # fmt: skip
