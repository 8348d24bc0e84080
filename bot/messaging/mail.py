"""E-mail over SMTP (behind `bot.services.ports.Carrier`; RFC 5321, RFC 8314).

aiosmtplib: alive, typed, no dependency of its own, and it says which step of the dialogue failed with which
code. `smtplib` of the standard library would need a thread for every server that hangs.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from email.headerregistry import Address
from email.message import EmailMessage
from typing import Literal

import aiosmtplib

from bot.domain.errors import DeliveryFailed
from bot.domain.notices import Channel
from bot.services.ports import Outbound

Security = Literal["starttls", "tls", "none"]

STEP_SECONDS = 10.0
"""For connecting and for each answer."""
WHOLE_SECONDS = 40.0
"""For one e-mail from greeting to goodbye; shorter than the outbox's lease."""


class MailServer:
    """One account of one server; a connection for each e-mail, so nothing is kept that can go stale.

    `sender_name` is asked anew for each: the clinic may change its name at any time.
    """

    channel: Channel = "email"

    def __init__(
        self,
        *,
        host: str,
        port: int,
        security: Security,
        sender: str,
        sender_name: Callable[[], str],
        user: str | None = None,
        password: str | None = None,
        step_seconds: float = STEP_SECONDS,
    ) -> None:
        self._sender, self._sender_name = sender, sender_name
        self._given = {
            "hostname": host,
            "port": port,
            "use_tls": security == "tls",
            "start_tls": security == "starttls",
            "username": user,
            "password": password,
            "timeout": step_seconds,
            "local_hostname": self._domain,
        }

    async def carry(self, item: Outbound) -> str:
        """Send one e-mail; the item's own id, which is in its Message-ID: a repeat bears the same one.

        Raises DeliveryFailed: `permanent` for an answer 5xx about this e-mail, with the code. A refused
        login is the operator's to repair: e-mails wait for it.
        """
        message = self.message(item)
        try:
            async with asyncio.timeout(WHOLE_SECONDS):
                await self._send(message)
        except aiosmtplib.SMTPAuthenticationError as error:
            raise DeliveryFailed("the mail server refused our login", code=str(error.code)) from None
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise _answered(error.recipients[0].code) from None
        except aiosmtplib.SMTPConnectResponseError as error:
            raise DeliveryFailed("the mail server turned us away", code=str(error.code)) from None
        except aiosmtplib.SMTPResponseException as error:
            raise _answered(error.code) from None
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            raise DeliveryFailed(
                f"the mail server could not be reached: {type(error).__name__}", code=_kind(error)
            ) from None
        return item.id

    def message(self, item: Outbound) -> EmailMessage:
        """The e-mail of an item of the outbox; the same item gives the same e-mail."""
        message = EmailMessage()
        user, _, domain = self._sender.partition("@")
        message["From"] = Address(self._sender_name(), user, domain)
        message["To"] = item.to
        message["Subject"] = item.subject
        message["Date"] = item.created_at
        message["Message-ID"] = f"<{item.id}@{self._domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(item.body)
        if item.invitation is not None:
            method = "CANCEL" if "\nMETHOD:CANCEL" in item.invitation else "REQUEST"
            message.add_alternative(item.invitation, subtype="calendar", params={"method": method})
        return message

    async def close(self) -> None:
        """Nothing is kept open."""

    @property
    def _domain(self) -> str:
        return self._sender.partition("@")[2]

    async def _send(self, message: EmailMessage) -> None:
        line = aiosmtplib.SMTP(**self._given)  # type: ignore[arg-type]
        try:
            await line.connect()
            await line.send_message(message)
            # It is the server's now: a goodbye that fails must not send it again.
            with contextlib.suppress(aiosmtplib.SMTPException, OSError):
                await line.quit()
        finally:
            line.close()


def _answered(code: int) -> DeliveryFailed:
    # The server's text may quote the recipient: only the number is kept.
    return DeliveryFailed(f"the mail server answered {code}", permanent=500 <= code < 600, code=str(code))


def _kind(error: Exception) -> str | None:
    """A word for what no code of the server explains."""
    if isinstance(error, TimeoutError):
        return "timeout"
    if "certificate" in str(error).lower():
        return "certificate"
    return "no_tls" if "STARTTLS" in str(error) else None
