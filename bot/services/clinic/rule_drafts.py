"""Drafts of the rules: one person writes, the check tells what would change, another person publishes.

Every save is a version of its own in the record, never on the disk; every step is audited with what stood
before and after. A publication counts in every process within seconds (`in_force.py`).
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.domain.errors import Conflict, InvalidInput, NotAllowed, ProtocolError
from bot.protocols.documents import Document, parse_document
from bot.protocols.drafting import DRAFTED, difference, with_entry, with_new_version
from bot.protocols.releases import Release, approved, two_people
from bot.services.access.permissions import May, require
from bot.services.clinic import in_force, rejudging
from bot.services.clinic.draft_check import Check, release_of
from bot.services.context import Context
from bot.services.ports import Edition, StaffMember, UnitOfWork

LONGEST_NOTE = 500
LONGEST_FILE = 60_000
LONGEST_DIFFERENCE = 20_000
"""Characters of a difference that the audit log keeps."""
INSTALLED = "installed files"
"""Author of the version that came with the service."""


@dataclass(frozen=True, kw_only=True)
class Version:
    """An edition of one file as the list shows it."""

    edition: Edition
    version: str
    """Of its header; empty when it has none."""
    in_force: bool
    overtaken: bool
    """A draft that is older than what was published last."""


def drafted(name: str) -> str:
    """The name, if people may draft that file. Raises NotAllowed."""
    if name not in DRAFTED:
        raise NotAllowed("no such file to draft")
    return name


async def versions(ctx: Context, member: StaffMember) -> dict[str, list[Version]]:
    """The newest versions of each file, drafts too."""
    require(member, May.SEE_CASES)
    found = {}
    async with ctx.unit_of_work(write=False) as uow:
        for name in DRAFTED:
            editions = await uow.editions.of(name, "document", limit=20)
            newest = max((one.published or 0 for one in editions), default=0)
            found[name] = [
                Version(
                    edition=one,
                    version=version_of(one),
                    in_force=one.published == newest > 0,
                    overtaken=is_overtaken(one, editions),
                )
                for one in editions
            ]
    return found


def newer_installed(ctx: Context) -> dict[str, str]:
    """Files for which something else counts than came with the service: name -> the version that came."""
    if ctx.shelf is None:
        return {}
    came, held = ctx.shelf.documents, ctx.protocols.files
    return {name: came[name].header.version for name in DRAFTED if came[name].content != held[name].content}


async def open_draft(ctx: Context, member: StaffMember, edition_id: str) -> Edition:
    """One version. Raises NotAllowed."""
    require(member, May.DRAFT_RULES)
    async with ctx.unit_of_work(write=False) as uow:
        edition = await uow.editions.get(edition_id)
    drafted(edition.name)
    return edition


async def change_entry(
    ctx: Context, member: StaffMember, *, name: str, entry_id: str, text: str, note: str
) -> Edition:
    """A draft of the file in force with other lines for one entry. Raises InvalidInput, NotAllowed."""
    require(member, May.DRAFT_RULES)
    document = ctx.protocols.files[drafted(name)]
    return await save(ctx, member, name=name, text=with_entry(document, entry_id, text), note=note)


async def save(ctx: Context, member: StaffMember, *, name: str, text: str, note: str) -> Edition:
    """A new draft of a whole file, with a version nobody used yet. Whether it loads, the check tells.

    Raises InvalidInput (nothing differs, no note, too long), Conflict (somebody saved at the same moment).
    """
    require(member, May.DRAFT_RULES)
    before = ctx.protocols.files[drafted(name)]
    plain = text.replace("\r\n", "\n").rstrip("\n") + "\n"
    _refuse(plain, before, note)
    async with ctx.unit_of_work() as uow:
        held = await uow.editions.of(name, "document")
        taken = {before.header.version, *(version_of(one) for one in held if one.published)}
        edition = Edition(
            id=ctx.ids.new(), name=name, kind="document", number=_next(held),
            content=with_new_version(plain, taken=taken), author=member.name, at=ctx.clock.now(),
            note=note.strip(),
        )  # fmt: skip
        await uow.editions.add(edition)
        await _audit(ctx, uow, member, "protocol.drafted", before, edition)
        await uow.commit()
    return edition


async def publish(
    ctx: Context, member: StaffMember, edition_id: str, *, check: Check | None, meant: bool = False
) -> int:
    """Put a draft in force, by another person than its author; how many past cases went to the queue.

    `meant`: that acceptance cases come out otherwise is what the draft is for. Raises Conflict while its
    check is not done, failed, or was made against other rules than those in force; InvalidInput, NotAllowed.
    """
    require(member, May.PUBLISH_RULES)
    edition = await open_draft(ctx, member, edition_id)
    if edition.published is not None:
        raise Conflict("this version was published before: go back to it instead")
    if edition.author.casefold() == member.name.casefold():
        raise InvalidInput("another person must publish what you wrote", code="same_person", field="publish")
    if check is None or not check.sound or check.revision != ctx.standing.revision:
        raise Conflict("the check of this draft is not done, or not passed: look at it first")
    if check.failed and not meant:
        raise InvalidInput("say that the changed acceptance cases are meant", code="empty", field="meant")
    before = ctx.protocols.files[edition.name]
    await _put_in_force(ctx, member, _approved(ctx, edition, member), before, failed=check.failures)
    return await _queue(ctx, check)


async def go_back(ctx: Context, member: StaffMember, edition_id: str, *, reason: str) -> None:
    """Put an earlier published version in force again. Raises InvalidInput, Conflict, NotAllowed."""
    require(member, May.PUBLISH_RULES)
    edition = await open_draft(ctx, member, edition_id)
    _check_note(reason, field="reason")
    if edition.published is None:
        raise Conflict("this is a draft: it must be checked and published")
    before = ctx.protocols.files[edition.name]
    if edition.content.encode() == before.content:
        raise Conflict("this version is in force already")
    async with ctx.unit_of_work() as uow:
        await uow.editions.publish(edition.id, by=member.name)
        await _audit(ctx, uow, member, "protocol.rolled_back", before, edition, reason=reason.strip())
        await uow.commit()
    await _taken_up(ctx)


async def sweep(ctx: Context) -> bool:
    """Judge all past cases with what is in force, where that was not done to the end since rules were last
    published; whether it was done now. Who is newly urgent goes to the queue, once for each version.

    Interrupted anywhere, by a crash or by other rules, it begins anew at the next call, in any process.
    """
    async with ctx.unit_of_work(write=False) as uow:
        revision, pending = await uow.editions.revision(), await uow.editions.unswept()
    if not pending or not _counts(ctx, revision):
        return False
    async for _ in rejudging.queue_risen(ctx, release_of(ctx.protocols)):
        await asyncio.sleep(0)  # patients' turns go first
        if not _counts(ctx, revision):
            return False
    async with ctx.unit_of_work() as uow:
        await uow.editions.note_swept(revision)
        await uow.commit()
    return True


def _counts(ctx: Context, revision: int) -> bool:
    """Whether this process goes by that publication."""
    return ctx.standing.revision == revision and not ctx.standing.problem


def is_overtaken(edition: Edition, held: Sequence[Edition]) -> bool:
    """Whether a newer version than this draft was published: publishing it would undo that one."""
    return edition.published is None and any(
        one.published and one.number > edition.number for one in held if one.name == edition.name
    )


def version_of(edition: Edition) -> str:
    """The version of a file's header; empty when it cannot be read."""
    try:
        return parse_document(edition.content.encode(), name=f"{edition.name}.yaml").header.version
    except ProtocolError:
        return ""


