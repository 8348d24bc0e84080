"""The only place where concrete parts are chosen and joined.

Rooms are imported inside the functions: the action server must not pay for spaCy, nor a command
that only reads the database for either.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from bot.domain.errors import DialogueFailed
from bot.ops.addresses import answers_200, run_folder
from bot.services.absent import Absent
from bot.services.context import Context, Limits
from bot.services.ports import Carrier, Dialogue, Reader, UnitOfWorkFactory
from bot.services.schedules import OtherSchedule, OwnSchedule
from bot.services.signed_links import VisitLinks
from bot.settings import ROOT, Settings
from bot.system import RandomIds, SystemClock

if TYPE_CHECKING:
    from bot.dialogue import EngineClient
    from bot.gateway.assembly import App
    from bot.language import Reader as LanguageReader
    from bot.messaging import (
        CaldavServer,
        FhirSchedule,
        FhirServer,
        MailServer,
        TwilioProvider,
        Webhooks,
    )
    from bot.protocols import Protocols
    from bot.protocols.shelf import Shelf
    from bot.store import Store

PROTOCOLS = ROOT / "data" / "protocols"
LEXICON = ROOT / "data" / "lexicon"


def build_context(
    settings: Settings,
    *,
    store: Store | None = None,
    dialogue: Dialogue | None = None,
    wake: Callable[[str], None] = lambda case_id: None,
    schedule: FhirSchedule | None = None,
) -> Context:
    """What the gateway's services need. Raises ProtocolError; takes seconds (spaCy).

    Who needs store and line closed before the process ends opens them and hands them in.
    """
    shelf = build_shelf(settings)
    protocols = shelf.protocols()
    return _join(
        settings,
        shelf,
        protocols,
        store=store or build_store(settings),
        reader=build_reader(protocols),
        dialogue=dialogue or build_dialogue(settings),
        wake=wake,
        schedule=schedule,
    )


def build_app(settings: Settings) -> App:
    """The gateway with all its doors, not listening yet. Raises ProtocolError; takes seconds."""
    from bot.gateway.assembly import assemble
    from bot.gateway.calendar_feed import calendar_blueprint
    from bot.gateway.console import console_blueprint
    from bot.gateway.continue_page import continue_blueprint
    from bot.gateway.limits import SharedCounter
    from bot.gateway.options import options_from
    from bot.gateway.service_door import ServiceDoor
    from bot.gateway.sms import sms_blueprint
    from bot.gateway.staff_api import staff_api_blueprint
    from bot.gateway.visit_page import visit_blueprint
    from bot.gateway.wakes import WakeHub
    from bot.messaging import keep_schedule
    from bot.services.clinic import in_force

    hub, store, schedule = WakeHub(), build_store(settings), build_schedule_server(settings)
    dialogue, provider = build_dialogue(settings), build_sms_provider(settings)
    fhir, caldav = build_fhir_server(settings), build_caldav_server(settings)
    ctx = build_context(settings, store=store, dialogue=dialogue, wake=hub.wake, schedule=schedule)
    mail, webhooks = build_mail_server(settings, lambda: ctx.protocols), build_webhooks(settings)
    carriers, publishers = _carriers(ctx, mail, webhooks), _publishers(ctx, settings, fhir, caldav)
    if schedule is not None:
        publishers.append(partial(keep_schedule, ctx, schedule, asyncio.Event()))
    doors = (
        staff_api_blueprint,
        console_blueprint,
        sms_blueprint,
        calendar_blueprint,
        visit_blueprint,
        continue_blueprint,
    )
    app = assemble(
        door=ServiceDoor(ctx),
        options=options_from(settings, lambda: ctx.protocols),
        hub=hub,
        counter=SharedCounter(ctx),
        probes=_probes(settings, ctx),
        blueprints=[make(ctx, settings) for make in doors],
        workers=[*_workers(ctx, provider), *carriers, *publishers],
    )

    @app.before_server_start
    async def take_up(*_: object) -> None:
        # Before the first patient: a day the clinic has closed must not be offered for a second either.
        await in_force.try_to_look(ctx)

    @app.after_server_stop
    async def close(*_: object) -> None:
        for line in (provider, fhir, caldav, mail, webhooks, schedule):
            if line is not None:
                await line.close()
        await dialogue.close()
        await store.close()

    return app


def _workers(ctx: Context, provider: Carrier | None) -> list[Callable[[], Awaitable[None]]]:
    """What runs beside the doors: turns left behind, visits at risk, texts when their door is open."""
    from bot.messaging import run_workers
    from bot.messaging.loops import keep
    from bot.services.clinic import in_force, rule_drafts
    from bot.services.office import figures
    from bot.services.review import teaching
    from bot.services.talk import turns
    from bot.services.visits import reminders, schedule_review

    workers: list[Callable[[], Awaitable[None]]] = [
        lambda: turns.keep_recovering(ctx),
        lambda: schedule_review.keep_reviewing(ctx),
        lambda: in_force.keep_current(ctx, then=partial(schedule_review.review, ctx)),
        lambda: keep(partial(reminders.look, ctx), asyncio.Event(), pause_seconds=60.0),
        lambda: keep(partial(rule_drafts.sweep, ctx), asyncio.Event(), pause_seconds=5.0),
        lambda: teaching.keep_ranking(ctx),
        lambda: figures.keep_counting(ctx),
    ]
    if provider is not None:
        workers.append(lambda: run_workers(ctx, provider, asyncio.Event()))
    return workers


def _carriers(ctx: Context, *carriers: Carrier | None) -> list[Callable[[], Awaitable[None]]]:
    """What sends e-mails and webhooks, as far as they are set up."""
    from bot.messaging import run_deliveries

    return [partial(run_deliveries, ctx, one, asyncio.Event()) for one in carriers if one is not None]


def _publishers(
    ctx: Context, settings: Settings, fhir: FhirServer | None, caldav: CaldavServer | None
) -> list[Callable[[], Awaitable[None]]]:
    """What tells other systems; nothing goes out unless a server is set."""
    from bot.messaging import keep_calendar, tell_fhir_server

    workers: list[Callable[[], Awaitable[None]]] = []
    if fhir is not None:
        namespace = settings.fhir_namespace
        workers.append(lambda: tell_fhir_server(ctx, fhir, asyncio.Event(), namespace=namespace))
    if caldav is not None:
        workers.append(lambda: keep_calendar(ctx, caldav, asyncio.Event()))
    return workers


def build_caldav_server(settings: Settings) -> CaldavServer | None:
    """The server that appointments are published to, None when there is none."""
    from bot.messaging import CaldavServer

    url, user, password = settings.caldav_url, settings.caldav_user, settings.caldav_password
    if url is None or user is None or password is None:
        return None
    return CaldavServer(url=url, user=user, password=password.get_secret_value())


def build_fhir_server(settings: Settings) -> FhirServer | None:
    """The server that is told the cases, None when there is none."""
    from bot.messaging import FhirServer

    if settings.fhir_url is None:
        return None
    token = settings.fhir_token.get_secret_value() if settings.fhir_token else None
    return FhirServer(url=settings.fhir_url, token=token)


def build_schedule_server(settings: Settings) -> FhirSchedule | None:
    """The other system whose schedule is booked; None: the clinic file's hours count."""
    from bot.messaging import FhirSchedule

    if settings.schedule_url is None:
        return None
    token = settings.schedule_token.get_secret_value() if settings.schedule_token else None
    namespace, people = settings.fhir_namespace, settings.schedule_practitioners
    return FhirSchedule.at(
        settings.schedule_url, token=token, namespace=namespace, practitioners=people,
        visits=settings.schedule_visits,
    )  # fmt: skip


