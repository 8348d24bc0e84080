"""Every setting, read once from the environment and `.env`, frozen; secrets hide themselves.

The README's table documents each one (tests/house/test_documentation.py). `python -m bot run`
hands a child process its own addresses through the same variables.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.colours import READABLE, WHITE, contrast
from bot.domain.errors import SettingsError
from bot.domain.notices import Channel

ROOT = Path(__file__).resolve().parent.parent
"""The checkout: protocols, lexicon, models and Rasa's files are found from here."""

PREFIX = "INTAKE_"
SHORTEST_SECRET = 32
"""Characters. 128 random bits written in hexadecimal; anything shorter was typed by a person."""

ADDRESSES = (
    "public_url", "twilio_api_url", "engine_url", "actions_url", "fhir_namespace", "fhir_url", "caldav_url",
    "schedule_url",
)  # fmt: skip
LOOPBACK = ("127.0.0.1", "::1", "localhost")
StaffShown = Literal["role", "name", "team"]
COLOUR = "^#[0-9a-fA-F]{6}$"
LOGOS = (".svg", ".png", ".webp")
LARGEST_LOGO_BYTES = 8 * 1024
"""The whole widget is small enough for a weak phone line; a photograph as a logo would undo that."""
FAINTEST = {"grey": "#55655f", "red": "#a3211a"}
"""The widget's own text colours that stand on the clinic's background (`chat.css`)."""
MAILBOX = re.compile(r"[!-?A-~]+@[A-Za-z0-9.-]+")
WEBHOOK_SECRET = re.compile(r"whsec_(?:[A-Za-z0-9+/]{4}){8,21}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
"""24 to 65 bytes (Standard Webhooks asks for 24 to 64)."""
PRACTITIONER = re.compile(r"Practitioner/[A-Za-z0-9\-.]{1,64}")
VISIT_TOKEN = re.compile(r"[^|\s]+\|[^|\s]+")
TWILIO = ("twilio_account_sid", "twilio_auth_token", "sms_number", "public_url")


class WebhookTarget(BaseModel):
    """Where signed events go. Two secrets while one replaces the other: both sign."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    url: str
    secrets: tuple[SecretStr, ...] = Field(min_length=1, max_length=2)

    @field_validator("url")
    @classmethod
    def _private_line(cls, value: str) -> str:
        if not is_private_line(value):
            raise ValueError("a target's url must begin with https:// (http:// on this machine alone)")
        return value

    @field_validator("secrets")
    @classmethod
    def _strong(cls, value: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        if not all(WEBHOOK_SECRET.fullmatch(secret.get_secret_value()) for secret in value):
            raise ValueError("write each secret as whsec_ and 24 to 64 random bytes in base64")
        return value

    @property
    def keys(self) -> tuple[bytes, ...]:
        """What signs, the newest first."""
        return tuple(
            base64.b64decode(secret.get_secret_value().removeprefix("whsec_")) for secret in self.secrets
        )


class Settings(BaseSettings):
    """What a clinic may set. Field `x` is the variable `INTAKE_X`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=ROOT / ".env",
        env_ignore_empty=True,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        validate_default=True,
    )

    host: str = Field("127.0.0.1", description="address the gateway listens on")
    port: int = Field(8000, ge=0, le=65535, description="port the gateway listens on")
    data_dir: Path = Field(Path("var"), description="database, logs, run files; relative to the checkout")
    database_url: SecretStr | None = Field(
        None, description="SQLAlchemy address of the database; SQLite in the data folder when unset"
    )
    demo: bool = Field(False, description="demo page, demo phone number and a banner")
    clinic_phone: str | None = Field(None, description="the clinic's phone; overrides `clinic.yaml`")
    public_url: str | None = Field(None, description="how the outside reaches the gateway")
    allowed_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="web pages that may embed the widget, exact origins, with commas between"
    )
    widget_name: str | None = Field(None, max_length=60, description="name at the head of the chat")
    widget_label: str = Field("Chat with us", min_length=1, max_length=40, description="the button's words")
    widget_greeting: str = Field(
        "Questions about your back or neck?", max_length=160, description="above the conversation"
    )
    widget_position: Literal["left", "right"] = Field("right", description="the button's corner")
    widget_colour: str = Field("#1d5a55", pattern=COLOUR, description="buttons and links")
    widget_background: str = Field("#faf6f0", pattern=COLOUR, description="behind the conversation")
    widget_logo: Path | None = Field(None, description="an SVG, PNG or WebP file; relative to the checkout")
    widget_staff: StaffShown = Field("role", description="what patients see of who writes with them")
    twilio_account_sid: str | None = Field(None, description="the clinic's Twilio account")
    twilio_auth_token: SecretStr | None = Field(None, description="its secret; signs what Twilio sends us")
    sms_number: str | None = Field(None, description="the clinic's number for texts, as +1...")
    twilio_api_url: str = Field("https://api.twilio.com", description="where texts are sent")
    engine_url: str | None = Field(None, description="where the engine listens; `make run` finds a port")
    engine_secret: SecretStr = Field(description="shared by gateway and engine, 32 characters or more")
    engine_timeout_seconds: float = Field(10.0, gt=0, le=50, description="time budget of one engine turn")
    actions_url: str | None = Field(None, description="where the actions listen; `make run` finds a port")
    actions_secret: SecretStr = Field(description="shared by engine and actions, 32 characters or more")
    fhir_namespace: str = Field(
        "https://spine-intake.invalid",
        description="a web address of the clinic: our codes and ids in FHIR live under it",
    )
    calendar_secret: SecretStr | None = Field(
        None, description="makes the addresses of the providers' calendar feeds, 32 characters or more"
    )
    caldav_url: str | None = Field(
        None, description="the CalDAV server that appointments are published to: the folder of the calendars"
    )
    caldav_user: str | None = Field(None, description="its user")
    caldav_password: SecretStr | None = Field(None, description="and its password")
    fhir_url: str | None = Field(None, description="the FHIR R4 server that is told every handed-off case")
    fhir_token: SecretStr | None = Field(None, description="its bearer token")
    schedule_url: str | None = Field(
        None,
        description="a FHIR R4 server whose schedule is booked; without it the clinic file's hours count",
    )
    schedule_token: SecretStr | None = Field(None, description="its bearer token")
    schedule_practitioners: dict[str, str] = Field(
        {}, description="who our providers are there, as JSON: by id, like `Practitioner/7`"
    )
    schedule_visits: dict[str, str] = Field(
        {}, description="what our visit types are called there, as JSON: by id, like `https://there|new`"
    )
    smtp_host: str | None = Field(None, description="the mail server; without it no e-mail leaves")
    smtp_port: int = Field(587, ge=1, le=65535, description="its port")
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        "starttls",
        description="`starttls`, `tls` from the first byte, `none` on this machine alone",
    )
    smtp_user: str | None = Field(None, description="its user, where it asks for one")
    smtp_password: SecretStr | None = Field(None, description="and the password")
    mail_from: str | None = Field(None, description="the clinic's address that e-mails come from")
    webhooks: dict[str, WebhookTarget] = Field(
        {}, description="who is sent signed events, as JSON: by name, `url` and one or two `secrets`"
    )
    sms_settle_seconds: float = Field(
        4, ge=0, le=30, description="texts that follow each other within so many seconds are one message"
    )
    session_days: float = Field(30, gt=0, le=365, description="how long a patient's chat token lives")
    metrics_port: int | None = Field(
        None, ge=0, le=65535, description="`/metrics` for Prometheus, loopback only"
    )
    log_level: str = Field("INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="of the technical log")

    @field_validator("data_dir")
    @classmethod
    def _from_the_checkout(cls, value: Path) -> Path:
        return value if value.is_absolute() else ROOT / value

    @field_validator("allowed_origins", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        return tuple(part.strip() for part in value.split(",") if part.strip())

    @field_validator("allowed_origins")
    @classmethod
    def _exact_origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if any("*" in origin or "://" not in origin or origin.endswith("/") for origin in value):
            raise ValueError("write exact origins such as https://clinic.example, no star, no final slash")
        return value

    @field_validator("widget_logo")
    @classmethod
    def _small_picture(cls, value: Path | None) -> Path | None:
        if value is None:
            return None
        file = value if value.is_absolute() else ROOT / value
        if file.suffix.lower() not in LOGOS or not file.is_file():
            raise ValueError(f"name a file that is there and ends in {', '.join(LOGOS)}")
        if file.stat().st_size > LARGEST_LOGO_BYTES:
            raise ValueError(f"the file may have {LARGEST_LOGO_BYTES} bytes at most: make it smaller")
        return file

    @model_validator(mode="after")
    def _readable_colours(self) -> Self:
        _demand_contrast("white", WHITE, "INTAKE_WIDGET_COLOUR", self.widget_colour)
        _demand_contrast(
            "the links' colour", self.widget_colour, "INTAKE_WIDGET_BACKGROUND", self.widget_background
        )
        for name, colour in FAINTEST.items():
            _demand_contrast(f"the {name} text", colour, "INTAKE_WIDGET_BACKGROUND", self.widget_background)
        return self

    @field_validator("engine_secret", "actions_secret", "calendar_secret")
    @classmethod
    def _long_enough(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < SHORTEST_SECRET:
            raise ValueError(f"use {SHORTEST_SECRET} random characters or more")
        return value

    @field_validator(*ADDRESSES)
    @classmethod
    def _without_final_slash(cls, value: str | None) -> str | None:
        return value.rstrip("/") if value else value

    @model_validator(mode="after")
    def _twilio_complete(self) -> Self:
        account = [self.twilio_account_sid, self.twilio_auth_token, self.sms_number]
        if any(account) and not self.sms_is_open:
            missing = [PREFIX + name.upper() for name in TWILIO if not getattr(self, name)]
            raise ValueError(
                f"texts also need {', '.join(missing)}; with none of them the SMS door is closed"
            )
        return self

    @model_validator(mode="after")
    def _caldav_ready(self) -> Self:
        if self.caldav_url is None:
            return self
        if not is_private_line(self.caldav_url):
            raise ValueError(f"{PREFIX}CALDAV_URL must begin with https:// (http:// on this machine alone)")
        if not (self.caldav_user and self.caldav_password):
            raise ValueError(f"{PREFIX}CALDAV_URL also needs {PREFIX}CALDAV_USER and {PREFIX}CALDAV_PASSWORD")
        return self

    @model_validator(mode="after")
    def _mail_ready(self) -> Self:
        if self.smtp_host is None:
            return self
        if self.mail_from is None or not MAILBOX.fullmatch(self.mail_from):
            raise ValueError(f"{PREFIX}SMTP_HOST also needs {PREFIX}MAIL_FROM, like intake@clinic.example")
        if self.smtp_security == "none" and self.smtp_host not in LOOPBACK:
            raise ValueError(f"{PREFIX}SMTP_SECURITY may be none for a server on this machine alone")
        if bool(self.smtp_user) != bool(self.smtp_password):
            raise ValueError(f"{PREFIX}SMTP_USER and {PREFIX}SMTP_PASSWORD go together")
        return self

    @model_validator(mode="after")
    def _fhir_ready(self) -> Self:
        for name, url in (("FHIR_URL", self.fhir_url), ("SCHEDULE_URL", self.schedule_url)):
            if url is not None and not is_private_line(url):
                raise ValueError(f"{PREFIX}{name} must begin with https:// (http:// on this machine alone)")
            if url is not None and ".invalid" in self.fhir_namespace:
                raise ValueError(
                    f"{PREFIX}{name} also needs {PREFIX}FHIR_NAMESPACE: a web address of the clinic"
                )
        return self

    @model_validator(mode="after")
    def _schedule_ready(self) -> Self:
        people = self.schedule_practitioners
        if self.schedule_url is not None and not people:
            raise ValueError(f"{PREFIX}SCHEDULE_URL also needs {PREFIX}SCHEDULE_PRACTITIONERS")
        if not all(PRACTITIONER.fullmatch(one) for one in people.values()):
            raise ValueError(f"{PREFIX}SCHEDULE_PRACTITIONERS: write each one like Practitioner/7")
        if not all(VISIT_TOKEN.fullmatch(one) for one in self.schedule_visits.values()):
            raise ValueError(f"{PREFIX}SCHEDULE_VISITS: write each one as system|code")
        return self

    @property
    def sms_is_open(self) -> bool:
        """Whether everything the SMS door needs is set."""
        return all(getattr(self, name) for name in TWILIO)

    @property
    def reach(self) -> frozenset[Channel]:
        """By which channels this installation can send something on its own."""
        open_ones: dict[Channel, bool] = {
            "sms": self.sms_is_open,
            "email": self.smtp_host is not None,
            "webhook": bool(self.webhooks),
        }
        return frozenset(channel for channel, is_open in open_ones.items() if is_open)

    @property
    def database(self) -> str:
        """The SQLAlchemy address in force; may hold a password."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite+aiosqlite:///{self.data_dir / 'intake.sqlite3'}"

    @property
    def link_key(self) -> bytes:
        """Signs the links that open one visit; made from a secret that gateway and actions share."""
        secret = self.actions_secret.get_secret_value().encode()
        return hmac.new(secret, b"links that open one visit", hashlib.sha256).digest()

    @property
    def outside_url(self) -> str:
        """How a browser reaches the gateway, without a final slash."""
        return self.public_url or f"http://{self.host}:{self.port}"


def is_private_line(address: str) -> bool:
    """Whether nobody on the way can read along: https, or a server on this machine."""
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)


def _demand_contrast(text: str, colour: str, key: str, background: str) -> None:
    """A clinic's colour that some patients could not read is refused where it is set."""
    found = contrast(colour, background)
    if found < READABLE:
        way = "darker" if colour == WHITE else "lighter"
        raise ValueError(
            f"{key}: {text} has a contrast of {found:.1f} on it and needs {READABLE} (WCAG 2.2): "
            f"choose a {way} colour"
        )


def load_settings(**given: Any) -> Settings:
    """The settings in force; `given` wins over the environment, and that over `.env`.

    Raises SettingsError that names each wrong or missing variable and what to do, never a value.
    """
    try:
        return Settings(**given)
    except ValidationError as error:
        complaints = [_complaint(item) for item in error.errors(include_input=False)]
        raise SettingsError("\n".join(complaints)) from None


def _complaint(item: Any) -> str:
    name = str(item["loc"][0]).upper() if item["loc"] else ""
    key = name if name.startswith(PREFIX) or not name else PREFIX + name
    if item["type"] == "missing":
        return f"{key} is missing: set it in .env (`make run` writes one with fresh secrets)"
    if item["type"] == "extra_forbidden":
        return f"{key} is not a setting: the README lists them all"
    reason = str(item["msg"]).removeprefix("Value error, ")
    return f"{key}: {reason}" if key else reason
