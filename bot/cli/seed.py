"""`python -m bot seed [--conversations N]`: made-up conversations into an empty database, to measure with."""

from __future__ import annotations

import argparse
import datetime as dt
import sys

from tqdm import tqdm

from bot.bootstrap import build_protocols
from bot.domain.errors import Conflict
from bot.settings import load_settings
from bot.store import migrate
from bot.store.seeding import MESSAGES, seed

DEFAULT = 100_000


def configure(parser: argparse.ArgumentParser) -> None:
    """How many."""
    told = f"default {DEFAULT}, {MESSAGES} messages each"
    parser.add_argument("--conversations", type=int, default=DEFAULT, help=told)


def run(args: argparse.Namespace) -> int:
    """0; 1 when the database is not empty."""
    settings = load_settings()
    migrate(settings.database)
    judge, now = build_protocols(settings).judge, dt.datetime.now(dt.UTC)
    made = seed(settings.database, conversations=args.conversations, judge=judge, until=now)
    try:
        with tqdm(total=args.conversations, unit=" conversations", file=sys.stderr) as bar:
            for count in made:
                bar.update(count)
    except Conflict as refusal:
        print(f"seed: {refusal}", file=sys.stderr)
        return 1
    return 0
