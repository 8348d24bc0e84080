"""`python -m bot train`: train a model in the engine's environment."""

from __future__ import annotations

import argparse

from bot.ops.training import train


def configure(parser: argparse.ArgumentParser) -> None:
    """`--if-needed` does nothing, quickly, when a model fits the sources."""
    parser.add_argument("--if-needed", action="store_true", help="only when no model fits the sources")


def run(args: argparse.Namespace) -> int:
    """The exit status of the engine's own training program."""
    return train(if_needed=args.if_needed)
