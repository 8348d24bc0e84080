"""The line to the engine: asked over loopback, never trusted to be up. Silence is failure."""

from bot.dialogue.client import EngineClient

__all__ = ["EngineClient"]