async def _put_in_force(
    ctx: Context, member: StaffMember, edition: Edition, before: Document, *, failed: Sequence[str]
) -> None:
    async with ctx.unit_of_work() as uow:
        held = await uow.editions.of(edition.name, "document")
        if is_overtaken(edition, held):
            raise Conflict(
                "a newer version was published since: write the draft again, it would undo that one"
            )
        if not any(one.published for one in held):
            await _keep_installed(ctx, uow, edition.name, number=_next(held))
            held = await uow.editions.of(edition.name, "document")
        kept = replace(edition, number=_next(held))
        await uow.editions.add(kept)
        await uow.editions.publish(kept.id, by=member.name)
        await _audit(
            ctx, uow, member, "protocol.published", before, kept, author=edition.author, failed=list(failed)
        )
        await uow.commit()
    await _taken_up(ctx)


async def _keep_installed(ctx: Context, uow: UnitOfWork, name: str, *, number: int) -> None:
    """What came with the service becomes a version, so that one can go back to it."""
    content = ctx.protocols.files[name].content.decode()
    installed = Edition(
        id=ctx.ids.new(), name=name, kind="document", number=number, content=content, author=INSTALLED,
        at=ctx.clock.now(), note="as it came with the service",
    )  # fmt: skip
    await uow.editions.add(installed)
    await uow.editions.publish(installed.id, by=INSTALLED)


