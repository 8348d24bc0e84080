"""Another system's schedule by FHIR R4 (behind `bot.services.ports.ScheduleServer`).

Where the server says so in its CapabilityStatement, times are found, held and booked by the operations of
IHE's Scheduling profile (ITI-115 to ITI-117: `$find`, `$hold`, `$book`). Elsewhere free Slots are searched,
and one transaction makes them busy, each in the version that was read, and creates the Appointment. Both
know ours by its identifier, so that what is asked twice is done once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import httpx

from bot.domain.errors import DeliveryFailed, TimeTaken
from bot.domain.openings import Slot, Wanted
from bot.domain.schedule import Appointment
from bot.messaging.fhir_server import FhirServer, resources

TIMEOUTS = httpx.Timeout(3.0, connect=2.0)
"""A patient waits for the answer."""
OPERATIONS = frozenset({"find", "hold", "book"})
_LOST_THE_RACE = ("409", "412")
_A_PAGE = "200"
NO_VISITS: Mapping[str, str] = MappingProxyType({})

Resource = dict[str, Any]


class FhirSchedule:
    """`practitioners`: our provider's id -> `Practitioner/7` there; `visits`: our visit type -> `system|code`
    there, what is not named goes by our own code. Close the line at the end."""

    def __init__(
        self,
        line: FhirServer,
        *,
        namespace: str,
        practitioners: Mapping[str, str],
        visits: Mapping[str, str] = NO_VISITS,
    ) -> None:
        self._line = line
        self._namespace = namespace
        self._practitioners = practitioners
        self._visits = visits
        self._operations: frozenset[str] | None = None

    @classmethod
    def at(
        cls,
        url: str,
        *,
        token: str | None,
        namespace: str,
        practitioners: Mapping[str, str],
        visits: Mapping[str, str] = NO_VISITS,
    ) -> FhirSchedule:
        """The schedule of the server at this address, with a patient's patience."""
        line = FhirServer(url=url, token=token, timeouts=TIMEOUTS)
        return cls(line, namespace=namespace, practitioners=practitioners, visits=visits)

    async def find(self, provider_ids: Sequence[str], wanted: Wanted) -> Sequence[Slot]:
        """Free times, soonest first. Raises DeliveryFailed."""
        people = {self._practitioners[one]: one for one in provider_ids if one in self._practitioners}
        if not people:
            return []
        by_operation = await self._offers("find", "book")
        found = await (self._proposed(people, wanted) if by_operation else self._free(people, wanted))
        return sorted(found, key=lambda one: (one.start, one.provider_id))

    async def hold(self, address: str) -> None:
        """Keep a proposed appointment; free slots cannot be kept. Raises TimeTaken, DeliveryFailed."""
        if not _is_proposed(address) or not await self._offers("hold"):
            return
        held = await self._operate(
            "hold", {"name": "appointment-reference", "valueReference": {"reference": address}}
        )
        if held.get("status") != "pending":
            raise TimeTaken("the other system gave that time away")

    async def book(self, hold: Appointment, *, reference: str) -> None:
        """Book it under our id, once. Raises TimeTaken, DeliveryFailed."""
        there = await self._ours(hold)
        if there is None:
            await (self._book_proposed if _is_proposed(hold.outside or "") else self._book_slots)(
                hold, reference
            )
        elif there["status"] != "booked":
            raise TimeTaken("the other system has called that time off")

    async def give_back(self, appointment: Appointment) -> None:
        """Call off what is booked there under our id; a hold ends there by itself. Raises DeliveryFailed."""
        there = await self._ours(appointment)
        if there is None or there["status"] != "booked":
            return
        off = {**there, "status": "cancelled"}
        if _is_proposed(appointment.outside or ""):
            await self._operate("book", {"name": "appointment-resource", "resource": off})
            return
        slots = [await self._read(one["reference"]) for one in there.get("slot", ())]
        free = [{**slot, "status": "free"} for slot in slots if slot is not None and slot["status"] == "busy"]
        await self._line.send(_transaction(self._write(one) for one in (off, *free)))

    async def stands(self, appointment: Appointment) -> bool:
        """Whether it is booked there at our time. Raises DeliveryFailed."""
        there = await self._ours(appointment)
        return (
            there is not None and there["status"] == "booked" and _moment(there["start"]) == appointment.start
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._line.close()

    # --- by operations ------------------------------------------------------------------------------

    async def _offers(self, *names: str) -> bool:
        if self._operations is None:
            self._operations = frozenset(_operations(await self._line.capabilities()))
        return self._operations.issuperset(names)

    async def _operate(self, name: str, parameter: Resource) -> Resource:
        """The appointment that an operation answers; an empty one when there is none."""
        answer = await self._line.operate(f"Appointment/${name}", [parameter])
        return next(iter(resources(answer, "Appointment")), {})

    async def _proposed(self, people: Mapping[str, str], wanted: Wanted) -> list[Slot]:
        asked: list[Resource] = [
            {"name": "start", "valueDateTime": _instant(wanted.earliest)},
            {"name": "end", "valueDateTime": _instant(wanted.latest)},
            {"name": "visit-type", "valueString": self._visit(wanted.visit)},
            *({"name": "practitioner", "valueReference": {"reference": one}} for one in people),
        ]
        answer = resources(await self._line.operate("Appointment/$find", asked), "Appointment")
        return [slot for one in answer if (slot := _slot_of_proposal(one, people, wanted)) is not None]

    async def _book_proposed(self, hold: Appointment, reference: str) -> None:
        there = await self._read(hold.outside or "")
        if there is None or there["status"] not in ("proposed", "pending"):
            raise TimeTaken("the other system gave that time away")
        asked = {
            **there,
            "status": "pending",
            "identifier": [*there.get("identifier", ()), self._identifier(hold)],
            "participant": [*there["participant"], self._patient(hold, reference)],
        }
        booked = await self._operate("book", {"name": "appointment-resource", "resource": asked})
        if booked.get("status") != "booked":
            raise TimeTaken("the other system gave that time away")

    # --- by slots -----------------------------------------------------------------------------------

    async def _free(self, people: Mapping[str, str], wanted: Wanted) -> list[Slot]:
        actors = ",".join(people)
        schedules = await self._line.search("Schedule", [("actor", actors), ("_count", _A_PAGE)])
        whose = {
            f"Schedule/{one['id']}": _one_of(people, one.get("actor", ()))
            for one in schedules
            if self._is_for(one, wanted.visit)
        }
        if not whose:
            return []
        terms = [
            ("schedule", ",".join(whose)), ("status", "free"),
            ("start", f"ge{_instant(wanted.earliest)}"), ("start", f"lt{_instant(wanted.latest)}"),
            ("_count", _A_PAGE),
        ]  # fmt: skip
        found = await self._line.search("Slot", terms)
        by_schedule: dict[str, list[Resource]] = {}
        fitting = (one for one in found if self._is_for(one, wanted.visit))
        for one in sorted(fitting, key=lambda one: _moment(one["start"])):
            by_schedule.setdefault(one["schedule"]["reference"], []).append(one)
        return [
            slot
            for address, slots in by_schedule.items()
            if (provider := whose.get(address)) is not None
            for slot in _chains(slots, provider, dt.timedelta(minutes=wanted.minutes))
        ]

    async def _book_slots(self, hold: Appointment, reference: str) -> None:
        slots = [await self._read(address) for address in (hold.outside or "").split()]
        free = [one for one in slots if one is not None and one["status"] == "free"]
        if not free or len(free) < len(slots):
            raise TimeTaken("the other system gave that time away")
        booked = self._appointment(hold, reference, [f"Slot/{one['id']}" for one in free])
        busy = [self._write({**one, "status": "busy"}) for one in free]
        ours = f"identifier={self._system('appointment')}|{hold.id}"
        new = {"resource": booked, "request": {"method": "POST", "url": "Appointment", "ifNoneExist": ours}}
        try:
            await self._line.send(_transaction([*busy, {"fullUrl": f"urn:uuid:{_uuid(hold.id)}", **new}]))
        except DeliveryFailed as failure:
            if failure.code not in _LOST_THE_RACE:
                raise
            if await self._ours(hold) is None:  # else it was our own answer that got lost
                raise TimeTaken("the other system gave that time away") from None

    # --- what is ours -------------------------------------------------------------------------------

    async def _ours(self, item: Appointment) -> Resource | None:
        ours = f"{self._system('appointment')}|{item.id}"
        found = await self._line.search("Appointment", [("identifier", ours)])
        return next((one for one in found if self._identifier(item) in one.get("identifier", ())), None)

    async def _read(self, address: str) -> Resource | None:
        """The resource with the version it was read in."""
        found = await self._line.read(address)
        if found is None:
            return None
        version, resource = found
        return {**resource, "meta": {**resource.get("meta", {}), "versionId": version}}

    def _write(self, resource: Resource) -> Resource:
        """An entry that replaces a resource in the version it was read in."""
        address = f"{resource['resourceType']}/{resource['id']}"
        request = {"method": "PUT", "url": address, "ifMatch": f'W/"{resource["meta"]["versionId"]}"'}
        kept = {name: value for name, value in resource.items() if name != "meta"}
        return {"fullUrl": f"{self._line.url}/{address}", "resource": kept, "request": request}

    def _appointment(self, item: Appointment, reference: str, slots: Sequence[str]) -> Resource:
        practitioner = {"actor": {"reference": self._practitioners[item.provider_id]}, "status": "accepted"}
        return {
            "resourceType": "Appointment",
            "identifier": [self._identifier(item)],
            "status": "booked",
            "serviceType": [{"coding": [_coding(self._visit(item.visit))]}],
            "start": _instant(item.start),
            "end": _instant(item.end),
            "slot": [{"reference": one} for one in slots],
            "participant": [self._patient(item, reference), practitioner],
        }

    def _visit(self, visit: str) -> str:
        """The kind of visit there, as a token: system and code."""
        return self._visits.get(visit, f"{self._namespace}/CodeSystem/visit|{visit}")

    def _is_for(self, one: Resource, visit: str) -> bool:
        """Whether a Slot or a Schedule is for this kind of visit, where the clinic has named the kind there.

        Read here and not asked in the search: one that names no kind is for all, and would not be found.
        """
        kinds = [coding for kind in one.get("serviceType", ()) for coding in kind.get("coding", ())]
        if not kinds or visit not in self._visits:
            return True
        wanted = _coding(self._visits[visit])
        return any(wanted.items() <= kind.items() for kind in kinds)

    def _identifier(self, item: Appointment) -> Resource:
        return {"system": self._system("appointment"), "value": item.id}

    def _patient(self, item: Appointment, reference: str) -> Resource:
        # By our reference: whether the patient is known there is for the clinic's staff to say.
        known_by = {"system": self._system("case-reference"), "value": reference}
        return {
            "actor": {"type": "Patient", "identifier": known_by, "display": reference},
            "status": "accepted",
        }

    def _system(self, name: str) -> str:
        return f"{self._namespace}/id/{name}"


def _is_proposed(address: str) -> bool:
    return address.startswith("Appointment/")


def _operations(capabilities: Resource) -> Iterator[str]:
    for rest in capabilities.get("rest", ()):
        for resource in rest.get("resource", ()):
            if resource.get("type") == "Appointment":
                yield from (one.get("name", "").lstrip("$") for one in resource.get("operation", ()))


def _slot_of_proposal(proposed: Resource, people: Mapping[str, str], wanted: Wanted) -> Slot | None:
    """A proposed appointment as a time of ours; None when it is too short or of nobody we asked for."""
    provider = _one_of(people, [one.get("actor", {}) for one in proposed.get("participant", ())])
    start, end = _moment(proposed["start"]), _moment(proposed["end"])
    ours = start + dt.timedelta(minutes=wanted.minutes)
    if provider is None or "id" not in proposed or ours > end:
        return None
    return Slot(
        provider_id=provider, start=start, end=ours, busy_until=end, outside=f"Appointment/{proposed['id']}"
    )


def _chains(slots: Sequence[Resource], provider: str, length: dt.timedelta) -> Iterator[Slot]:
    """Times that begin with one of the slots; as many as it takes, without a gap between them."""
    for first in range(len(slots)):
        start = end = _moment(slots[first]["start"])
        taken: list[str] = []
        for one in slots[first:]:
            if end - start >= length or _moment(one["start"]) != end:
                break
            end = _moment(one["end"])
            taken.append(f"Slot/{one['id']}")
        if end - start >= length:
            yield Slot(
                provider_id=provider, start=start, end=start + length, busy_until=end, outside=" ".join(taken)
            )


def _one_of(people: Mapping[str, str], actors: Sequence[Resource]) -> str | None:
    return next((people[one["reference"]] for one in actors if one.get("reference") in people), None)


def _coding(token: str) -> Resource:
    system, _, code = token.rpartition("|")
    return {"system": system, "code": code}


def _transaction(entries: Iterable[Resource]) -> Resource:
    return {"resourceType": "Bundle", "type": "transaction", "entry": list(entries)}


def _uuid(hex32: str) -> str:
    return f"{hex32[:8]}-{hex32[8:12]}-{hex32[12:16]}-{hex32[16:20]}-{hex32[20:]}"


def _moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def _instant(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
