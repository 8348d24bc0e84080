"""A gateway with the pages behind signed links, a booked visit, and a case that was begun by text."""

from __future__ import annotations

import contextlib
import dataclasses
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from bot.domain.cases import Draft
from bot.gateway.assembly import assemble
from bot.gateway.continue_page import continue_blueprint
from bot.gateway.options import options_from
from bot.gateway.service_door import ServiceDoor
from bot.gateway.visit_page import visit_blueprint
from bot.gateway.wakes import WakeHub
from bot.protocols import Protocols
from bot.services.case import speaking
from bot.services.context import Context
from bot.services.ports import Reader
from bot.services.signed_links import VisitLinks
from bot.services.talk import chat
from bot.services.texting import handovers
from bot.settings import Settings
from bot.store import open_store
from bot.system import RandomIds, SystemClock
from tests.integration.gateway import serving
from tests.integration.gateway.scripted import SilentEngine
from tests.integration.services import seeds

BORN = "4/12/1968"
NUMBER = "+13145550142"


@dataclass
class Linked:
    """Where it listens, and its links."""

    ctx: Context
    address: str
    visit: str
    app: Any

    async def going_on(self) -> str:
        """A fresh link to a conversation that was begun by text; nothing but the number is known of it."""
        async with self.ctx.unit_of_work() as uow:
            case = await chat.open_case(self.ctx, uow, channel="sms", address=NUMBER)
            said = Draft(kind="question", text="In a few words, what brings you in?", asks="opening")
            await speaking.say(self.ctx, uow, case, (said,), reply_to=None, channel="sms")
            link = await handovers.link(self.ctx, uow, case)
            await uow.commit()
        assert link is not None
        return f"{self.address}/continue/{link.text.rpartition('/')[2].strip()}"


@contextlib.asynccontextmanager
async def linked(
    database: str, settings: Settings, protocols: Protocols, *, reader: Reader
) -> AsyncIterator[Linked]:
    """Listens on loopback until the end of the block."""
    store = open_store(database)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
        ctx = Context(
            unit_of_work=store.unit_of_work, protocols=protocols, reader=reader, dialogue=SilentEngine(),
            clock=SystemClock(), ids=RandomIds(), links=VisitLinks(secret=settings.link_key, base=address),
        )  # fmt: skip
        options = dataclasses.replace(options_from(settings, lambda: ctx.protocols), public_url=address)
        app = assemble(
            door=ServiceDoor(ctx), options=options, hub=WakeHub(), probes={},
            blueprints=[visit_blueprint(ctx, settings), continue_blueprint(ctx, settings)],
        )  # fmt: skip
        async with contextlib.AsyncExitStack() as stack:
            stack.push_async_callback(store.close)
            await stack.enter_async_context(serving.assembly.listening(app, sock=free))
            yield Linked(ctx, address, await _booked(ctx), app)


async def _booked(ctx: Context) -> str:
    """The link to a visit to come."""
    patient = await seeds.offered_times(ctx, birth_date="1968-04-12")
    held = (await patient.appointments())[0]
    async with ctx.unit_of_work() as uow:
        booked = await uow.appointments.book(held.id, case_id=patient.case_id, now=ctx.clock.now())
        await uow.appointments.release_holds(patient.case_id)
        case = await uow.cases.get(patient.case_id)
        await uow.cases.save(dataclasses.replace(case, phase="done", status="booked", handoff="booking"))
        await uow.commit()
    assert ctx.links is not None
    return ctx.links.address(booked.id)
