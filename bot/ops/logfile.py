"""What a child process prints goes to `<data folder>/log/<name>.log`, never raw.

Our own parts log without patients' words at the source. This is the second net, for what others'
code may print (the engine's, a traceback): numbers, addresses and known secrets are blanked, control
characters cannot forge a line, and a line has an end.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import logging.handlers
import re
from collections.abc import AsyncIterator, Collection
from pathlib import Path

LONGEST_LINE = 2_000
LARGEST_FILE = 10_000_000
"""Bytes; five older files are kept."""

LONG_NUMBER = re.compile(r"\+?\(?\d(?:[\s().-]{0,2}\d){6,}")
"""Seven digits or more, however they are grouped: phone numbers, birth dates with a time, card numbers."""
KEPT = re.compile(
    r"\b(?:\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?"
    r"|(?=[0-9a-f]*[a-f])[0-9a-f]{32}\b)"
)
"""Time stamps, and opaque ids of 32 hexadecimal digits: what logs are searched by."""
MAIL = re.compile(r"[\w.+-]{1,64}@[\w.-]{1,255}\.[\w-]+")
OWN_LINES = re.compile(
    r"engine: |\{\"at\": |\S+ \S+ (?:INFO|WARNING|ERROR|CRITICAL) (?:__main__|bot\.engine\S*|sanic\.root) "
)
"""How lines of our own code begin in the engine's process."""
FRAME = re.compile(r'\s*File "[^"]*", line \d+, in \S+')
ERROR_TYPE = re.compile(r"(?:\w+\.)*\w*(?:Error|Exception|Refused|Interrupt)\b")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def redacted(line: str, *, secrets: Collection[str] = ()) -> str:
    """The line with secrets, mail addresses and long numbers blanked, at most 2,000 characters of it.

    Time stamps and opaque ids stay readable: `2026-11-21T10:00:00Z`.
    `call 314-555-0123` becomes `call [number]`.
    """
    line = _cut(line)
    for secret in secrets:
        line = line.replace(secret, "[secret]")
    return _around_what_is_kept(MAIL.sub("[mail]", CONTROL.sub(" ", line)))


def _cut(line: str) -> str:
    if len(line) <= LONGEST_LINE:
        return line
    # Not inside a number, an address or a secret: half of one would not be recognised.
    whole, _, broken = line[:LONGEST_LINE].rpartition(" ")
    return (whole if len(broken) < LONGEST_LINE / 2 else broken[: LONGEST_LINE // 2]) + "..."


def _around_what_is_kept(line: str) -> str:
    pieces, end = [], 0
    for stamp in KEPT.finditer(line):
        pieces += [LONG_NUMBER.sub("[number]", line[end : stamp.start()]), stamp.group()]
        end = stamp.end()
    return "".join(pieces) + LONG_NUMBER.sub("[number]", line[end:])


def own_part(line: str) -> str:
    """What may be kept of a line that Rasa and its libraries may have written; empty when nothing may.

    They print messages, slots and whole conversations. Kept are our own lines, the places of a
    traceback, and the type of an error without its message.
    """
    if OWN_LINES.match(line) or FRAME.fullmatch(line):
        return line
    error = ERROR_TYPE.match(line)
    return error.group() if error else ""


class LogFile:
    """One part's log, rotated by size. `foreign`: others' code writes it too, keep `own_part` only."""

    def __init__(
        self, folder: Path, name: str, *, secrets: Collection[str] = (), foreign: bool = False
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / f"{name}.log"
        self._name = name
        self._secrets = tuple(secrets)
        self._foreign = foreign
        self._handler = logging.handlers.RotatingFileHandler(
            self.path, maxBytes=LARGEST_FILE, backupCount=5, encoding="utf-8", errors="replace"
        )

    def write(self, line: str) -> None:
        """One redacted line, with the time and the part's name before it."""
        if self._foreign and not (line := own_part(line)):
            return
        now = dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        kept = f"{now} {self._name} | {redacted(line, secrets=self._secrets)}"
        self._handler.emit(logging.makeLogRecord({"msg": "%s", "args": (kept,)}))

    def close(self) -> None:
        """No more lines."""
        self._handler.close()


async def lines_of(stream: asyncio.StreamReader) -> AsyncIterator[str]:
    """The stream's lines; one without an end is cut, never gathered in memory."""
    rest = b""
    while chunk := await stream.read(65_536):
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            yield line.decode("utf-8", "replace")
        if len(rest) > LONGEST_LINE * 4:
            yield rest.decode("utf-8", "replace")
            rest = b""
    if rest:
        yield rest.decode("utf-8", "replace")
