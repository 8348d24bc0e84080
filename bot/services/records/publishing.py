"""Cases told to a FHIR server: at least once, in the newest state, never over somebody else's change.

The duty to tell is stored with the change itself (`bot/store/revisions.py`). A publisher leases a case, notes
what it is about to send, sends one transaction and notes the versions the server gave. Killed anywhere, the
case is due again when the lease ends; the same resources are written again under the same ids.

From the second time on each write names the version we know (`ifMatch`). When the server has another
one, what is there is compared with what we sent last: our own lost answer is taken over, somebody
else's change is left alone and becomes a staff task.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import logging
import random
from collections.abc import Callable, Mapping
from typing import Protocol

from bot.domain.errors import Conflict, DeliveryFailed, DialogueFailed
from bot.domain.tasks import TaskKind
from bot.failpoints import reach
from bot.services.context import Context
from bot.services.ports import Publication, UnitOfWork
from bot.services.queues import task_queue
from bot.services.queues.backoff import pause
from bot.services.records.case_file import load_whole
from bot.services.records.fhir import Record, case_bundle
from bot.services.records.fhir.record import Resource

log = logging.getLogger("intake.publishing")

TARGET = "fhir"
LEASE_SECONDS = 120.0
"""Longer than the server's time-outs, all of a push together."""
LONGEST_PAUSE_SECONDS = 900.0
FAILURES_TO_TELL = 8
"""So many failed tries (about eight minutes) put the case on the staff's list; trying goes on."""
CHANGED_THERE = "412"
FAILED: TaskKind = "export_failed"


class RecordServer(Protocol):
    """The line to another system's records."""

    async def send(self, bundle: Resource) -> Mapping[str, str]:
        """Versions by address (`Patient/1` -> `3`) after the whole transaction was taken.

        Raises DeliveryFailed: `permanent` when no try will help, code 412 when a version named in the
        bundle is not the one there.
        """

    async def read(self, address: str) -> tuple[str, Resource] | None:
        """(version, resource) of what is there, None when nothing is. Raises DeliveryFailed."""


async def push_due(
    ctx: Context,
    server: RecordServer,
    *,
    namespace: str,
    owner: str,
    limit: int = 5,
    jitter: Callable[[], float] = random.random,
) -> int:
    """Tell the server what is due; how many cases were tried."""
    claimed = await claim(ctx, TARGET, owner=owner, limit=limit)
    for publication in claimed:
        await push(ctx, server, publication, namespace=namespace, jitter=jitter)
    return len(claimed)


async def claim(ctx: Context, target: str, *, owner: str, limit: int) -> list[Publication]:
    """What another system must be told now, leased to this publisher."""
    async with ctx.unit_of_work() as uow:
        claimed = await uow.publications.claim_due(
            target, owner=owner, now=ctx.clock.now(), lease_seconds=LEASE_SECONDS, limit=limit
        )
        await uow.commit()
    return claimed


async def push(
    ctx: Context,
    server: RecordServer,
    publication: Publication,
    *,
    namespace: str,
    jitter: Callable[[], float] = random.random,
) -> None:
    """One claimed case: there, or due again later, or refused and on the staff's list."""
    reach("fhir.claimed")
    bundle = await _bundle(ctx, publication, namespace)
    try:
        known = await _send(ctx, server, publication, bundle)
    except Conflict as changed:
        await _failed(ctx, publication, DeliveryFailed(str(changed), permanent=True, code=CHANGED_THERE), 0)
        return
    except DeliveryFailed as failure:
        await _failed(ctx, publication, failure, jitter())
        return
    reach("fhir.sent")
    async with ctx.unit_of_work() as uow:
        await uow.publications.sent(publication, known, at=ctx.clock.now())
        await _settle_task(ctx, uow, publication)
        await uow.commit()
    reach("fhir.noted")


