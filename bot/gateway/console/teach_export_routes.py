"""What was reviewed, as files to train and to measure with: shown as it leaves, then one download.

The same files as `python -m bot teach export`. They are not written on the server from here: what trains the
bot is changed by whoever keeps its checkout, who reads the change first.
"""

from __future__ import annotations

import asyncio
import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sanic import Blueprint, HTTPResponse

from bot.domain.errors import InvalidInput
from bot.gateway.body import only_arguments
from bot.gateway.console import words
from bot.gateway.console.fact_words import FactWords
from bot.gateway.console.handling import as_page, changing, field
from bot.gateway.console.pages import Pages
from bot.gateway.staff_api.door import Asked, StaffDoor
from bot.gateway.staff_api.exports import as_file
from bot.services.context import Context
from bot.services.ports.teaching import Review
from bot.services.review import teaching_export
from bot.services.review.teaching_export import Export

PAGE = 100
_STAMP = (2020, 1, 1, 0, 0, 0)
"""In the archive: the same files are the same bytes."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One message as it leaves."""

    text: str
    intent: str
    facts: Sequence[str]
    to_measure: bool


def add_teach_export_routes(
    blueprint: Blueprint, door: StaffDoor, pages: Pages, ctx: Context, *, examples: Path
) -> None:
    """For who may review; `examples` is the folder of the training examples there are."""

    async def known() -> set[str]:
        return await asyncio.to_thread(lambda: set(teaching_export.known_examples(examples)))

    @blueprint.get("/review/export")
    @as_page(pages)
    async def shown(request: Asked) -> HTTPResponse:
        visitor = await door.visitor(request)
        only_arguments(request, allowed=frozenset({"page"}))
        number = _page(request.args.get("page", "1"))
        made = await teaching_export.show(ctx, visitor.member, known=await known())
        lines = lines_of(made, pages.fact_words())
        last = max(1, -(-len(lines) // PAGE))
        return pages.answer(
            "teach_export.html",
            visitor,
            made=made,
            lines=lines[(number - 1) * PAGE : number * PAGE],
            page=number,
            last=last,
        )

    @blueprint.post("/review/export", name="review_export_files")
    @as_page(pages)
    async def taken(request: Asked) -> HTTPResponse:
        visitor = await changing(door, request)
        made = await teaching_export.take(
            ctx, visitor.member, known=await known(), sign=field(request, "sign")
        )
        name = f"reviewed-{ctx.clock.now():%Y-%m-%d}.zip"
        return as_file(zipped(made.files), kind="application/zip", name=name)


def lines_of(made: Export, facts: FactWords) -> list[Line]:
    """All messages in words, those to train with first."""
    train = [_line(one, facts, to_measure=False) for one in made.training]
    return train + [_line(one, facts, to_measure=True) for one in made.measuring]


def zipped(files: Mapping[str, str]) -> bytes:
    """The files in one archive."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name, _STAMP), text.encode())
    return written.getvalue()


def _line(one: Review, facts: FactWords, *, to_measure: bool) -> Line:
    told = [f"{facts.label(name)}: {facts.value(name, value)}" for name, value in one.facts.items()]
    intent = words.word(words.INTENTS, one.intent)
    return Line(text=one.text, intent=intent, facts=told, to_measure=to_measure)


def _page(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= len(text) <= 6 and int(text)):
        raise InvalidInput("page is a number from 1", code="bad_number", field="page")
    return int(text)
