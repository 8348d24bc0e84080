"""What is made from the sources: the language layer's files here, the model in the engine's environment."""

from __future__ import annotations

import fcntl
import subprocess

from bot.domain.errors import SettingsError
from bot.ops.parts import ENGINE_PYTHON, engine_environment
from bot.settings import ROOT

MODELS = ROOT / "models"
LINES_OF_A_FAILURE = 30

NAME_MODEL = """
import sys
from bot.engine import model_store
name = model_store.fingerprint(model_store.source_hashes())
try:
    model_store.verified(name)
except model_store.ModelRefused as error:
    sys.exit(str(error))
print(name)
"""


def train(*, if_needed: bool) -> int:
    """0 when a model is there afterwards. Raises SettingsError when the engine's environment is missing.

    `if_needed` is part of something else, so it says one line; Rasa's own hundreds are shown when it fails.
    """
    if not ENGINE_PYTHON.exists():
        raise SettingsError("the engine's environment is missing: run `make setup`")
    make_language_files()
    command = [str(ENGINE_PYTHON), "-m", "bot.engine.train", *(["--if-needed"] if if_needed else [])]
    if not if_needed:
        return subprocess.run(command, cwd=ROOT, env=engine_environment(), check=False).returncode
    done = _quietly(command)
    said = done.stdout.splitlines()
    print("\n".join(said[-1:] if done.returncode == 0 else said[-LINES_OF_A_FAILURE:]), flush=True)
    return done.returncode


def make_language_files() -> None:
    """The files of the language layer, when they are not there. Raises SettingsError."""
    from bot.language.screen.encoder_file import make_encoder, make_learned_encoder
    from bot.language.screen.learned import LEARNED_FILES

    with (MODELS / ".language.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if make_encoder():
            print("sentence encoder made", flush=True)
        for learned in LEARNED_FILES:
            if make_learned_encoder(learned):
                print(f"encoder of models/{learned.name} made", flush=True)


def _quietly(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=ROOT,
        env=engine_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def fitting_model() -> str:
    """The id of the untouched model that fits the sources. Raises SettingsError with the remedy."""
    if not ENGINE_PYTHON.exists():
        raise SettingsError("the engine's environment is missing: run `make setup`")
    done = subprocess.run(
        [str(ENGINE_PYTHON), "-c", NAME_MODEL],
        cwd=ROOT,
        env=engine_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise SettingsError((done.stderr.strip().splitlines() or ["the model cannot be checked"])[-1])
    return done.stdout.strip()
