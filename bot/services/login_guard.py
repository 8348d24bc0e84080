"""Stands before every staff password: how often one may try, and how a password is checked.

In the memory of one process: a restart forgets the counts, which costs an attacker more than it
gives. The checks take the same time for names that do not exist.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections import defaultdict, deque

import argon2

from bot.domain.errors import TooManyTries

WINDOW = dt.timedelta(minutes=15)
TRIES_FROM_ONE_PLACE = 5
"""Per name and address: a person who mistypes gets on; a guesser does not."""
TRIES_FROM_STRANGERS = 10
"""Per name, over all addresses this name never signed in from. Known addresses are not counted, so
that nobody can lock a nurse out of her own desk by guessing from elsewhere."""
TRIES_PER_ADDRESS = 30
"""Over all names: a clinic behind one address has a few mistyping people, not thirty."""
PARALLEL_CHECKS = 2
"""A check takes 64 MiB and most of a core; more at once would slow the patients down."""
LONGEST_MEMORY = 10_000
"""Keys kept at once; above that the ones whose window is over are dropped."""

Key = tuple[str, str]


class LoginGuard:
    """One per process, shared by every door staff sign in at."""

    def __init__(self, *, hasher: argon2.PasswordHasher | None = None) -> None:
        self._hasher = hasher or argon2.PasswordHasher()
        self._decoy = self._hasher.hash("nobody has this password")
        self._checks = asyncio.Semaphore(PARALLEL_CHECKS)
        self._tries: defaultdict[Key, deque[dt.datetime]] = defaultdict(deque)
        self._known: set[Key] = set()

    def admit(self, *, name: str, address: str, now: dt.datetime) -> None:
        """Count a try. Raises TooManyTries, without counting, when the limit is reached."""
        limits = self._limits(name, address)
        for key, limit in limits:
            tries = self._recent(key, now)
            if len(tries) >= limit:
                wait = (tries[0] + WINDOW - now).total_seconds()
                raise TooManyTries("too many failed sign-ins: wait and try again", retry_after_seconds=wait)
        for key, _ in limits:
            self._tries[key].append(now)

    def succeeded(self, *, name: str, address: str) -> None:
        """A right password: this place is known for the name from now on, its tries are forgotten."""
        key = (name.casefold(), address)
        self._known.add(key)
        for counted, _ in self._limits(name, address):
            self._tries.pop(counted, None)

    def is_closed(self, *, name: str, address: str, now: dt.datetime) -> bool:
        """Whether the next try would be refused."""
        return any(len(self._recent(key, now)) >= limit for key, limit in self._limits(name, address))

    async def matches(self, password: str, password_hash: str | None) -> bool:
        """Whether the password is right. None (no such person) takes as long and is never right."""
        async with self._checks:
            right = await asyncio.to_thread(self._verify, password, password_hash or self._decoy)
        return right and password_hash is not None

    async def hash(self, password: str) -> str:
        """Argon2id; without another hasher with the library's parameters, which follow RFC 9106."""
        async with self._checks:
            return await asyncio.to_thread(self._hasher.hash, password)

    def _verify(self, password: str, password_hash: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
            return False

    def _limits(self, name: str, address: str) -> list[tuple[Key, int]]:
        here = (name.casefold(), address)
        limits = [(here, TRIES_FROM_ONE_PLACE), (("", address), TRIES_PER_ADDRESS)]
        if here not in self._known:
            limits.append(((name.casefold(), ""), TRIES_FROM_STRANGERS))
        return limits

    def _recent(self, key: Key, now: dt.datetime) -> deque[dt.datetime]:
        if len(self._tries) > LONGEST_MEMORY:
            self._forget(now)
        tries = self._tries[key]
        while tries and tries[0] <= now - WINDOW:
            tries.popleft()
        return tries

    def _forget(self, now: dt.datetime) -> None:
        old = [key for key, tries in self._tries.items() if not tries or tries[-1] <= now - WINDOW]
        for key in old:
            del self._tries[key]
