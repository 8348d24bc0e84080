"""The technical log carries types and places, never a library's message."""

from __future__ import annotations

import json
import logging
import sys

from bot.ops.technical_log import JsonLine


def written(record: logging.LogRecord) -> dict[str, object]:
    line: dict[str, object] = json.loads(JsonLine().format(record))
    return line


def failing() -> logging.LogRecord:
    try:
        try:
            raise ValueError("my leg is numb")
        except ValueError as error:
            raise RuntimeError("call 314-555-0123") from error
    except RuntimeError:
        return logging.LogRecord("bot.x", logging.ERROR, "x.py", 1, "turn failed", None, sys.exc_info())


def test_an_error_is_its_type_and_its_place() -> None:
    line = written(failing())
    assert "numb" not in str(line)
    assert "555" not in str(line)
    assert str(line["error"]).startswith("RuntimeError at tests/unit/ops/test_technical_log.py:")
    assert "from ValueError" in str(line["error"])


def test_only_allowed_extras_are_written() -> None:
    record = logging.LogRecord("bot.x", logging.INFO, "x.py", 1, "turn over", None, None)
    record.case_id, record.patient = "c" * 32, "Jo"
    line = written(record)
    assert line["case_id"] == "c" * 32
    assert "Jo" not in str(line)
