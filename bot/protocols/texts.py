"""What the service says, by id (texts.yaml): web and SMS variants with fields filled in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bot.domain.errors import ProtocolError
from bot.protocols.documents import Document, body_keys
from bot.protocols.yamlfile import Section, fail, keys, take, words

CLINIC_FIELDS = ("clinic_name", "clinic_phone", "booking_url", "SAFETY_NET")
GIVEN_FIELDS = (
    "line", "facts", "label", "old", "new", "n", "visit", "minutes", "time", "provider", "reference", "items",
    "due", "source", "link", "priority",
)  # fmt: skip
CHECKS = ("grade", "keyword", "segments", "promise")
SAFETY_NET = "safety_net"
CANNED = "canned_"
"""How the ids of ready texts for staff begin."""

_FIELD = re.compile(r"\{([A-Za-z_]+)\}")


@dataclass(frozen=True, kw_only=True)
class Text:
    """One thing we say. `exempt` names the checks of the lint that do not apply, each with its reason."""

    id: str
    web: str
    sms: str
    source: tuple[str, ...]
    exempt: Mapping[str, str] = field(default_factory=dict)

    def wording(self, channel: str) -> str:
        """The variant of a channel."""
        return self.sms if channel == "sms" else self.web


@dataclass(frozen=True, kw_only=True)
class Texts:
    """All texts; `clinic` fills the clinic's own fields."""

    by_id: Mapping[str, Text]
    clinic: Mapping[str, str] = field(default_factory=dict)

    def has(self, text_id: str) -> bool:
        """Whether there is such a text."""
        return text_id in self.by_id

    def canned(self, *, channel: str) -> dict[str, str]:
        """What staff may send as it stands while they talk with a patient: id -> text, in file order."""
        return {name: self.say(name, channel=channel) for name in self.by_id if name.startswith(CANNED)}

    def say(self, text_id: str, *, channel: str, **fields: object) -> str:
        """The text with its fields filled in. Raises ProtocolError for an unknown id or a missing field."""
        text = self.by_id.get(text_id)
        if text is None:
            raise ProtocolError(f"texts.yaml: there is no text {text_id!r}; add it")
        filled = {**self.clinic, **{name: str(value) for name, value in fields.items()}}
        if SAFETY_NET in self.by_id:
            filled.setdefault("SAFETY_NET", self.by_id[SAFETY_NET].wording(channel))
        return _filled(text_id, text.wording(channel), filled)


def read_texts(document: Document) -> Texts:
    """All texts of a file, not yet joined to a clinic. Raises ProtocolError with file and line."""
    section = take(body_keys(document, ("texts",), ("texts",)), "texts", Section)
    found = {text_id: _text(text_id, take(section, text_id, Section)) for text_id in section}
    if SAFETY_NET not in found:
        raise fail(
            section, None, f"the text {SAFETY_NET!r} is missing; every non-emergency result ends with it"
        )
    return Texts(by_id=found)


def fields_of(wording: str) -> Iterator[str]:
    """The names of the fields in a wording, in order."""
    return (match.group(1) for match in _FIELD.finditer(wording))


def _text(text_id: str, section: Section) -> Text:
    keys(section, allowed=("web", "sms", "lint", "source"), required=("web", "source"))
    exempt = take(section, "lint", Section, default=Section())
    keys(exempt, allowed=CHECKS)
    web = take(section, "web", str).strip()
    text = Text(
        id=text_id,
        web=web,
        sms=take(section, "sms", str, default=web).strip(),
        source=words(section, "source"),
        exempt={check: take(exempt, check, str) for check in exempt},
    )
    _check_fields(section, text)
    return text


def _check_fields(section: Section, text: Text) -> None:
    for key, wording in (("web", text.web), ("sms", text.sms)):
        for name in fields_of(wording):
            if name not in CLINIC_FIELDS and name not in GIVEN_FIELDS:
                allowed = ", ".join((*CLINIC_FIELDS, *GIVEN_FIELDS))
                raise fail(
                    section, key, f"{text.id}: unknown field {{{name}}}; allowed: {allowed}; correct it"
                )


def _filled(text_id: str, wording: str, fields: Mapping[str, str]) -> str:
    def fill(match: re.Match[str]) -> str:
        name = match.group(1)
        if name not in fields:
            raise ProtocolError(f"texts.yaml: {text_id} needs the field {{{name}}}; hand it in")
        return fields[name]

    return _FIELD.sub(fill, wording)