def build_sms_provider(settings: Settings) -> TwilioProvider | None:
    """The provider of text messages, None while the SMS door is closed."""
    from bot.messaging import TwilioProvider

    account, token, number = settings.twilio_account_sid, settings.twilio_auth_token, settings.sms_number
    if not settings.sms_is_open or account is None or token is None or number is None:
        return None
    return TwilioProvider(
        account_sid=account,
        auth_token=token.get_secret_value(),
        sender=number,
        api_url=settings.twilio_api_url,
        status_callback=f"{settings.outside_url}/sms/twilio/status",
    )


def build_mail_server(settings: Settings, protocols: Callable[[], Protocols]) -> MailServer | None:
    """The server that e-mails leave by, None when there is none."""
    from bot.messaging import MailServer

    if settings.smtp_host is None or settings.mail_from is None:
        return None
    return MailServer(
        host=settings.smtp_host,
        port=settings.smtp_port,
        security=settings.smtp_security,
        user=settings.smtp_user,
        password=settings.smtp_password.get_secret_value() if settings.smtp_password else None,
        sender=settings.mail_from,
        sender_name=lambda: protocols().clinic.name,
    )


def build_webhooks(settings: Settings) -> Webhooks | None:
    """The configured targets, None when there is none."""
    from bot.messaging import Webhooks
    from bot.messaging.webhooks import Target

    if not settings.webhooks:
        return None
    return Webhooks({name: Target(url=one.url, secrets=one.keys) for name, one in settings.webhooks.items()})


