"""What the services need from outside. Concrete parts are chosen in `bot.bootstrap` only."""

from bot.services.ports.editions import Edition, EditionKind, Editions
from bot.services.ports.outbox import Outbound, Outbox
from bot.services.ports.outside import Carrier, Clock, Dialogue, Ids, Intent, Reader, TurnReply, TurnRequest
from bot.services.ports.records import Asks, Cases, Effects, Facts, Judgements, Messages, PastJudgement
from bot.services.ports.schedule import (
    Appointments,
    BusyTimes,
    Publication,
    Publications,
    Schedule,
    ScheduleServer,
)
from bot.services.ports.sessions import OptOuts, Receipts, Sessions
from bot.services.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from bot.services.ports.work import (
    VIEWS,
    Audit,
    Delivery,
    Desk,
    Note,
    Person,
    Staff,
    StaffMember,
    Tasks,
    View,
    Work,
    WorkFilter,
)

__all__ = [
    "VIEWS",
    "Appointments",
    "Asks",
    "Audit",
    "BusyTimes",
    "Carrier",
    "Cases",
    "Clock",
    "Delivery",
    "Desk",
    "Dialogue",
    "Edition",
    "EditionKind",
    "Editions",
    "Effects",
    "Facts",
    "Ids",
    "Intent",
    "Judgements",
    "Messages",
    "Note",
    "OptOuts",
    "Outbound",
    "Outbox",
    "PastJudgement",
    "Person",
    "Publication",
    "Publications",
    "Reader",
    "Receipts",
    "Schedule",
    "ScheduleServer",
    "Sessions",
    "Staff",
    "StaffMember",
    "Tasks",
    "TurnReply",
    "TurnRequest",
    "UnitOfWork",
    "UnitOfWorkFactory",
    "View",
    "Work",
    "WorkFilter",
]
