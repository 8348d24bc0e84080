"""`python -m bot actions`: the action server alone."""

from __future__ import annotations

import argparse
from urllib.parse import urlsplit

from actions.server import serve
from bot.bootstrap import build_actions_context
from bot.domain.errors import SettingsError
from bot.ops.technical_log import start_technical_log
from bot.settings import load_settings


def configure(parser: argparse.ArgumentParser) -> None:
    """Everything it needs is in the settings."""


def run(args: argparse.Namespace) -> int:
    """Serve on the port of INTAKE_ACTIONS_URL until SIGTERM or Ctrl-C."""
    settings = load_settings()
    place = urlsplit(settings.actions_url or "")
    if place.hostname != "127.0.0.1" or place.port is None:
        raise SettingsError("INTAKE_ACTIONS_URL: set http://127.0.0.1:PORT, a free port of this machine")
    start_technical_log(settings.log_level)
    serve(
        build_actions_context(settings),
        secret=settings.actions_secret.get_secret_value(),
        host=place.hostname,
        port=place.port,
    )
    return 0
