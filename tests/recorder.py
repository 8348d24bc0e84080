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
                recorder.refused.append(flaw)
                self.answer(400, {"code": 21602, "message": flaw, "status": 400})
                return
            plain = {name: values[0] for name, values in form.items()}
            if plain["To"] in recorder.opted_out:
                self.answer(400, {"code": 21610, "message": "unsubscribed recipient", "status": 400})
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
            self.answer(201, {"sid": sent.sid, "status": "queued", "to": sent.to, "error_code": None})

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
            message = {"code": failure.code, "message": "made to fail", "status": failure.status}
            self.answer(failure.status, message, raw=failure.body)
            return True

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


def _flaw(path: str, headers: dict[str, str], form: dict[str, list[str]]) -> str | None:
    """Why the real API would refuse this, or None."""
    account = PATH.match(path)
    if account is None:
        return "unknown path"
    kind, _, credentials = headers.get("Authorization", "").partition(" ")
    user, _, token = base64.b64decode(credentials or "").decode().partition(":")
    if kind != "Basic" or user != account.group(1) or not token:
        return "basic authentication with the path's account and its token is needed"
    if not headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded"):
        return "a form is needed"
    if not set(form) <= FIELDS or any(len(values) != 1 for values in form.values()):
        return f"fields are {sorted(FIELDS)}, each once"
    return _flaw_in_text({name: values[0] for name, values in form.items()})


def _flaw_in_text(form: dict[str, str]) -> str | None:
    if not all(NUMBER.match(form.get(name, "")) for name in ("To", "From")):
        return "To and From are numbers like +15555550142"
    if not form.get("Body", "").strip():
        return "a body is needed"
    callback = form.get("StatusCallback")
    if callback is not None and not CALLBACK.match(callback):
        return "StatusCallback is an address like https://clinic.example/sms/status"
    return "at most 1,600 characters" if len(form["Body"]) > MOST_CHARACTERS else None