def _approved(ctx: Context, edition: Edition, member: StaffMember) -> Edition:
    """The draft with its header filled in: both names, today."""
    today = ctx.clock.now().date()
    try:
        names = two_people([edition.author, member.name])
        content = approved(edition.content.encode(), names, today, today).decode()
    except ProtocolError as error:
        raise InvalidInput(str(error), code="header", field="publish") from error
    return replace(edition, id=ctx.ids.new(), content=content, at=ctx.clock.now())


async def _taken_up(ctx: Context) -> None:
    """In this process at once; the others look every two seconds. Raises Conflict when it does not load."""
    await in_force.look(ctx)
    if ctx.standing.problem:
        raise Conflict("it does not load with what else is in force: go back to the version before")


async def _queue(ctx: Context, check: Check) -> int:
    """The past cases the check found newly urgent become work of the staff, before anybody is answered."""
    release: Release = release_of(ctx.protocols)
    queued = 0
    for case_id in check.risen_ids:
        async with ctx.unit_of_work(write=False) as uow:
            current = await uow.facts.current(case_id)
        known = {n: f.value for n, f in current.items() if f.value is not None and n in release.dictionary}
        queued += await rejudging.queue_one(ctx, case_id, release.judge.judge(known), release)
    return queued


def _refuse(text: str, before: Document, note: str) -> None:
    _check_note(note, field="note")
    if len(text) > LONGEST_FILE:
        raise InvalidInput(f"a file has at most {LONGEST_FILE} characters", code="too_long", field="text")
    if text.encode() == before.content:
        raise InvalidInput("nothing differs from what is in force", code="same", field="text")


def _check_note(note: str, *, field: str) -> None:
    if not note.strip():
        raise InvalidInput("say in a few words why", code="empty", field=field)
    if len(note) > LONGEST_NOTE:
        raise InvalidInput(f"at most {LONGEST_NOTE} characters", code="too_long", field=field)


def _next(held: list[Edition]) -> int:
    return max((one.number for one in held), default=0) + 1


async def _audit(
    ctx: Context,
    uow: UnitOfWork,
    member: StaffMember,
    action: str,
    before: Document,
    edition: Edition,
    **more: Any,
) -> None:
    """With both versions, their hashes, and the difference: rules hold no word of a patient."""
    compared = "\n".join(difference(before.content.decode(), edition.content))
    detail: Mapping[str, Any] = {
        "file": edition.name,
        "before": {"version": before.header.version, "sha256": before.sha256},
        "after": {
            "version": version_of(edition),
            "sha256": hashlib.sha256(edition.content.encode()).hexdigest(),
        },
        "note": edition.note,
        "difference": compared[:LONGEST_DIFFERENCE],
        **more,
    }
    await uow.audit.add(actor=member.name, action=action, case_id=None, at=ctx.clock.now(), detail=detail)
