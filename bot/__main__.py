"""`python -m bot COMMAND`: one module of `bot.cli` per command, loaded only when asked for."""

from __future__ import annotations

import argparse
import importlib
import os
import sys

from bot.domain.errors import IntakeError

COMMANDS = {
    "run": "start engine, actions, gateway and watchdog, and print where they are",
    "serve": "the gateway alone",
    "actions": "the action server alone",
    "watchdog": "raises emergencies nobody has acknowledged",
    "migrate": "bring the database to the newest schema",
    "check": "settings, protocols, texts, model, database: one line each",
    "chat": "a conversation in the terminal through the running service",
    "judge": "facts in, judgement out",
    "understand": "messages in, understanding out",
    "evaluate": "how well labelled messages are understood",
    "export": "records for other systems",
    "protocols": "compare and publish protocol versions",
    "seed": "made-up conversations into an empty database, to measure with",
    "staff": "people of the clinic and their API tokens",
    "undelivered": "what could not be delivered, and sending it again",
    "teach": "reviewed messages as files to train and measure with",
    "train": "train a model when none fits the sources",
}


def main(argv: list[str] | None = None) -> int:
    """Run one command; returns its exit status."""
    arguments = sys.argv[1:] if argv is None else argv
    # the screen's products are small: numpy's own threads would wait for each other longer than they work
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    parser = argparse.ArgumentParser(prog="python -m bot", description="Spine Intake")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    chosen = next((word for word in arguments if word in COMMANDS), None)
    for name, summary in COMMANDS.items():
        subparser = subparsers.add_parser(name, help=summary, description=summary)
        if name == chosen:
            importlib.import_module(f"bot.cli.{name}").configure(subparser)
    options = parser.parse_args(arguments)
    try:
        status: int = importlib.import_module(f"bot.cli.{options.command}").run(options)
    except IntakeError as error:
        print(error, file=sys.stderr)
        return 1
    return status


if __name__ == "__main__":
    sys.exit(main())
