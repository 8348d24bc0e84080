"""The SMS provider's webhooks (Twilio's protocol)."""

from __future__ import annotations

from bot.gateway.sms.view import sms_blueprint

__all__ = ["sms_blueprint"]
