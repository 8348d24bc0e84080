"""A clinic's desk on both databases, without doors: services, store and protocols are real."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from bot.protocols import Protocols
from bot.store import Store
from tests.integration.console.staff_world import HandClock, World


@pytest.fixture
def world(store: Store, protocols: Protocols, noon: dt.datetime, tmp_path: Path) -> World:
    """An empty clinic at noon."""
    return World(store=store, protocols=protocols, clock=HandClock(noon), folder=tmp_path)