async def _bundle(ctx: Context, publication: Publication, namespace: str) -> Resource:
    try:
        model = await ctx.dialogue.model_id()
    except DialogueFailed:
        model = None
    async with ctx.unit_of_work(write=False) as uow:
        file = await load_whole(uow, ctx.protocols, publication.case_id)
    return case_bundle(Record(file=file, protocols=ctx.protocols, namespace=namespace, model=model))


async def _send(
    ctx: Context, server: RecordServer, publication: Publication, bundle: Resource
) -> Mapping[str, str]:
    """Raises Conflict when somebody else changed what is there, DeliveryFailed."""
    before = {name: frozenset(entry.get("tried", ())) for name, entry in publication.known.items()}
    async with ctx.unit_of_work() as uow:
        await uow.publications.note_attempt(publication, digests_of(bundle))
        await uow.commit()
    reach("fhir.noted_attempt")
    known = {name: entry["version"] for name, entry in publication.known.items() if "version" in entry}
    try:
        return await server.send(guarded(bundle, known))
    except DeliveryFailed as failure:
        if failure.code != CHANGED_THERE:
            raise
    return await server.send(guarded(bundle, await _ours_there(server, known, before)))


async def _ours_there(
    server: RecordServer, known: Mapping[str, str], tried: Mapping[str, frozenset[str]]
) -> Mapping[str, str]:
    """The versions there, if all of them are ours. Raises Conflict."""
    versions = {}
    for address, version in known.items():
        there = await server.read(address)
        if there is None:
            continue  # deleted there: writing it again makes it anew
        now, resource = there
        if now != version and digest(resource) not in tried.get(address, ()):
            raise Conflict(f"{address.partition('/')[0]} was changed in the other system")
        versions[address] = now
    return versions


async def _failed(ctx: Context, publication: Publication, failure: DeliveryFailed, jitter: float) -> None:
    error = failure.code or "unreachable"
    log.error("a case was not taken by the FHIR server: %s", error, extra={"case_id": publication.case_id})
    async with ctx.unit_of_work() as uow:
        if failure.permanent:
            await uow.publications.refused(publication, error=error)
        else:
            at = next_try(ctx, publication, jitter)
            await uow.publications.retry(publication, at=at, error=error)
        if failure.permanent or publication.attempts + 1 == FAILURES_TO_TELL:
            case = await uow.cases.get(publication.case_id)
            await task_queue.add(ctx, uow, case, kind=FAILED, priority="P3")
        await uow.commit()


async def _settle_task(ctx: Context, uow: UnitOfWork, publication: Publication) -> None:
    """What staff were told is over: the record is there now."""
    for task in await uow.tasks.of_case(publication.case_id):
        if task.kind == FAILED and task.status != "done":
            await uow.tasks.finish(task.id, by="service", at=ctx.clock.now(), note="the record is there now")


def next_try(ctx: Context, publication: Publication, jitter: float) -> dt.datetime:
    """When a copy that failed is due again."""
    return ctx.clock.now() + pause(publication.attempts, jitter, longest_seconds=LONGEST_PAUSE_SECONDS)


def guarded(bundle: Resource, known: Mapping[str, str]) -> Resource:
    """The bundle with each write bound to the version we know of."""
    entries = []
    for entry in bundle["entry"]:
        request = dict(entry["request"])
        if request["method"] == "PUT" and request["url"] in known:
            request["ifMatch"] = f'W/"{known[request["url"]]}"'
        entries.append({**entry, "request": request})
    return {**bundle, "entry": entries}


def digests_of(bundle: Resource) -> dict[str, str]:
    """Address -> digest of every resource written by PUT."""
    written = [entry for entry in bundle["entry"] if entry["request"]["method"] == "PUT"]
    return {entry["request"]["url"]: digest(entry["resource"]) for entry in written}


def digest(resource: Resource) -> str:
    """Of the content; what a server adds by itself (meta, narrative) is left out."""
    content = {name: value for name, value in resource.items() if name not in ("meta", "text")}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:32]
