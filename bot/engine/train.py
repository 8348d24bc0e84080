"""`python -m bot.engine.train`: train a model from the sources and write its manifest.

With `--if-needed` nothing happens when an untouched model fits the sources.
"""

from __future__ import annotations

import argparse
import fcntl
import logging
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog

from bot.engine import model_store
from bot.engine.model_store import MODELS, ROOT

TRAINING_DATA = ("data/nlu", "data/rules", "data/stories")
"""Named one by one: the rest of `data/` is not Rasa's."""


def main() -> int:
    """0 when a model is there afterwards; 1 with one line when the sources cannot be trained."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--if-needed", action="store_true", help="only when no model fits the sources")
    args = parser.parse_args()
    MODELS.mkdir(exist_ok=True)
    with _alone():
        name = model_store.fingerprint(model_store.source_hashes())
        if args.if_needed and model_store.fits(name):
            print(f"model {name} fits the sources")
            return 0
        began = time.monotonic()
        if not train(ROOT, models=MODELS):
            print("training failed: the lines above say why", file=sys.stderr)
            return 1
        print(f"model {name} trained in {time.monotonic() - began:.0f} s")
    return 0


def train(root: Path, *, models: Path, cache: Path = MODELS / ".cache") -> bool:
    """Train from the sources under `root` into `models`; whether it worked."""
    prepare()
    import rasa.api

    hashes = model_store.source_hashes(root)
    os.environ["RASA_CACHE_DIRECTORY"] = str(cache / _code(hashes))
    name = model_store.fingerprint(hashes)
    with tempfile.TemporaryDirectory(dir=models) as folder:
        result = rasa.api.train(
            domain=str(root / "domain.yml"),
            config=str(root / "config.yml"),
            training_files=[str(root / part) for part in TRAINING_DATA],
            output=folder,
            fixed_model_name=name,
        )
        if result.code != 0 or result.model is None:
            return False
        Path(result.model).replace(model_store.archive_of(name, models=models))
    model_store.write_manifest(name, hashes, models=models)
    return True


def prepare() -> None:
    """No telemetry, no chatter, one thread for numpy: set before Rasa is imported."""
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
    # Unconfigured, structlog prints every debug event, patients' words included.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    logging.captureWarnings(True)
    logging.getLogger("py.warnings").setLevel(logging.ERROR)


def _code(hashes: dict[str, str]) -> str:
    """Which cache of trained parts to use: a change of the dialogue does not train the classifier again.

    Rasa does not notice changes in the code that components call, so each state of it has its own cache.
    """
    read_by_code = ("bot/", "data/protocols/", "data/corpus/")
    code = {name: value for name, value in hashes.items() if name.startswith(read_by_code)}
    return model_store.fingerprint(code)


@contextmanager
def _alone() -> Iterator[None]:
    with (MODELS / ".training.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    sys.exit(main())
