"""Stands before every staff password: how often one may try, and how a password is checked.

Tries and known places are counted in the record: a restart or a second gateway gives a guesser nothing. The
checks take the same time for names that do not exist.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Mapping

import argon2

from bot.domain.errors import TooManyTries
from bot.services.access.counting import CountingContext, digest
from bot.services.ports import UnitOfWork

WINDOW = dt.timedelta(minutes=15)
TRIES_FROM_ONE_PLACE = 5
"""Per name and address: a person who mistypes gets on; a guesser does not."""
TRIES_FROM_STRANGERS = 10
"""Per name, over all addresses this name never signed in from. Known addresses are not counted, so
that nobody can lock a nurse out of her own desk by guessing from elsewhere."""
TRIES_PER_ADDRESS = 30
"""Over all names: a clinic behind one address has a few mistyping people, not thirty."""
KNOWN_FOR = dt.timedelta(days=90)
"""How long a place stays known after the last sign-in there."""
PARALLEL_CHECKS = 2
"""A check takes 64 MiB and most of a core; more at once would slow the patients of this process down."""


class LoginGuard:
    """One per process, shared by every door staff sign in at."""

    def __init__(self, *, hasher: argon2.PasswordHasher | None = None) -> None:
        self._hasher = hasher or argon2.PasswordHasher()
        self._decoy = self._hasher.hash("nobody has this password")
        self._checks = asyncio.Semaphore(PARALLEL_CHECKS)

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


async def admit(ctx: CountingContext, *, name: str, address: str) -> None:
    """Count a try. Raises TooManyTries, without counting, when a limit is reached."""
    now = ctx.clock.now()
    async with ctx.unit_of_work() as uow:
        limits = await _limits(uow, name, address, now)
        for key in sorted(limits):  # each is held until the end: one order for everybody
            if await uow.tallies.hit(key, at=now, seconds=WINDOW.total_seconds()) > limits[key]:
                over = await uow.tallies.ends(key, at=now) or now
                wait = (over - now).total_seconds()
                raise TooManyTries("too many failed sign-ins: wait and try again", retry_after_seconds=wait)
        await uow.commit()


async def note_success(ctx: CountingContext, *, name: str, address: str) -> None:
    """A right password: this place is known for the name from now on, its tries are forgotten."""
    now, known = ctx.clock.now(), _known(name, address)
    async with ctx.unit_of_work() as uow:
        await uow.tallies.clear(known)
        await uow.tallies.hit(known, at=now, seconds=KNOWN_FOR.total_seconds())
        for key in await _limits(uow, name, address, now):
            await uow.tallies.clear(key)
        await uow.commit()


async def is_closed(ctx: CountingContext, *, name: str, address: str) -> bool:
    """Whether the next try would be refused."""
    now = ctx.clock.now()
    async with ctx.unit_of_work(write=False) as uow:
        limits = await _limits(uow, name, address, now)
        return any([await uow.tallies.running(key, at=now) >= most for key, most in limits.items()])


async def _limits(uow: UnitOfWork, name: str, address: str, now: dt.datetime) -> Mapping[str, int]:
    """How many tries each key may have in a window."""
    name = name.casefold()
    limits = {
        digest(f"sign-in:{name} {address}"): TRIES_FROM_ONE_PLACE,
        digest(f"sign-in-address:{address}"): TRIES_PER_ADDRESS,
    }
    if not await uow.tallies.running(_known(name, address), at=now):
        limits[digest(f"sign-in-name:{name}")] = TRIES_FROM_STRANGERS
    return limits


def _known(name: str, address: str) -> str:
    return digest(f"sign-in-known:{name.casefold()} {address}")
