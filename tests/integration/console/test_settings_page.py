"""The settings' addresses: for administrators alone, and a change by the form counts on the next page."""

from __future__ import annotations

import httpx

from bot.protocols.shelf import Shelf
from bot.services.access.permissions import ROLES
from bot.settings import Settings
from tests.integration.console.conftest import staff_app
from tests.integration.console.forms import fields_of
from tests.integration.console.staff_world import World, signed_in
from tests.integration.gateway.serving import listening

SHOWN = (
    "/console/settings",
    "/console/settings/visits",
    "/console/settings/notices",
    "/console/settings/texts",
    "/console/settings/texts/smalltalk_thanks",
)
FORMS = ("/console/settings", "/console/settings/visits", "/console/settings/notices")
CHANGED = {
    "/console/settings": {"seen": "0", "name": ""},
    "/console/settings/visits": {"seen": "0"},
    "/console/settings/notices": {"seen": "0"},
    "/console/settings/texts/smalltalk_thanks": {"seen": "0", "web": "You are welcome.", "sms": "Any time."},
    "/console/settings/back/texts": {"seen": "1", "number": "0"},
}
"""In this order: empty forms are refused, a text is saved, and taken back."""
CHANGES = [400, 400, 400, 303, 303]


async def test_administrators_alone_change_settings(world: World, settings: Settings, shelf: Shelf) -> None:
    world.shelf = shelf
    async with listening(staff_app(world, settings)) as port:
        address = f"http://127.0.0.1:{port}"
        async with httpx.AsyncClient(base_url=address, timeout=30, trust_env=False) as client:
            for role in ROLES:
                bearer = {"Authorization": f"Bearer {await world.token(role)}"}
                shown = [(await client.get(path, headers=bearer)).status_code for path in SHOWN]
                changed = [
                    (await client.post(path, data=data, headers=bearer)).status_code
                    for path, data in CHANGED.items()
                ]
                allowed = role == "admin"
                assert shown == ([200] * len(SHOWN) if allowed else [403] * len(SHOWN)), role
                assert changed == (CHANGES if allowed else [403] * len(CHANGED)), role
            absent = [
                (await client.get("/console/settings/texts/no_such_text", headers=bearer)).status_code,
                (await client.post("/console/settings/back/passwords", headers=bearer)).status_code,
            ]
            nobody = await client.get("/console/settings")
            await signed_in(client, "admin")
            forged = await client.post("/console/settings", data={"csrf": "wrong", "name": "x"})
    assert absent == [403, 403]  # the last role may nothing: it learns nothing of what exists
    assert nobody.headers["location"] == "/console/login"
    assert forged.status_code == 403
    assert [row[1] for row in await world.audit()].count("settings.changed") == 2


async def test_the_forms_send_back_what_they_show_and_save_only_what_is_changed(
    world: World, settings: Settings, shelf: Shelf
) -> None:
    world.shelf = shelf
    async with listening(staff_app(world, settings)) as port:
        address = f"http://127.0.0.1:{port}"
        async with httpx.AsyncClient(base_url=address, timeout=30, trust_env=False) as client:
            client.headers["Authorization"] = f"Bearer {await world.token('admin')}"
            shown = {path: fields_of((await client.get(path)).text, path) for path in FORMS}
            for path, fields in shown.items():
                assert (await client.post(path, data=fields)).status_code == 303, path
            assert not [row for row in await world.audit() if row[1] == "settings.changed"]
            clinic, visits, notices = shown.values()
            visits["visit.SURGICAL_CONSULT.minutes"] = "50"
            notices |= {"contact.new.name": "Pat Example", "contact.new.email": "pat@clinic.example"}
            notices |= {"contact.new.P3.email": "1", "contact.new.P3.at_once": "1", "staff_wait_minutes": "5"}
            del clinic["provider.pa_b.visit.POSTOP_VISIT"]
            clinic["erase_after_days"] = "365"
            clinic["seen"] = "1"  # the notices are part of the clinic's file
            for path in reversed(FORMS):
                assert (await client.post(path, data=shown[path])).status_code == 303, path
    sides = [
        (row[3]["before"], row[3]["after"]) for row in await world.audit() if row[1] == "settings.changed"
    ]
    assert sides[0][1]["notices"]["at_once"]["P3"] == ["pat_example"]
    assert sides[0][1]["patience"] == {"staff_wait_minutes": 5}
    assert sides[1] == ({"visits": None}, {"visits": {"SURGICAL_CONSULT": {"minutes": 50}}})
    assert (sides[2][0]["retention"], sides[2][1]["retention"]) == (None, {"erase_after_days": 365})
    assert sides[2][1]["providers"][3]["visits"] == [
        "URGENT_EVAL_48H",
        "NEW_PATIENT_EVAL",
        "CONSERVATIVE_VISIT",
    ]
