"""One deliberately broken file per error of the loaders: each message names the file, a line, and the remedy.

The first line of each file in `broken/` says what the message must say; its folder names the loader.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.domain.dictionary import Dictionary
from bot.domain.errors import ProtocolError
from bot.protocols.clinic import read_clinic
from bot.protocols.conditions import Compiler
from bot.protocols.dictionary_file import read_dictionary
from bot.protocols.documents import Document, read_document
from bot.protocols.faq import read_faq
from bot.protocols.grammar import Scope
from bot.protocols.staff_tasks import read_staff_tasks
from bot.protocols.texts import read_texts
from bot.protocols.visits import read_visits
from bot.protocols.yamlfile import read_yaml

BROKEN = Path(__file__).parent / "broken"
LOADERS: dict[str, Callable[[Document], object]] = {
    "header": lambda document: document,
    "variables": read_dictionary,
    "texts": read_texts,
    "faq": read_faq,
    "visits": read_visits,
    "tasks": lambda document: read_staff_tasks(
        document, _compiler(), outcomes=["new_patient_eval"], decisions=["C15"]
    ),
    "clinic": lambda document: read_clinic(document, visits=["NEW_PATIENT_EVAL"]),
}


def _compiler() -> Compiler:
    """Over no variables and no helpers."""
    return Compiler(Dictionary(variables={}), Scope())


@pytest.mark.parametrize("path", sorted(BROKEN.rglob("*.yaml")), ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_broken_file_is_refused_with_file_line_and_reason(path: Path) -> None:
    expected = path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# says: ")
    with pytest.raises(ProtocolError) as caught:
        _load(path)
    message = str(caught.value)
    assert expected in message
    assert re.match(rf"{re.escape(path.name)}:\d+: ", message), message


def _load(path: Path) -> object:
    if path.parent.name == "yaml":
        return read_yaml(path)
    return LOADERS[path.parent.name](read_document(path))


def test_missing_file_says_which_and_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ProtocolError, match=r"texts\.yaml: cannot be read .*; restore the file"):
        read_yaml(tmp_path / "texts.yaml")


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"a: \x00"], ids=["not_utf8", "nul"])
def test_bytes_that_are_no_text_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "texts.yaml"
    path.write_bytes(content)
    with pytest.raises(ProtocolError, match=r"texts\.yaml:1: not readable as UTF-8 text"):
        read_yaml(path)
