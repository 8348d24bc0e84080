"""Free ports, and where the running parts can be found: small files under `<data folder>/run/`.

<name>.pid    process id of a running part
<name>.url    its address
<name>.hold   made by a person: the part stays down until the file is gone
"""

from __future__ import annotations

import http.client
import socket
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit


@dataclass(frozen=True, kw_only=True)
class RunFolder:
    """The run files of one installation."""

    folder: Path

    def write_pid(self, name: str, pid: int) -> None:
        """Say that a part runs."""
        self._write(f"{name}.pid", str(pid))

    def write_url(self, name: str, url: str) -> None:
        """Say where a part listens."""
        self._write(f"{name}.url", url)

    def url(self, name: str) -> str | None:
        """Where a part listens, None when it was never started or is gone for good."""
        file = self.folder / f"{name}.url"
        return file.read_text().strip() if file.is_file() else None

    def is_held(self, name: str) -> bool:
        """Whether a person wants this part down."""
        return (self.folder / f"{name}.hold").exists()

    def hold(self, name: str) -> Path:
        """Keep this part down; the file to remove for the opposite."""
        self._write(f"{name}.hold", "")
        return self.folder / f"{name}.hold"

    def lift_hold(self, name: str) -> None:
        """The part may run."""
        (self.folder / f"{name}.hold").unlink(missing_ok=True)

    def forget(self, name: str) -> None:
        """The part runs no more; a hold stays."""
        self.forget_pid(name)
        (self.folder / f"{name}.url").unlink(missing_ok=True)

    def forget_pid(self, name: str) -> None:
        """The part is down for now; its address stays as it was."""
        (self.folder / f"{name}.pid").unlink(missing_ok=True)

    def _write(self, name: str, text: str) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        part = self.folder / f".{name}.part"
        part.write_text(text + "\n")
        part.replace(self.folder / name)


def run_folder(data_dir: Path) -> RunFolder:
    """The run files under a data folder."""
    return RunFolder(folder=data_dir / "run")


def free_port(host: str = "127.0.0.1", *, but_not: Collection[int] = ()) -> int:
    """A port nobody listens on now; another process may take it before it is used.

    `but_not`: ports that are promised to somebody who does not listen yet.
    """
    while True:
        with socket.socket() as probe:
            probe.bind((host, 0))
            port: int = probe.getsockname()[1]
        if port not in but_not:
            return port


def is_free(host: str, port: int) -> bool:
    """Whether a server could listen there now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def answers_200(url: str, *, headers: Mapping[str, str]) -> bool:
    """Whether a loopback address answers a GET with 200 within two seconds."""
    place = urlsplit(url)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=2)
    try:
        connection.request("GET", place.path, headers=dict(headers))
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
