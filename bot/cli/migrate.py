"""`python -m bot migrate`: bring the database to the newest schema."""

from __future__ import annotations

import argparse

from bot.settings import load_settings
from bot.store import migrate


def configure(parser: argparse.ArgumentParser) -> None:
    """Everything it needs is in the settings."""


def run(args: argparse.Namespace) -> int:
    """Migrate; does nothing when the schema is the newest."""
    migrate(load_settings().database)
    print("database: the schema is the newest")
    return 0
