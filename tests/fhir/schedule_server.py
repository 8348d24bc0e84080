"""The strict FHIR server with a schedule: slots that are searched and made busy, or IHE's operations.

with ScheduleServer.running(operations=True) as server:
    server.open("Practitioner/7", [(start, end), ...])

From the standard: a search parameter it does not know is refused (400, strict handling); pages follow
`next`; a Slot or an Appointment is written in a version one names (412); an appointment stands in busy
slots that no other booked one stands in (409). From IHE ITI Scheduling: `$find` needs start and end, takes
a visit type as a token it knows, and no parameter that the operation does not name; `$hold`
takes one that is proposed, `$book` one that is proposed or pending, or calls a booked one off.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from tests.fhir.rules import problems
from tests.fhir.server import Refused, StrictServer

Times = Iterable[tuple[dt.datetime, dt.datetime]]
_FIND_TAKES = {
    "start", "end", "specialty", "visit-type", "practitioner", "organization", "location-string",
    "location-reference", "patient-reference", "patient-resource", "reason", "referral-identifier", "timing",
    "insurance-reference",
}  # fmt: skip
"""IHE ITI Scheduling 1.0.0, OperationDefinition appointment-find."""
_KNOWN_TERMS = {
    "Schedule": {"actor"},
    "Slot": {"schedule", "status", "start"},
    "Appointment": {"identifier"},
}


@dataclass(kw_only=True)
class ScheduleServer(StrictServer):
    """`operations`: whether it offers `$find`, `$hold` and `$book`."""

    operations: bool = False
    page: int = 50
    asked: int = 0

    def open(self, practitioner: str, times: Times) -> None:
        """Free slots of somebody, each as long as it is given."""
        whose = practitioner.partition("/")[2]
        self._keep({"resourceType": "Practitioner", "id": whose})
        schedule = {"resourceType": "Schedule", "id": f"of-{whose}", "actor": [{"reference": practitioner}]}
        self._keep(schedule)
        for number, (start, end) in enumerate(times):
            span = {"start": start.isoformat(), "end": end.isoformat()}
            of = {"schedule": {"reference": f"Schedule/of-{whose}"}, "status": "free"}
            self._keep({"resourceType": "Slot", "id": f"{whose}-{number}", **of, **span})

    def keep_for(self, slot: str, visit: str) -> None:
        """A slot, or a whole schedule, that is for one kind of visit alone."""
        system, _, code = visit.rpartition("|")
        self.edit(slot, serviceType=[{"coding": [{"system": system, "code": code}]}])

    def take(self, *slots: str) -> None:
        """Somebody at that system's own desk books these slots."""
        for slot in slots:
            self.edit(slot, status="busy")

    def booked(self) -> list[dict[str, Any]]:
        """What is booked, the newest version of each."""
        return [one for one in self.of_kind("Appointment") if one["status"] == "booked"]

    # --- search -------------------------------------------------------------------------------------

    def query(self, kind: str, terms: Sequence[tuple[str, str]]) -> dict[str, Any]:
        self.asked += 1
        if kind == "metadata":
            return self._says_of_itself()
        if kind not in _KNOWN_TERMS:
            raise Refused(404, "not here")
        given = [(name, value) for name, value in terms if name not in ("_count", "_from")]
        if unknown := {name for name, _ in given} - _KNOWN_TERMS[kind]:
            raise Refused(400, f"unknown search parameter {min(unknown)}")
        found = [one for one in self.of_kind(kind) if all(_fits(one, name, value) for name, value in given)]
        return self._page(kind, terms, found)

    def _page(
        self, kind: str, terms: Sequence[tuple[str, str]], found: list[dict[str, Any]]
    ) -> dict[str, Any]:
        first = int(dict(terms).get("_from", 0))
        shown, rest = found[first : first + self.page], found[first + self.page :]
        again = urlencode([*((n, v) for n, v in terms if n != "_from"), ("_from", first + self.page)])
        link = [{"relation": "next", "url": f"{self.url}/{kind}?{again}"}] if rest else []
        entry = [{"resource": one} for one in shown]
        return {
            "resourceType": "Bundle",
            "type": "searchset",
            "total": len(found),
            "link": link,
            "entry": entry,
        }

    def _says_of_itself(self) -> dict[str, Any]:
        offered = [{"name": name} for name in ("find", "hold", "book")] if self.operations else []
        resource = [{"type": "Appointment", "operation": offered}]
        return {"resourceType": "CapabilityStatement", "rest": [{"mode": "server", "resource": resource}]}

    # --- slots --------------------------------------------------------------------------------------

    def _checked(self, entry: dict[str, Any]) -> dict[str, Any]:
        checked = super()._checked(entry)
        resource, request = checked["resource"], checked["request"]
        versioned = request["method"] == "PUT" and resource["resourceType"] in ("Slot", "Appointment")
        if versioned and "ifMatch" not in request:
            raise Refused(412, "name the version you change")
        return checked

    def _check_references(self, entries: list[dict[str, Any]]) -> None:
        super()._check_references(entries)
        after = {one["request"]["url"]: one["resource"] for one in entries}
        for one in (entry["resource"] for entry in entries):
            if one["resourceType"] == "Appointment" and one["status"] == "booked":
                self._check_slots(one, after)

    def _check_slots(self, appointment: dict[str, Any], after: dict[str, Any]) -> None:
        wanted = {slot["reference"] for slot in appointment["slot"]}
        for address in wanted:
            if (after.get(address) or self.latest(address))["status"] != "busy":
                raise Refused(422, f"{address} is not busy")
        mine = appointment.get("identifier")
        for other in self.booked():
            if other.get("identifier") != mine and wanted & {
                slot["reference"] for slot in other.get("slot", ())
            }:
                raise Refused(409, "another appointment has that time")

    # --- operations ---------------------------------------------------------------------------------

    def operate(self, name: str, body: Any) -> dict[str, Any]:
        if not self.operations:
            raise Refused(404, "no such operation")
        if not isinstance(body, dict) or body.get("resourceType") != "Parameters":
            raise Refused(400, "not Parameters")
        with self.lock:
            work = {"$find": self._find, "$hold": self._hold, "$book": self._book}[name.partition("/")[2]]
            found = work(body["parameter"])
        return {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": one} for one in found]}

    def _find(self, given: list[dict[str, Any]]) -> list[dict[str, Any]]:
        values = {one["name"]: one for one in given}
        if not {"start", "end"} <= set(values):
            raise Refused(400, "start and end are needed")
        if unknown := set(values) - _FIND_TAKES:
            raise Refused(400, f"$find has no parameter {min(unknown)}")
        asked = {one["valueString"] for one in given if one["name"] == "visit-type"}
        if unknown := asked - self.visits:
            raise Refused(422, f"no visit type {min(unknown)}")
        people = {one["valueReference"]["reference"] for one in given if one["name"] == "practitioner"}
        if lost := people - set(self.kept):
            raise Refused(404, f"nobody is {min(lost)}")
        first, last = (_moment(values[name]["valueDateTime"]) for name in ("start", "end"))
        free = [
            one
            for one in self.of_kind("Slot")
            if one["status"] == "free" and first <= _moment(one["start"]) < last
        ]
        return [self._propose(slot) for slot in free if self._whose(slot) in people and _takes(slot, asked)]

    def _whose(self, slot: dict[str, Any]) -> str:
        return str(self.latest(slot["schedule"]["reference"])["actor"][0]["reference"])

    def _propose(self, slot: dict[str, Any]) -> dict[str, Any]:
        proposed = {
            "resourceType": "Appointment", "id": f"proposed-{slot['id']}", "status": "proposed",
            "start": slot["start"], "end": slot["end"], "slot": [{"reference": f"Slot/{slot['id']}"}],
            "participant": [{"actor": {"reference": self._whose(slot)}, "status": "accepted"}],
        }  # fmt: skip
        self._keep(proposed)
        return proposed

    def _hold(self, given: list[dict[str, Any]]) -> list[dict[str, Any]]:
        address = {one["name"]: one for one in given}["appointment-reference"]["valueReference"]["reference"]
        if (
            address not in self.kept
            or self.latest(address)["status"] != "proposed"
            or not self._is_free(address)
        ):
            return [_outcome("not-found")]
        self._slots(self.latest(address), "busy-tentative")
        self.edit(address, status="pending")
        return [self.latest(address)]

    def _book(self, given: list[dict[str, Any]]) -> list[dict[str, Any]]:
        asked = {one["name"]: one for one in given}["appointment-resource"]["resource"]
        wrong = problems(
            {name: value for name, value in asked.items() if name != "meta"},
            namespace=self.namespace,
            own=self.visits,
        )
        if wrong:
            raise Refused(422, wrong[0])
        there = self.latest(f"Appointment/{asked['id']}")
        if asked["status"] == "cancelled" and there["status"] == "booked":
            self._slots(there, "free")
            self._keep(asked)
        elif asked["status"] == "pending" and there["status"] in ("proposed", "pending"):
            if there["status"] == "proposed" and not self._is_free(f"Appointment/{asked['id']}"):
                return [_outcome("conflict")]
            self._slots(there, "busy")
            self._keep({**asked, "status": "booked"})
        else:
            return [_outcome("conflict")]
        return [self.latest(f"Appointment/{asked['id']}")]

    def _is_free(self, address: str) -> bool:
        slots = [self.latest(slot["reference"]) for slot in self.latest(address)["slot"]]
        return all(slot["status"] == "free" for slot in slots)

    def _slots(self, appointment: dict[str, Any], status: str) -> None:
        for slot in appointment["slot"]:
            self.edit(slot["reference"], status=status)


def _takes(slot: dict[str, Any], visits: set[str]) -> bool:
    kinds = {
        f"{one['system']}|{one['code']}" for kind in slot.get("serviceType", ()) for one in kind["coding"]
    }
    return not kinds or not visits or bool(kinds & visits)


def _outcome(code: str) -> dict[str, Any]:
    return {"resourceType": "OperationOutcome", "issue": [{"severity": "fatal", "code": code}]}


def _fits(one: dict[str, Any], name: str, value: str) -> bool:
    if name == "actor":
        return any(actor["reference"] in value.split(",") for actor in one["actor"])
    if name == "schedule":
        return one["schedule"]["reference"] in value.split(",")
    if name == "start":
        begins, limit = _moment(one["start"]), _moment(value[2:])
        return {"ge": begins >= limit, "lt": begins < limit}[value[:2]]
    if name == "identifier":
        return value in {f"{known.get('system', '')}|{known['value']}" for known in one.get("identifier", ())}
    return bool(one[name] == value)


def _moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)
