"""Twenty patients at once on few times: each is booked once, and nobody leaves without something else.

The large version, 10,000 attempts on 500 times, is measured by `make bench`.
"""

from __future__ import annotations

import pytest

from benchmarks.booking_storm import Size, storm
from bot.store import Store
from tests.integration.conftest import BACKENDS

SMALL = Size(providers=1, days=2, attempts=60, clients=20)


@pytest.mark.parametrize("database_url", BACKENDS, indirect=True)
async def test_every_time_is_booked_once_and_every_loser_is_offered_something_else(store: Store) -> None:
    tally = await storm(store, SMALL)
    assert len(tally.booked) == SMALL.times == 10
    assert len({(one.provider_id, one.start) for one in tally.booked}) == SMALL.times
    assert tally.offered_others + tally.offered_a_call == SMALL.attempts + tally.late - SMALL.times
    assert tally.offered_a_call, "at the end there is nothing left but a call"
    async with store.unit_of_work(write=False) as uow:
        start = min(one.start for one in tally.booked)
        stored = await uow.appointments.booked_from(start.replace(year=2025))
    assert {one.id for one in stored} == {one.id for one in tally.booked}
