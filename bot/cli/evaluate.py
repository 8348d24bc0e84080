"""`python -m bot evaluate [FILE.jsonl ...]`: how well messages are understood.

Without files it measures the committed set, data/evaluation/messages.jsonl. Any labelled JSONL will do
(data/corpus/README.md): a clinic can measure on its own de-identified transcripts. Messages are named by id;
`--words` shows what they say. What counts as right: the docstrings of bot/evaluation.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.domain.errors import IntakeError

if TYPE_CHECKING:
    from bot.language import Reader
    from bot.language.corpus import Row

COMMITTED = Path("data/evaluation/messages.jsonl")
REPORT = Path("data/evaluation/report.json")
PROTOCOLS = Path("data/protocols")
LEXICON = Path("data/lexicon")


def configure(parser: argparse.ArgumentParser) -> None:
    """The files and what to do with the report."""
    parser.add_argument("files", nargs="*", type=Path, help=f"labelled messages (default: {COMMITTED})")
    parser.add_argument("--report", type=Path, help="write the report (JSON, no times) to this file")
    parser.add_argument(
        "--compare", type=Path, help="fail when a safety fact's recall fell against this report"
    )
    parser.add_argument(
        "--engine", action="store_true", help="intents too: a running engine, or one for the run"
    )
    parser.add_argument("--speed", action="store_true", help="milliseconds and messages a second too")
    parser.add_argument("--words", action="store_true", help="show what the listed messages say")
    parser.add_argument("--quiet", action="store_true", help="the comparison's verdict only")


def run(args: argparse.Namespace) -> int:
    """1 when a file is refused, the comparison fails, or no engine came up."""
    try:
        return _run(args)
    except (IntakeError, OSError) as error:
        print(f"evaluate: {error}", file=sys.stderr)
        return 1


def _run(args: argparse.Namespace) -> int:
    from bot.bootstrap import build_reader
    from bot.evaluation.printed import lines_of
    from bot.evaluation.report import fingerprint, measured
    from bot.evaluation.speed import speed_of
    from bot.language.corpus import load_corpus
    from bot.protocols import load_protocols

    protocols = load_protocols(PROTOCOLS)
    files = args.files or [COMMITTED]
    rows = load_corpus(files, protocols.dictionary)
    reader = build_reader(protocols)
    report, _, _ = measured(reader, protocols, rows)
    report = {"sha256": fingerprint(files), **report}
    if args.engine:
        report["intents"] = asyncio.run(_intents(reader, rows))
    kept = json.dumps(report, indent=1) + "\n"
    if args.speed:
        report["speed"] = speed_of(reader, rows)
    if not args.quiet:
        print("\n".join(lines_of(report, words={row.id: row.text for row in rows} if args.words else {})))
    if args.report is not None:
        args.report.write_text(kept, encoding="utf-8")
    return _compared(report, args.compare) if args.compare is not None else 0


def _compared(report: Mapping[str, Any], file: Path) -> int:
    from bot.evaluation.report import setbacks

    lines = setbacks(report, json.loads(file.read_text(encoding="utf-8")))
    for line in lines:
        print(f"worse: {line}", file=sys.stderr)
    if not lines:
        print(f"no safety fact's recall fell against {file.name}")
    return int(bool(lines))


async def _intents(reader: Reader, rows: Sequence[Row]) -> dict[str, Any]:
    """Raises DialogueFailed when no engine answers."""
    from bot.cli.understand import engine_for_the_run
    from bot.evaluation.intents import IntentScores

    scores = IntentScores()
    async with engine_for_the_run() as engine:
        for row in rows:
            if row.intent is not None:
                reading = reader.read(row.text, row.asked, row.question, row.date)
                said = await engine.understand(row.text, asked=row.asked, reading=reading)
                scores.add(row.intent, said.name, said.confidence)
    return scores.figures()
