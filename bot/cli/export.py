"""`python -m bot export fhir CASE|csv|feeds|again CASE`: records for other systems, on standard output."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys

from bot.bootstrap import build_protocols, records_context
from bot.domain.errors import IntakeError, NotAllowed, SettingsError, StoreUnavailable
from bot.services.records import case_table, exports
from bot.services.visits import calendars
from bot.settings import Settings, load_settings
from bot.store import schema_version_ok


def configure(parser: argparse.ArgumentParser) -> None:
    """One subcommand a format."""
    formats = parser.add_subparsers(dest="format", required=True, metavar="fhir|csv|feeds|again")
    fhir = formats.add_parser("fhir", help="a case as a FHIR R4 transaction bundle")
    fhir.add_argument("case", metavar="CASE", help="id or reference")
    again = formats.add_parser("again", help="tell a case anew, over what was changed in the other system")
    again.add_argument("case", metavar="CASE", help="id or reference")
    formats.add_parser("feeds", help="the providers' secret calendar addresses")
    formats.add_parser("csv", help="all cases as a table, one row each")


def run(args: argparse.Namespace) -> int:
    """0, or 1 with one line on stderr that says what to do."""
    try:
        print(asyncio.run(_export(load_settings(), args)))
    except NotAllowed:
        print("export: there is no such case; give its id or its reference", file=sys.stderr)
        return 1
    except IntakeError as error:
        print(f"export: {error}", file=sys.stderr)
        return 1
    return 0


async def _export(settings: Settings, args: argparse.Namespace) -> str:
    if args.format == "feeds":
        return _feeds(settings)
    if not schema_version_ok(settings.database):
        raise StoreUnavailable("the database is not there or not up to date: run `python -m bot migrate`")
    async with records_context(settings) as ctx:
        if args.format == "csv":
            return await case_table.export_csv(ctx, exports.COMMAND_LINE)
        case_id = await exports.find_case(ctx, args.case)
        if args.format == "again":
            await exports.tell_again(ctx, exports.COMMAND_LINE, case_id)
            return f"{args.case} is told again"
        _, bundle = await exports.export_fhir(
            ctx, exports.COMMAND_LINE, case_id, namespace=settings.fhir_namespace
        )
    return json.dumps(bundle, indent=2, ensure_ascii=False)


def _feeds(settings: Settings) -> str:
    if settings.calendar_secret is None:
        raise SettingsError("INTAKE_CALENDAR_SECRET: set 32 random characters or more to open the feeds")
    secret, base = settings.calendar_secret.get_secret_value(), f"{settings.outside_url}/calendar"
    names = [provider.id for provider in build_protocols(settings).clinic.providers]
    return "\n".join(f"{name} {base}/{name}/{calendars.feed_token(secret, name)}.ics" for name in names)
