"""How fast messages are read on one core: the grammar, the grammar and the screen, and a whole file."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bot.bootstrap import build_reader
from bot.cli.evaluate import COMMITTED
from bot.evaluation.speed import LENGTHS, speed_of
from bot.language import Reader, load_reader
from bot.language.corpus import Row, load_corpus
from bot.protocols import load_protocols
from bot.settings import ROOT

MESSAGES = 3000


def language_rows() -> list[tuple[str, str]]:
    """What and figure, for the table."""
    protocols = load_protocols(ROOT / "data" / "protocols")
    messages = load_corpus([ROOT / COMMITTED], protocols.dictionary)
    grammar = load_reader(protocols.dictionary, ROOT / "data" / "lexicon")
    return [
        *_reading_rows("by the grammar", grammar, messages),
        *_reading_rows("by grammar and screen", build_reader(protocols), messages),
        ("messages a second, `understand --no-engine`", f"{_messages_a_second(messages):.0f}"),
    ]


def _reading_rows(how: str, reader: Reader, messages: Sequence[Row]) -> list[tuple[str, str]]:
    speed = speed_of(reader, messages)
    return [
        (f"reading {length} characters {how}", f"p50 {one['p50_ms']:.1f} ms, p99 {one['p99_ms']:.1f} ms")
        for length in LENGTHS
        if (one := speed[f"characters_{length}"]) is not None
    ]


def _messages_a_second(messages: Sequence[Row]) -> float:
    """The command over a file of `MESSAGES`, without the seconds it takes to start."""
    lines = [json.dumps({"text": row.text, "asked": row.asked, "date": str(row.date)}) for row in messages]
    lines *= MESSAGES // len(lines) + 1
    started = _seconds(lines[:1])
    return (MESSAGES - 1) / (_seconds(lines[:MESSAGES]) - started)


def _seconds(lines: Sequence[str]) -> float:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "messages.jsonl"
        file.write_text("\n".join(lines), encoding="utf-8")
        command = [sys.executable, "-m", "bot", "understand", "--no-engine", str(file)]
        began = time.perf_counter()
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
        return time.perf_counter() - began
