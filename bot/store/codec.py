"""Domain values as plain JSON and back; a round trip gives an equal value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from bot.domain.cases import MessageChoice
from bot.domain.dictionary import Value
from bot.domain.judgement import NO_CERTIFICATE, Certificate, Judgement, ProtocolStamp, Why
from bot.domain.levels import Level

TUPLES = ("rules", "notes", "missing", "flags")


def value_to_json(value: Value | None) -> Any:
    """Several words become a list."""
    return list(value) if isinstance(value, tuple) else value


def value_from_json(raw: Any) -> Any:
    """A list becomes several words."""
    return tuple(raw) if isinstance(raw, list) else raw


def choice_to_json(choice: MessageChoice) -> dict[str, Any]:
    """Id, label and what choosing it means."""
    return {
        "id": choice.id,
        "label": choice.label,
        "sets": {name: value_to_json(value) for name, value in choice.sets.items()},
        "means": choice.means,
    }


def choice_from_json(raw: Mapping[str, Any]) -> MessageChoice:
    """The choice that `choice_to_json` wrote; a chosen one has an id only."""
    sets = {name: value_from_json(value) for name, value in raw.get("sets", {}).items()}
    return MessageChoice(id=raw["id"], label=raw["label"], sets=sets, means=raw.get("means", ""))


def judgement_to_json(judgement: Judgement) -> dict[str, Any]:
    """All fields; levels as their words."""
    return asdict(judgement, dict_factory=_plain)


def judgement_from_json(raw: Mapping[str, Any]) -> Judgement:
    """The judgement that `judgement_to_json` wrote."""
    fields = dict(raw) | {name: tuple(raw[name]) for name in TUPLES}
    fields["level"] = Level(raw["level"])
    fields["why"] = tuple(_why(item) for item in raw["why"])
    fields["nearly"] = tuple(_why(item) for item in raw["nearly"])
    fields["protocols"] = tuple(ProtocolStamp(**item) for item in raw["protocols"])
    fields["certificate"] = _certificate(raw.get("certificate"))
    return Judgement(**fields)


def _certificate(raw: Mapping[str, Any] | None) -> Certificate:
    return NO_CERTIFICATE if raw is None else Certificate(complete=raw["complete"], open=tuple(raw["open"]))


def _why(raw: Mapping[str, Any]) -> Why:
    facts = {name: value_from_json(value) for name, value in raw["facts"].items()}
    level = Level(raw["level"])
    return Why(**dict(raw) | {"facts": facts, "source": tuple(raw["source"]), "level": level})


def _plain(fields: list[tuple[str, Any]]) -> dict[str, Any]:
    return {name: value.value if isinstance(value, Level) else value for name, value in fields}
