"""A real SMTP server for tests (aiosmtpd): keeps what it takes, answers as it is told.

with Mailbox.running() as mailbox:
    mailbox.answers = ["451 later"]      the next RCPT gets it, then all is taken
    mailbox.taken -> [EmailMessage, ...]
"""

from __future__ import annotations

import contextlib
import email
import ssl
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, Session


class _OnAnyPort(Controller):
    """Port 0 is known only once it listens; the parent asks itself at the start."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        super()._trigger_server()


def make_certificate(folder: Path) -> Path:
    """Certificate and key for 127.0.0.1, signed by itself, in one file."""
    both = folder / "mailbox.pem"
    name = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
    new = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *name]
    subprocess.run([*new, "-keyout", both, "-out", folder / "c.pem"], check=True, capture_output=True)
    both.write_text(both.read_text() + (folder / "c.pem").read_text())
    return both


@dataclass
class Mailbox:
    """`taken`: every e-mail, in order. `answers` to the next recipients, `data_answers` to the next texts."""

    port: int = 0
    taken: list[EmailMessage] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    data_answers: list[str] = field(default_factory=list)
    tries: int = 0
    logins: list[tuple[bytes, bytes]] = field(default_factory=list)

    @classmethod
    @contextlib.contextmanager
    def running(
        cls, *, port: int = 0, certificate: Path | None = None, login: tuple[str, str] | None = None
    ) -> Iterator[Mailbox]:
        """Listens on the loopback; with a certificate it wants STARTTLS first, with `login` that login."""
        mailbox = cls()
        options: dict[str, Any] = {}
        if certificate is not None:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(certificate)
            options |= {"tls_context": context, "require_starttls": True}
        if login:
            options |= {"authenticator": mailbox._authenticator(login), "auth_required": True}
            options |= {"auth_require_tls": certificate is not None}
        controller = _OnAnyPort(mailbox, hostname="127.0.0.1", port=port, **options)
        controller.start()
        try:
            mailbox.port = controller.port
            yield mailbox
        finally:
            controller.stop(no_assert=True)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: object, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.tries += 1
        if self.answers:
            return self.answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: object, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.data_answers:
            return self.data_answers.pop(0)
        message = email.message_from_bytes(envelope.content or b"", policy=default)  # type: ignore[arg-type]
        assert isinstance(message, EmailMessage)
        self.taken.append(message)
        return "250 OK"

    def _authenticator(self, login: tuple[str, str]) -> Any:
        expected = tuple(part.encode() for part in login)

        def check(server: object, session: object, envelope: object, mechanism: str, data: Any) -> AuthResult:
            self.logins.append((data.login, data.password))
            return AuthResult(success=self.logins[-1] == expected, handled=False)

        return check
