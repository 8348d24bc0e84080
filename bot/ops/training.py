"""Training a model, in the engine's environment."""

from __future__ import annotations

import subprocess

from bot.domain.errors import SettingsError
from bot.ops.parts import ENGINE_PYTHON, engine_environment
from bot.settings import ROOT


def train(*, if_needed: bool) -> int:
    """0 when a model is there afterwards. Raises SettingsError when the engine's environment is missing."""
    if not ENGINE_PYTHON.exists():
        raise SettingsError("the engine's environment is missing: run `make setup`")
    command = [str(ENGINE_PYTHON), "-m", "bot.engine.train", *(["--if-needed"] if if_needed else [])]
    return subprocess.run(command, cwd=ROOT, env=engine_environment(), check=False).returncode
