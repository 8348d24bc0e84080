"""Checks on everything a patient may read: reading grade, promises, SMS keywords, SMS length.

    grade     Flesch-Kincaid grade <= 6; the items of a list count as sentences
    promise   nothing of what the bot must never say (clinical.md 6.3)
    keyword   no word that a phone company takes for itself is asked for (3.7)
    segments  emergency <= 2, everything else <= 3, Spanish <= 5, counted in the right alphabet (3.7)

An exception stands beside the text it is for, with its reason.
"""

from __future__ import annotations

import functools
import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from bot.domain.dictionary import Dictionary, Question
from bot.domain.levels import Level
from bot.domain.sms_segments import segments
from bot.protocols.faq import FaqEntry
from bot.protocols.red_flags import RedFlags
from bot.protocols.routing import Routing
from bot.protocols.texts import Texts
from bot.protocols.visits import VisitType

HIGHEST_GRADE = 6.0
FEWEST_WORDS = 5
"""The formula means nothing on fewer words."""
EMERGENCY_SEGMENTS, SEGMENTS, SPANISH_SEGMENTS = 2, 3, 5

SAMPLES: Mapping[str, str] = {
    "clinic_name": "Orthopedic Spine Institute of St. Louis",
    "clinic_phone": "314-555-0100",
    "booking_url": "https://clinic.example/book",
    "line": "",
    "facts": "Where it hurts: Low back, Leg; How long: about 8 months; What you tried: therapy, spine shots",
    "label": "Where it hurts",
    "old": "Low back",
    "new": "Neck",
    "n": "12",
    "visit": "first visit for care without surgery",
    "minutes": "45",
    "time": "Wed, Dec 30 at 10:30 AM",
    "provider": "Physician assistant A",
    "reference": "ABCD-2345",
    "due": "Wed, Dec 30",
    "priority": "P0",
    "link": "https://clinic.example/visit/0123456789abcdef0123456789abcdefabcdefghijklmnopqrstuvwxyz234567",
    "source": "articles our clinic shares",
}
"""The longest that a field is usually filled with."""

AS_SPECIFIED = {
    "RF05": "the clinic's words, bladder and bowel are what the patient named",
    "RF23": "the clinic's words for spreading weakness, breathing, swallowing",
    "RF30": "cancer and bladder are what the patient named",
    "RF67": "labor and delivery is the name on the door",
}
"""Rules whose first line is above grade 6 in the specification itself (clinical.md 3.1, 3.7)."""

_PLAIN = {"clinic_name": "our clinic", "clinic_phone": "this number", "line": "", "source": "our pages"}
"""Names and numbers are not graded."""

_PROMISES = tuple(
    (re.compile(pattern, re.IGNORECASE), meaning)
    for pattern, meaning in (
        (
            r"\byou have (a |an |the )?(herniat|stenosis|cancer|sciatica|infection|fracture|tumor|arthritis)",
            "a diagnosis",
        ),
        (r"\bit sounds like\b|\bthis sounds like\b", "a diagnosis"),
        (r"\bit'?s nothing\b|\byou'?re fine\b|\bjust a strain\b|\bnothing to worry\b", "all is well"),
        (r"\byou (are|aren't|are not|'re) (not )?a (good )?candidate\b", "a verdict on surgery"),
        (r"\byou (do not |don't )?need (spine )?surgery\b", "a verdict on surgery"),
        (r"\bsafe to (wait|stay)\b|\bno rush\b|\bnot urgent\b|\bcan wait\b", "safe to wait"),
        (r"\bwill (fix|cure|heal|help)\b|\bguarantee", "a cure"),
        (r"\byour (own )?(chance|odds) (is|are)\b", "a personal chance"),
        (
            r"\b\d+ ?(mg|ml|pills?)\b|\bstop taking\b|\btake (more|less|two|one)\b",
            "a dose or a change of medicine",
        ),
        (r"\bI understand how you feel\b|\bI know how you feel\b", "a feeling"),
        (r"\bwill call (you )?(at|by|within)\b", "a call by a time"),
        (r"(?<!not )\b(watched|monitored) (live|24/7|day and night|around the clock)\b", "a live watch"),
        (r"\$\d|\b(is|are) covered\b|\bfree of charge\b", "a price or coverage"),
    )
)
_KEYWORDS = "STOP|STOPALL|UNSUBSCRIBE|CANCEL|END|QUIT|START|UNSTOP|YES|HELP|INFO"
_PROMPTS = (
    re.compile(rf"\b({_KEYWORDS})\b"),
    re.compile(rf"\b(reply|text|type|send|say|answer|write)( with)? ['\"]?({_KEYWORDS})\b", re.IGNORECASE),
    re.compile(r"\byes or no\b", re.IGNORECASE),
)


