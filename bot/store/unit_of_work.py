"""One transaction over all repositories."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.store.appointments import AppointmentTable
from bot.store.asks import AskTable
from bot.store.audit import AuditLog
from bot.store.busy_times import BusyTable
from bot.store.case_search import CaseSearch
from bot.store.cases import CaseTable
from bot.store.desk import DeskView
from bot.store.dispositions import DispositionTable
from bot.store.editions import EditionTable
from bot.store.effects import EffectTable
from bot.store.engine import Now, WriteTurns
from bot.store.facts import FactTable
from bot.store.figures import FigureTable
from bot.store.handovers import HandoverTable
from bot.store.judgements import JudgementTable
from bot.store.marks import MarkTable
from bot.store.messages import MessageTable
from bot.store.numbers import NumberTable
from bot.store.opt_outs import OptOutTable
from bot.store.outbox import OutboxTable
from bot.store.publications import PublicationTable
from bot.store.receipts import ReceiptTable
from bot.store.retention import RetentionTable
from bot.store.session import Session, translated
from bot.store.sessions import ChatSessionTable
from bot.store.staff import StaffTable
from bot.store.tallies import TallyTable
from bot.store.tasks import TaskTable
from bot.store.teaching import TeachingTable
from bot.store.work_list import WorkList


class SqlUnitOfWork:
    """Rolls back unless `commit` was awaited. After `commit` nothing more can be done in it."""

    cases: CaseTable
    messages: MessageTable
    facts: FactTable
    asks: AskTable
    judgements: JudgementTable
    appointments: AppointmentTable
    busy: BusyTable
    tasks: TaskTable
    outbox: OutboxTable
    publications: PublicationTable
    receipts: ReceiptTable
    opt_outs: OptOutTable
    tallies: TallyTable
    handovers: HandoverTable
    numbers: NumberTable
    staff: StaffTable
    sessions: ChatSessionTable
    effects: EffectTable
    audit: AuditLog
    desk: DeskView
    search: CaseSearch
    marks: MarkTable
    teaching: TeachingTable
    work: WorkList
    editions: EditionTable
    dispositions: DispositionTable
    figures: FigureTable
    retention: RetentionTable

    def __init__(self, engine: AsyncEngine, *, write: bool, turns: WriteTurns, now: Now) -> None:
        self._engine = engine
        self._write = write
        self._turns = turns
        self._now = now
        self._connection: AsyncConnection | None = None

    async def __aenter__(self) -> Self:
        with translated():
            if self._write:
                await self._turns.take()
        try:
            self._connection = await self._begin()
        except BaseException:  # cancelled too: a turn that is not given back stops every writer
            self._give_back()
            raise
        self._bind(Session(self._connection, write=self._write))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        connection, self._connection = self._connection, None
        try:
            if connection is not None:
                with translated():
                    await connection.close()  # an open transaction is rolled back
        finally:
            self._give_back()

    async def commit(self) -> None:
        """Make it durable. The audit rows go in last: they share one counter."""
        if self._connection is None:
            raise RuntimeError("commit outside of `async with`")
        await self.audit.write()
        with translated():
            await self._connection.commit()

    async def _begin(self) -> AsyncConnection:
        with translated():
            connection = await self._engine.connect()
        try:
            with translated():
                if self._engine.dialect.name == "postgresql" and not self._write:
                    await connection.execution_options(postgresql_readonly=True)
                await connection.begin()
        except BaseException:  # cancelled too: the pool would lose this connection
            await connection.close()
            raise
        return connection

    def _give_back(self) -> None:
        if self._write:
            self._turns.give_back()

    def _bind(self, session: Session) -> None:
        self.cases = CaseTable(session, now=self._now)
        self.messages = MessageTable(session, cases=self.cases)
        self.facts = FactTable(session)
        self.asks = AskTable(session)
        self.judgements = JudgementTable(session)
        self.appointments = AppointmentTable(session)
        self.busy = BusyTable(session)
        self.tasks = TaskTable(session)
        self.outbox = OutboxTable(session)
        self.publications = PublicationTable(session)
        self.receipts = ReceiptTable(session)
        self.opt_outs = OptOutTable(session)
        self.tallies = TallyTable(session)
        self.handovers = HandoverTable(session)
        self.numbers = NumberTable(session)
        self.staff = StaffTable(session)
        self.sessions = ChatSessionTable(session)
        self.effects = EffectTable(session)
        self.audit = AuditLog(session)
        self.desk = DeskView(session)
        self.search = CaseSearch(session)
        self.marks = MarkTable(session)
        self.teaching = TeachingTable(session)
        self.work = WorkList(session)
        self.editions = EditionTable(session)
        self.dispositions = DispositionTable(session)
        self.figures = FigureTable(session)
        self.retention = RetentionTable(session)
