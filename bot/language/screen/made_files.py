"""Files that set-up makes from sources and packages: named by what they are made from, each with its sha256.

models/<name>           the file
models/<name>.sha256    of its bytes, written last: a file without it does not exist
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

from bot.domain.errors import SettingsError

ROOT = Path(__file__).resolve().parents[3]
MODELS = ROOT / "models"
REMEDY = "run `make train`"


def verified(name: str, what: str, *, models: Path | None = None) -> Path:
    """The file, as it was made. Raises SettingsError naming the remedy when it is missing or was touched."""
    file = (models or MODELS) / name
    proof = _proof(file)
    if not file.is_file() or not proof.is_file():
        raise SettingsError(f"{what} is missing (models/{name}): {REMEDY}")
    if sha256(file) != proof.read_text(encoding="ascii").strip():
        raise SettingsError(f"{what} is not as it was made (models/{name}): {REMEDY}")
    return file


def is_there(name: str, *, models: Path | None = None) -> bool:
    """Whether an untouched file of that name is there."""
    try:
        verified(name, name, models=models)
    except SettingsError:
        return False
    return True


def keep(name: str, content: bytes, *, models: Path | None = None) -> Path:
    """Write file and proof, each whole or not at all."""
    file = (models or MODELS) / name
    file.parent.mkdir(exist_ok=True)
    _write(file, content)
    _write(_proof(file), hashlib.sha256(content).hexdigest().encode())
    return file


def sha256(file: Path) -> str:
    """Of a file's bytes, hexadecimal."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def fingerprint(files: Iterable[Path], *, also: str = "") -> str:
    """16 hexadecimal digits over names and contents, whatever their order."""
    lines = [*sorted(f"{file.name} {sha256(file)}" for file in files), also]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def _proof(file: Path) -> Path:
    return file.with_name(file.name + ".sha256")


def _write(file: Path, content: bytes) -> None:
    part = file.with_name(f"{file.name}.{os.getpid()}.part")
    part.write_bytes(content)
    part.replace(file)
