"""Changing a protocol file: one entry at a time, with a version of its own, and nothing taken away.

Pure: texts in, texts out. Who may do it, and what becomes of it, is `bot.services.clinic.rule_drafts`.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from bot.domain.errors import InvalidInput
from bot.protocols.documents import Document
from bot.protocols.protocols import Protocols
from bot.protocols.yamlfile import Items, Section

DRAFTED = ("red_flags", "routing")
"""The files that people draft here. The dictionary is not among them: a new fact needs words that the
language layer knows, which an update of the service brings."""
_LISTS: Mapping[str, tuple[str, ...]] = {
    "red_flags": ("red_flags",),
    "routing": ("decisions", "gates", "need", "complexity", "notes"),
}
_VERSION = re.compile(r"(?m)^(  version: *)([\"']?)([^\s\"'#]+)\2")


@dataclass(frozen=True, kw_only=True)
class Span:
    """Where an entry stands: lines from 1, the last one included."""

    first: int
    last: int


def entry_text(document: Document, entry_id: str) -> str:
    """The lines of one entry. Raises InvalidInput when the file has none of that id."""
    span = _span(document, entry_id)
    return "\n".join(_lines(document)[span.first - 1 : span.last])


def with_entry(document: Document, entry_id: str, text: str) -> str:
    """The whole file with other lines for one entry."""
    span, lines = _span(document, entry_id), _lines(document)
    given = text.replace("\r\n", "\n").strip("\n").split("\n")
    return "\n".join([*lines[: span.first - 1], *given, *lines[span.last :]])


def with_new_version(text: str, *, taken: Collection[str]) -> str:
    """The file with its version raised (1.0.0, 1.1.0, ...) until nobody has it; else as it is.

    A file without a version line is left alone: the loader says what is wrong with it.
    """
    found = _VERSION.search(text)
    if found is None:
        return text
    version = found.group(3)
    while version in taken:
        version = _raised(version)
    return f"{text[: found.start()]}{found.group(1)}{version}{text[found.end() :]}"


def difference(before: str, after: str) -> list[str]:
    """What a reviewer reads: unified, three lines around each change; empty when nothing differs."""
    compared = difflib.unified_diff(before.splitlines(), after.splitlines(), "in force", "draft", lineterm="")
    return list(compared)


def taken_away(before: Protocols, after: Protocols) -> Iterator[str]:
    """What past cases hold and the new version no longer has: each a sentence with the remedy.

    A conversation goes on over a publication, so every name it may hold must stay known.
    """
    held, known = _names(before), _names(after)
    for kind, names in held.items():
        for name in names:
            if name not in known[kind]:
                yield (
                    f"{kind} {name} is gone: past cases name it. Keep its id and give it a condition that "
                    "no longer holds"
                )


def _names(protocols: Protocols) -> dict[str, list[str]]:
    routing = protocols.routing
    return {
        "red flag": [rule.id for rule in protocols.red_flags.rules],
        "row": [row.id for row in routing.decisions],
        "factor": [factor.id for factor in (*routing.need, *routing.complexity)],
        "note": [note.id for note in routing.notes],
    }


def _raised(version: str) -> str:
    parts = version.split(".")
    if len(parts) < 2 or not parts[1].isdigit():
        return f"{version}.1"
    return ".".join([parts[0], str(int(parts[1]) + 1), *("0" for _ in parts[2:])])


def _lines(document: Document) -> list[str]:
    return document.content.decode().split("\n")


def _span(document: Document, entry_id: str) -> Span:
    starts = dict(_starts(document))
    if entry_id not in starts:
        raise InvalidInput(f"{document.name} has no entry {entry_id}", code="unknown", field="rule")
    first = starts[entry_id]
    later = [line for line in (*starts.values(), *document.body.lines.values()) if line > first]
    lines = _lines(document)
    last = min(later, default=len(lines) + 1) - 1
    while last > first and (not lines[last - 1].strip() or lines[last - 1].lstrip().startswith("#")):
        last -= 1
    return Span(first=first, last=last)


def _starts(document: Document) -> Iterator[tuple[str, int]]:
    for name in _LISTS.get(document.name.removesuffix(".yaml"), ()):
        held = document.body.get(name)
        if isinstance(held, Items):
            yield from ((item["id"], line) for item, line in zip(held, held.lines, strict=True))
        elif isinstance(held, Section):
            yield from held.lines.items()