@dataclass(frozen=True, kw_only=True)
class Complaint:
    """One text that breaks one check."""

    text_id: str
    channel: str
    check: str
    problem: str

    def __str__(self) -> str:
        return f"{self.text_id} ({self.channel}): {self.check}: {self.problem}"


@dataclass(frozen=True, kw_only=True)
class Said:
    """One wording a patient may read. `exempt` names checks that do not apply."""

    id: str
    channel: str
    wording: str
    most_segments: int = SEGMENTS
    exempt: Mapping[str, str] = field(default_factory=dict)


class Linted(Protocol):
    """What the lint looks at: the loaded protocols."""

    @property
    def dictionary(self) -> Dictionary: ...
    @property
    def texts(self) -> Texts: ...
    @property
    def faq(self) -> tuple[FaqEntry, ...] | list[FaqEntry]: ...
    @property
    def red_flags(self) -> RedFlags: ...
    @property
    def routing(self) -> Routing: ...
    @property
    def visits(self) -> Mapping[str, VisitType]: ...


def complaints(protocols: Linted) -> list[Complaint]:
    """Everything that is wrong, in the order of the files; empty when all is well."""
    return [complaint for said in all_said(protocols) for complaint in check(said)]


def check(said: Said) -> Iterator[Complaint]:
    """The checks on one wording."""
    for name, found in (
        ("grade", _too_hard(said)),
        ("promise", _promises(said)),
        ("keyword", _keyword(said)),
        ("segments", _too_long(said)),
    ):
        if found and name not in said.exempt:
            yield Complaint(text_id=said.id, channel=said.channel, check=name, problem=found)


def reading_grade(text: str) -> float:
    """Flesch-Kincaid grade as textstat computes it.

    List items, lines and parts after ; and : count as sentences; those of one or two words are not
    counted (textstat's own rule).
    """
    return float(_textstat().flesch_kincaid_grade(". ".join(_sentences(text)) + "."))


@functools.cache
def _textstat() -> Any:
    # Imported here: a tool of the checks, not needed to serve patients.
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="pkg_resources is deprecated", category=UserWarning)
        import textstat
    return textstat.textstat


# --- what is said ---------------------------------------------------------------------------------


def all_said(protocols: Linted) -> Iterator[Said]:
    """Every wording of every file."""
    yield from _texts(protocols.texts)
    yield from _questions(protocols.dictionary)
    yield from _faq(protocols.faq)
    yield from _rules(protocols.red_flags, protocols.texts)
    yield from _notes(protocols.routing)
    yield from said_of_visits(protocols.visits, protocols.texts)


def said_in(texts: Texts, text_id: str) -> Iterator[Said]:
    """One text by each channel, as it is sent."""
    return (said for said in _texts(texts) if said.id == text_id)


def _texts(texts: Texts) -> Iterator[Said]:
    for text in texts.by_id.values():
        limit = EMERGENCY_SEGMENTS if text.id.startswith(("emergency", "crisis")) else SEGMENTS
        limit = SPANISH_SEGMENTS if text.id == "other_language" else limit
        for channel in ("web", "sms"):
            yield Said(
                id=text.id,
                channel=channel,
                wording=_with_net(text.wording(channel), texts, channel),
                most_segments=limit,
                exempt=text.exempt,
            )


def _with_net(wording: str, texts: Texts, channel: str) -> str:
    return wording.replace("{SAFETY_NET}", texts.by_id["safety_net"].wording(channel))


def _questions(dictionary: Dictionary) -> Iterator[Said]:
    for variable in dictionary.variables.values():
        if variable.question is not None:
            labels = [choice.label for choice in variable.choices]
            yield from _question(variable.name, variable.question, labels)
    for gate in dictionary.gates.values():
        yield from _question(gate.name, gate.question, [])


def _question(name: str, question: Question, labels: list[str]) -> Iterator[Said]:
    variants = {"web": question.web, "proxy": question.proxy, "reask": question.reask, "why": question.why}
    for channel, wording in variants.items():
        if wording:
            yield Said(id=name, channel=channel, wording=wording)
    listed = "".join(f"\n{number} {label}" for number, label in enumerate(labels, start=1))
    for wording in (question.sms or question.web, question.proxy, question.reask):
        if wording:
            yield Said(id=name, channel="sms", wording=wording + listed, exempt=_LABELS_NOT_GRADED)


_LABELS_NOT_GRADED = {"grade": "labels are not sentences; the question itself is graded as web"}


