"""The kept versions: `versions/<release>/<file>.yaml`, byte for byte as two people approved them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from bot.domain.errors import ProtocolError
from bot.protocols.documents import Document

JUDGING = ("variables", "red_flags", "routing")
"""The files that judge; these are approved and kept together."""
VERSIONS = "versions"
_VERSION = re.compile(rb"(?m)^  version: *[\"']?([^\s\"'#]+)")


def release_folders(folder: Path) -> Iterator[Path]:
    """The folders of all published releases, by name."""
    if (folder / VERSIONS).is_dir():
        yield from sorted(path for path in (folder / VERSIONS).iterdir() if path.is_dir())


def kept_bytes(folder: Path, name: str, version: str) -> bytes | None:
    """The published bytes of one file in one version, None when that was never published."""
    for release in release_folders(folder):
        content = (release / f"{name}.yaml").read_bytes()
        found = _VERSION.search(content)
        if found is not None and found.group(1).decode() == version:
            return content
    return None


def refuse_edited(folder: Path, documents: Iterable[Document]) -> None:
    """A file changed after its version was published judges nobody: ProtocolError says what to do."""
    for document in documents:
        name = document.name.removesuffix(".yaml")
        if name in JUDGING and _edited(folder, name, document):
            raise ProtocolError(
                f"{document.name}: version {document.header.version} is published with other content; "
                "raise `version` and publish it, or restore the file"
            )


def _edited(folder: Path, name: str, document: Document) -> bool:
    kept = kept_bytes(folder, name, document.header.version)
    return kept is not None and kept != document.content
