"""A listening SMS door for one test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from bot.gateway.assembly import assemble
from bot.gateway.continue_page import continue_blueprint
from bot.gateway.options import LOOPBACK_HOSTS, Face, Options
from bot.gateway.service_door import ServiceDoor
from bot.gateway.sms import sms_blueprint
from bot.gateway.wakes import WakeHub
from bot.messaging import TwilioProvider
from bot.protocols import Protocols
from bot.services.context import Context, Limits
from bot.services.signed_links import VisitLinks
from bot.settings import Settings
from bot.store import Store
from bot.system import RandomIds
from tests.conftest import make_settings
from tests.integration.gateway.serving import listening
from tests.integration.sms.world import (
    ACCOUNT,
    NUMBER,
    PUBLIC_URL,
    TOKEN,
    ScriptedDialogue,
    SetClock,
    WordReader,
    World,
)
from tests.recorder import Recorder


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    """The provider's side."""
    with Recorder.running() as running:
        yield running


@pytest.fixture
def sms_settings(tmp_path: Path, recorder: Recorder) -> Settings:
    """An installation with an open SMS door."""
    return make_settings(
        data_dir=tmp_path,
        twilio_account_sid=ACCOUNT,
        twilio_auth_token=TOKEN,
        sms_number=NUMBER,
        public_url=PUBLIC_URL,
        twilio_api_url=recorder.url,
    )


@pytest.fixture
async def provider(recorder: Recorder) -> AsyncIterator[TwilioProvider]:
    """The line to the recorder."""
    line = TwilioProvider(
        account_sid=ACCOUNT,
        auth_token=TOKEN,
        sender=NUMBER,
        api_url=recorder.url,
        status_callback=f"{PUBLIC_URL}/sms/twilio/status",
    )
    yield line
    await line.close()


@pytest.fixture
def settle_seconds() -> float:
    """Each text stands alone; `test_thoughts.py` waits."""
    return 0


@pytest.fixture
async def world(
    store: Store,
    sms_settings: Settings,
    recorder: Recorder,
    provider: TwilioProvider,
    protocols: Protocols,
    settle_seconds: float,
) -> AsyncIterator[World]:
    """The door listens; no worker runs but when the test says so."""
    clock, dialogue = SetClock(), ScriptedDialogue()
    ctx = Context(
        unit_of_work=store.unit_of_work,
        protocols=protocols,
        reader=WordReader(),
        dialogue=dialogue,
        clock=clock,
        ids=RandomIds(),
        limits=Limits(sms_settle_seconds=settle_seconds),
        links=VisitLinks(secret=b"k" * 32, base=PUBLIC_URL),
    )
    app = assemble(
        door=ServiceDoor(ctx),
        options=options(),
        hub=WakeHub(),
        probes={},
        blueprints=[sms_blueprint(ctx, sms_settings), continue_blueprint(ctx, sms_settings)],
    )
    async with (
        listening(app) as port,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=30) as http,
    ):
        yield World(ctx, store, clock, dialogue, recorder, provider, sms_settings, http)


def options() -> Options:
    """The gateway's own settings."""
    return Options(
        face=lambda: Face(name="Riverbend Spine", phone="(555) 555-0142"),
        public_url=PUBLIC_URL,
        allowed_hosts=LOOPBACK_HOSTS,
    )
