"""What the service takes from one message: the reading's facts and the doubt a gate's answer leaves."""

from __future__ import annotations

from bot.domain.dictionary import Dictionary, Value
from bot.domain.findings import Reading


def understood(reading: Reading, asked: str | None, dictionary: Dictionary) -> dict[str, Value]:
    """The facts of a reading; an unclear answer to G1 or G2, or a bare "yes" to G1, leaves theirs unsure."""
    return {**_doubtful(reading, asked, dictionary), **reading.facts}


def _doubtful(reading: Reading, asked: str | None, dictionary: Dictionary) -> dict[str, Value]:
    gate = dictionary.gates.get(asked or "")
    if gate is None or any(name in reading.facts for name in gate.clear_no):
        return {}
    unsure = gate.doubtful(polarity=reading.polarity, answer=reading.answer)
    return dict.fromkeys(gate.clear_no, "unsure") if unsure else {}
