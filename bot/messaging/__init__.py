"""What leaves the house, and the workers that carry it."""

from __future__ import annotations

from bot.messaging.caldav import CaldavServer
from bot.messaging.fhir_schedule import FhirSchedule
from bot.messaging.fhir_server import FhirServer
from bot.messaging.mail import MailServer
from bot.messaging.publishers import keep_calendar, keep_schedule, tell_fhir_server
from bot.messaging.twilio import TwilioProvider
from bot.messaging.webhooks import Webhooks
from bot.messaging.workers import run_deliveries, run_workers

__all__ = [
    "CaldavServer",
    "FhirSchedule",
    "FhirServer",
    "MailServer",
    "TwilioProvider",
    "Webhooks",
    "keep_calendar",
    "keep_schedule",
    "run_deliveries",
    "run_workers",
    "tell_fhir_server",
]
