"""The staff console: server-rendered pages over the desk's use cases. No page needs a script to work."""

from __future__ import annotations

from bot.gateway.console.blueprint import console_blueprint

__all__ = ["console_blueprint"]
