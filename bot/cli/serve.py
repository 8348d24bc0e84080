"""`python -m bot serve`: the gateway alone, with its workers."""

from __future__ import annotations

import argparse
import sys

from bot.bootstrap import build_app
from bot.ops.technical_log import start_technical_log
from bot.settings import load_settings

SWITCH_SECONDS = 0.0005
"""Texts are read in threads. Meanwhile everything else waits for the interpreter at each of its steps, by
default up to 5 ms: a page with dozens of steps took twice as long."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Everything it needs is in the settings."""


def run(args: argparse.Namespace) -> int:
    """Serve until SIGTERM or Ctrl-C."""
    settings = load_settings()
    start_technical_log(settings.log_level)
    sys.setswitchinterval(SWITCH_SECONDS)
    app = build_app(settings)
    app.run(host=settings.host, port=settings.port, single_process=True, access_log=False, motd=False)
    return 0
