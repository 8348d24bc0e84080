"""Published versions: who approved what, kept for good, so that any case can be judged again as it was.

A release is a folder `versions/<name>` with the three files that judge, byte for byte. Its name says their
versions: `variables-1.0.0_red_flags-1.0.0_routing-1.0.0`.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.domain.dictionary import Dictionary
from bot.domain.errors import ProtocolError
from bot.domain.judgement import ProtocolStamp
from bot.protocols.acceptance import mismatches, read_cases
from bot.protocols.dictionary_file import read_dictionary
from bot.protocols.documents import Document, parse_document, read_document
from bot.protocols.judging import Judge
from bot.protocols.protocols import load_protocols, read_judge
from bot.protocols.published import JUDGING, VERSIONS, kept_bytes, release_folders


@dataclass(frozen=True, kw_only=True)
class Release:
    """What judges, of one version, with the dictionary its facts obey."""

    name: str
    dictionary: Dictionary
    judge: Judge


def load_release(folder: Path) -> Release:
    """The three files of a folder, the working ones or a published release. Raises ProtocolError."""
    return _release([read_document(folder / f"{name}.yaml") for name in JUDGING])


def find_release(folder: Path, stamps: Collection[ProtocolStamp]) -> Release:
    """What judged with these stamps: the files in force or a published release of `folder`.

    Raises ProtocolError when no kept version has these bytes: nothing is judged by a look-alike.
    """
    wanted = {(stamp.id, stamp.sha256) for stamp in stamps}
    for candidate in (folder, *release_folders(folder)):
        release = load_release(candidate)
        if wanted == {(stamp.id, stamp.sha256) for stamp in release.judge.stamps}:
            return release
    versions = ", ".join(f"{stamp.id} {stamp.version}" for stamp in stamps)
    raise ProtocolError(f"{versions}: these bytes are not kept; restore {VERSIONS}/ from the repository")


def publish(folder: Path, *, cases: Path, names: Sequence[str], on: dt.date, effective: dt.date) -> Path:
    """Approve the working files and keep them as a release; returns the release's folder.

    Refuses (ProtocolError) without two different staff names, when an acceptance case fails on these very
    files, and when the version was published before with other content.
    """
    approvers = two_people(names)
    working = [read_document(folder / f"{name}.yaml") for name in JUDGING]
    load_protocols(folder)  # all that is read beside them must fit too
    documents = [_approved_once(folder, document, approvers, on, effective) for document in working]
    contents = {name: document.content for name, document in zip(JUDGING, documents, strict=True)}
    release = _release(documents)
    _refuse_failures(release, cases)
    place = folder / VERSIONS / release.name
    _keep(place, contents)
    for name, content in contents.items():
        _replace(folder / f"{name}.yaml", content)
    return place


def _release(documents: Sequence[Document]) -> Release:
    dictionary = read_dictionary(documents[0]).dictionary
    judge = read_judge(documents, dictionary)
    name = "_".join(f"{stamp.id}-{stamp.version}" for stamp in judge.stamps)
    return Release(name=name, dictionary=dictionary, judge=judge)


def two_people(names: Sequence[str]) -> list[str]:
    """Their names, tidied. Raises ProtocolError unless they are two and fit a file's header."""
    people = [" ".join(name.split()) for name in names]
    if len(people) != 2 or not all(people) or len({name.casefold() for name in people}) != 2:
        raise ProtocolError("publishing needs two different staff names: give --by twice")
    if not all(re.fullmatch(r"[\w .,'-]+", name) for name in people):
        raise ProtocolError("a staff name may hold letters, digits, spaces and . , ' - only")
    return people


def _refuse_failures(release: Release, folder: Path) -> None:
    wrong = [
        line for case in read_cases(folder, release.dictionary) for line in mismatches(release.judge, case)
    ]
    if wrong:
        shown = "\n".join(wrong[:10])
        raise ProtocolError(f"not published: {len(wrong)} expectations of the acceptance cases fail\n{shown}")


def _approved_once(
    folder: Path, document: Document, names: Sequence[str], on: dt.date, effective: dt.date
) -> Document:
    """The file as approved now; a version approved before stays as it was, with its own names and days."""
    name = document.name.removesuffix(".yaml")
    if kept_bytes(folder, name, document.header.version) is not None:
        return document
    return parse_document(approved(document.content, names, on, effective), name=document.name)


def approved(content: bytes, names: Sequence[str], on: dt.date, effective: dt.date) -> bytes:
    """The file with its header filled in; nothing else changes. Raises ProtocolError without one."""
    lines = {
        "status": "active",
        "approved_by": f"[{', '.join(_quoted(name) for name in names)}]",
        "approved_on": on.isoformat(),
        "effective_from": effective.isoformat(),
    }
    text = content.decode()
    for key, value in lines.items():
        before, after = _around_line(text, key)
        text = f"{before}  {key}: {value}{after}"
    return text.encode()


def _around_line(text: str, key: str) -> tuple[str, str]:
    """The text before the header's line of a key, and after it."""
    found = re.search(rf"(?m)^  {key}:.*$", text)
    if found is None:
        raise ProtocolError(f"the header has no line `{key}:`; add it under `protocol:`")
    return text[: found.start()], text[found.end() :]


def _quoted(name: str) -> str:
    return '"' + name + '"'


def _keep(place: Path, contents: dict[str, bytes]) -> None:
    place.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        _replace(place / f"{name}.yaml", content)


def _replace(path: Path, content: bytes) -> None:
    temporary = path.with_suffix(".new")
    temporary.write_bytes(content)
    os.replace(temporary, path)
