"""Contrast and mixtures, by WCAG's own worked values."""

from __future__ import annotations

import pytest

from bot.colours import contrast, mixed


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#777777", "#ffffff", 4.48),  # the well-known grey just below AA
        ("#767676", "#ffffff", 4.54),  # and the one just above
        ("#abcdef", "#abcdef", 1.0),
    ],
)
def test_contrast_is_wcags_whatever_the_order(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == pytest.approx(ratio, abs=0.005)
    assert contrast(other, one) == contrast(one, other)


def test_mixed_lies_between() -> None:
    assert mixed("#000000", "#ffffff", share=0.5) == "#808080"
    assert mixed("#102030", "#ffffff", share=1) == "#102030"
