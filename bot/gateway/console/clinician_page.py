"""The page a clinician reads before the visit: who, why now, what was tried, what is open.

One content in three forms: a page to print (`print.html`), a PDF (`clinician_pdf.py`), and plain text for
pasting into a chart. Nothing private is on it: paper lies about, and whoever comes along may read it
(clinical.md 6.6).
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from bot.gateway.console.case_page import CasePage
from bot.gateway.console.clinician_words import LABELS
from bot.gateway.console.fact_words import in_line, lasting, sentence
from bot.gateway.console.shown import ShownFact, ShownReason
from bot.services.records.case_file import CONTACT
from bot.services.records.fhir.record import PRIVATE_RULES, PRIVATE_VARIABLES

WIDTH = 78
"""Characters of a line of plain text: charts wrap what is longer in their own way."""
LONGEST_WORDS = 160
"""Characters of a quotation: the whole conversation is in the console."""

SECTIONS: Mapping[str, tuple[str, ...]] = {
    "Complaint": (
        "region", "dominant", "side", "radiates", "duration_weeks", "history_weeks", "sudden_onset",
        "course", "pain_nrs", "pain_constant", "function_limit", "limits", "walk_minutes", "claudication",
        "mechanical_pain",
    ),
    "Strength, walking, feeling": (
        "limb_numbness", "weakness", "weakness_where", "weakness_onset_days", "weakness_course",
        "weakness_pattern", "foot_drop", "cannot_walk", "cannot_walk_cause", "hand_clumsiness",
        "gait_imbalance", "myelo_onset_days", "myelo_course", "lhermitte", "bilateral_hand_numbness", "falls",
    ),
    "Tried so far": (
        "cons_pt", "cons_pt_weeks", "cons_meds", "cons_injections", "injection_count", "cons_activity",
        "cons_laser", "cons_other", "cons_weeks", "cons_relief",
    ),
    "Imaging and what other doctors said": (
        "imaging", "imaging_months", "imaging_where", "can_bring", "imaging_matches", "dx", "slip_grade",
        "levels", "cobb_deg", "severe_instability", "fracture_weeks", "surgery_recommended",
    ),
    "Surgery and procedures": (
        "prior_spine_surgery", "prior_surgery_type", "prior_surgery_count", "prior_surgery_months_ago",
        "surgery_region", "symptoms_same_region", "relief_after", "when_returned", "postop_days",
        "injection_days",
    ),
    "Medicines and health": (
        "anticoagulant", "opioid", "opioid_months", "steroid_long", "immunosuppressed", "diabetes", "a1c",
        "bmi", "height_in", "weight_lb", "nicotine", "heart_lung", "osteoporosis", "cancer_status",
        "cancer_years", "pregnant",
    ),
    "Goals and wishes": (
        "goals", "worries", "surgery_preference", "second_opinion", "workers_comp", "insurance_type",
    ),
}  # fmt: skip
"""Title -> variables, in the order of reading; what is left stands under `Also told`."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A line: what, and the patient's words for it."""

    label: str
    text: str
    words: str = ""

    def __str__(self) -> str:
        said = f' ("{self.words}")' if self.words else ""
        return f"{self.label}: {self.text}{said}" if self.label else f"{self.text}{said}"


@dataclass(frozen=True, kw_only=True)
class Section:
    """A titled part of the page."""

    title: str
    entries: tuple[Entry, ...]


