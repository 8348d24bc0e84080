"""How a message looks on a phone: plain letters, choices behind digits."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from bot.domain.cases import Draft, Message, MessageChoice

PLAIN_LETTERS = str.maketrans(
    {
        "‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "•": "-",
        "\u00a0": " ", "\u2009": " ", "\u202f": " ", "\u200b": None, "\ufeff": None, "≤": "<=", "≥": ">=",
    }
)  # fmt: skip
"""One typographic letter would put the whole text into the alphabet with 70 letters a segment."""

KEYCAP = str.maketrans({"\ufe0f": None, "\u20e3": None})
_DIGITS = re.compile(r"(?:option|number|no\.?|#)?\s*[(\[]?\s*#?(\d{1,2})\s*[)\].:]?", re.IGNORECASE)
_LED = re.compile(r"(?:\s*[(\[]?#?\d{1,2}[)\].]?\s*[,;\n])+\s*(?=[^\n]*[^\W\d_])")
_SEPARATORS = re.compile(r"\s*(?:,|;|/|&|\+|\band\b|\s)\s*", re.IGNORECASE)


def render(message: Draft | Message) -> str:
    """The text with its choices as `1) Tue, Dec 1 at 9:00 AM`, one a line; markup and typography plain."""
    lines = [f"{number}) {choice.label}" for number, choice in enumerate(message.choices, start=1)]
    text = "\n".join([message.text.replace("**", ""), *lines])
    return text.translate(PLAIN_LETTERS)


def resolve_digits(text: str, choices: Sequence[MessageChoice]) -> list[str] | None:
    """Ids of the choices that digits alone name: `1`, `1)`, `#2`, `2️⃣`, `1, 3`.

    None when the text holds anything else, or a number that is not offered. Several digits count
    only where each choice gives a fact ("any of these"); otherwise one choice excludes the others.
    """
    numbers = _numbers(unicodedata.normalize("NFKC", text).translate(KEYCAP).strip())
    if not numbers or any(not 1 <= number <= len(choices) for number in numbers):
        return None
    chosen = [choices[number - 1] for number in dict.fromkeys(numbers)]
    if len(chosen) > 1 and not all(choice.sets and not choice.means for choice in chosen):
        return None
    return [choice.id for choice in chosen]


def choices_in(text: str, choices: Sequence[MessageChoice]) -> list[str]:
    """Ids of the choices that a text names by digits: alone, or before words (`1, 8 months, yes`)."""
    start = words_start(text)
    return resolve_digits(text if start is None else text[:start].rstrip(" ,;\n"), choices) or []


def words_start(text: str) -> int | None:
    """Where the words begin in a text that starts with digits, set off by a comma or a line end.

    None for anything else: "2 weeks" and "1/2 hour" are words from the start.
    """
    led = _LED.match(text)
    return led.end() if led else None


def _numbers(text: str) -> list[int]:
    whole = _DIGITS.fullmatch(text.rstrip("!., "))
    if whole:
        return [int(whole.group(1))]
    parts = [_DIGITS.fullmatch(part) for part in _SEPARATORS.split(text.rstrip("!., "))]
    return [int(part.group(1)) for part in parts if part] if all(parts) else []
