"""`python -m bot staff add NAME --role ROLE` and `staff token NAME`: people and their API tokens."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import sys

from bot.bootstrap import staff_context
from bot.domain.errors import Conflict, IntakeError, StoreUnavailable
from bot.services.access import staff
from bot.services.access.login_guard import LoginGuard
from bot.services.access.permissions import ROLES
from bot.services.access.staff import StaffContext
from bot.settings import load_settings
from bot.store import schema_version_ok


def configure(parser: argparse.ArgumentParser) -> None:
    """The two subcommands."""
    commands = parser.add_subparsers(dest="staff_command", required=True, metavar="add|token")
    add = commands.add_parser("add", help="a new person; prints a generated password unless one is given")
    add.add_argument("name", metavar="NAME")
    add.add_argument("--role", required=True, choices=ROLES, metavar="ROLE", help=", ".join(ROLES))
    given = add.add_mutually_exclusive_group()
    given.add_argument("--ask-password", action="store_true", help="ask for the password, twice, unseen")
    given.add_argument("--password-stdin", action="store_true", help="read it from the first line of stdin")
    token = commands.add_parser("token", help="a new API token; prints the token and nothing else")
    token.add_argument("name", metavar="NAME")


def run(args: argparse.Namespace) -> int:
    """0, or 1 with one line on stderr that says what to do."""
    try:
        lines = asyncio.run(_work(args))
    except Conflict:
        print("staff: this name exists already; choose another one", file=sys.stderr)
        return 1
    except IntakeError as error:
        print(f"staff: {error}", file=sys.stderr)
        return 1
    print("\n".join(lines))
    return 0


async def _work(args: argparse.Namespace) -> list[str]:
    settings = load_settings()
    if not schema_version_ok(settings.database):
        raise StoreUnavailable("the database is not there or not up to date: run `python -m bot migrate`")
    async with staff_context(settings) as ctx:
        return await (_add if args.staff_command == "add" else _token)(ctx, args)


async def _add(ctx: StaffContext, args: argparse.Namespace) -> list[str]:
    given = _given_password(args)
    password = staff.fresh_password() if given is None else given
    member = await staff.add_person(ctx, LoginGuard(), name=args.name, role=args.role, password=password)
    added = f"added {member.name} ({member.role})"
    return [added] if given is not None else [added, f"password: {password}"]


async def _token(ctx: StaffContext, args: argparse.Namespace) -> list[str]:
    return [await staff.make_api_token(ctx, name=args.name)]


def _given_password(args: argparse.Namespace) -> str | None:
    # Never as an argument: those stand in the process list for everybody on the machine.
    if args.password_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not args.ask_password:
        return None
    first, second = getpass.getpass("password: "), getpass.getpass("again: ")
    return first if first == second else ""
