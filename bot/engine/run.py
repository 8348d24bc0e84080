"""`python -m bot.engine.run`: the engine, on loopback, with the model that fits the sources.

From the environment, all required:
INTAKE_ENGINE_URL (or INTAKE_ENGINE_PORT)   where it listens; the host is always 127.0.0.1
INTAKE_ENGINE_SECRET                        what callers send in X-Intake-Secret
INTAKE_ACTIONS_URL, INTAKE_ACTIONS_SECRET   the action server
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.engine import model_store
from bot.engine.train import prepare

if TYPE_CHECKING:
    from sanic import Sanic

SHORTEST_SECRET = 32


class SettingRefused(Exception):  # noqa: N818 - said to the person who starts the engine
    """A setting is missing or wrong; the message names it, never its value."""


@dataclass(frozen=True)
class EngineSettings:
    """What the engine needs to know."""

    port: int
    secret: str = field(repr=False)
    actions_url: str
    actions_secret: str = field(repr=False)
    log_level: str = "INFO"


def main() -> int:
    """Serve until SIGTERM or Ctrl-C; 1 with one line when it may not start."""
    prepare()
    try:
        settings = read_settings(os.environ)
        name = model_store.fingerprint(model_store.source_hashes())
        model = model_store.verified(name)
    except (SettingRefused, model_store.ModelRefused) as error:
        print(f"engine: {error}", file=sys.stderr)
        return 1
    return serve(create_app(settings, model=model), port=settings.port)


def serve(app: Sanic, *, port: int) -> int:
    """0 when it served and was told to stop; 1 when it never listened: Sanic only logs a taken port.

    The supervisor takes 0 for "stopped on purpose" and would leave the engine down for good.
    """
    app.ctx.listened = False
    app.register_listener(_listens, "after_server_start")
    app.run(host="127.0.0.1", port=port, workers=1, access_log=False)
    return 0 if app.ctx.listened else 1


async def _listens(app: Sanic, loop: object) -> None:
    app.ctx.listened = True


def read_settings(environment: Mapping[str, str]) -> EngineSettings:
    """Raises SettingRefused."""
    return EngineSettings(
        port=_port(environment),
        secret=_secret(environment, "INTAKE_ENGINE_SECRET"),
        actions_url=_given(environment, "INTAKE_ACTIONS_URL").rstrip("/"),
        actions_secret=_secret(environment, "INTAKE_ACTIONS_SECRET"),
        log_level=environment.get("INTAKE_LOG_LEVEL", "INFO"),
    )


def create_app(settings: EngineSettings, *, model: Path, name: str = "intake_engine") -> Sanic:
    """Rasa's app with our channel alone: no REST channel, no HTTP API, no root page."""
    import rasa.core.agent
    from rasa.core.channels import channel as rasa_channels
    from rasa.core.utils import AvailableEndpoints
    from rasa.utils.endpoints import EndpointConfig
    from sanic import Sanic

    from bot.engine import patches, wire
    from bot.engine.channel import SECRET_HEADER, LoopbackInput
    from bot.engine.tracker_store import CarriedTrackerStore

    patches.apply()
    _quiet(settings.log_level)
    store = CarriedTrackerStore()
    action = EndpointConfig(
        url=f"{settings.actions_url}/webhook", headers={SECRET_HEADER: settings.actions_secret}
    )
    endpoints = AvailableEndpoints(action=action, tracker_store=store)
    app = Sanic(name, configure_logging=False)
    app.config.REQUEST_MAX_SIZE = wire.MOST_BYTES
    app.config.KEEP_ALIVE_TIMEOUT = 75
    rasa_channels.register([LoopbackInput(store=store, secret=settings.secret)], app, route="/webhooks/")

    async def load(app: Sanic, loop: object) -> None:
        app.ctx.agent = await rasa.core.agent.load_agent(
            model_path=str(model), endpoints=endpoints, loop=loop
        )
        logging.getLogger(__name__).info("engine is up with model %s", model.name)

    app.register_listener(partial(load), "before_server_start")
    return app


def _quiet(level: str) -> None:
    """Rasa logs patients' words at DEBUG: never below INFO for it, whatever is set for us."""
    os.environ["LOG_LEVEL"] = os.environ["LOG_LEVEL_LIBRARIES"] = "WARNING"
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for noisy in ("rasa", "sanic.access", "apscheduler", "asyncio", "matplotlib"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    logging.getLogger("rasa.core.processor").setLevel(logging.CRITICAL)
    logging.getLogger("rasa.core.actions").setLevel(logging.CRITICAL)


def _port(environment: Mapping[str, str]) -> int:
    given = environment.get("INTAKE_ENGINE_PORT")
    if given and given.isdigit():
        return int(given)
    place = urlsplit(environment.get("INTAKE_ENGINE_URL", ""))
    if place.hostname == "127.0.0.1" and place.port:
        return place.port
    raise SettingRefused("INTAKE_ENGINE_URL: set http://127.0.0.1:PORT, a free port of this machine")


def _secret(environment: Mapping[str, str], name: str) -> str:
    value = _given(environment, name)
    if len(value) < SHORTEST_SECRET:
        raise SettingRefused(f"{name}: use {SHORTEST_SECRET} random characters or more")
    return value


def _given(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name, "")
    if not value:
        raise SettingRefused(f"{name} is missing")
    return value


if __name__ == "__main__":
    sys.exit(main())
