"""What a bundle is made of, and how its resources are named.

Every resource of a case has an id that follows from the case alone: sending it again replaces it
and never adds a second one.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain.dictionary import Dictionary
from bot.domain.facts import Fact
from bot.domain.judgement import ProtocolStamp, Why
from bot.protocols import Protocols
from bot.services.records.case_file import CaseFile

Resource = dict[str, Any]

PRIVATE_VARIABLES = frozenset({"abuse_unsafe"})
"""Never leaves the house: whoever hurts the patient may read the patient's portal (clinical.md 6.6)."""
PRIVATE_RULES = frozenset({"RF91"})


@dataclass(frozen=True, kw_only=True)
class Record:
    """A loaded case with what names it.

    `namespace` is a web address of the clinic without a final slash: our codes and ids live under it.
    `model` is the dialogue model that answers now, None while the engine is silent.
    """

    file: CaseFile
    protocols: Protocols
    namespace: str
    model: str | None = None

    @property
    def case_id(self) -> str:
        return self.file.case.id

    @property
    def dictionary(self) -> Dictionary:
        return self.protocols.dictionary

    @property
    def facts(self) -> Mapping[str, Fact]:
        """The facts that may leave the house, in the dictionary's order; an empty text says nothing."""
        names = [n for n in self.dictionary if n in self.file.facts and n not in PRIVATE_VARIABLES]
        return {name: fact for name in names if (fact := self.file.facts[name]).value is None or _says(fact)}

    @property
    def reasons(self) -> tuple[Why, ...]:
        """The fired rules that may leave the house."""
        judgement = self.file.judgement
        fired = judgement.why if judgement else ()
        return tuple(why for why in fired if why.rule not in PRIVATE_RULES)

    @property
    def by_somebody_else(self) -> bool:
        """Whether somebody writes for the patient."""
        fact = self.file.facts.get("who_for")
        return fact is not None and fact.value == "other"

    @property
    def author(self) -> Resource:
        """Reference to who answered: the patient, or the person who writes for them."""
        return self.ref("RelatedPerson" if self.by_somebody_else else "Patient")

    def stamp(self, protocol: str) -> ProtocolStamp:
        """The stamp that judged this case, else the one in force. Raises KeyError for an unknown id."""
        judged = self.file.judgement.protocols if self.file.judgement else ()
        return {stamp.id: stamp for stamp in (*self.protocols.stamps, *judged)}[protocol]

    def id(self, kind: str, name: str = "") -> str:
        """The id of a resource of this case; `name` tells those of one kind apart."""
        if not name:
            return self.case_id
        return hashlib.sha256(f"{self.case_id}/{kind}/{name}".encode()).hexdigest()[:32]

    def ref(self, kind: str, name: str = "") -> Resource:
        """A reference to a resource of this bundle."""
        return {"reference": f"{kind}/{self.id(kind, name)}"}

    def system(self, name: str) -> str:
        """The address of one of our code systems."""
        return f"{self.namespace}/CodeSystem/{name}"

    def coding(self, system: str, code: str, display: str = "") -> Resource:
        """A code of ours."""
        shown = {"display": display} if display else {}
        return {"system": self.system(system), "code": code, **shown}

    def identifier(self, name: str, value: str) -> Resource:
        """A business identifier of ours."""
        return {"system": f"{self.namespace}/id/{name}", "value": value}


def _says(fact: Fact) -> bool:
    return not isinstance(fact.value, str) or bool(printable(fact.value).strip())


def printable(value: Any) -> Any:
    """The same without control characters, which a patient may paste and FHIR's `string` forbids."""
    match value:
        case str():
            return "".join(letter for letter in value if letter >= " " or letter in "\r\n\t")
        case dict():
            return {name: printable(item) for name, item in value.items()}
        case list():
            return [printable(item) for item in value]
        case _:
            return value


def instant(moment: dt.datetime) -> str:
    """A FHIR instant in UTC, to the second."""
    return moment.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def concept(text: str, *codings: Resource) -> Resource:
    """A CodeableConcept; `text` is what a person reads."""
    return {**({"coding": list(codings)} if codings else {}), "text": text}
