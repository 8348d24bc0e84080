"""The protocol files of one folder, read once, and what a clinic made of them laid over.

Whatever is laid over goes through the same strict loader as the files: what it refuses is never in force.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from bot.domain.errors import ProtocolError
from bot.protocols.documents import Document, parse_document
from bot.protocols.protocols import FILES, Protocols, protocols_of, read_documents
from bot.protocols.published import refuse_edited

Changes = Mapping[str, Any]
"""Laid over a file, level by level: mappings join, everything else replaces, None takes a key away."""


class Shelf:
    """Reading the files takes seconds, joining them anew half of one: both block, call them in a thread."""

    def __init__(self, folder: Path, *, clinic_phone: str | None = None) -> None:
        self._folder = folder
        self._clinic_phone = clinic_phone

    @cached_property
    def documents(self) -> Mapping[str, Document]:
        """The installed files by name. Raises ProtocolError."""
        documents = read_documents(self._folder)
        refuse_edited(self._folder, documents.values())
        return documents

    def protocols(
        self, *, contents: Mapping[str, bytes] | None = None, changes: Mapping[str, Changes] | None = None
    ) -> Protocols:
        """`contents` stand in place of files, `changes` are laid over, both by the file's name.

        Raises ProtocolError with file, line of the joined file, field, allowed values and remedy.
        """
        documents = dict(self.documents)
        for name, content in (contents or {}).items():
            documents[_known(name)] = parse_document(content, name=f"{name}.yaml")
        for name, laid in (changes or {}).items():
            documents[name] = _changed(documents[_known(name)], laid)
        return protocols_of(documents, clinic_phone=self._clinic_phone)


def laid_over(body: Any, changes: Any) -> Any:
    """Plain values: the body with the changes. Neither is changed itself."""
    if not (isinstance(body, Mapping) and isinstance(changes, Mapping)):
        return _plain(changes)
    joined = {key: _plain(value) for key, value in body.items()}
    for key, value in changes.items():
        if value is None:
            joined.pop(key, None)
        else:
            joined[key] = laid_over(joined.get(key), value)
    return joined


def _changed(document: Document, changes: Changes) -> Document:
    if not changes:
        return document
    text = yaml.safe_dump(laid_over(document.body, changes), sort_keys=False, allow_unicode=True, width=1000)
    return parse_document(text.encode(), name=document.name)


def _plain(value: Any) -> Any:
    """Without what the strict loader knows of lines; None inside of new mappings is left out."""
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value


def _known(name: str) -> str:
    if name not in FILES:
        raise ProtocolError(f"there is no protocol file {name!r}; known: {', '.join(FILES)}")
    return name
