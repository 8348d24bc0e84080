"""Every address is described: in the OpenAPI document, or in the README's table."""

from __future__ import annotations

import re
import socket

import httpx
import pytest

from bot.bootstrap import build_app
from bot.gateway.assembly import App, listening
from bot.settings import ROOT
from tests.conftest import make_settings


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> App:
    """The gateway with every door open."""
    return build_app(
        make_settings(
            data_dir=tmp_path_factory.mktemp("data"),
            public_url="https://intake.example",
            twilio_account_sid="AC" + "0" * 32,
            twilio_auth_token="t" * 32,
            sms_number="+13145550100",
        )
    )


def paths_of(app: App) -> set[str]:
    """As the OpenAPI document writes them: `/api/staff/cases/{case_id}`."""
    return {re.sub(r"<(?:__)?(\w+?)(?:__)?:[^>]*>", r"{\1}", f"/{route.path}") for route in app.router.routes}


async def described_paths(app: App) -> set[str]:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        async with listening(app, sock=sock), httpx.AsyncClient() as client:
            answer = await client.get(f"http://127.0.0.1:{sock.getsockname()[1]}/api/openapi.json")
    return set(answer.json()["paths"])


async def test_every_address_is_described_and_none_besides(app: App) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    described = await described_paths(app)
    assert [path for path in sorted(paths_of(app) - described) if f"`{path}`" not in readme] == []
    assert described - paths_of(app) == set()
