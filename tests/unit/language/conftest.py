"""One reader for all language tests: the committed dictionary and lexicon."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.domain.dictionary import Dictionary, parse_dictionary
from bot.domain.findings import Reading
from bot.language import Reader, load_reader, read_yaml

ROOT = Path(__file__).parents[3]
DATE = dt.date(2026, 11, 18)


@pytest.fixture(scope="session")
def dictionary() -> Dictionary:
    return parse_dictionary(read_yaml(ROOT / "data/protocols/variables.yaml"))


@pytest.fixture(scope="session")
def reader(dictionary: Dictionary) -> Reader:
    return load_reader(dictionary, ROOT / "data/lexicon")


@pytest.fixture(scope="session")
def read(reader: Reader) -> Callable[..., Reading]:
    def _read(text: str, asked: str | None = None) -> Reading:
        return reader.read(text, asked, None, DATE)

    return _read
