"""How fast the language layer reads the committed messages: grammar and learned screen, one core."""

from __future__ import annotations

from bot.bootstrap import build_reader
from bot.cli.evaluate import COMMITTED
from bot.evaluation.speed import LENGTHS, speed_of
from bot.language.corpus import load_corpus
from bot.protocols import load_protocols
from bot.settings import ROOT


def language_rows() -> list[tuple[str, str]]:
    """What and figure, for the table."""
    protocols = load_protocols(ROOT / "data" / "protocols")
    speed = speed_of(build_reader(protocols), load_corpus([ROOT / COMMITTED], protocols.dictionary))
    rows = [
        (f"reading {length} characters", f"p50 {one['p50_ms']:.1f} ms, p99 {one['p99_ms']:.1f} ms")
        for length in LENGTHS
        if (one := speed[f"characters_{length}"]) is not None
    ]
    return [*rows, ("messages read a second (understand, no engine)", f"{speed['messages_a_second']:.0f}")]
