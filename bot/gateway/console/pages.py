"""Renders the templates. Everything that comes from data is escaped by Jinja, without exception."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sanic import HTTPResponse
from sanic.response import html

from bot.domain.facts import values_of
from bot.gateway.console import words
from bot.gateway.console.case_page import CasePage
from bot.gateway.console.clinician_page import ClinicianPage
from bot.gateway.console.fact_words import FactWords
from bot.gateway.console.nearly import NearlyFired
from bot.gateway.console.queue_view import QueueView
from bot.gateway.console.then_view import ThenView
from bot.gateway.console.transcript import END, Place
from bot.gateway.console.work_view import WorkRow, WorkView
from bot.protocols import Protocols
from bot.services.access.permissions import May, may
from bot.services.access.staff import Visitor
from bot.services.context import Context
from bot.services.office import work_desk
from bot.services.records.case_file import CaseFile
from bot.services.records.state_then import StateThen
from bot.settings import Settings

FOLDER = Path(__file__).parent
# Stricter ones come from the gateway's middleware; with `no-referrer` browsers send `Origin: null`
# with our own forms, and the door refuses that.
HEADERS = {"Referrer-Policy": "same-origin"}


class Known:
    """What the pages make of one set of protocols, once."""

    def __init__(self, protocols: Protocols) -> None:
        self.protocols = protocols
        self.zone = ZoneInfo(str(protocols.clinic.zone))
        self.rule_titles = rule_titles(protocols)
        self.draft = any(stamp.status != "active" for stamp in protocols.stamps)
        self.near = NearlyFired(protocols)
        self.work = WorkView(protocols, zone=self.zone, rule_titles=self.rule_titles)
        self.queue = QueueView(zone=self.zone, rule_titles=self.rule_titles, visits=_visit_names(protocols))


class Pages:
    """The templates, and what every page shows."""

    def __init__(self, ctx: Context, settings: Settings) -> None:
        self._ctx = ctx
        self._clock = ctx.clock
        self._known = Known(ctx.protocols)
        self._templates = Environment(
            loader=FileSystemLoader(FOLDER / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals.update(
            demo=settings.demo, priorities=words.PRIORITIES, gate_words=words.GATES
        )

    @property
    def known(self) -> Known:
        """What is made of the protocols in force; made anew when others have come into force."""
        if self._known.protocols is not self._ctx.protocols:
            self._known = Known(self._ctx.protocols)
        return self._known

    @property
    def zone(self) -> ZoneInfo:
        """The clinic's."""
        return self.known.zone

    @property
    def rule_titles(self) -> dict[str, str]:
        """Rule id -> its short title."""
        return self.known.rule_titles

    @property
    def work(self) -> WorkView:
        """The work queue's words."""
        return self.known.work

    @property
    def queue(self) -> QueueView:
        """The case list's words."""
        return self.known.queue

    async def alarms(self, ctx: Context, visitor: Visitor) -> list[WorkRow]:
        """What everybody at the desk should hear, once a case; pinned on every page."""
        raw = await work_desk.alarms(ctx, visitor.member)
        rows = self.work.rows(raw, now=ctx.clock.now(), reader=visitor.member.name)
        return list({row.id: row for row in reversed(rows)}.values())[::-1]

    def case(self, file: CaseFile, *, place: Place = END) -> CasePage:
        """The view of one case, now."""
        known = self.known
        return CasePage(
            file,
            protocols=known.protocols,
            zone=known.zone,
            rule_titles=known.rule_titles,
            now=self._clock.now(),
            place=place,
            nearly=known.near.of(values_of(file.facts)),
        )

    def fact_words(self) -> FactWords:
        """For facts outside of a case, now."""
        return FactWords(protocols=self.known.protocols, zone=self.zone, now=self._clock.now(), seqs={})

    def then(self, then: StateThen, page: CasePage) -> ThenView:
        """The view of the case at one of its messages."""
        return ThenView(then, page, protocols=self.known.protocols)

    def clinician(self, file: CaseFile) -> ClinicianPage:
        """The page for the clinician, now."""
        return ClinicianPage(self.case(file), clinic=self.known.protocols.clinic.name)

    def pdf(self, file: CaseFile) -> bytes:
        """The page for the clinician as a file; takes a processor for some tenths of a second."""
        from bot.gateway.console.clinician_pdf import as_pdf  # a second of imports, once, and not at start

        return as_pdf(self.clinician(file), draft=self.known.draft)

    def text(self, template: str, visitor: Visitor | None, **data: Any) -> str:
        """One template with its data."""
        member = visitor.member if visitor else None
        return self._templates.get_template(template).render(
            member=member,
            role=words.word(words.ROLES, member.role) if member else "",
            undelivered=visitor.undelivered if visitor else 0,
            wishes_open=visitor.wishes if visitor else 0,
            csrf=(visitor.csrf if visitor else "") or "",
            clinic=self.known.protocols.clinic.name,
            draft=self.known.draft,
            may_work=bool(member and may(member, May.WORK)),
            may_mark=bool(member and may(member, May.MARK)),
            may_edit=bool(member and may(member, May.EDIT_FACTS)),
            may_review=bool(member and may(member, May.REVIEW)),
            may_export=bool(member and may(member, May.EXPORT)),
            may_try=bool(member and may(member, May.TRY)),
            may_draft=bool(member and may(member, May.DRAFT_RULES)),
            may_publish=bool(member and may(member, May.PUBLISH_RULES)),
            may_erase=bool(member and may(member, May.ERASE)),
            may_manage=bool(member and may(member, May.MANAGE)),
            may_read_audit=bool(member and may(member, May.READ_AUDIT)),
            may_see_figures=bool(member and may(member, May.SEE_FIGURES)),
            may_search=bool(member and may(member, May.SEE_CONTACT)),
            no_name="Name not given" if member and may(member, May.SEE_CONTACT) else "Name hidden",
            **data,
        )

    def answer(
        self, template: str, visitor: Visitor | None, *, status: int = 200, **data: Any
    ) -> HTTPResponse:
        """One template as a page."""
        return html(self.text(template, visitor, **data), status=status, headers=dict(HEADERS))


def rule_titles(protocols: Protocols) -> dict[str, str]:
    """Rule id -> its short title in the protocol file."""
    return {rule.id: rule.title for rule in protocols.red_flags.rules}


def _visit_names(protocols: Protocols) -> dict[str, str]:
    return {visit_id: visit.name for visit_id, visit in protocols.visits.items()}
