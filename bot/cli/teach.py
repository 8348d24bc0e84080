"""`python -m bot teach export FOLDER`: what people said of messages, as files to train and to measure with.

The files replace those of an earlier export, so that what was withdrawn since is gone from them.
"""

from __future__ import annotations

import argparse
import asyncio
import getpass
from pathlib import Path

from bot.bootstrap import records_context
from bot.services.review.teaching_export import Export, export, known_examples
from bot.settings import ROOT, load_settings


def configure(parser: argparse.ArgumentParser) -> None:
    """One subcommand."""
    commands = parser.add_subparsers(dest="what", required=True, metavar="export")
    files = commands.add_parser("export", help="reviewed messages as files, without names and numbers")
    files.add_argument("folder", type=Path, help="where the files go; earlier ones are replaced")


def run(args: argparse.Namespace) -> int:
    """0; says how many messages were written and what was left out."""
    made = asyncio.run(_export())
    args.folder.mkdir(parents=True, exist_ok=True)
    for name, text in made.files.items():
        (args.folder / name).write_text(text, encoding="utf-8")
    print(f"teach: {made.messages} messages in {args.folder}: {', '.join(made.files)}")
    for left_out, why in (
        (made.disputed, "two people differ"),
        (made.redundant, "the words are there already"),
    ):
        if left_out:
            print(f"teach: {len(left_out)} left out, {why}: {', '.join(left_out)}")
    return 0


async def _export() -> Export:
    async with records_context(load_settings()) as ctx:
        return await export(
            ctx, by=f"command_line:{getpass.getuser()}", known=set(known_examples(ROOT / "data" / "nlu"))
        )
