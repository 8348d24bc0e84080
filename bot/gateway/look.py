"""The clinic's look of the widget: its name, words, colours, logo and corner.

Colours reach the style sheets as variables; which colours can be read is checked where settings are
read (`bot/settings.py`), so a page never starts with text that nobody can read.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from bot.colours import WHITE, mixed
from bot.settings import Settings

BLACK = "#000000"
MEDIA_TYPES = {".svg": "image/svg+xml", ".png": "image/png", ".webp": "image/webp"}


@dataclass(frozen=True, kw_only=True)
class Logo:
    """The clinic's own mark, shown 40 pixels wide at the head of the chat."""

    body: bytes
    media_type: str


@dataclass(frozen=True, kw_only=True)
class Look:
    """What the clinic may choose; the defaults are ours."""

    name: str = ""
    """At the head of the chat; empty is the clinic's name."""
    label: str = "Chat with us"
    """The words of the button on the clinic's page."""
    greeting: str = "Questions about your back or neck?"
    """Above the conversation."""
    position: str = "right"
    colour: str = "#1d5a55"
    background: str = "#faf6f0"
    logo: Logo | None = None

    @property
    def variables(self) -> dict[str, str]:
        """The style sheets' variables for these colours."""
        return {
            "deep": self.colour,
            "deeper": mixed(self.colour, BLACK, share=0.78),
            "tint": mixed(self.colour, WHITE, share=0.1),
            "paper": self.background,
        }

    def style(self) -> bytes:
        """Comes after a style sheet's own defaults."""
        lines = ";".join(f"--{name}:{value}" for name, value in self.variables.items())
        return f":root{{{lines}}}\n".encode()

    def for_loader(self) -> bytes:
        """What the button needs before the frame is there, as JSON."""
        chosen = {"label": self.label, "position": self.position, **self.variables}
        return json.dumps(chosen, separators=(",", ":")).encode()


def look_from(settings: Settings) -> Look:
    """The clinic's choice; reads the logo's file once."""
    return Look(
        name=settings.widget_name or "",
        label=settings.widget_label,
        greeting=settings.widget_greeting,
        position=settings.widget_position,
        colour=settings.widget_colour,
        background=settings.widget_background,
        logo=_read_logo(settings.widget_logo) if settings.widget_logo else None,
    )


def _read_logo(path: Path) -> Logo:
    return Logo(body=path.read_bytes(), media_type=MEDIA_TYPES[path.suffix.lower()])