class ClinicianPage:
    """Built per request from the case as its reader may see it."""

    def __init__(self, page: CasePage, *, clinic: str) -> None:
        self.page = page
        self.clinic = clinic

    @property
    def title(self) -> str:
        """`Kim Demo, age 58, female`."""
        return ", ".join(part for part in (self.page.name, self.page.about) if part)

    @property
    def contact(self) -> str:
        call = f"call: {self.page.call_time}" if self.page.call_time else ""
        return " · ".join(part for part in (self.page.phone, call) if part) or "no phone number"

    @property
    def reasons(self) -> list[ShownReason]:
        """The fired rules, without the private ones."""
        return [reason for reason in self.page.reasons if reason.rule not in PRIVATE_RULES]

    @property
    def why(self) -> tuple[Entry, ...]:
        """Why now: each rule with the words that fired it; never "no red flag" while a question is open."""
        if self.reasons:
            return tuple(self._reason(reason) for reason in self.reasons)
        if self.page.file.gate_complete:
            return (
                Entry(label="", text="No red-flag rule fired; every safety question was answered clearly."),
            )
        return (
            Entry(
                label="",
                text='No rule fired so far, but safety questions are open: this is not "no red flag".',
            ),
        )

    @property
    def sections(self) -> tuple[Section, ...]:
        """Everything below the heading: empty parts left out, the same words quoted once."""
        parts = [
            Section(title=f"Why now (urgency: {self.page.level_word.lower()})", entries=self.why),
            Section(title="Arranged", entries=tuple(self._arranged())),
            *(Section(title=title, entries=tuple(self._facts(names))) for title, names in SECTIONS.items()),
            Section(title="Also told", entries=tuple(self._others())),
            Section(title="Said no", entries=tuple(self._denied())),
            Section(title=self._need_title(), entries=tuple(self._need())),
            Section(title="Open questions", entries=tuple(self._open())),
            Section(title="Timeline", entries=tuple(self._timeline())),
        ]
        return quoted_once(part for part in parts if part.entries)

    @property
    def foot(self) -> str:
        """What judged, and that it is told, not examined."""
        judgement = self.page.judgement
        stamps = judgement.protocols if judgement else ()
        versions = ", ".join(f"{s.id} {s.version} ({s.status}, {s.sha256[:12]})" for s in stamps)
        return (
            f"Told by the patient to an automated intake, not examined. Protocols: {versions or 'none yet'}."
        )

    def as_text(self) -> str:
        """For pasting into a chart: no line longer than WIDTH."""
        lines = [self.title, f"{self.contact} | reference {self.page.case.reference}", self.clinic]
        for section in self.sections:
            lines += ["", section.title.upper()]
            for entry in section.entries:
                lines += textwrap.wrap(str(entry), WIDTH, initial_indent="- ", subsequent_indent="  ")
        return "\n".join([*lines, "", *textwrap.wrap(self.foot, WIDTH)]) + "\n"

    def _reason(self, reason: ShownReason) -> Entry:
        words = "; ".join(dict.fromkeys(short(fact.words) for fact in reason.facts if fact.words))
        parts = [part for part in (reason.title, reason.staff) if part]
        return Entry(label=reason.rule, text=": ".join(parts), words=short(words))

    def _arranged(self) -> Iterator[Entry]:
        page = self.page
        yield Entry(label="Hand-off", text=page.handoff)
        if page.appointment:
            visit, provider, start, minutes = page.appointment
            yield Entry(label="Appointment", text=f"{start.day}, {visit}, {minutes} min, {provider}")
        if page.callback:
            done = ", done" if page.callback.status == "done" else ""
            yield Entry(
                label="Call back", text=f"{page.callback.priority}, by {page.callback.due_at.day}{done}"
            )
        for task in page.tasks:
            if task.priority == "P0" and task.status != "done" and not task.private:
                whose = f"{task.by} has it" if task.by else "nobody has it yet"
                yield Entry(label="Staff", text=f"{task.title} ({task.priority}), {whose}")
        if page.outcome:
            yield Entry(label="Route", text=f"{page.outcome}{f' ({page.visit})' if page.visit else ''}")
        for id_, title, advice in page.notes:
            yield Entry(label=id_, text=f"{sentence(title)}{f': {advice}' if advice else ''}")

    def _facts(self, names: tuple[str, ...]) -> Iterator[Entry]:
        known = {fact.variable: fact for fact in self.page.telling}
        return (self._entry(known[name]) for name in names if name in known)

    def _others(self) -> Iterator[Entry]:
        sorted_in = {name for names in SECTIONS.values() for name in names}
        admin = (
            CONTACT
            | PRIVATE_VARIABLES
            | {"age", "sex", "who_for", "callback_ok_time", "channel", "cons_modalities"}
        )
        left = [f for f in self.page.telling if f.variable not in sorted_in | admin]
        return (self._entry(fact) for fact in left)

    def _denied(self) -> Iterator[Entry]:
        labels = [in_line(_label(f)) for f in self.page.denied if f.variable not in PRIVATE_VARIABLES]
        if labels:
            yield Entry(label="", text=", ".join(labels))

    def _entry(self, fact: ShownFact) -> Entry:
        marks = f" [{', '.join(fact.marks)}]" if fact.marks else ""
        return Entry(label=_label(fact), text=f"{fact.value}{marks}", words=short(fact.words))

    def _need_title(self) -> str:
        judgement = self.page.judgement
        rest = f", {judgement.tier}; complexity {judgement.complexity}" if judgement else ""
        return f"Need score {self.page.need_score} of {self.page.need_most}{rest}"

    def _need(self) -> Iterator[Entry]:
        return (Entry(label=p.id, text=f"{p.points} of {p.most}, {p.title}") for p in self.page.need)

    def _open(self) -> Iterator[Entry]:
        if self.page.missing:
            yield Entry(label="Not known", text=", ".join(self.page.missing))
        unknown = [label for _, labels, _ in self.page.gates for label in labels]
        unsure = [label for _, _, labels in self.page.gates for label in labels]
        if unknown:
            yield Entry(label="Not asked or not answered", text=", ".join(unknown))
        if unsure:
            yield Entry(label="Not sure", text=", ".join(unsure))
        if self.page.marks:
            yield Entry(label="Mind", text=", ".join(self.page.marks))

    def _timeline(self) -> Iterator[Entry]:
        page = self.page
        yield Entry(label=page.started.day, text=f"wrote to us ({page.channel})")
        telling = ("emergency", "crisis", "same_day", "booked", "callback")
        for message in page.file.messages:
            if message.sender == "bot" and message.kind in telling:
                yield Entry(
                    label=page.when(message.at).day, text=f"was told: {message.kind.replace('_', ' ')}"
                )
        for task in page.tasks:
            if task.by and task.at and not task.private:
                yield Entry(label=task.at.day, text=f"{task.by}: {task.title.lower()}")
        for note, at in page.staff_notes:
            yield Entry(label=at.day, text=f"{note.by} noted", words=short(note.text))


def _label(fact: ShownFact) -> str:
    return LABELS.get(fact.variable) or lasting(fact.label)


def quoted_once(sections: Iterable[Section]) -> tuple[Section, ...]:
    """One message often tells several things: its words stand where they are needed first."""
    seen: set[str] = set()
    told = []
    for section in sections:
        entries = []
        for entry in section.entries:
            entries.append(replace(entry, words="") if entry.words in seen else entry)
            seen.add(entry.words)
        told.append(replace(section, entries=tuple(entries)))
    return tuple(told)


def short(words: str) -> str:
    """On one line, cut at LONGEST_WORDS."""
    plain = " ".join(words.split())
    return plain if len(plain) <= LONGEST_WORDS else f"{plain[: LONGEST_WORDS - 3]}..."
