"""The settings' addresses: for administrators alone, and a change by the form counts on the next page."""

from __future__ import annotations

import httpx

from bot.protocols.shelf import Shelf
from bot.services.permissions import ROLES
from bot.settings import Settings
from tests.integration.console.conftest import staff_app
from tests.integration.console.staff_world import World, signed_in
from tests.integration.gateway.serving import listening

SHOWN = ("/console/settings", "/console/settings/texts", "/console/settings/texts/smalltalk_thanks")
CHANGED = {
    "/console/settings": {"seen": "0", "name": ""},
    "/console/settings/texts/smalltalk_thanks": {"seen": "0", "web": "You are welcome.", "sms": "Any time."},
    "/console/settings/back/texts": {"seen": "1", "number": "0"},
}
"""In this order: a clinic without a name is refused, a text is saved, and taken back."""


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
                assert shown == ([200] * 3 if allowed else [403] * 3), role
                assert changed == ([400, 303, 303] if allowed else [403] * 3), role
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
