"""E-mail against a real SMTP server: what is accepted, refused, late, and what the e-mail looks like."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.domain.errors import DeliveryFailed
from bot.messaging import MailServer
from bot.services.context import Context
from bot.services.ports import Outbound
from bot.services.queues import outgoing, post
from tests.integration.services.conftest import StandingClock
from tests.mailbox import Mailbox, make_certificate

FROM = "intake@clinic.example"


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with Mailbox.running() as running:
        yield running


def server(port: int, **given: Any) -> MailServer:
    fields: dict[str, Any] = {"host": "127.0.0.1", "security": "none", "sender": FROM, "step_seconds": 2.0}
    return MailServer(port=port, sender_name=lambda: "Spine Clinic", **fields | given)


def an_email(**given: Any) -> Outbound:
    fields = {"id": "a1" * 16, "case_id": None, "to": "nurse@clinic.example", "body": "A case waits.\n"}
    fields |= {"dedupe_key": "k", "created_at": dt.datetime(2026, 12, 1, 16, 0, tzinfo=dt.UTC)}
    return Outbound(**fields | {"channel": "email", "subject": "Spine Intake: a case waits (P0)"} | given)


async def queue(ctx: Context, *bodies: str, to: str = "nurse@clinic.example") -> None:
    async with ctx.unit_of_work() as uow:
        for body in bodies:
            await post.queue(
                ctx, uow, to=to, body=body, subject="A case waits", case_id=None, channel="email",
                dedupe_key=f"{to}:{body}",
            )  # fmt: skip
        await uow.commit()


async def work(ctx: Context, line: MailServer) -> None:
    while await outgoing.deliver_due(ctx, line, owner="t", jitter=lambda: 1.0):
        pass


async def dead(ctx: Context) -> list[tuple[str, str | None]]:
    async with ctx.unit_of_work(write=False) as uow:
        found = await uow.outbox.undelivered(troubled_after=1000)
    return [(item.body, item.error) for item in found]


async def test_an_email_says_who_sends_it_and_bears_the_id_of_its_entry(mailbox: Mailbox) -> None:
    assert await server(mailbox.port).carry(an_email()) == "a1" * 16
    [taken] = mailbox.taken
    assert taken["From"] == "Spine Clinic <intake@clinic.example>"
    assert taken["To"] == "nurse@clinic.example"
    assert taken["Message-ID"] == f"<{'a1' * 16}@clinic.example>"
    assert taken["Auto-Submitted"] == "auto-generated"
    assert taken["Date"].datetime == dt.datetime(2026, 12, 1, 16, 0, tzinfo=dt.UTC)
    assert taken.get_content().strip() == "A case waits."


async def test_a_repeat_is_the_same_email(mailbox: Mailbox) -> None:
    line = server(mailbox.port)
    for _ in range(2):
        await line.carry(an_email())
    assert mailbox.taken[0].as_string() == mailbox.taken[1].as_string()


@pytest.mark.parametrize(
    ("answer", "permanent", "code"),
    [("451 try later", False, "451"), ("421 busy", False, "421"), ("550 no such user", True, "550")],
)
async def test_what_the_server_answers(mailbox: Mailbox, answer: str, permanent: bool, code: str) -> None:
    mailbox.answers = [answer]
    with pytest.raises(DeliveryFailed) as refused:
        await server(mailbox.port).carry(an_email())
    assert (refused.value.permanent, refused.value.code) == (permanent, code)
    assert "nurse" not in str(refused.value)
    mailbox.data_answers = [answer]
    with pytest.raises(DeliveryFailed) as refused:
        await server(mailbox.port).carry(an_email())
    assert (refused.value.permanent, refused.value.code) == (permanent, code)


async def test_a_server_that_is_away_for_an_hour_gets_each_email_once(
    ctx: Context, clock: StandingClock, mailbox: Mailbox
) -> None:
    with Mailbox.running() as gone:
        port = gone.port
    line = server(port)
    await queue(ctx, "one", "two")
    for _ in range(60):
        await work(ctx, line)
        clock.forward(minutes=1)
    assert await dead(ctx) == []
    with Mailbox.running(port=port) as back:
        clock.forward(minutes=5)
        await work(ctx, line)
        clock.forward(hours=3)
        await work(ctx, line)
        assert [taken.get_content().strip() for taken in back.taken] == ["one", "two"]


async def test_a_temporary_refusal_is_tried_again_and_keeps_the_order(
    ctx: Context, clock: StandingClock, mailbox: Mailbox
) -> None:
    mailbox.answers = ["451 later"] * 2
    await queue(ctx, "one", "two")
    for seconds in (0, 2, 4):
        clock.forward(seconds=seconds)
        await work(ctx, server(mailbox.port))
    assert [taken.get_content().strip() for taken in mailbox.taken] == ["one", "two"]


async def test_a_mailbox_that_is_not_there_is_dead_at_once_and_holds_up_no_other(
    ctx: Context, mailbox: Mailbox
) -> None:
    mailbox.answers = ["550 no such user"]
    await queue(ctx, "one", "two")
    await work(ctx, server(mailbox.port))
    assert [taken.get_content().strip() for taken in mailbox.taken] == ["two"]
    assert await dead(ctx) == [("one", "550")]


async def test_after_a_day_it_is_given_up_and_seen(ctx: Context, clock: StandingClock) -> None:
    with Mailbox.running() as gone:
        line = server(gone.port)
    await queue(ctx, "one")
    await work(ctx, line)
    clock.forward(hours=24)
    await work(ctx, line)
    assert await dead(ctx) == [("one", "unreachable")]


@contextlib.asynccontextmanager
async def hanging() -> AsyncIterator[int]:
    """A server that takes the connection and says nothing."""
    held: list[asyncio.StreamWriter] = []

    async def hold(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        held.append(writer)
        await reader.read()

    listening = await asyncio.start_server(hold, "127.0.0.1", 0)
    try:
        yield listening.sockets[0].getsockname()[1]
    finally:
        for writer in held:
            writer.close()
        listening.close()


async def test_a_server_that_hangs_is_a_failure_in_time() -> None:
    async with hanging() as port:
        with pytest.raises(DeliveryFailed) as late:
            await server(port, step_seconds=0.1).carry(an_email())
    assert (late.value.permanent, late.value.code) == (False, "timeout")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("certificate"))


async def test_login_and_words_go_over_tls_only(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secure: dict[str, Any] = {"security": "starttls", "user": "intake", "password": "pass-word"}
    with Mailbox.running(certificate=certificate, login=("intake", "pass-word")) as mailbox:
        with pytest.raises(DeliveryFailed) as untrusted:
            await server(mailbox.port, **secure).carry(an_email())
        assert (untrusted.value.code, mailbox.logins) == ("certificate", [])
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        await server(mailbox.port, **secure).carry(an_email())
        assert len(mailbox.taken) == 1
        with pytest.raises(DeliveryFailed) as refused:
            await server(mailbox.port, **secure | {"password": "old"}).carry(an_email())
        assert (refused.value.permanent, refused.value.code) == (False, "535")


async def test_a_server_without_tls_gets_nothing_when_tls_is_wanted(mailbox: Mailbox) -> None:
    with pytest.raises(DeliveryFailed) as plain:
        await server(mailbox.port, security="starttls").carry(an_email())
    assert (plain.value.code, mailbox.tries) == ("no_tls", 0)
