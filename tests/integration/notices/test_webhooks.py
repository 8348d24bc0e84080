"""Signed webhooks: checked by the published library and by the README's own example."""

from __future__ import annotations

import base64
import datetime as dt
import re
import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from bot.domain.errors import DeliveryFailed
from bot.messaging import Webhooks
from bot.messaging.webhooks import Target
from bot.services.context import Context
from bot.services.ports import Outbound
from bot.services.queues import outgoing, post
from bot.settings import ROOT
from tests.integration.services.conftest import StandingClock
from tests.receiver import Receiver

NEW, OLD = b"n" * 32, b"o" * 32
BODY = '{"type": "case.new_task", "data": {"case_id": "3f", "priority": "P0"}}'


def written(secret: bytes) -> str:
    """As a receiver has it."""
    return "whsec_" + base64.b64encode(secret).decode()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver.running() as running:
        yield running


@pytest.fixture
async def line(receiver: Receiver) -> AsyncIterator[Webhooks]:
    line = Webhooks({"pager": Target(url=receiver.url, secrets=(NEW, OLD))}, whole_seconds=2.0)
    yield line
    await line.close()


def an_event(**given: Any) -> Outbound:
    fields = {"id": "e1" * 16, "case_id": None, "to": "pager", "body": BODY, "dedupe_key": "k"}
    return Outbound(**fields | {"created_at": dt.datetime.now(dt.UTC), "channel": "webhook"} | given)


def readme_example() -> Callable[[str, dict[str, str], bytes, float], None]:
    """The function that the README shows to who checks without a library."""
    text = (ROOT / "README.md").read_text(encoding="utf-8").partition("## Webhooks")[2]
    [code] = re.findall(r"```python\n(.*?)```", text.partition("\n## ")[0], re.S)
    names: dict[str, Any] = {}
    exec(code, names)  # noqa: S102 - our own README
    found: Callable[[str, dict[str, str], bytes, float], None] = names["verify"]
    return found


@pytest.mark.parametrize("secret", [NEW, OLD])
async def test_either_secret_checks_by_library_and_by_the_readme(
    line: Webhooks, receiver: Receiver, secret: bytes
) -> None:
    assert await line.carry(an_event()) == "e1" * 16
    [got] = receiver.got
    assert got.headers["content-type"] == "application/json"
    assert Webhook(written(secret)).verify(got.body, got.headers)["type"] == "case.new_task"
    readme_example()(written(secret), got.headers, got.body, time.time())


async def test_what_was_changed_or_recorded_is_refused(line: Webhooks, receiver: Receiver) -> None:
    await line.carry(an_event())
    [got] = receiver.got
    verify = readme_example()
    forged = [
        (written(b"x" * 32), got.headers, got.body, 0),
        (written(NEW), got.headers, got.body.replace(b"P0", b"P3"), 0),
        (written(NEW), got.headers | {"webhook-id": "e2" * 16}, got.body, 0),
        (written(NEW), got.headers, got.body, 301),
        (written(NEW), got.headers, got.body, -301),
    ]
    for secret, headers, body, later in forged:
        with pytest.raises(ValueError, match=r"secret|old"):
            verify(secret, headers, body, time.time() + later)
    with pytest.raises(WebhookVerificationError):
        Webhook(written(NEW)).verify(got.body + b" ", got.headers)


async def test_each_try_has_the_same_id_and_its_own_time(receiver: Receiver) -> None:
    moments = iter((1_800_000_000.0, 1_800_000_007.0))
    line = Webhooks({"pager": Target(url=receiver.url, secrets=(NEW,))}, now=lambda: next(moments))
    for _ in range(2):
        await line.carry(an_event())
    await line.close()
    assert {got.headers["webhook-id"] for got in receiver.got} == {"e1" * 16}
    assert [got.headers["webhook-timestamp"] for got in receiver.got] == ["1800000000", "1800000007"]


@pytest.mark.parametrize(
    ("status", "permanent"),
    [
        (500, False),
        (429, False),
        (404, False),
        (400, False),
        (410, True),
        (301, True),
        (307, True),
        (308, True),
    ],
)
async def test_only_2xx_takes_it(line: Webhooks, receiver: Receiver, status: int, permanent: bool) -> None:
    receiver.answers = [status]
    with pytest.raises(DeliveryFailed) as refused:
        await line.carry(an_event())
    assert (refused.value.permanent, refused.value.code) == (permanent, str(status))
    assert [got.path for got in receiver.got] == ["/in"], "a redirection is not followed"


async def test_a_target_that_hangs_is_a_failure_in_time(receiver: Receiver) -> None:
    receiver.delay_seconds = 0.5
    line = Webhooks({"pager": Target(url=receiver.url, secrets=(NEW,))}, whole_seconds=0.1)
    with pytest.raises(DeliveryFailed) as late:
        await line.carry(an_event())
    await line.close()
    assert (late.value.permanent, late.value.code) == (False, "timeout")


async def test_nobody_but_a_configured_target_is_called(line: Webhooks, receiver: Receiver) -> None:
    for name in ("other", receiver.url, ""):
        with pytest.raises(DeliveryFailed) as unknown:
            await line.carry(an_event(to=name))
        assert (unknown.value.permanent, unknown.value.code) == (True, "no_target")
    assert receiver.got == []


async def test_an_event_that_is_refused_holds_up_no_other(
    ctx: Context, clock: StandingClock, line: Webhooks, receiver: Receiver
) -> None:
    async with ctx.unit_of_work() as uow:
        for name in ("one", "two"):
            await post.queue(
                ctx, uow, to="pager", body=f'"{name}"', case_id=None, channel="webhook", dedupe_key=name
            )
        await uow.commit()
    [first, *_] = await outgoing.claim_due(ctx, "webhook", owner="t", limit=1)
    receiver.answers = [500]
    await outgoing.deliver(ctx, line, first, jitter=lambda: 1.0)
    await outgoing.deliver_due(ctx, line, owner="t")
    clock.forward(seconds=2)
    await outgoing.deliver_due(ctx, line, owner="t")
    assert [got.body for got in receiver.got] == [b'"one"', b'"two"', b'"one"']
    assert receiver.got[0].headers["webhook-id"] == receiver.got[2].headers["webhook-id"]
