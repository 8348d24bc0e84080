"""What rules and texts rest on (sources.yaml): every `source:` names something that is there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain.errors import ProtocolError
from bot.protocols.documents import Document, body_keys
from bot.protocols.records import build
from bot.protocols.yamlfile import Section, fail, take

_STATEMENT = re.compile(r"(S\d)\.(\d+)")
_SECTION = re.compile(r"[1-6]\.\d+b?|X([1-9]|1\d|20)")


@dataclass(frozen=True, kw_only=True)
class Page:
    """One of the clinic's pages, with how many statements of it are numbered."""

    title: str
    statements: int


@dataclass(frozen=True, kw_only=True)
class Reference:
    """A guideline or paper. `read`: how much of it was read; `link`: its address, when known."""

    title: str
    read: str
    link: str = ""


@dataclass(frozen=True, kw_only=True)
class Sources:
    """All that a rule or text may name as its source."""

    pages: Mapping[str, Page]
    references: Mapping[str, Reference]
    words: Mapping[str, str]

    def knows(self, key: str) -> bool:
        """Whether there is such a source."""
        statement = _STATEMENT.fullmatch(key)
        if statement is not None:
            page = self.pages.get(statement.group(1))
            return page is not None and 1 <= int(statement.group(2)) <= page.statements
        return key in self.references or key in self.words or _SECTION.fullmatch(key) is not None

    def shown(self, key: str) -> str:
        """The source as staff read it: key, title and link. Raises ProtocolError for an unknown one."""
        if not self.knows(key):
            raise ProtocolError(f"sources.yaml: there is no source {key!r}; add it")
        reference = self.references.get(key)
        if reference is not None:
            return f"{key}: {reference.title}{f' <{reference.link}>' if reference.link else ''}"
        page = self.pages.get(key.partition(".")[0])
        return f"{key}: {page.title if page else self.words.get(key, 'clinical specification')}"


def read_sources(document: Document) -> Sources:
    """The sources of a file. Raises ProtocolError with file and line."""
    names = ("pages", "references", "words")
    body = body_keys(document, names, names)
    words = take(body, "words", Section)
    return Sources(
        pages=_records(Page, take(body, "pages", Section)),
        references=_records(Reference, take(body, "references", Section)),
        words={key: take(words, key, str) for key in words},
    )


def check_sources(documents: Iterable[Document], sources: Sources) -> None:
    """Refuse a `source:` that nobody knows, with file and line (ProtocolError)."""
    for document in documents:
        _check(document.body, sources)


def _check(raw: Any, sources: Sources) -> None:
    if isinstance(raw, Section):
        for key in _named(raw):
            if not sources.knows(key):
                raise fail(
                    raw, "source", f"source: {key!r} is not known; see sources.yaml; correct or add it"
                )
    for inner in raw.values() if isinstance(raw, Section) else raw if isinstance(raw, list) else ():
        _check(inner, sources)


def _named(section: Section) -> list[str]:
    named = section.get("source")
    return [str(key) for key in named] if isinstance(named, list) else []


def _records[Record](kind: type[Record], section: Section) -> dict[str, Record]:
    return {key: build(kind, section[key], where=section.where(key)) for key in section}