def _probes(settings: Settings, ctx: Context) -> Mapping[str, Callable[[], Awaitable[None]]]:
    """What `/health/ready` asks: each returns when its part works, raises when it does not."""

    async def store() -> None:
        async with ctx.unit_of_work(write=False) as uow:
            await uow.opt_outs.is_out("")

    async def engine() -> None:
        await ctx.dialogue.model_id()

    async def actions() -> None:
        url = settings.actions_url or run_folder(settings.data_dir).url("actions") or ""
        if not await asyncio.to_thread(answers_200, f"{url}/health", headers={}):
            raise DialogueFailed("the action server does not answer")

    async def protocols() -> None:
        ctx.protocols.judge({})

    async def screen() -> None:
        from bot.language.screen.screen import load_screen  # loaded with the reader, kept for the process

        load_screen().probabilities("a word to look at")

    return {"store": store, "engine": engine, "actions": actions, "protocols": protocols, "screen": screen}


def build_actions_context(settings: Settings) -> Context:
    """What the engine's actions need: no language layer, no line to the engine."""
    from bot.language.answers.sayings import load_sayings

    absent, shelf = Absent(sayings=load_sayings(LEXICON)), build_shelf(settings)
    return _join(
        settings,
        shelf,
        shelf.protocols(),
        store=build_store(settings),
        reader=absent,
        dialogue=absent,
        schedule=build_schedule_server(settings),
    )


@asynccontextmanager
async def records_context(settings: Settings) -> AsyncIterator[Context]:
    """For commands that read the record: no language layer, no engine; closes the store at the end."""
    from bot.services.clinic import in_force

    store, absent, shelf = build_store(settings), Absent(), build_shelf(settings)
    try:
        ctx = _join(settings, shelf, shelf.protocols(), store=store, reader=absent, dialogue=absent)
        await in_force.look(ctx)
        yield ctx
    finally:
        await store.close()


def _join(
    settings: Settings,
    shelf: Shelf,
    protocols: Protocols,
    *,
    store: Store,
    reader: Reader,
    dialogue: Dialogue,
    wake: Callable[[str], None] = lambda case_id: None,
    schedule: FhirSchedule | None = None,
) -> Context:
    return Context(
        unit_of_work=store.unit_of_work,
        protocols=protocols,
        shelf=shelf,
        reader=reader,
        dialogue=dialogue,
        clock=SystemClock(),
        ids=RandomIds(),
        limits=Limits(session_days=settings.session_days, sms_settle_seconds=settings.sms_settle_seconds),
        wake=wake,
        links=VisitLinks(secret=settings.link_key, base=settings.outside_url),
        reach=settings.reach,
        mail_from=settings.mail_from,
        schedule=OwnSchedule() if schedule is None else OtherSchedule(server=schedule),
    )


def build_shelf(settings: Settings) -> Shelf:
    """The installed protocol files, with the phone number of the settings."""
    from bot.protocols.shelf import Shelf

    return Shelf(PROTOCOLS, clinic_phone=settings.clinic_phone)


def build_protocols(settings: Settings) -> Protocols:
    """The installed protocols, with the phone number of the settings. Raises ProtocolError."""
    return build_shelf(settings).protocols()


@dataclass(frozen=True, kw_only=True)
class StaffParts:
    """What the use cases about people need (`StaffContext`): no protocols, no engine."""

    unit_of_work: UnitOfWorkFactory
    clock: SystemClock
    ids: RandomIds


@asynccontextmanager
async def staff_context(settings: Settings) -> AsyncIterator[StaffParts]:
    """For the first login and the watchdog; closes the store at the end."""
    store = build_store(settings)
    try:
        yield StaffParts(unit_of_work=store.unit_of_work, clock=SystemClock(), ids=RandomIds())
    finally:
        await store.close()


def build_reader(protocols: Protocols) -> LanguageReader:
    """The language layer, both lines of it; takes seconds. Raises SettingsError (no screen)."""
    from bot.language import load_reader
    from bot.language.screen.screen import load_screen

    return load_reader(protocols.dictionary, LEXICON, screen=load_screen())


def build_dialogue(settings: Settings) -> EngineClient:
    """The line to the engine of the settings, else to the one that `make run` started."""
    from bot.dialogue import EngineClient

    return EngineClient(
        url=settings.engine_url or run_folder(settings.data_dir).url("engine") or "",
        secret=settings.engine_secret.get_secret_value(),
        timeout_seconds=settings.engine_timeout_seconds,
    )


def build_store(settings: Settings) -> Store:
    """The record. Connects on first use."""
    from bot.store import open_store

    return open_store(settings.database)
