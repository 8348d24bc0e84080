"""The staff API: sign in, list, open, acknowledge, claim, finish, note. The contract names its shapes."""

from __future__ import annotations

from bot.gateway.staff_api.openapi import staff_part
from bot.gateway.staff_api.routes import staff_api_blueprint

__all__ = ["staff_api_blueprint", "staff_part"]
