"""`python -m bot judge FILE.jsonl`: facts in, judgement out; no server, no model (contract: `judge`)."""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any

from bot.domain.judgement import Judgement, Why
from bot.protocols import Protocols, load_protocols
from bot.protocols.fact_check import BadFact, check_facts

PROTOCOLS = Path("data/protocols")


def configure(parser: argparse.ArgumentParser) -> None:
    """The file, and where the protocols are."""
    parser.add_argument("file", help='JSON lines {"id", "facts"}; - reads standard input')
    parser.add_argument("--protocols", type=Path, default=PROTOCOLS, help="folder of the protocols")
    parser.add_argument("--nearly", action="store_true", help="also the rules that nearly fired")


def run(args: argparse.Namespace) -> int:
    """One line out per line in; 1 when a line was refused or the file cannot be read."""
    protocols = load_protocols(args.protocols)
    try:
        source = _opened(args.file)
    except OSError as error:
        print(f"{args.file}: cannot be read ({error.strerror})", file=sys.stderr)
        return 1
    refused = False
    with source as lines:
        for answer in judge_lines(protocols, lines, nearly=args.nearly):
            refused = refused or "error" in answer
            print(json.dumps(answer))
    return int(refused)


def judge_lines(
    protocols: Protocols, lines: Iterable[bytes], *, nearly: bool = False
) -> Iterator[dict[str, Any]]:
    """The answer to each line that is not blank."""
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield judge_line(protocols, line, number=number, nearly=nearly)


def judge_line(protocols: Protocols, line: bytes, *, number: int, nearly: bool = False) -> dict[str, Any]:
    """One line's judgement, or `{"id", "error": {"field", "value", "allowed"}}`."""
    try:
        request = json.loads(line)
    except (ValueError, RecursionError):
        return _refused(
            None, BadFact(field="line", value=number, allowed='JSON: {"id": ..., "facts": {...}}')
        )
    if not isinstance(request, dict) or "facts" not in request:
        allowed = 'a mapping with "id" and "facts"'
        return _refused(
            request.get("id") if isinstance(request, dict) else None,
            BadFact(field="facts", value=None, allowed=allowed),
        )
    facts = check_facts(request["facts"], protocols.dictionary)
    if isinstance(facts, BadFact):
        return _refused(request.get("id"), facts)
    return {"id": request.get("id"), **judgement_json(protocols.judge(facts, nearly=nearly), nearly=nearly)}


def judgement_json(judgement: Judgement, *, nearly: bool = False) -> dict[str, Any]:
    """A judgement in the shape of the contract."""
    shown = {
        "level": judgement.level.value,
        "rules": list(judgement.rules),
        "outcome": judgement.outcome,
        "decision": judgement.decision,
        "visit": judgement.visit,
        "need": dict(judgement.need),
        "complexity": judgement.complexity,
        "notes": list(judgement.notes),
        "missing": list(judgement.missing),
        "provisional": judgement.provisional,
        "tier": judgement.tier,
        "flags": list(judgement.flags),
        "why": [_why(why) for why in judgement.why],
        "protocols": [
            {"id": stamp.id, "version": stamp.version, "sha256": stamp.sha256, "status": stamp.status}
            for stamp in judgement.protocols
        ],
    }
    return {**shown, "nearly": [_why(why) for why in judgement.nearly]} if nearly else shown


def _why(why: Why) -> dict[str, Any]:
    facts = {name: list(value) if isinstance(value, tuple) else value for name, value in why.facts.items()}
    shown = {"rule": why.rule, "facts": facts, "source": list(why.source)}
    return {**shown, "patient": why.patient, "staff": why.staff}


def _refused(line_id: Any, bad: BadFact) -> dict[str, Any]:
    return {"id": line_id, "error": bad.to_json()}


def _opened(name: str) -> contextlib.AbstractContextManager[IO[bytes]]:
    return contextlib.nullcontext(sys.stdin.buffer) if name == "-" else Path(name).open("rb")
