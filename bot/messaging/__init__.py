"""What leaves the house, and the workers that carry it."""

from __future__ import annotations

from bot.messaging.twilio import TwilioProvider
from bot.messaging.workers import run_workers

__all__ = ["TwilioProvider", "run_workers"]
