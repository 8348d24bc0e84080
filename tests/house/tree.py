"""The files of the checkout, as git knows them."""

from __future__ import annotations

import ast
import functools
import subprocess
from collections.abc import Iterator
from pathlib import Path

from bot.settings import ROOT


@functools.cache
def tracked() -> tuple[Path, ...]:
    """Every file that is committed or staged, and still there."""
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True)
    return tuple(path for name in listing.stdout.split("\0") if name and (path := ROOT / name).is_file())


def name_of(path: Path) -> str:
    """Relative to the checkout."""
    return path.relative_to(ROOT).as_posix()


def text_of(path: Path) -> str:
    """Its text; empty for pictures and the like."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def python_files(*folders: str) -> Iterator[tuple[str, ast.Module]]:
    """Name and syntax tree of each Python file under these folders."""
    for path in tracked():
        name = name_of(path)
        if path.suffix == ".py" and name.startswith(folders):
            yield name, ast.parse(path.read_text(encoding="utf-8"), filename=name)
