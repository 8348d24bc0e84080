"""A real PostgreSQL for tests: a private cluster in a folder of its own, on a unix socket only.

The binaries are those of the Debian package `postgresql`; the server refuses to run as root, so root
hands it to the user `postgres`.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PORT = 5432
"""Names the socket file in the cluster's own folder; nothing listens on the network."""

FAST = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_connections": "60",
    "shared_buffers": "32MB",
    "timezone": "America/Chicago",
}
"""Durability of the server itself is not what is tested. The zone is not UTC on purpose."""


class PostgresMissingError(Exception):
    """No PostgreSQL binaries on this machine."""


def find_binaries() -> Path:
    """The folder with `pg_ctl` and `initdb`; raises PostgresMissingError."""
    newest = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: float(p.parent.name), reverse=True
    )
    on_path = shutil.which("pg_ctl")
    candidates = [*newest, *([Path(on_path).resolve().parent] if on_path else [])]
    for folder in candidates:
        if (folder / "pg_ctl").exists() and (folder / "initdb").exists():
            return folder
    raise PostgresMissingError("no PostgreSQL found: apt-get install postgresql (see README)")


@contextmanager
def running_cluster() -> Iterator[str]:
    """A running cluster; yields the address of its maintenance database. Stopped and removed after."""
    binaries = find_binaries()
    with tempfile.TemporaryDirectory(prefix="intake-pg-", ignore_cleanup_errors=True) as folder:
        user = _owner(Path(folder))
        data = Path(folder) / "data"
        _run(binaries / "initdb", "-D", data, "-U", "intake", "-A", "trust", "-E", "UTF8", "-N", user=user)
        options = " ".join(f"-c {name}={value or chr(39) * 2}" for name, value in FAST.items())
        start = ("-o", f"{options} -k {folder} -p {PORT}", "-l", Path(folder) / "log", "-w", "start")
        _run(binaries / "pg_ctl", "-D", data, *start, user=user)
        try:
            yield f"postgresql://intake@/postgres?host={folder}&port={PORT}"
        finally:
            _run(binaries / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop", user=user)


def _owner(folder: Path) -> str | None:
    if os.geteuid() != 0:
        return None
    account = pwd.getpwnam("postgres")
    os.chown(folder, account.pw_uid, account.pw_gid)
    return account.pw_name


def _run(*command: str | Path, user: str | None) -> None:
    done = subprocess.run(
        [str(part) for part in command], user=user, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    if done.returncode:
        raise RuntimeError(f"{Path(command[0]).name} failed: {done.stderr.decode(errors='replace')}")
