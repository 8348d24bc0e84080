"""`python -m bot seed [--conversations N]`: made-up conversations to measure with."""

from __future__ import annotations

import argparse
import datetime as dt
import sys

from tqdm import tqdm

from bot.bootstrap import build_protocols
from bot.domain.errors import Conflict
from bot.settings import load_settings
from bot.store import migrate
from bot.store.seeding import MESSAGES, already_seeded, seed

DEFAULT = 100_000


def configure(parser: argparse.ArgumentParser) -> None:
    """How many."""
    told = f"up to so many, {MESSAGES} messages each (default {DEFAULT}); goes on where it was broken off"
    parser.add_argument("--conversations", type=int, default=DEFAULT, help=told)


def run(args: argparse.Namespace) -> int:
    """0; 1 when the database holds other conversations."""
    settings = load_settings()
    migrate(settings.database)
    judge, now = build_protocols(settings).judge, dt.datetime.now(dt.UTC)
    try:
        there = already_seeded(settings.database)
        made = seed(settings.database, conversations=args.conversations, judge=judge, until=now)
        total = max(there, args.conversations)
        with tqdm(total=total, initial=there, unit=" conversations", file=sys.stderr) as bar:
            for count in made:
                bar.update(count)
    except Conflict as refusal:
        print(f"seed: {refusal}", file=sys.stderr)
        return 1
    return 0
