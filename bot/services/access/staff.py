"""People of the clinic: who they are, how they sign in, and what proves it afterwards.

A browser holds a session token, a program an API token; of both the store keeps the SHA-256 only.
Every sign-in, failed sign-in and new token is audited.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass, field
from typing import Any, Protocol

from bot.domain.errors import InvalidInput, NotSignedIn
from bot.services.access import login_guard
from bot.services.access.login_guard import LoginGuard
from bot.services.access.permissions import ROLES, May, may
from bot.services.ports import Clock, Ids, StaffMember, UnitOfWorkFactory

IDLE = dt.timedelta(minutes=15)
ABSOLUTE = dt.timedelta(hours=8)
SHORTEST_PASSWORD = 12
LONGEST_NAME = 80
LONGEST_PASSWORD = 1000
"""Argon2 would take megabytes gladly; a person does not type them."""
CLEAR = "abcdefghjkmnpqrstuvwxyz23456789"


class StaffContext(Protocol):
    """The part of `Context` that people and sessions need; the command line has no more."""

    @property
    def unit_of_work(self) -> UnitOfWorkFactory: ...

    @property
    def clock(self) -> Clock: ...

    @property
    def ids(self) -> Ids: ...


@dataclass(frozen=True, kw_only=True)
class SignedIn:
    """A fresh session. `token` goes into the cookie and is kept nowhere else."""

    member: StaffMember
    token: str = field(repr=False)
    csrf: str = field(repr=False)
    expires_at: dt.datetime


@dataclass(frozen=True, kw_only=True)
class Visitor:
    """Who makes a request. `csrf` is None for an API token, which no browser sends by itself."""

    member: StaffMember
    csrf: str | None = field(default=None, repr=False)
    undelivered: int = 0
    """Messages that were given up and that nobody has seen to."""
    wishes: int = 0
    """Patients who asked to be erased, for who decides on that."""


async def add_person(
    ctx: StaffContext, guard: LoginGuard, *, name: str, role: str, password: str, by: str = "command_line"
) -> StaffMember:
    """A new person. Raises InvalidInput, or Conflict when the name exists."""
    check_person(name, role)
    check_password(password)
    member = StaffMember(id=ctx.ids.new(), name=name, role=role, password_hash=await guard.hash(password))
    async with ctx.unit_of_work() as uow:
        await uow.staff.add(member)
        await uow.audit.add(
            actor=by, action="staff.added", case_id=None, at=ctx.clock.now(),
            detail={"staff_id": member.id, "before": None, "after": {"name": name, "role": role}},
        )  # fmt: skip
        await uow.commit()
    return member


async def make_api_token(ctx: StaffContext, *, name: str) -> str:
    """A new API token of that person, shown this once. Raises InvalidInput when there is no such person."""
    token = f"spine_{ctx.ids.token()}"
    async with ctx.unit_of_work() as uow:
        member = await uow.staff.by_name(name)
        if member is None or member.disabled:
            raise InvalidInput(
                "there is no such person: add them with `staff add`", code="unknown", field="name"
            )
        await uow.staff.add_api_token(_digest(token), staff_id=member.id, at=ctx.clock.now())
        await uow.audit.add(
            actor="command_line", action="staff.token_made", case_id=None, at=ctx.clock.now(),
            detail={"staff_id": member.id},
        )  # fmt: skip
        await uow.commit()
    return token


async def log_in(ctx: StaffContext, guard: LoginGuard, *, name: str, password: str, address: str) -> SignedIn:
    """Check a name and password from an address and start a session with a token never seen before.

    Raises NotSignedIn, the same for a wrong name and a wrong password, and TooManyTries.
    """
    await login_guard.admit(ctx, name=name, address=address)
    async with ctx.unit_of_work(write=False) as uow:
        member = await uow.staff.by_name(name)
    known = member is not None and not member.disabled and len(password) <= LONGEST_PASSWORD
    right = await guard.matches(
        password[:LONGEST_PASSWORD], member.password_hash if member and known else None
    )
    if member is None or not right:
        closed = await login_guard.is_closed(ctx, name=name, address=address)
        await _record_failure(ctx, member, {"address": address, "locked": closed})
        raise NotSignedIn("the name or the password is wrong")
    await login_guard.note_success(ctx, name=name, address=address)
    return await _start_session(ctx, member, address)


async def access_session(ctx: StaffContext, token: str | None, *, active: bool) -> Visitor:
    """Who holds this session token. Raises NotSignedIn.

    `active` means that a person did something: the idle time starts anew. A page that refreshes
    itself is not a person.
    """
    started = _started(token)
    now = ctx.clock.now()
    if token is None or started is None or now >= started + ABSOLUTE:
        raise NotSignedIn("no live session: sign in")
    async with ctx.unit_of_work(write=active) as uow:
        found = await uow.staff.session(_digest(token), now=now)
        if found is None or found[0].disabled:
            raise NotSignedIn("no live session: sign in")
        given_up = await uow.outbox.given_up()
        wishes = await uow.retention.count_wishes() if may(found[0], May.ERASE) else 0
        if active:
            await uow.staff.extend_session(_digest(token), expires_at=min(now + IDLE, started + ABSOLUTE))
            await uow.commit()
    member, csrf = found
    return Visitor(member=member, csrf=csrf, undelivered=given_up, wishes=wishes)


async def access_api_token(ctx: StaffContext, token: str) -> Visitor:
    """Who holds this API token. Raises NotSignedIn."""
    async with ctx.unit_of_work(write=False) as uow:
        member = await uow.staff.by_api_token(_digest(token))
    if member is None or member.disabled:
        raise NotSignedIn("no such API token")
    return Visitor(member=member)


async def log_out(ctx: StaffContext, token: str, *, member: StaffMember) -> None:
    """End a session; the token is worthless from here on."""
    async with ctx.unit_of_work() as uow:
        await uow.staff.end_session(_digest(token))
        await uow.audit.add(actor=member.name, action="staff.logout", case_id=None, at=ctx.clock.now())
        await uow.commit()


def check_person(name: str, role: str) -> None:
    """Raises InvalidInput that says what is allowed."""
    if not (0 < len(name) <= LONGEST_NAME and name.isprintable() and name == name.strip()):
        raise InvalidInput(f"a name has 1 to {LONGEST_NAME} printable characters", field="name")
    if role not in ROLES:
        raise InvalidInput(f"the role must be one of {', '.join(ROLES)}", field="role")


def check_password(password: str) -> None:
    """Raises InvalidInput that says what is allowed."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise InvalidInput(
            f"a password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters", field="password"
        )


