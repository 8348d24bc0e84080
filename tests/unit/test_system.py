"""The real clock and the real dice."""

from __future__ import annotations

import datetime as dt
import re

from bot.system import RandomIds, SystemClock


def test_now_is_utc_and_aware() -> None:
    assert SystemClock().now().utcoffset() == dt.timedelta(0)


def test_ids_have_their_shapes() -> None:
    ids = RandomIds()
    assert re.fullmatch(r"[0-9a-f]{32}", ids.new())
    assert len(ids.token()) >= 43
    assert re.fullmatch(r"[A-HJKMNP-Z2-9]{4}-[A-HJKMNP-Z2-9]{4}", ids.reference())


def test_ids_differ() -> None:
    ids = RandomIds()
    assert len({make() for make in (ids.new, ids.token, ids.reference) for _ in range(1000)}) == 3000
