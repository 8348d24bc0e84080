"""Answers to patients' questions (faq.yaml): only what the clinic's own pages say (clinical.md 1B)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.protocols.documents import Document, body_keys
from bot.protocols.texts import fields_of
from bot.protocols.yamlfile import Section, fail, keys, take, words

CLINIC_FIELDS = ("clinic_name", "clinic_phone")
_SOURCE_LABELS = {
    "clinic": "our clinic's pages",
    "articles": "articles our clinic shares",
    "both": "our clinic's pages and articles it shares",
}


@dataclass(frozen=True, kw_only=True)
class FaqEntry:
    """One question, said in many ways, and its answer. `no_closing`: why the last line is missing."""

    topic: str
    questions: tuple[str, ...]
    answer: str
    answer_sms: str
    source: tuple[str, ...]
    source_label: str
    """Where it is from, for the patient."""
    no_closing: str = ""
    no_grade: str = ""
    """Why the reading grade may be above 6."""


def read_faq(document: Document) -> tuple[FaqEntry, ...]:
    """All entries in file order. Raises ProtocolError with file and line."""
    section = take(body_keys(document, ("closing", "faq"), ("closing", "faq")), "faq", Section)
    closing = take(document.body, "closing", str).strip()
    entries = tuple(_entry(topic, take(section, topic, Section), closing) for topic in section)
    _refuse_doubles(section, entries)
    return entries


def with_clinic(entries: tuple[FaqEntry, ...], clinic: Mapping[str, str]) -> tuple[FaqEntry, ...]:
    """The entries with the clinic's name and phone filled in."""
    return tuple(
        replace(entry, answer=_filled(clinic, entry.answer), answer_sms=_filled(clinic, entry.answer_sms))
        for entry in entries
    )


def _filled(clinic: Mapping[str, str], wording: str) -> str:
    for name in CLINIC_FIELDS:
        wording = wording.replace(f"{{{name}}}", clinic[name])
    return wording


def _entry(topic: str, section: Section, closing: str) -> FaqEntry:
    keys(
        section,
        allowed=("questions", "answer", "sms", "source", "no_closing", "no_grade"),
        required=("questions", "answer", "source"),
    )
    no_closing = take(section, "no_closing", str, default="")
    answer, short = take(section, "answer", str).strip(), take(section, "sms", str, default="").strip()
    ending = "" if no_closing else f" {closing}"
    source = words(section, "source")
    _check(section, answer + short)
    return FaqEntry(
        topic=topic,
        questions=words(section, "questions"),
        answer=answer + ending,
        answer_sms=(short or answer) + ending,
        source=source,
        source_label=_label(source),
        no_closing=no_closing,
        no_grade=take(section, "no_grade", str, default=""),
    )


def _label(source: tuple[str, ...]) -> str:
    """The clinic's pages are S0 and S1; S2 to S4 are articles it shares."""
    own = any(item.startswith(("S0.", "S1.")) for item in source)
    shared = any(item.startswith(("S2.", "S3.", "S4.")) for item in source)
    return _SOURCE_LABELS["both" if own and shared else "clinic" if own else "articles"]


def _check(section: Section, wording: str) -> None:
    for name in fields_of(wording):
        if name not in CLINIC_FIELDS:
            raise fail(
                section,
                "answer",
                f"unknown field {{{name}}}; allowed: {', '.join(CLINIC_FIELDS)}; correct it",
            )
    if not section["questions"]:
        raise fail(section, "questions", "give some ways in which patients ask this")


def _refuse_doubles(section: Section, entries: tuple[FaqEntry, ...]) -> None:
    seen: dict[str, str] = {}
    for entry in entries:
        for question in entry.questions:
            if question.lower() in seen:
                raise fail(
                    section,
                    entry.topic,
                    f"{question!r} is also a question of {seen[question.lower()]}; remove one",
                )
            seen[question.lower()] = entry.topic
