"""`python -m bot protocols`: what a version would change (diff), approving it (publish), past cases on the
queue (requeue), its questions."""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from tqdm import tqdm

from bot.bootstrap import build_store, records_context
from bot.domain.dictionary import Dictionary
from bot.domain.errors import InvalidInput
from bot.protocols import load_protocols
from bot.protocols.acceptance import read_case_file
from bot.protocols.fact_check import BadFact, check_facts
from bot.protocols.published import VERSIONS
from bot.protocols.questions import length
from bot.protocols.releases import Release, load_release, publish
from bot.protocols.rescoring import CaseFacts, Change, rescore, urgent_first
from bot.services.clinic.draft_check import release_of
from bot.services.clinic.rejudging import queue_risen
from bot.services.ports import UnitOfWorkFactory
from bot.settings import Settings, load_settings
from bot.store import schema_version_ok

PROTOCOLS = Path("data/protocols")
CASES = Path("tests/cases")
WHOLE_PATIENTS = "whole_patients.yaml"
PAGE = 2000
INTERRUPTED = 130


def configure(parser: argparse.ArgumentParser) -> None:
    """Four commands under one name."""
    parser.add_argument("--folder", type=Path, default=PROTOCOLS, help="folder of the protocols")
    commands = parser.add_subparsers(
        dest="what", required=True, metavar="diff | publish | requeue | questions"
    )
    diff = commands.add_parser("diff", help="which cases another version would judge otherwise")
    diff.add_argument("old", help=f"a folder, or the name of a release under {VERSIONS}/")
    diff.add_argument("new", help="the same; `.` is the working version")
    diff.add_argument("--facts", type=Path, help='JSON lines {"id", "facts"}; without it all stored cases')
    diff.add_argument("--record", type=Path, help="file that lets an interrupted run go on")
    diff.add_argument("--json", action="store_true", help="one JSON line per change")
    release = commands.add_parser("publish", help="approve the working version and keep it for good")
    release.add_argument(
        "--by", action="append", default=[], metavar="NAME", help="who approves; give it twice"
    )
    release.add_argument(
        "--from", dest="effective", type=dt.date.fromisoformat, help="in force from this day"
    )
    release.add_argument("--cases", type=Path, default=CASES, help="acceptance cases that must pass")
    commands.add_parser(
        "requeue", help="past cases that the version in force judges more urgent: to the staff's queue"
    )
    asked = commands.add_parser("questions", help="how many questions the patients of a case file are asked")
    asked.add_argument("patients", type=Path, nargs="?", default=CASES / WHOLE_PATIENTS)


def run(args: argparse.Namespace) -> int:
    """0 when done (differences are no failure), 1 on a refusal, 130 when interrupted."""
    commands = {"publish": _publish, "diff": _diff, "requeue": _requeue, "questions": _questions}
    return commands[args.what](args)


def _questions(args: argparse.Namespace) -> int:
    protocols = load_protocols(args.folder)
    patients = [case.facts for case in read_case_file(args.patients, protocols.dictionary)]
    print(f"from nothing:               {length(protocols, patients, told=False)}")
    print(f"after a full opening story: {length(protocols, patients, told=True)}")
    return 0


def _publish(args: argparse.Namespace) -> int:
    today = dt.datetime.now(dt.UTC).date()
    place = publish(args.folder, cases=args.cases, names=args.by, on=today, effective=args.effective or today)
    print(f"published: {place}")
    # Another folder is a draft somewhere: it judges nobody's cases.
    return _requeue(args) if args.folder == PROTOCOLS else 0


def _requeue(args: argparse.Namespace) -> int:
    """A second run, or one after an interruption, goes on: each case comes once for a version."""
    settings = load_settings()
    if not schema_version_ok(settings.database):
        print("no record to look through yet: no past case was put on the queue", file=sys.stderr)
        return 0
    seen, queued = asyncio.run(_queue_risen(settings))
    print(f"{seen} past cases judged again, {queued} put on the staff's queue")
    return 0


async def _queue_risen(settings: Settings) -> tuple[int, int]:
    seen = queued = 0
    async with records_context(settings) as ctx:
        release = release_of(ctx.protocols)  # the installed files with what was published in the console
        with tqdm(unit=" cases", file=sys.stderr) as shown:
            async for added in queue_risen(ctx, release):
                seen, queued = seen + 1, queued + added
                shown.update()
    return seen, queued


def _diff(args: argparse.Namespace) -> int:
    old, new = _release(args.folder, args.old), _release(args.folder, args.new)
    cases = _from_file(args.facts, new.dictionary) if args.facts else _from_store(new.dictionary)
    changes: list[Change] = []
    seen = 0
    try:
        found = rescore(old, new, cases, record=args.record)
        for change in tqdm(found, total=_total(args.facts), unit=" cases", file=sys.stderr):
            seen += 1
            if change is not None:
                changes.append(change)
    except KeyboardInterrupt:
        again = "run the same command again to go on" if args.record else "with --record it could go on"
        print(f"interrupted after {seen} cases; {again}", file=sys.stderr)
        return INTERRUPTED
    _print(changes, seen, as_json=args.json)
    return 0


def _print(changes: list[Change], seen: int, *, as_json: bool) -> None:
    for change in urgent_first(changes):
        print(json.dumps(asdict(change)) if as_json else change.sentence())
    risen = sum(change.rise > 0 for change in changes)
    print(f"{seen} cases, {len(changes)} would change, {risen} of them become more urgent", file=sys.stderr)


def _release(folder: Path, name: str) -> Release:
    if name == ".":
        return load_release(folder)
    kept = folder / VERSIONS / name
    return load_release(kept if kept.is_dir() else Path(name))


def _total(file: Path | None) -> int | None:
    if file is None:
        return None
    with file.open("rb") as lines:
        return sum(1 for line in lines if line.strip())


def _from_file(file: Path, dictionary: Dictionary) -> Iterator[CaseFacts]:
    with file.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                yield _from_line(line, number, file, dictionary)


def _from_line(line: str, number: int, file: Path, dictionary: Dictionary) -> CaseFacts:
    try:
        request = json.loads(line)
        facts = check_facts(request["facts"], dictionary)
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidInput(f'{file.name}:{number}: expected {{"id", "facts"}}', field="facts") from error
    if isinstance(facts, BadFact):
        allowed = facts.allowed if isinstance(facts.allowed, str) else ", ".join(facts.allowed[:20])
        raise InvalidInput(f"{file.name}:{number}: {facts.field}: allowed: {allowed}", field=facts.field)
    return str(request.get("id", number)), facts


def _from_store(dictionary: Dictionary) -> Iterator[CaseFacts]:
    """All stored cases, page by page. Facts that the new dictionary no longer knows are left out."""
    store = build_store(load_settings())
    with asyncio.Runner() as runner:
        try:
            cursor: str | None = None
            while True:
                page, cursor = runner.run(_page(store.unit_of_work, cursor, dictionary))
                yield from page
                if cursor is None:
                    return
        finally:
            runner.run(store.close())


async def _page(
    unit_of_work: UnitOfWorkFactory, cursor: str | None, dictionary: Dictionary
) -> tuple[list[CaseFacts], str | None]:
    async with unit_of_work(write=False) as uow:
        stored, following = await uow.facts.of_cases(after=cursor, limit=PAGE)
    found: list[CaseFacts] = [
        (case_id, {name: value for name, value in values.items() if name in dictionary})
        for case_id, values in stored
    ]
    return found, following
