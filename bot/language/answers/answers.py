"""What a message says to the question that was asked: yes, no, a number, one of the choices, nothing.

Short answers mean what was asked ("nah", "kinda", "none except the weakness", "2 or 3"); a longer message
may answer and say more. What is not clear stays unclear: the dialogue asks once more in plainer words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.dictionary import Dictionary, Value, Variable
from bot.domain.facts import kinds_of_care
from bot.domain.findings import Answer
from bot.language.answers.answer_numbers import number_of
from bot.language.answers.answer_values import (
    assertion_of,
    counts_care,
    ends_at,
    shaped,
    yes_no,
)
from bot.language.answers.gate_answers import GateAnswers
from bot.language.answers.meanings import Meaning, meaning_of
from bot.language.answers.pieces import Piece, pieces_of, polarity_of
from bot.language.grammar.courses import place_course
from bot.language.grammar.polarity import POLARITIES, Phrases, Polarity
from bot.language.grammar.settle import Settled, allowed
from bot.language.text.cues import ASKS_BACK, HUH, NOBODY_KNOWS, NOW_AND_THEN, ONE_ONLY
from bot.language.text.heard import Heard
from bot.language.text.lexicon import Lexicon
from bot.language.text.words import Word, Words

_DIGIT = re.compile(r"^\W*(?:option |number |no\.? |#)?(\d{1,2})\W*$")
_PICK = re.compile(
    r"\b(?:[1-9]|first|second|third|last one|morning|afternoon|noon|earliest|latest|soonest|any|"
    r"mon|tue|wed|thu|fri|sat|sun)(?:s|day|sday|nesday|rsday|urday)?\b"
    r"|\d{1,2}:\d\d|\d ?(?:am|pm)\b|^\W*[a-d]\b"
    r"|\b(?:earlier|later|whichever|whatever|either)\b"
)
_NOT = re.compile(r"\b(?:not|isn'?t|wasn'?t|aint|ain't)\b")
_SWAPPED = frozenset(
    ("side", "region", "imaging", "who_for", "radiates", "nicotine", "dx", "prior_surgery_type")
)
_DEGREES = (
    (frozenset(("barely", "hardly", "lift", "unbearable", "severe", "severely")), "severe"),
    (frozenset(("lot", "moderate", "skip")), "moderate"),
    (frozenset(("little", "bit", "some", "slightly", "mild", "somewhat", "weaker")), "mild"),
)
_SHORT_WORDS = 6
_AGREED = ("consent", "confirm_summary", "confirm_time")
_NONE_VALUES = ("no", "none", "never", "other", "self", "same")
_BARE_YES = {"weakness": "mild", "diabetes": "unknown"}
"""The least that a bare "yes" says of an enumeration."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """How the message relates to the question."""

    answer: Answer
    polarity: Polarity | None
    correction: bool
    question: bool


_OWN_FORM = frozenset(("contact_phone", "contact_email", "contact_name", "callback_ok_time", "birth_date"))
"""Texts that are read by their own form; other words are no answer."""


class Answers:
    """Settles the answer to the pending question into facts."""

    def __init__(self, lexicon: Lexicon, words: Words, dictionary: Dictionary) -> None:
        self.said = Phrases(lexicon, words)
        self._words = words
        self._gates = GateAnswers(said=self.said, words=words, dictionary=dictionary)
        self._dictionary = dictionary

    def corrects(self, words: Sequence[Word]) -> bool:
        """An explicit marker: "actually", "no, I meant", "scratch that"."""
        return self.said.contains([w.norm for w in words if w.norm.isalnum() or "'" in w.norm], "correct")

    def settle(self, heard: Heard, settled: Settled) -> Verdict:
        """Adds the asked facts to `settled` and says how well the question is answered."""
        norms = [w.norm for w in heard.words if w.norm.isalnum() or "'" in w.norm or w.norm in _SIGNS]
        question = self._is_question(heard, norms)
        polarity = self._polarity(heard, norms)
        pieces = pieces_of(heard.words)
        talks = heard.asked == "consent" or (
            heard.asked in _AGREED and polarity == "affirm" and settled.facts
        )
        if talks and not self._plainly_said(norms, pieces):  # "it has been 11 months" agrees to nothing
            polarity = None
        elif polarity is None and heard.asked is not None and len(pieces) > 1:
            polarity = polarity_of(pieces, self.said)
        marked = self.said.contains(norms, "correct")
        correction = marked or _swapped(settled, heard.page.source.text)
        if marked and not any(self.said.is_(norms, kind) for kind in ("affirm", "deny", "none_of")):
            polarity = None  # the "no" of "no, I meant ..." takes back; it denies nothing that was asked
        if question and not self._told(heard, settled):
            return Verdict(answer="none", polarity=None, correction=correction, question=True)
        if self._asks_back(heard, pieces):
            self._take_back(heard, settled)
            return Verdict(answer="none", polarity=None, correction=correction, question=True)
        answer = self._answer(heard, settled, norms, polarity)
        place_course(heard, settled, self._dictionary)
        self._place_no(heard, settled, pieces)
        return Verdict(answer=answer, polarity=polarity, correction=correction, question=question)

    def _polarity(self, heard: Heard, norms: Sequence[str]) -> Polarity | None:
        """Yes, no or doubt; "all good" denies a list of signs and agrees to a summary."""
        if heard.asked in _AGREED and self.said.is_(norms, "affirm"):
            return "affirm"
        return self.said.polarity(norms, heard.page.source.text)

    def _place_no(self, heard: Heard, settled: Settled, pieces: Sequence[Piece]) -> None:
        """ "Lower back, no": the question about the place asks as well whether the pain travels."""
        region = settled.facts.get("region")
        if heard.asked != "region" or not isinstance(region, tuple) or "radiates" in settled.facts:
            return
        if {"leg", "arm"} & set(region) or any(piece.asks for piece in pieces):
            return
        if any(self.said.is_(piece.norms, "deny") for piece in pieces[1:]):
            settled.add(heard.page.whole("radiates", "none", "absent"), "none")

    def _asks_back(self, heard: Heard, pieces: Sequence[Piece]) -> bool:
        """ "What does tearing mean?": a question about the question, with no yes or no beside it."""
        text = heard.page.source.text
        if heard.asked is None or not (HUH.match(text) or ASKS_BACK.search(text)):
            return False
        said = any(self.said.is_(p.norms, kind) for p in pieces for kind in ("affirm", "deny", "none_of"))
        return HUH.match(text) is not None or not said

    def _take_back(self, heard: Heard, settled: Settled) -> None:
        """Words of the question said back answer nothing; what was told before them stands."""
        match = ASKS_BACK.search(heard.page.source.text)
        gate = self._dictionary.gates.get(heard.asked or "")
        begin = heard.page.source.at(match.start()) if match else 0
        for name in gate.clear_no if gate else (heard.asked or "",):
            told = [f.start for f in settled.findings if f.variable == name]
            if all(start >= begin for start in told):
                settled.facts.pop(name, None)

    def _plainly_said(self, norms: Sequence[str], pieces: Sequence[Piece]) -> bool:
        """A yes or no of its own, as consent needs: "it's my lower back" and "no MRI yet" are neither."""
        first = list(pieces[0].norms) if pieces else list(norms)
        return any(
            self.said.is_(part, kind) for part in (norms, first) for kind in ("affirm", "deny", "unsure")
        )

    def _told(self, heard: Heard, settled: Settled) -> bool:
        """A question that also states something ("numb since monday, is that bad?" "none, why?")."""
        if settled.facts:
            return True
        first = [w.norm for w in heard.words[: next(ends_at(heard.words))]]
        return any(self.said.is_(first, kind) for kind in ("deny", "none_of", "affirm"))

    def _answer(
        self, heard: Heard, settled: Settled, norms: Sequence[str], polarity: Polarity | None
    ) -> Answer:
        asked = heard.asked
        if asked is None:
            return "none"
        if self.said.is_(norms, "declined"):
            return "declined"
        if asked in self._dictionary.gates:
            clear = self._dictionary.gates[asked].clear_no
            return self._gates.settle(clear, heard, settled, norms, polarity)
        if asked in self._dictionary:
            return self._variable(self._dictionary[asked], heard, settled, norms, polarity)
        return self._other(heard, norms, polarity)

    def _is_question(self, heard: Heard, norms: Sequence[str]) -> bool:
        text = heard.page.source.text.strip()
        if text.endswith("?") and len(norms) > 1:
            return True
        return self.said.asks(norms) and "?" in text

    # ---- single variables

    def _variable(
        self,
        variable: Variable,
        heard: Heard,
        settled: Settled,
        norms: Sequence[str],
        polarity: Polarity | None,
    ) -> Answer:
        if variable.name == "cons_modalities" and counts_care(settled, polarity):
            kinds = kinds_of_care(settled.facts)
            settled.replace(heard.page.whole(variable.name, len(kinds), "present"), len(kinds))
        if variable.name.endswith("_course"):
            place_course(heard, settled, self._dictionary)
        self._add_meaning(variable, heard, settled, norms, polarity)
        if variable.name in settled.facts:
            return "unclear" if settled.facts[variable.name] == "unsure" else "full"
        value = self._value(variable, heard, settled, norms, polarity)
        if value is None:
            value, polarity = self._by_clause(variable, heard, settled, polarity)
        if value is None and variable.kind == "four_valued":
            value = self._symptom(variable, heard, norms)
        if value is not None and allowed(value, variable):
            settled.replace(heard.page.whole(variable.name, value, assertion_of(value)), value)
            return "unclear" if value == "unsure" else "full"
        if polarity == "unsure":
            return "unclear"
        if polarity == "affirm":
            return "partial"
        related = any(settled.facts)
        return "unclear" if related or (norms and len(norms) <= 3) else "none"

    def _add_meaning(
        self,
        variable: Variable,
        heard: Heard,
        settled: Settled,
        norms: Sequence[str],
        polarity: Polarity | None,
    ) -> None:
        """What the patient's own words mean to this question; never against a yes or no said beside them."""
        meant = meaning_of(variable, norms, self.said)
        if meant is None or not _is_free(variable, meant, settled):
            return
        against = {("yes", "deny"), ("no", "affirm")}
        if (meant.value, polarity) in against or (meant.value == "yes" and self.said.contains(norms, "over")):
            return
        settled.replace(heard.page.whole(variable.name, meant.value, assertion_of(meant.value)), meant.value)

    def _symptom(self, variable: Variable, heard: Heard, norms: Sequence[str]) -> Value | None:
        """What an answer without yes or no says of a symptom: over, all well, now and then, who knows."""
        if variable.name.startswith("bilateral_") and ONE_ONLY.search(heard.page.source.text):
            return "no"
        if self.said.contains(norms, "over") and "resolved" in variable.values:
            return "resolved"
        if self.said.contains(norms, "unsure") or NOBODY_KNOWS.search(heard.page.source.text):
            return "unsure" if "unsure" in variable.values else None
        if variable.safety and NOW_AND_THEN.search(heard.page.source.text) and "not" not in norms:
            return "yes"
        if self.said.contains(norms, "well") and not {"not", "no", "never"} & set(norms):
            return "no"
        return None

    def _by_clause(
        self, variable: Variable, heard: Heard, settled: Settled, polarity: Polarity | None
    ) -> tuple[Value | None, Polarity | None]:
        """The first clause that answers by itself: "a lot, i can't even ...", "... but never had it"."""
        if variable.kind in ("number", "text", "list"):
            return None, polarity
        clauses: dict[int, list[str]] = {}
        for token in heard.tokens:
            if token.norm.isalnum() or "'" in token.norm:
                clauses.setdefault(token.clause, []).append(token.norm)
        for norms in clauses.values() if len(clauses) > 1 else ():
            kept = [norm for norm in norms if norm not in _JOINS]
            said = next((kind for kind in POLARITIES if self.said.is_(kept, kind)), None)
            value = self._word(variable, kept, said) if variable.kind == "enum" else yes_no(variable, said)
            if value is not None:
                return value, said or polarity
        return None, polarity

    def _value(
        self,
        variable: Variable,
        heard: Heard,
        settled: Settled,
        norms: Sequence[str],
        polarity: Polarity | None,
    ) -> Value | None:
        chosen = self._choice(variable, heard, norms)
        if chosen is not None:
            return chosen
        if variable.name == "who_for":
            return self._who(heard, norms)
        if variable.kind in ("four_valued", "yes_no"):
            return yes_no(variable, polarity)
        if variable.kind == "number":
            return number_of(variable, heard, settled, norms)
        if variable.kind == "text":
            return self._text(variable, heard, norms, polarity)
        return self._word(variable, norms, polarity)

    def _who(self, heard: Heard, norms: Sequence[str]) -> Value | None:
        if heard.concepts & {"relative", "cared", "stranger", "proxy_for"}:
            return "other"
        own = {"me", "myself", "self", "i", "patient", "mine", "i'm", "im"}
        return "self" if own & {*norms, *(w.raw for w in heard.words)} else None

    def _choice(self, variable: Variable, heard: Heard, norms: Sequence[str]) -> Value | None:
        """A digit for a numbered choice, or a choice's own label."""
        text = heard.page.source.text.strip()
        digit = _DIGIT.match(text)
        if digit and variable.choices and variable.kind != "number":
            index = int(digit.group(1)) - 1
            if 0 <= index < len(variable.choices):
                return shaped(variable.choices[index].value, variable)
        for choice in variable.choices:
            if tuple(norms) == tuple(self._words.phrase(choice.label)) and norms:
                return shaped(choice.value, variable)
        return None

    def _text(
        self, variable: Variable, heard: Heard, norms: Sequence[str], polarity: Polarity | None
    ) -> Value | None:
        if variable.name in _OWN_FORM:
            return None
        text = heard.page.text.strip()
        return text if norms and polarity is None else None

    def _word(self, variable: Variable, norms: Sequence[str], polarity: Polarity | None) -> Value | None:
        """An enumeration: the allowed word itself, or what yes and no mean for it."""
        degree = next(
            (value for words, value in _DEGREES if words & set(norms) and value in variable.values), None
        )
        if degree is not None and len(norms) <= _SHORT_WORDS:
            return degree
        said = set(norms)
        named = [v for v in variable.values if set(self._words.phrase(v.replace("_", " "))) <= said]
        if len(named) == 1 and len(norms) <= _SHORT_WORDS:
            return shaped(named[0], variable)
        if self.said.is_(norms, "both") and "both" in variable.values:
            return "both"
        if polarity == "deny":
            no = next((v for v in ("no", "none", "never") if v in variable.values), None)
            return None if no is None else shaped(no, variable)
        if polarity == "affirm":
            yes = _BARE_YES.get(variable.name, "yes")
            return shaped(yes, variable) if yes in variable.values else None
        if polarity == "unsure":
            return next((v for v in ("unsure", "unknown") if v in variable.values), None)
        return None

    def _other(self, heard: Heard, norms: Sequence[str], polarity: Polarity | None) -> Answer:
        """consent, confirm_summary, choose_time and the like: polarity decides, the service does the rest."""
        if heard.asked in ("choose_time", "confirm_time") and _PICK.search(heard.page.source.text):
            return "full"
        if polarity in ("affirm", "deny"):
            return "full"
        if polarity == "unsure":
            return "unclear"
        return "none"


def _is_free(variable: Variable, meant: Meaning, settled: Settled) -> bool:
    """Nothing was read of it, or what was read is told better by several words of the answer itself."""
    if not allowed(meant.value, variable):
        return False
    if variable.kind == "list" or variable.safety:
        return variable.name not in settled.facts
    return variable.name not in settled.facts or meant.words > 1


_JOINS = frozenset(("but", "and", "honestly", "however"))
_SIGNS = frozenset("👍👎👌✅❌🤷?")


def _swapped(settled: Settled, text: str) -> bool:
    """ "not the left but the right": one value denied and another stated of the same fact.

    "low back pain, no leg pain" swaps nothing: the two are of one story.
    """
    if not _NOT.search(text):
        return False
    denied = {f.variable for f in settled.findings if f.assertion == "absent"}
    return any(f.assertion == "present" and f.variable in denied & _SWAPPED for f in settled.findings)
