"""One trained model, one engine, one action server for all tests here; run in the engine's environment."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
SERVICE_PYTHON = ROOT / ".venv" / "bin" / "python"
SECRET = "s" * 40
NOTHING_READ = {"findings": [], "facts": {}, "answer": "none", "polarity": None, "correction": False,
                "question": False, "language": "en", "ask": []}  # fmt: skip


@dataclass
class Answer:
    """Status and body of a reply."""

    status: int
    body: dict[str, Any]

    @property
    def texts(self) -> list[str]:
        return [draft["text"] for draft in self.body["drafts"]]


@dataclass
class Wire:
    """A running engine, spoken to as the service does."""

    url: str
    secret: str = SECRET

    def post(self, path: str, body: Any, *, secret: str | None = None) -> Answer:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"X-Intake-Secret": self.secret if secret is None else secret}
        request = urllib.request.Request(f"{self.url}/webhooks/intake/{path}", data=data, headers=headers)
        return _sent(request)

    def get(self, path: str) -> Answer:
        headers = {"X-Intake-Secret": self.secret}
        return _sent(urllib.request.Request(f"{self.url}{path}", headers=headers))

    def understand(self, text: str, *, asked: str | None = None, **reading: Any) -> dict[str, Any]:
        body = {"text": text, "asked": asked, "reading": {**NOTHING_READ, **reading}}
        answer = self.post("understand", body)
        assert answer.status == 200, answer.body
        return answer.body["intent"]


@dataclass
class Talk:
    """A conversation whose state is carried by the test, as the service carries it."""

    wire: Wire
    phase: str = "intake"
    asked: str | None = "consent"
    case_id: str = field(default_factory=lambda: secrets.token_hex(16))
    state: str | None = None

    def send(self, text: str, **reading: Any) -> Answer:
        body = {
            "case_id": self.case_id, "message_id": secrets.token_hex(16), "text": text, "phase": self.phase,
            "asked": self.asked, "question": None, "state": self.state,
            "reading": {**NOTHING_READ, **reading},
        }  # fmt: skip
        answer = self.wire.post("turn", body)
        if answer.status == 200:
            self.state = answer.body["state"]
            self.asked = next((d["asks"] for d in reversed(answer.body["drafts"]) if d["asks"]), self.asked)
        return answer

    def say(self, text: str, **reading: Any) -> list[str]:
        answer = self.send(text, **reading)
        assert answer.status == 200, answer.body
        return answer.texts


def _sent(request: urllib.request.Request) -> Answer:
    try:
        with urllib.request.urlopen(request, timeout=20) as reply:
            return Answer(reply.status, json.loads(reply.read()))
    except urllib.error.HTTPError as error:
        raw = error.read()
        try:
            return Answer(error.code, json.loads(raw))
        except ValueError:
            return Answer(error.code, {"raw": raw.decode(errors="replace")})


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def running_actions(*flags: str) -> Iterator[str]:
    """The address of an action server with scripted services."""
    command = [str(SERVICE_PYTHON), str(Path(__file__).with_name("scripted_services.py")), SECRET, *flags]
    with ended(subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)) as process:
        assert process.stdout is not None
        url = f"http://127.0.0.1:{int(process.stdout.readline())}"
        _wait(f"{url}/health", process)
        yield url


@contextlib.contextmanager
def running_engine(actions_url: str, *, root: Path = ROOT, log: Path | None = None) -> Iterator[Wire]:
    """An engine started by its own launcher."""
    url = f"http://127.0.0.1:{free_port()}"
    environment = {
        "PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "INTAKE_ENGINE_URL": url,
        "INTAKE_ENGINE_SECRET": SECRET, "INTAKE_ACTIONS_URL": actions_url, "INTAKE_ACTIONS_SECRET": SECRET,
    }  # fmt: skip
    command = [sys.executable, "-m", "bot.engine.run"]
    with contextlib.ExitStack() as stack:
        output = stack.enter_context(log.open("w")) if log else subprocess.DEVNULL
        process = subprocess.Popen(
            command, cwd=root, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
        stack.enter_context(ended(process))
        wire = Wire(url)
        _wait(f"{url}/webhooks/intake/health", process)
        yield wire


@contextlib.contextmanager
def ended(process: subprocess.Popen[Any]) -> Iterator[subprocess.Popen[Any]]:
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()


def _wait(url: str, process: subprocess.Popen[Any], *, seconds: float = 120) -> None:
    request = urllib.request.Request(url, headers={"X-Intake-Secret": SECRET})
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert process.poll() is None, f"it ended with status {process.returncode}"
        with contextlib.suppress(OSError):
            if _sent(request).status == 200:
                return
        time.sleep(0.2)
    raise AssertionError("it did not come up")


@pytest.fixture(scope="session")
def actions_url() -> Iterator[str]:
    with running_actions() as url:
        yield url


@pytest.fixture(scope="session")
def engine_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("engine") / "engine.log"


@pytest.fixture(scope="session")
def wire(actions_url: str, engine_log: Path) -> Iterator[Wire]:
    """The engine with the model of these sources, trained when there is none."""
    trained = subprocess.run(
        [sys.executable, "-m", "bot.engine.train", "--if-needed"], cwd=ROOT, capture_output=True, text=True
    )
    assert trained.returncode == 0, trained.stderr[-2000:]
    with running_engine(actions_url, log=engine_log) as wire:
        yield wire


@pytest.fixture
def talk(wire: Wire) -> Talk:
    """A new conversation, at its first question."""
    return Talk(wire)
