"""A whole service of its own for the measurements, started as `make run` starts it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

from bot.ops.addresses import RunFolder, run_folder
from bot.settings import ROOT

UP = "Ctrl-C stops everything"
PUBLIC_URL = "https://clinic.example"
TEXTING = {
    "INTAKE_PUBLIC_URL": PUBLIC_URL,
    "INTAKE_TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "INTAKE_TWILIO_AUTH_TOKEN": token_hex(16),
    "INTAKE_SMS_NUMBER": "+13145550100",
}
"""Opens the door of text messages; the provider is a stand-in on this machine."""


@dataclass(frozen=True, kw_only=True)
class Service:
    """A running installation and how long it took to come up."""

    url: str
    runs: RunFolder
    startup_seconds: float

    def pids(self) -> dict[str, int]:
        """Process id by part."""
        files = sorted(self.runs.folder.glob("*.pid"))
        return {file.stem: int(file.read_text()) for file in files}


@contextmanager
def running_service(*, database: str | None = None, provider: str | None = None) -> Iterator[Service]:
    """Start everything on free ports in a folder that is thrown away; stop it at the end.

    `database` is the address of one that is there; None: an empty one in the folder. `provider` is where
    texts are sent; None: it takes and sends none.
    """
    with tempfile.TemporaryDirectory(prefix="intake-bench-") as folder:
        process = _start(Path(folder), database, provider)
        try:
            began = time.perf_counter()
            _wait_until_up(process)
            seconds = time.perf_counter() - began
            runs = run_folder(Path(folder))
            yield Service(url=runs.url("gateway") or "", runs=runs, startup_seconds=seconds)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=60)


def _start(folder: Path, database: str | None, provider: str | None) -> subprocess.Popen[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("INTAKE_")}
    own = {
        "INTAKE_PORT": "0",
        "INTAKE_DATA_DIR": str(folder),
        "INTAKE_DEMO": "true",
        "INTAKE_ENGINE_SECRET": token_hex(32),
        "INTAKE_ACTIONS_SECRET": token_hex(32),
        "INTAKE_LOG_LEVEL": "WARNING",
    }
    if database is not None:
        own["INTAKE_DATABASE_URL"] = database
    if provider is not None:
        own |= TEXTING | {"INTAKE_TWILIO_API_URL": provider}
    return subprocess.Popen(
        [sys.executable, "-m", "bot", "run"],
        cwd=ROOT,
        env={**kept, **own},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _wait_until_up(process: subprocess.Popen[str]) -> None:
    said = []
    for line in process.stdout or ():
        said.append(line)
        if UP in line:
            return
    raise RuntimeError("the service did not come up:\n" + "".join(said))
