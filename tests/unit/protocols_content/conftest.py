"""The repository's own protocol files, loaded once."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.protocols import Protocols, load_protocols

FOLDER = Path(__file__).resolve().parents[3] / "data" / "protocols"


@pytest.fixture(scope="session")
def folder() -> Path:
    return FOLDER


@pytest.fixture(scope="session")
def protocols() -> Protocols:
    return load_protocols(FOLDER)
