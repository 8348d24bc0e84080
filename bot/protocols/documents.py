"""A protocol file: its header, its body, and the hash of its bytes."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.domain.errors import ProtocolError
from bot.domain.judgement import ProtocolStamp
from bot.protocols.yamlfile import Section, day, keys, parse_yaml, take, word, words

STATUSES = ("draft", "active", "retired")
HEADER_KEYS = ("id", "version", "status", "title", "source", "approved_by", "approved_on", "effective_from")


@dataclass(frozen=True, kw_only=True)
class Header:
    """Who answers for a protocol and since when (key `protocol:` of every file)."""

    id: str
    version: str
    status: str
    approved_by: tuple[str, ...] = ()
    approved_on: dt.date | None = None
    effective_from: dt.date | None = None


@dataclass(frozen=True, kw_only=True)
class Document:
    """One file: header, the rest of it, and what identifies its bytes."""

    name: str
    header: Header
    body: Section
    content: bytes = field(repr=False)

    @property
    def sha256(self) -> str:
        """What identifies the bytes."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def stamp(self) -> ProtocolStamp:
        """What a judgement keeps of it."""
        head = self.header
        return ProtocolStamp(id=head.id, version=head.version, sha256=self.sha256, status=head.status)


def read_document(path: Path) -> Document:
    """The file at `path`. Raises ProtocolError when it cannot be read or its header is wrong."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ProtocolError(f"{path.name}: cannot be read ({error.strerror}); restore the file") from error
    return parse_document(content, name=path.name)


def parse_document(content: bytes, *, name: str) -> Document:
    """The same from the bytes of a file called `name`."""
    body = parse_yaml(content, name=name)
    header = read_header(take(body, "protocol", Section))
    return Document(name=name, header=header, body=body, content=content)


def read_header(section: Section) -> Header:
    """The header of a protocol file. Raises ProtocolError with file, line and what is allowed."""
    keys(section, allowed=HEADER_KEYS, required=("id", "version", "status"))
    return Header(
        id=take(section, "id", str),
        version=take(section, "version", str),
        status=word(section, "status", allowed=STATUSES),
        approved_by=words(section, "approved_by"),
        approved_on=day(section, "approved_on"),
        effective_from=day(section, "effective_from"),
    )


def body_keys(document: Document, allowed: tuple[str, ...], required: tuple[str, ...] = ()) -> dict[str, Any]:
    """The body after refusing unknown and missing keys."""
    keys(document.body, allowed=("protocol", *allowed), required=required)
    return dict(document.body)
