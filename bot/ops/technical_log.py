"""The technical log: JSON lines on standard error, allow-listed keys, never a patient's words.

An exception is written as its type and the places it passed through. Its message is left out: a
library may have put a value into it.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import sys
import traceback
from pathlib import Path

from bot.settings import ROOT

EXTRA_KEYS = ("case_id", "message_id", "task_id", "priority", "seconds", "status", "part")
"""What a log call may add with `extra=`; anything else is dropped."""


class JsonLine(logging.Formatter):
    """One JSON object a line: at, level, logger, event, the allowed extras, error."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        line = {
            "at": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "event": record.getMessage(),
        }
        line |= {key: record.__dict__[key] for key in EXTRA_KEYS if key in record.__dict__}
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = described(record.exc_info[1])
        return json.dumps(line, default=str)


def described(error: BaseException) -> str:
    """Types and places, innermost last: `StoreUnavailable at bot/store/session.py:41 run`."""
    frames = traceback.extract_tb(error.__traceback__)
    places = " > ".join(f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames)
    cause = f"; from {described(error.__cause__)}" if error.__cause__ is not None else ""
    return f"{type(error).__name__} at {places}{cause}"


def _short(filename: str) -> str:
    path = Path(filename)
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else path.name


def start_technical_log(level: str) -> None:
    """Send this process's log to standard error; libraries speak from WARNING on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLine())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for ours in ("bot", "actions", "intake"):
        logging.getLogger(ours).setLevel(level)
