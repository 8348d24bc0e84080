"""How long is said in the unit people use."""

from __future__ import annotations

import pytest

from bot.domain.lengths import plain_length


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (0.0, "weeks", "less than a day"),
        (0.1, "weeks", "1 day"),
        (0.14, "weeks", "1 day"),
        (0.4, "weeks", "3 days"),
        (1.0, "weeks", "1 week"),
        (1.5, "weeks", "10 days"),
        (3.0, "weeks", "3 weeks"),
        (4.3, "weeks", "about 1 month"),
        (6.5, "weeks", "about 6 weeks"),
        (7.95, "weeks", "about 2 months"),
        (8.7, "weeks", "about 2 months"),
        (34.8, "weeks", "about 8 months"),
        (208.6, "weeks", "about 4 years"),
        (1, "days", "1 day"),
        (10, "days", "10 days"),
        (25, "days", "about 4 weeks"),
        (120, "days", "about 4 months"),
        (0.4, "months", "1 month"),
        (1.0, "months", "1 month"),
        (16.6, "months", "17 months"),
        (47, "years", "47 years"),
        (2.4, "years", "about 2 years"),
        (0.5, "years", "about 6 months"),
    ],
)
def test_a_length_in_plain_words(value: float, unit: str, said: str) -> None:
    assert plain_length(value, unit) == said
