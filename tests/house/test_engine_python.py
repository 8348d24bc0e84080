"""The domain and the language layer also run in the engine's room, on Python 3.10."""

from __future__ import annotations

import subprocess

import pytest

from bot.ops.parts import ENGINE_PYTHON
from bot.settings import ROOT

LOAD = """
import importlib, pathlib, sys
assert sys.version_info[:2] == (3, 10), sys.version
for path in sorted(pathlib.Path("bot", {package!r}).glob("*.py")):
    importlib.import_module(".".join(path.with_suffix("").parts).removesuffix(".__init__"))
"""


@pytest.mark.parametrize("package", ["domain", "language"])
def test_every_module_loads_on_3_10(package: str) -> None:
    assert ENGINE_PYTHON.exists(), "the engine's environment is missing: run `make setup`"
    done = subprocess.run(
        [ENGINE_PYTHON, "-c", LOAD.format(package=package)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
