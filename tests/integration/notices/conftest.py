"""The services' own fixtures: a real store, the real protocols, a clock that stands."""

from __future__ import annotations

from tests.integration.services.conftest import clock, ctx, dialogue, record_url

__all__ = ["clock", "ctx", "dialogue", "record_url"]
