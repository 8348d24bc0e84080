"""Text to findings: what a message says about the patient (runs on Python 3.10 and 3.12 alike)."""

from __future__ import annotations

from bot.language.reader import Reader, load_reader
from bot.language.text.yaml_text import read_yaml

__all__ = ["Reader", "load_reader", "read_yaml"]
