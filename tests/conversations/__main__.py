"""`python -m tests.conversations`: simulated patients against a service started for them; a report."""

from __future__ import annotations

import argparse
import tempfile
from contextlib import closing
from pathlib import Path

from bot.protocols import load_protocols
from bot.settings import ROOT
from tests.acceptance import stack as stacks
from tests.conversations.people import population
from tests.conversations.report import run
from tests.recorder import Recorder


def main() -> int:
    """0 when every property held."""
    parser = argparse.ArgumentParser(prog="python -m tests.conversations", description=__doc__)
    parser.add_argument("--patients", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--at-once", type=int, default=4)
    parser.add_argument(
        "--show", type=int, nargs="*", default=[], help="print the conversations of these numbers"
    )
    asked = parser.parse_args()
    protocols = load_protocols(ROOT / "data" / "protocols")
    with (
        tempfile.TemporaryDirectory() as folder,
        Recorder.running() as recorder,
        closing(stacks.start(Path(folder), twilio_api_url=recorder.url)) as stack,
    ):
        done = run(
            population(asked.patients, seed=asked.seed),
            url=stack.url,
            staff_token=stack.staff_token(),
            protocols=protocols,
            at_once=asked.at_once,
        )
    for one in done.played:
        if one.person.seed in asked.show:
            print(one.person, *one.transcript, "", sep="\n")
    print(*done.lines(), sep="\n")
    return int(bool(done.violations))


if __name__ == "__main__":
    raise SystemExit(main())
