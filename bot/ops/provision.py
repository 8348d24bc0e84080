"""Set a checkout up: uv, both environments, `.env`. Runs on any Python from 3.8, standard library only.

    python3 bot/ops/provision.py

Does nothing, quickly, when everything fits. Network: the package registry that pip and uv are set up
for; only when no Python 3.10 or 3.12 is on the machine does uv fetch one.
"""

from __future__ import annotations

import contextlib
import fcntl
import glob
import hashlib
import os
import secrets
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Iterator, NamedTuple, Sequence

ROOT = Path(__file__).resolve().parent.parent.parent
TOOLS = ROOT / "var" / "tools"
ENV_FILE = ROOT / ".env"

ENV_TEMPLATE = """\
# Made by the first `make run`. The README lists every setting.
# A demonstration: set INTAKE_DEMO=false and INTAKE_CLINIC_PHONE before patients use it.
INTAKE_DEMO=true
INTAKE_ENGINE_SECRET={engine}
INTAKE_ACTIONS_SECRET={actions}
"""


class SetupError(Exception):
    """Something a person must do first; the message says what."""


class Environment(NamedTuple):
    """One virtual environment and the lock it is synced from. `pythons`: accepted versions, best first."""

    name: str
    folder: Path
    lock: Path
    pythons: Sequence[str]

    @property
    def python(self) -> Path:
        return self.folder / "bin" / "python"

    @property
    def stamp(self) -> Path:
        return self.folder / ".lock-sha256"


SERVICE = Environment("service", ROOT / ".venv", ROOT / "requirements.lock", ("3.12", "3.13"))
ENGINE = Environment(
    "engine", ROOT / "bot" / "engine" / ".venv", ROOT / "bot" / "engine" / "requirements.lock", ("3.10",)
)


def main() -> int:
    """Set up; returns 0, or 1 with the remedy on standard error."""
    try:
        with _one_at_a_time():
            for environment in (SERVICE, ENGINE):
                provide(environment)
            write_env_file(ENV_FILE)
    except SetupError as error:
        print("setup: {}".format(error), file=sys.stderr)
        return 1
    return 0


@contextlib.contextmanager
def _one_at_a_time() -> Iterator[None]:
    TOOLS.parent.mkdir(exist_ok=True)
    with open(str(TOOLS.parent / "setup.lock"), "w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def provide(environment: Environment) -> None:
    """Make the environment hold exactly what its lock says. Raises SetupError."""
    wanted = hashlib.sha256(environment.lock.read_bytes()).hexdigest()
    usable = identity(str(environment.python))[0] in environment.pythons
    if usable and environment.stamp.is_file() and environment.stamp.read_text() == wanted:
        return
    uv = find_uv() or get_uv()
    if not usable:
        python = find_python(environment.pythons) or environment.pythons[0]
        _say("the {} environment: a new one with Python {}", environment.name, python)
        run([uv, "venv", "--quiet", "--no-project", "--clear", "--python", python, str(environment.folder)])
    _say("the {} environment: installing what its lock names", environment.name)
    quiet = [] if sys.stderr.isatty() else ["--quiet"]  # a person sees progress, a log file 400 names less
    run(
        [
            uv,
            "pip",
            "sync",
            *quiet,
            "--python",
            str(environment.python),
            "--require-hashes",
            str(environment.lock),
        ]
    )
    environment.stamp.write_text(wanted)


def find_uv() -> str | None:
    """A uv that runs, or None. One behind a shim may be there and still not run."""
    candidates = [shutil.which("uv"), str(TOOLS / "bin" / "uv")]
    return next((path for path in candidates if path and answers([path, "--version"])), None)


def get_uv() -> str:
    """Install uv with pip into a small environment of its own. Raises SetupError."""
    _say("uv is missing: installing it under {}", os.path.relpath(str(TOOLS), str(ROOT)))
    if answers([sys.executable, "-m", "venv", str(TOOLS)]):
        run([str(TOOLS / "bin" / "python"), "-m", "pip", "install", "--quiet", "uv"])
        return str(TOOLS / "bin" / "uv")
    # Debian's python3 comes without ensurepip: then pip itself, if it is there, can fill a folder.
    run([sys.executable, "-m", "pip", "install", "--quiet", "--target", str(TOOLS), "uv"])
    return str(TOOLS / "bin" / "uv")


def find_python(versions: Sequence[str]) -> str | None:
    """The interpreter of the first version that is on PATH or under pyenv; None when there is none."""
    for version in versions:
        for candidate in _interpreters(version):
            found, executable = identity(candidate)
            if found == version:
                return executable
    return None


def _interpreters(version: str) -> list[str]:
    # pyenv's shims on PATH refuse versions that are not selected: its versions folder comes first.
    home = os.environ.get("PYENV_ROOT", os.path.expanduser("~/.pyenv"))
    pattern = "{}/versions/{}.*/bin/python{}".format(home, version, version)
    on_path = [shutil.which("python" + version), shutil.which("python3")]
    return sorted(glob.glob(pattern), reverse=True) + [path for path in on_path if path]


def identity(python: str) -> tuple[str, str]:
    """Version as `3.12` and the interpreter behind a shim; two empty strings when it does not run."""
    question = "import sys; print('%d.%d' % sys.version_info[:2]); print(sys.executable)"
    try:
        done = subprocess.run([python, "-c", question], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    except OSError:
        return "", ""
    lines = done.stdout.decode().splitlines()
    return (lines[0], lines[1]) if done.returncode == 0 else ("", "")


def write_env_file(path: Path) -> bool:
    """Write fresh secrets, readable by the owner only; False (nothing done) when the file exists."""
    try:
        handle = os.open(str(path), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(handle, "w") as file:
        file.write(ENV_TEMPLATE.format(engine=secrets.token_hex(32), actions=secrets.token_hex(32)))
    _say("wrote {} with fresh secrets (demo mode)", path.name)
    return True


def answers(command: Sequence[str]) -> bool:
    """Whether a command runs and ends well."""
    try:
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except OSError:
        return False
    return done.returncode == 0


def run(command: Sequence[str]) -> None:
    """Run a step that must work. Raises SetupError."""
    done = subprocess.run(command, cwd=str(ROOT))
    if done.returncode != 0:
        raise SetupError(
            "`{}` failed. Needed: Python 3.10 and 3.12 (uv fetches them where it may), pip or the venv "
            "module, and a package registry.".format(" ".join(command[:4]))
        )


def _say(text: str, *values: str) -> None:
    print("setup: " + text.format(*values), flush=True)


if __name__ == "__main__":
    sys.exit(main())
