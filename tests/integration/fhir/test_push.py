"""Cases told to a strict FHIR server: what is told, once in effect, and what happens when it goes wrong."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest

from bot.domain.errors import DeliveryFailed
from bot.messaging import FhirServer
from bot.services.queues.backoff import pause
from bot.services.records import exports, publishing
from tests.fhir.cases import NAMESPACE
from tests.fhir.server import JSON, Failure, StrictServer
from tests.integration.console.conversations import ROUTINE
from tests.integration.console.staff_world import busy_morning
from tests.integration.fhir.conftest import Desk

CALLBACK = {
    "task": "callback",
    "priority": "P2",
    "status": "callback",
    "phase": "done",
    "handoff": "callback",
}


async def change(desk: Desk, case_id: str) -> None:
    """The case is written again."""
    async with desk.world.store.unit_of_work() as uow:
        case = await uow.cases.get(case_id)
        await uow.cases.save(replace(case, flags=("person_wanted",), updated_at=desk.world.clock.now()))
        await uow.commit()


async def test_handed_off_cases_are_told_and_others_are_not(desk: Desk) -> None:
    ids = await busy_morning(desk.world)
    await desk.world.add_case(ROUTINE, test=True, **CALLBACK)  # type: ignore[arg-type]
    await desk.world.add_case(ROUTINE, consent="refused", **CALLBACK)  # type: ignore[arg-type]
    assert await desk.push() == 4, desk.server.refusals
    told = {patient["id"] for patient in desk.server.of_kind("Patient")}
    assert told == {ids[name] for name in ("emergency", "same_day", "late_callback", "booked")}
    assert desk.server.refusals == []


async def test_what_was_told_is_not_told_again(desk: Desk) -> None:
    await desk.world.add_case(ROUTINE, **CALLBACK)  # type: ignore[arg-type]
    assert [await desk.push(), await desk.push()] == [1, 0]
    assert desk.server.transactions == 1


async def test_all_cases_share_one_questionnaire(desk: Desk) -> None:
    await busy_morning(desk.world)
    await desk.push()
    assert len(desk.server.of_kind("Questionnaire")) == 1


async def test_a_change_is_told_under_the_same_ids(desk: Desk) -> None:
    case_id = await desk.world.add_case(ROUTINE, **CALLBACK)  # type: ignore[arg-type]
    await desk.push()
    before = set(desk.server.kept)
    async with desk.world.store.unit_of_work() as uow:
        (task,) = await uow.tasks.of_case(case_id)
        await uow.tasks.finish(task.id, by="nurse", at=desk.world.clock.now(), note="called")
        await uow.commit()
    assert await desk.push() == 1
    assert set(desk.server.kept) == before
    (told,) = desk.server.of_kind("Task")
    assert (told["status"], told["meta"]["versionId"]) == ("completed", "2")


async def test_a_cancelled_visit_is_told(desk: Desk) -> None:
    case_id = await desk.world.add_case(ROUTINE, booked_in_hours=50, status="booked", handoff="booking")
    await desk.push()
    async with desk.world.store.unit_of_work() as uow:
        (visit,) = await uow.appointments.of_case(case_id)
        await uow.appointments.cancel(visit.id, case_id=case_id)
        await uow.commit()
    await desk.push()
    assert [a["status"] for a in desk.server.of_kind("Appointment")] == ["cancelled"]


@pytest.mark.parametrize(
    "failure",
    [Failure(status=503), Failure(status=401), Failure(status=429), Failure(reset=True), Failure(status=500)],
    ids=lambda failure: "reset" if failure.reset else str(failure.status),
)
async def test_what_may_pass_is_tried_again_later(desk: Desk, failure: Failure) -> None:
    case_id = await desk.world.add_case(ROUTINE, **CALLBACK)  # type: ignore[arg-type]
    desk.server.failures.append(replace(failure))  # it counts itself down, and is run on every store
    assert await desk.push() == 1
    assert (await desk.publication(case_id)).attempts == 1
    assert await desk.push() == 1
    assert desk.server.transactions == 1
    assert (await desk.publication(case_id)).attempts == 0


async def test_pauses_grow_and_end_at_a_quarter_of_an_hour() -> None:
    longest = publishing.LONGEST_PAUSE_SECONDS
    seconds = [pause(n, 1.0, longest_seconds=longest).total_seconds() for n in range(12)]
    assert seconds == [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]
    assert pause(0, 0.0, longest_seconds=longest).total_seconds() == 1


async def test_an_answer_that_got_lost_changes_nothing(desk: Desk) -> None:
    case_id = await desk.world.add_case(ROUTINE, **CALLBACK)  # type: ignore[arg-type]
    desk.server.failures.append(Failure(after=True, reset=True))
    await desk.push()
    kept = set(desk.server.kept)
    await desk.push()
    assert set(desk.server.kept) == kept
    assert (await desk.publication(case_id)).attempts == 0


async def test_our_own_lost_answer_is_not_taken_for_somebody_elses_change(desk: Desk) -> None:
    case_id = await desk.world.add_case(ROUTINE, **CALLBACK)  # type: ignore[arg-type]
    await desk.push()
    for _ in range(3):
        await change(desk, case_id)
        desk.server.failures.append(Failure(after=True, reset=True))
        await desk.push()
    await desk.push()
    assert (await desk.publication(case_id)).attempts == 0
    assert ("export_failed", "open") not in await desk.tasks(case_id)
    assert desk.server.latest(f"Patient/{case_id}")["meta"]["versionId"] == "5"


async def test_somebody_elses_change_is_never_overwritten(desk: Desk) -> None:
    case_id = await desk.world.add_case(ROUTINE, **CALLBACK)  # type: ignore[arg-type]
    await desk.push()
    desk.server.edit(f"Patient/{case_id}", birthDate="1968-05-17")
    await change(desk, case_id)
    await desk.push()
    assert desk.server.latest(f"Patient/{case_id}")["birthDate"] == "1968-05-17"
    assert ("export_failed", "open") in await desk.tasks(case_id)
    assert await desk.push() == 0, "refused once, it waits for the next change"


async def test_a_person_may_tell_it_again_over_theirs(desk: Desk) -> None:
    case_id = await desk.world.add_case(ROUTINE, **CALLBACK)  # type: ignore[arg-type]
    await desk.push()
    desk.server.edit(f"Patient/{case_id}", birthDate="1968-05-17")
    await change(desk, case_id)
    await desk.push()
    await exports.tell_again(desk.ctx, exports.COMMAND_LINE, case_id)
    assert await desk.push() == 1
    assert "birthDate" not in desk.server.latest(f"Patient/{case_id}")
    assert ("export_failed", "done") in await desk.tasks(case_id)
    assert ("command_line", "case.told_again", case_id, {}) in await desk.world.audit()


async def test_a_refusal_is_the_staffs_until_it_went_through(desk: Desk) -> None:
    case_id = await desk.world.add_case(ROUTINE, **CALLBACK)  # type: ignore[arg-type]
    desk.server.failures.append(Failure(status=422))
    await desk.push()
    assert ("export_failed", "open") in await desk.tasks(case_id)
    assert await desk.push() == 0
    await change(desk, case_id)
    await desk.push()
    assert ("export_failed", "done") in await desk.tasks(case_id)


async def test_a_long_outage_is_told_to_the_staff_and_loses_nothing(desk: Desk) -> None:
    case_id = await desk.world.add_case(ROUTINE, **CALLBACK)  # type: ignore[arg-type]
    desk.server.failures.append(Failure(status=503, times=publishing.FAILURES_TO_TELL))
    for _ in range(publishing.FAILURES_TO_TELL):
        assert ("export_failed", "open") not in await desk.tasks(case_id)
        desk.world.clock.pass_(minutes=16)
        await desk.push()
    assert ("export_failed", "open") in await desk.tasks(case_id)
    desk.world.clock.pass_(minutes=16)
    await desk.push()
    assert desk.server.transactions == 1
    assert ("export_failed", "done") in await desk.tasks(case_id)


async def test_a_leased_case_is_left_alone(desk: Desk) -> None:
    await desk.world.add_case(ROUTINE, **CALLBACK)  # type: ignore[arg-type]
    desk.world.clock.pass_(seconds=30)
    async with desk.world.store.unit_of_work() as uow:
        now = desk.world.clock.now()
        claimed = await uow.publications.claim_due("fhir", owner="other", now=now, lease_seconds=120)
        await uow.commit()
    assert len(claimed) == 1
    assert await desk.push() == 0
    desk.world.clock.pass_(seconds=120)
    assert await desk.push() == 1


async def test_a_change_during_the_push_is_told_next(desk: Desk) -> None:
    case_id = await desk.world.add_case(ROUTINE, **CALLBACK)  # type: ignore[arg-type]
    desk.world.clock.pass_(seconds=30)
    async with desk.world.store.unit_of_work() as uow:
        now = desk.world.clock.now()
        (claimed,) = await uow.publications.claim_due("fhir", owner="w1", now=now, lease_seconds=120)
        await uow.commit()
    await change(desk, case_id)
    await publishing.push(desk.ctx, desk.line, claimed, namespace=NAMESPACE)
    assert await desk.push() == 1


async def test_no_words_of_a_patient_reach_the_log(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    await desk.world.add_case(ROUTINE, **CALLBACK)  # type: ignore[arg-type]
    desk.server.failures.append(Failure(status=422))
    with caplog.at_level("DEBUG", logger="intake"):
        await desk.push()
    assert "a case was not taken by the FHIR server: 422" in caplog.text
    assert "epidurals" not in caplog.text
    assert "Placeholder" not in caplog.text


# --- the server's own strictness ------------------------------------------------------------------


async def test_the_server_takes_nothing_on_trust(server: StrictServer) -> None:
    patient = {"resourceType": "Patient", "id": "1"}
    put = {"method": "PUT", "url": "Patient/1"}
    lost = {
        "resourceType": "Patient",
        "id": "1",
        "link": [{"other": {"reference": "Patient/2"}, "type": "seealso"}],
    }

    def bundle(*entries: tuple[object, object]) -> dict[str, object]:
        made = [{"fullUrl": f"urn:{n}", "resource": r, "request": q} for n, (r, q) in enumerate(entries)]
        return {"resourceType": "Bundle", "type": "transaction", "entry": made}

    expected = {
        400: [
            bundle((patient, {"method": "PUT", "url": "Patient/2"})), bundle((patient, put), (patient, put)),
            {"resourceType": "Bundle", "type": "batch"},
        ],
        409: [bundle((lost, put))],
        412: [bundle((patient, {**put, "ifMatch": 'W/"7"'}))],
        422: [bundle(({**patient, "gender": "m"}, put)), bundle(({**patient, "shoe": 44}, put))],
    }  # fmt: skip
    headers = {"Content-Type": JSON, "Authorization": f"Bearer {server.token}"}
    async with httpx.AsyncClient(headers=headers, timeout=30, trust_env=False) as client:
        for status, bundles in expected.items():
            for sent in bundles:
                answer = await client.post(server.url, json=sent)
                assert answer.status_code == status, answer.text
        assert (
            await client.post(server.url, json={}, headers={"Content-Type": "text/plain"})
        ).status_code == 415
    assert server.kept == {}


async def test_a_wrong_token_is_the_operators_to_repair(server: StrictServer) -> None:
    line = FhirServer(url=server.url, token="wrong")
    with pytest.raises(DeliveryFailed) as refused:
        await line.send({"resourceType": "Bundle", "type": "transaction", "entry": []})
    await line.close()
    assert (refused.value.permanent, refused.value.code) == (False, "401")
