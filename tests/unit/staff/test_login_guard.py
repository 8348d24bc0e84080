"""How a password is checked, and that a missing person costs as much as a wrong password."""

from __future__ import annotations

import time

import pytest

from bot.services.access.login_guard import LoginGuard


@pytest.fixture(scope="module")
def hashes() -> LoginGuard:
    """With the real parameters: for its password functions."""
    return LoginGuard()


async def test_right_password_matches(hashes: LoginGuard) -> None:
    stored = await hashes.hash("correct horse battery")
    assert stored.startswith("$argon2id$")
    assert await hashes.matches("correct horse battery", stored)
    assert not await hashes.matches("correct horse batterx", stored)


async def test_nobody_matches_no_password(hashes: LoginGuard) -> None:
    assert not await hashes.matches("nobody has this password", None)


async def test_broken_hash_matches_nothing(hashes: LoginGuard) -> None:
    assert not await hashes.matches("x" * 12, "not a hash")


async def test_missing_person_takes_as_long_as_a_wrong_password(hashes: LoginGuard) -> None:
    stored = await hashes.hash("correct horse battery")
    wrong, missing = await _fastest(hashes, stored), await _fastest(hashes, None)
    assert missing > wrong / 2  # without the decoy hash it would be a thousand times faster


async def _fastest(guard: LoginGuard, stored: str | None) -> float:
    times = []
    for _ in range(3):
        start = time.perf_counter()
        await guard.matches("wrong password", stored)
        times.append(time.perf_counter() - start)
    return min(times)
