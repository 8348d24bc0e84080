"""The sentence encoder of the language layer, for the components of the pipeline."""

from __future__ import annotations

from bot.language.embeddings import Encoder, load_encoder

__all__ = ["Encoder", "load_encoder"]
