"""What the gateway needs to know, and the numbers nobody but an operator changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bot.gateway.inputs import Input, fitting_inputs
from bot.gateway.look import Look, look_from
from bot.protocols import Protocols
from bot.settings import Settings

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
class Options:
    """The gateway's own settings; frozen."""

    clinic_name: str
    clinic_phone: str
    public_url: str
    zone: str = "America/Chicago"
    """Of the times on the page without scripts; other pages know the patient's own."""
    allowed_hosts: frozenset[str]
    """Host names a request may name, lower case, without port."""
    allowed_origins: tuple[str, ...] = ()
    """Web pages that may embed the widget or call the chat API, exact origins."""
    demo: bool = False
    texting: bool = False
    """Whether a chat can go on by text message."""
    look: Look = field(default_factory=Look)
    inputs: Mapping[str, Input] = field(default_factory=dict)
    """Fitting inputs by name of what is asked (`inputs.py`)."""
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


def options_from(settings: Settings, protocols: Protocols) -> Options:
    """The gateway's part of the settings, and the clinic's name and phone."""
    clinic = protocols.clinic
    host = urlsplit(settings.outside_url).hostname or "localhost"
    return Options(
        clinic_name=clinic.name,
        clinic_phone=settings.clinic_phone or clinic.phone,
        public_url=settings.outside_url,
        zone=clinic.zone.key,
        allowed_hosts=LOOPBACK_HOSTS | {_bracketed(host)},
        allowed_origins=settings.allowed_origins,
        demo=settings.demo,
        texting=settings.sms_is_open,
        look=look_from(settings),
        inputs=fitting_inputs(protocols.dictionary),
        metrics_port=settings.metrics_port,
    )


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host.lower()
