"""The whole service, started as `make run` starts it, in a data folder and on a port of its own."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from bot.dialogue.breaker import Breaker
from bot.ops.addresses import RunFolder, free_port, run_folder
from bot.settings import ROOT
from tests.recorder import Recorder

UP_WITHIN_SECONDS = 240
"""Training may be part of it on a fresh checkout."""
TWILIO = {
    "INTAKE_TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "INTAKE_TWILIO_AUTH_TOKEN": "acceptance-token-0123456789abcdef",
    "INTAKE_SMS_NUMBER": "+13145550100",
}


@dataclass(kw_only=True)
class Stack:
    """A running installation."""

    url: str
    data_dir: Path
    staff_name: str
    staff_password: str
    process: subprocess.Popen[str]
    environment: dict[str, str]

    @property
    def runs(self) -> RunFolder:
        return run_folder(self.data_dir)

    def stop_part(self, name: str) -> None:
        """Stop one part and keep it down; returns when it is gone."""
        self.runs.hold(name)
        _until(lambda: not (self.runs.folder / f"{name}.pid").exists(), f"{name} is still running")

    def start_part(self, name: str, ready: str) -> None:
        """Let a part run again; returns when patients are served as before.

        `/health/ready` calls it ready, and the circuit breaker before the engine has had its pause.
        """
        self.runs.lift_hold(name)
        _until(lambda: self.part_is_ready(ready), f"{name} did not come back")
        time.sleep(Breaker().pause_seconds)

    def part_is_ready(self, name: str) -> bool:
        answer = httpx.get(f"{self.url}/health/ready", timeout=5).json()
        return bool(answer["parts"][name] == "ok")

    def staff_token(self) -> str:
        """An API token of the first staff member; unlike a sign-in it puts nobody at the desk."""
        made = subprocess.run(
            [sys.executable, "-m", "bot", "staff", "token", self.staff_name],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return made.stdout.strip()

    def logs(self) -> str:
        """Everything any part wrote to its log, and what `make run` shows on the terminal."""
        files = [*sorted((self.data_dir / "log").glob("*")), _terminal(self.data_dir)]
        return "\n".join(path.read_text(errors="replace") for path in files)

    def close(self) -> None:
        """Ctrl-C, and every part is gone; one that is not fails the run."""
        pids = [int(file.read_text()) for file in self.runs.folder.glob("*.pid")]
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(timeout=60)
        finally:
            self.process.kill()
        left = [pid for pid in pids if Path(f"/proc/{pid}").exists()]
        assert not left, f"processes left behind: {left}"


_provider_of_run = pytest.StashKey[Recorder]()
_stack_of_run = pytest.StashKey[Stack]()


def shared_provider(config: pytest.Config) -> Recorder:
    """The one recorder of texts of this test run, whichever folder asks first."""
    if _provider_of_run not in config.stash:
        recording = contextlib.ExitStack()
        config.stash[_provider_of_run] = recording.enter_context(Recorder.running())
        config.add_cleanup(recording.close)
    return config.stash[_provider_of_run]


def shared_stack(config: pytest.Config, data_dir: Callable[[], Path]) -> Stack:
    """The one installation of this test run, whichever folder asks first; stopped when the run is over."""
    if _stack_of_run not in config.stash:
        running = start(data_dir(), twilio_api_url=shared_provider(config).url)
        config.stash[_stack_of_run] = running
        config.add_cleanup(running.close)
    return config.stash[_stack_of_run]


def start(data_dir: Path, *, twilio_api_url: str) -> Stack:
    """Start everything and wait until it says that it is up."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("INTAKE_")},
        **TWILIO,
        "INTAKE_PORT": str(port),
        "INTAKE_DATA_DIR": str(data_dir),
        "INTAKE_DEMO": "true",
        "INTAKE_PUBLIC_URL": url,
        "INTAKE_TWILIO_API_URL": twilio_api_url,
        "INTAKE_SMS_SETTLE_SECONDS": "0.2",
        "INTAKE_ENGINE_SECRET": "e" * 32,
        "INTAKE_ACTIONS_SECRET": "a" * 32,
    }
    with _terminal(data_dir).open("w") as terminal:
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", "run"],
            cwd=ROOT,
            env=environment,
            stdout=terminal,
            stderr=subprocess.STDOUT,
            text=True,
        )
    said = _read_until_up(process, _terminal(data_dir))
    login = re.search(r"staff login\s+(\S+) / (\S+)", said)
    assert login, f"no first staff login was printed:\n{said}"
    return Stack(
        url=url,
        data_dir=data_dir,
        staff_name=login.group(1),
        staff_password=login.group(2),
        process=process,
        environment=environment,
    )


def _terminal(data_dir: Path) -> Path:
    return data_dir / "terminal.txt"


def _read_until_up(process: subprocess.Popen[str], terminal: Path) -> str:
    try:
        _until(
            lambda: "Ctrl-C stops everything" in terminal.read_text() or process.poll() is not None,
            "the service did not come up in time",
            seconds=UP_WITHIN_SECONDS,
        )
        assert process.poll() is None, f"the service did not come up:\n{terminal.read_text()}"
    except AssertionError:
        process.kill()
        process.wait()
        raise
    return terminal.read_text()


def _until(condition: Callable[[], bool], complaint: str, *, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return
        time.sleep(0.2)
    raise AssertionError(complaint)
