"""What the gateway needs to know, and the numbers nobody but an operator changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bot.gateway.inputs import Input, fitting_inputs
from bot.gateway.look import Look, look_from
from bot.protocols import Protocols
from bot.settings import Settings, StaffShown

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "[::1]"})


@dataclass(frozen=True, kw_only=True)
class Rates:
    """How many requests one token or one address may make in one minute.

    A clinic's waiting room shares one address, so the address limits are wide; they stop a flood,
    the token limits stop a loop.
    """

    sessions_per_address: int = 1200
    messages_per_token: int = 300
    messages_per_address: int = 6000
    reads_per_token: int = 600
    screening_factor: int = 10
    """Above `screening_factor` times a message limit not even the emergency screen runs."""


@dataclass(frozen=True, kw_only=True)
class Face:
    """What of the clinic the pages show; staff may change it while the gateway runs."""

    name: str
    phone: str
    demo_phone: bool = True
    """The number is made up and reaches nobody."""
    zone: str = "America/Chicago"
    """Of the times on the page without scripts; other pages know the patient's own."""
    inputs: Mapping[str, Input] = field(default_factory=dict)
    """Fitting inputs by name of what is asked (`inputs.py`)."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """The gateway's own settings; frozen."""

    face: Callable[[], Face]
    """As it is now: asked anew for every page."""
    public_url: str
    allowed_hosts: frozenset[str]
    """Host names a request may name, lower case, without port."""
    allowed_origins: tuple[str, ...] = ()
    """Web pages that may embed the widget or call the chat API, exact origins."""
    demo: bool = False
    texting: bool = False
    """Whether a chat can go on by text message."""
    staff_shown: StaffShown = "role"
    """What patients see of the person who writes with them."""
    look: Look = field(default_factory=Look)
    body_bytes: int = 64 * 1024
    characters: int = 2000
    stream_poll_seconds: float = 1.0
    """How often one look into the record finds the messages of other processes, for all streams at once."""
    stream_heartbeat_seconds: float = 15.0
    streams_per_token: int = 4
    streams: int = 1000
    long_poll_seconds: float = 25.0
    drain_seconds: float = 12.0
    """How long unfinished turns may take when the process is told to stop."""
    metrics_port: int | None = None
    """Prometheus reads there, on loopback; None closes it, 0 takes any free port."""
    rates: Rates = field(default_factory=Rates)


def options_from(settings: Settings, protocols: Callable[[], Protocols]) -> Options:
    """The gateway's part of the settings; `protocols` gives those that count at the moment."""
    host = urlsplit(settings.outside_url).hostname or "localhost"
    return Options(
        face=lambda: face_of(protocols()),
        public_url=settings.outside_url,
        allowed_hosts=LOOPBACK_HOSTS | {_bracketed(host)},
        allowed_origins=settings.allowed_origins,
        demo=settings.demo,
        texting=settings.sms_is_open,
        staff_shown=settings.widget_staff,
        look=look_from(settings),
        metrics_port=settings.metrics_port,
    )


def face_of(protocols: Protocols) -> Face:
    """The clinic's name, phone and hours' zone, and what its questions take."""
    clinic = protocols.clinic
    return Face(
        name=clinic.name,
        phone=clinic.phone,
        demo_phone=clinic.demo_phone,
        zone=clinic.zone.key,
        inputs=fitting_inputs(protocols.dictionary),
    )


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host.lower()
