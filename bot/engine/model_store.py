"""Trained models as files: named by what they were made from, each with a manifest that proves it.

models/<fingerprint>.tar.gz    Rasa's archive
models/<fingerprint>.json      manifest: sha256 of the archive and of every source

The fingerprint is over the sources, so a model fits the checkout when its name says so, and two
checkouts with the same sources give the same name.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
MODELS = ROOT / "models"
SOURCES = (
    "config.yml",
    "domain.yml",
    "data/nlu",
    "data/rules",
    "data/stories",
    "data/protocols/faq.yaml",
    "data/corpus",
    "bot/engine/components",
    "bot/language/screen/embeddings.py",
    "bot/language/screen/encoder_file.py",
    "bot/language/screen/learned.py",
    "bot/language/screen/wordpiece.py",
    "bot/engine/requirements.lock",
    "models/intents.npz",
)
_ENDINGS = (".yml", ".yaml", ".py", ".lock", ".jsonl")


class ModelRefused(Exception):  # noqa: N818 - said to the person who starts the engine
    """There is no model that may be used; the message is one line with the remedy."""


def source_hashes(root: Path = ROOT) -> dict[str, str]:
    """sha256 of every file a model is made from, by path from the root, in order."""
    return {file.relative_to(root).as_posix(): sha256(file) for file in _files(root)}


def fingerprint(hashes: dict[str, str]) -> str:
    """16 hexadecimal digits over paths and hashes."""
    text = "\n".join(f"{value}  {name}" for name, value in sorted(hashes.items()))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def archive_of(name: str, *, models: Path = MODELS) -> Path:
    """Where the archive of that fingerprint is, or would be."""
    return models / f"{name}.tar.gz"


def manifest_of(name: str, *, models: Path = MODELS) -> Path:
    """Where its manifest is, or would be."""
    return models / f"{name}.json"


def write_manifest(
    name: str, hashes: dict[str, str], *, models: Path = MODELS, figures: dict[str, Any] | None = None
) -> None:
    """Written last and whole: a model without a manifest does not exist."""
    body = {
        "model": name,
        "archive_sha256": sha256(archive_of(name, models=models)),
        "sources": hashes,
        "figures": figures or {},
    }
    target = manifest_of(name, models=models)
    part = target.with_suffix(f".{os.getpid()}.part")
    part.write_text(json.dumps(body, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    part.replace(target)


def fits(name: str, *, models: Path = MODELS) -> bool:
    """Whether an untouched model of that fingerprint is there."""
    try:
        verified(name, models=models)
    except ModelRefused:
        return False
    return True


def verified(name: str, *, models: Path = MODELS) -> Path:
    """The archive of that fingerprint, untouched since it was trained. Raises ModelRefused."""
    archive, manifest = archive_of(name, models=models), manifest_of(name, models=models)
    if not archive.is_file() or not manifest.is_file():
        raise ModelRefused(f"no model fits the sources (models/{name}.tar.gz): run `make train`")
    try:
        body = json.loads(manifest.read_text(encoding="utf-8"))
        wanted = body["archive_sha256"]
    except (ValueError, KeyError, TypeError):
        raise ModelRefused(f"the manifest models/{name}.json cannot be read: run `make train`") from None
    if sha256(archive) != wanted:
        raise ModelRefused(f"models/{name}.tar.gz is not the model that was trained: run `make train`")
    return archive


def sha256(file: Path) -> str:
    """Of a file's bytes, hexadecimal."""
    digest = hashlib.sha256()
    with file.open("rb") as source:
        for block in iter(lambda: source.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


def _files(root: Path) -> Iterable[Path]:
    found: list[Path] = []
    for name in SOURCES:
        path = root / name
        found += [path] if path.is_file() else [file for file in path.rglob("*") if file.suffix in _ENDINGS]
    return sorted(found)
