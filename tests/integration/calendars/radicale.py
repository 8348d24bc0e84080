"""A real Radicale in a folder of its own, on a free loopback port, with a user and a password."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

USER, PASSWORD = "clinic", "calendar password"


@dataclass(frozen=True, kw_only=True)
class Radicale:
    """Where it listens; `client` is somebody of the clinic with a calendar program."""

    url: str

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(auth=(USER, PASSWORD), base_url=self.url, trust_env=False)


@contextmanager
def running(folder: Path) -> Iterator[Radicale]:
    """Stopped at the end."""
    users = folder / "users"
    users.write_text(f"{USER}:{PASSWORD}\n")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    options = {
        "server-hosts": f"127.0.0.1:{port}", "storage-filesystem-folder": str(folder / "data"),
        "auth-type": "htpasswd", "auth-htpasswd-filename": str(users), "auth-htpasswd-encryption": "plain",
        "auth-delay": "0", "logging-level": "critical",
    }  # fmt: skip
    command = [sys.executable, "-m", "radicale", "--config", "", *(f"--{k}={v}" for k, v in options.items())]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port, process)
        yield Radicale(url=f"http://127.0.0.1:{port}/{USER}/")
    finally:
        process.terminate()
        process.wait(timeout=10)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        if process.poll() is not None:
            raise RuntimeError("Radicale ended")
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError("Radicale does not listen")
