"""How often one may try, and that a missing person costs as much as a wrong password."""

from __future__ import annotations

import datetime as dt
import time

import argon2
import pytest

from bot.domain.errors import TooManyTries
from bot.services.login_guard import (
    TRIES_FROM_ONE_PLACE,
    TRIES_FROM_STRANGERS,
    TRIES_PER_ADDRESS,
    WINDOW,
    LoginGuard,
)

QUICK = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
NOW = dt.datetime(2026, 11, 18, 18, 0, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def hashes() -> LoginGuard:
    """With the real parameters: for its password functions."""
    return LoginGuard()


def fail(guard: LoginGuard, times: int, *, name: str = "ana", address: str = "192.0.2.1") -> None:
    for _ in range(times):
        guard.admit(name=name, address=address, now=NOW)


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


def test_name_closes_for_one_address_and_stays_open_for_known_ones() -> None:
    guard = LoginGuard(hasher=QUICK)
    guard.succeeded(name="ana", address="192.0.2.9")
    fail(guard, TRIES_FROM_ONE_PLACE)
    with pytest.raises(TooManyTries):
        guard.admit(name="ana", address="192.0.2.1", now=NOW)
    guard.admit(name="ana", address="192.0.2.9", now=NOW)


def test_limit_counts_names_without_case() -> None:
    guard = LoginGuard(hasher=QUICK)
    fail(guard, TRIES_FROM_ONE_PLACE, name="Ana")
    with pytest.raises(TooManyTries):
        guard.admit(name="ANA", address="192.0.2.1", now=NOW)


def test_guessing_from_many_addresses_closes_the_name_for_strangers_only() -> None:
    guard = LoginGuard(hasher=QUICK)
    guard.succeeded(name="ana", address="192.0.2.200")
    for number in range(TRIES_FROM_STRANGERS):
        fail(guard, 1, address=f"192.0.2.{number}")
    with pytest.raises(TooManyTries):
        guard.admit(name="ana", address="192.0.2.99", now=NOW)
    guard.admit(name="ana", address="192.0.2.200", now=NOW)


def test_one_address_trying_many_names_is_stopped() -> None:
    guard = LoginGuard(hasher=QUICK)
    for number in range(TRIES_PER_ADDRESS):
        fail(guard, 1, name=f"name{number}")
    with pytest.raises(TooManyTries) as refused:
        guard.admit(name="another", address="192.0.2.1", now=NOW)
    assert refused.value.retry_after_seconds == WINDOW.total_seconds()


def test_a_right_password_forgets_the_failures() -> None:
    guard = LoginGuard(hasher=QUICK)
    fail(guard, TRIES_FROM_ONE_PLACE - 1)
    guard.succeeded(name="ana", address="192.0.2.1")
    fail(guard, TRIES_FROM_ONE_PLACE)


def test_limit_opens_again_when_the_window_is_over() -> None:
    guard = LoginGuard(hasher=QUICK)
    fail(guard, TRIES_FROM_ONE_PLACE)
    last = NOW + WINDOW - dt.timedelta(seconds=1)
    assert guard.is_closed(name="ana", address="192.0.2.1", now=last)
    guard.admit(name="ana", address="192.0.2.1", now=NOW + WINDOW)


def test_memory_drops_what_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.services.login_guard.LONGEST_MEMORY", 20)
    guard = LoginGuard(hasher=QUICK)
    for number in range(40):
        later = NOW + number * WINDOW
        guard.admit(name=f"name{number}", address=f"192.0.2.{number}", now=later)
    assert len(guard._tries) <= 25
