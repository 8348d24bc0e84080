"""Colours as `#rrggbb`: how well one is read on another, and mixtures.

Contrast is WCAG 2.2's ratio of relative luminances, from 1 (the same) to 21 (black on white).
"""

from __future__ import annotations

READABLE = 4.5
"""Least contrast of text (WCAG 2.2, success criterion 1.4.3, level AA)."""
WHITE = "#ffffff"


def contrast(one: str, other: str) -> float:
    """`contrast("#000000", "#ffffff")` is 21.0; the order does not matter."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def mixed(one: str, other: str, *, share: float) -> str:
    """`share` (0 to 1) of the first, the rest of the second."""
    pairs = zip(_parts(one), _parts(other), strict=True)
    return "#" + "".join(f"{round(a * share + b * (1 - share)):02x}" for a, b in pairs)


def _parts(colour: str) -> tuple[int, int, int]:
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red, green, blue


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(part / 255) for part in _parts(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
