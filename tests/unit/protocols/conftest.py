"""The clinic's protocols and their acceptance cases, loaded once."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.protocols import Protocols, load_protocols
from bot.protocols.acceptance import AcceptanceCase, read_cases

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "data" / "protocols"
CASES = ROOT / "tests" / "cases"


@pytest.fixture(scope="session")
def protocols() -> Protocols:
    return load_protocols(FOLDER)


@pytest.fixture(scope="session")
def cases(protocols: Protocols) -> list[AcceptanceCase]:
    return read_cases(CASES, protocols.dictionary)
