"""The whole service, started as `make run` starts it, in a data folder and on a port of its own."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from bot.ops.addresses import RunFolder, free_port, run_folder
from bot.settings import ROOT

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
        """Let a part run again; returns when `/health/ready` calls it ready."""
        self.runs.lift_hold(name)
        _until(lambda: self.part_is_ready(ready), f"{name} did not come back")

    def part_is_ready(self, name: str) -> bool:
        import httpx

        answer = httpx.get(f"{self.url}/health/ready", timeout=5).json()
        return bool(answer["parts"][name] == "ok")

    def logs(self) -> str:
        """Everything any part wrote to its log."""
        return "\n".join(path.read_text(errors="replace") for path in sorted((self.data_dir / "log").glob("*")))

    def close(self) -> None:
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=60)


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
        "INTAKE_ENGINE_SECRET": "e" * 32,
        "INTAKE_ACTIONS_SECRET": "a" * 32,
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "run"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    said = _read_until_up(process)
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


def _read_until_up(process: subprocess.Popen[str]) -> str:
    said, deadline = "", time.monotonic() + UP_WITHIN_SECONDS
    assert process.stdout is not None
    while time.monotonic() < deadline:
        line = process.stdout.readline()
        said += line
        if "Ctrl-C stops everything" in line:
            return said
        if not line and process.poll() is not None:
            break
    process.kill()
    raise AssertionError(f"the service did not come up:\n{said}")


def _until(condition: object, complaint: str, *, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():  # type: ignore[operator]
            return
        time.sleep(0.2)
    raise AssertionError(complaint)