def fresh_password() -> str:
    """For somebody to begin with: 99 bits in letters and digits that nobody mistakes for one another."""
    return "-".join("".join(secrets.choice(CLEAR) for _ in range(4)) for _ in range(5))


async def _start_session(ctx: StaffContext, member: StaffMember, address: str) -> SignedIn:
    now = ctx.clock.now()
    # The start stands in the token, under its hash: the store needs no column for the absolute end.
    token = f"{int(now.timestamp())}.{ctx.ids.token()}"
    signed = SignedIn(member=member, token=token, csrf=ctx.ids.token(), expires_at=now + IDLE)
    async with ctx.unit_of_work() as uow:
        await uow.staff.add_session(
            _digest(token), staff_id=member.id, csrf=signed.csrf, expires_at=signed.expires_at
        )
        detail = {"address": address}
        await uow.audit.add(actor=member.name, action="staff.login", case_id=None, at=now, detail=detail)
        await uow.commit()
    return signed


async def _record_failure(ctx: StaffContext, member: StaffMember | None, detail: dict[str, Any]) -> None:
    # An unknown name is not written down: people type passwords into name fields.
    actor = member.name if member else "unknown"
    async with ctx.unit_of_work() as uow:
        await uow.audit.add(
            actor=actor, action="staff.login_failed", case_id=None, at=ctx.clock.now(), detail=detail
        )
        await uow.commit()


def _started(token: str | None) -> dt.datetime | None:
    digits = (token or "").partition(".")[0]
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 11):
        return None
    return dt.datetime.fromtimestamp(int(digits), dt.UTC)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
