"""For all tests of the service's environment: nothing of this machine's settings, shared slow parts.

`tests/dialogue` runs in the engine's environment (`make test` starts it there).
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.settings import ROOT, Settings

if TYPE_CHECKING:
    from bot.protocols import Protocols
    from bot.protocols.shelf import Shelf
    from bot.services.ports import Reader

collect_ignore = ["dialogue"]

SKIPS_FAIL = os.environ.get("CI") == "true"
"""In CI everything that a test needs is installed: a skipped test is a hole."""


@pytest.fixture(scope="session", autouse=True)
def without_machine_settings() -> Iterator[None]:
    """INTAKE_* of the developer's shell do not reach a test."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("INTAKE_")]:
            patch.delenv(name)
        yield


@pytest.fixture(scope="session")
def shelf() -> Shelf:
    """The protocol files as they are in the checkout."""
    from bot.protocols.shelf import Shelf

    return Shelf(ROOT / "data" / "protocols")


@pytest.fixture(scope="session")
def protocols(shelf: Shelf) -> Protocols:
    """What they say."""
    return shelf.protocols()


@pytest.fixture(scope="session")
def reader(protocols: Protocols) -> Reader:
    """The language layer; takes seconds, so once."""
    from bot.language import load_reader

    loaded: Reader = load_reader(protocols.dictionary, ROOT / "data" / "lexicon")
    return loaded


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a demo installation in a folder of its own; nothing read from `.env`."""
    return make_settings(data_dir=tmp_path)


def make_settings(**given: object) -> Settings:
    """Demo settings with test secrets; `given` wins."""
    fixed = {"demo": True, "engine_secret": "e" * 64, "actions_secret": "a" * 64, "_env_file": None}
    return Settings(**{**fixed, **given})


@pytest.fixture
def noon() -> dt.datetime:
    """Wednesday 18 November 2026, 12:00 in the clinic's St. Louis: an open hour."""
    return dt.datetime(2026, 11, 18, 18, 0, tzinfo=dt.UTC)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI, skipped tests fail the run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter is not None else []
    if SKIPS_FAIL and skipped and session.exitstatus == pytest.ExitCode.OK:
        reporter.write_line(f"CI: {len(skipped)} skipped, and nothing may be skipped there", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
