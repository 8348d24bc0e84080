"""What the engine's actions hand in and get back, and how it is kept so that a repeat says the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from bot.domain.cases import Draft, HandoffKind, MessageChoice, Phase


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One message of the patient, as the engine understood it."""

    case_id: str
    message_id: str
    intent: str
    confidence: float
    topic: str | None = None


@dataclass(frozen=True, kw_only=True)
class Step:
    """What to say now. `asking` is the question left open, None when there is nothing more to ask here."""

    drafts: tuple[Draft, ...]
    asking: str | None
    phase: Phase
    handoff: HandoffKind = "none"


def draft_to_json(draft: Draft) -> dict[str, Any]:
    """Plain lists and mappings, for the wire and the record."""
    return asdict(draft)


def draft_from_json(raw: Mapping[str, Any]) -> Draft:
    """The draft that `draft_to_json` wrote."""
    fields = dict(raw)
    fields["also_asks"] = tuple(fields.get("also_asks", ()))
    fields["choices"] = tuple(_choice(item) for item in fields.get("choices", ()))
    return Draft(**fields)


def step_to_json(step: Step) -> dict[str, Any]:
    return {**asdict(step), "drafts": [draft_to_json(draft) for draft in step.drafts]}


def step_from_json(raw: Mapping[str, Any]) -> Step:
    """The step that `step_to_json` wrote."""
    return Step(**{**raw, "drafts": tuple(draft_from_json(item) for item in raw["drafts"])})


def _choice(raw: Mapping[str, Any]) -> MessageChoice:
    sets = {name: tuple(v) if isinstance(v, list) else v for name, v in raw.get("sets", {}).items()}
    return MessageChoice(id=raw["id"], label=raw["label"], sets=sets, means=raw.get("means", ""))
