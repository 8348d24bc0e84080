"""A visit in words."""

from __future__ import annotations

from bot.domain.schedule import Appointment
from bot.gateway.console.fact_words import sentence
from bot.protocols import Protocols


def visit_words(booked: Appointment, protocols: Protocols) -> tuple[str, str, int]:
    """(kind of visit, who is seen, minutes); ids where the clinic does not know them any more."""
    visit = protocols.visits.get(booked.visit)
    names = {provider.id: provider.name for provider in protocols.clinic.providers}
    minutes = int((booked.end - booked.start).total_seconds() // 60)
    kind = sentence(visit.name) if visit else booked.visit
    return (kind, names.get(booked.provider_id, booked.provider_id), minutes)