def _faq(entries: tuple[FaqEntry, ...] | list[FaqEntry]) -> Iterator[Said]:
    for entry in entries:
        exempt = {"grade": entry.no_grade} if entry.no_grade else {}
        for channel, wording in (("web", entry.answer), ("sms", entry.answer_sms)):
            yield Said(id=f"faq_{entry.topic}", channel=channel, wording=wording, exempt=exempt)


def _rules(red_flags: RedFlags, texts: Texts) -> Iterator[Said]:
    for rule in red_flags.rules:
        exempt = {"grade": AS_SPECIFIED[rule.id]} if rule.id in AS_SPECIFIED else {}
        yield Said(id=rule.id, channel="web", wording=rule.patient, exempt=exempt)
        if rule.level is Level.EMERGENCY_NOW and not rule.script:
            standard_id = standard_text_id(call_911=rule.call_911, keep_still=rule.keep_still)
            standard = _as_sent(standard_id, texts)
            yield Said(
                id=rule.id,
                channel="sms",
                wording=f"{rule.sms} {standard}",
                most_segments=EMERGENCY_SEGMENTS,
                exempt=exempt,
            )
        elif rule.level is Level.SAME_DAY:
            standard = texts.by_id["same_day_standard"].sms
            yield Said(id=rule.id, channel="sms", wording=f"{rule.sms} {standard}", exempt=exempt)


def _as_sent(text_id: str, texts: Texts) -> str:
    """The standard text with what an SMS adds to it: name and phone, and the numbered choices."""
    labels = ("choice_going", "choice_cannot_go", "choice_mistake")
    choices = [f"{number} {texts.by_id[label].sms}" for number, label in enumerate(labels, start=1)]
    return "\n".join((texts.by_id[text_id].sms, texts.by_id["emergency_contact"].sms, *choices))


def standard_text_id(*, call_911: bool, keep_still: bool, told_team: bool = True) -> str:
    """The standard text of an emergency: ER or 911, 911 only, 911 only and keep still (3.0, 3.7, 6.2)."""
    base = "emergency_911_keep_still" if keep_still else "emergency_911" if call_911 else "emergency"
    return base if told_team else f"{base}_not_told"


def _notes(routing: Routing) -> Iterator[Said]:
    for note in routing.notes:
        if note.patient:
            yield Said(id=note.id, channel="web", wording=note.patient)


def said_of_visits(visits: Mapping[str, VisitType], texts: Texts) -> Iterator[Said]:
    """What patients read of each kind of visit, in the texts that name it; the id is the visit's."""
    naming = [text for text in texts.by_id.values() if "{visit}" in text.wording("sms")]
    for visit in visits.values():
        if visit.bring:
            bring = texts.by_id["bring"].sms.replace("{items}", "; ".join(visit.bring))
            yield Said(id=visit.id, channel="sms", wording=bring)
        if visit.by_patients:
            for text in naming:
                told = text.wording("sms").replace("{visit}", visit.name)
                yield Said(id=visit.id, channel="sms", wording=told, exempt=text.exempt)


# --- the checks -----------------------------------------------------------------------------------


def _too_hard(said: Said) -> str:
    plain = _fill(said.wording, {**SAMPLES, **_PLAIN})
    if len(plain.split()) < FEWEST_WORDS:
        return ""
    grade = reading_grade(plain)
    return (
        f"reading grade {grade:.1f} is above {HIGHEST_GRADE:g}; use shorter words and sentences"
        if grade > 6
        else ""
    )


def _sentences(text: str) -> list[str]:
    parts = re.split(r"[.?!]+(?:\s|$)|[\n;]|: ", text)
    plain = (re.sub(r"[^\w\s'/]", " ", part).strip() for part in parts)
    return [part for part in plain if part]


def _promises(said: Said) -> str:
    for sentence in re.split(r"(?<=[.!?])\s", said.wording):
        if sentence.endswith("?"):
            continue
        for pattern, meaning in _PROMISES:
            if pattern.search(sentence):
                return f"{meaning} (clinical.md 6.3); say it in another way"
    return ""


def _keyword(said: Said) -> str:
    for pattern in _PROMPTS:
        match = pattern.search(said.wording)
        if match:
            return f"{match.group(0)!r} asks for a word that a phone company takes for itself; use digits"
    return ""


def _too_long(said: Said) -> str:
    if said.channel != "sms":
        return ""
    count = segments(_fill(said.wording, SAMPLES))
    return f"{count} SMS segments; at most {said.most_segments}" if count > said.most_segments else ""


def _fill(wording: str, fields: Mapping[str, str]) -> str:
    for name, value in fields.items():
        wording = wording.replace(f"{{{name}}}", value)
    return wording.strip()
