"""The webhook: what is stored, what is refused, and that it answers at once."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode

import pytest

from bot.domain.errors import StoreUnavailable
from bot.gateway.assembly import assemble
from bot.gateway.service_door import ServiceDoor
from bot.gateway.sms import sms_blueprint
from bot.gateway.wakes import WakeHub
from tests.conftest import make_settings
from tests.integration.gateway.serving import listening
from tests.integration.sms import payloads
from tests.integration.sms.conftest import options
from tests.integration.sms.world import EMERGENCY, NUMBER, PUBLIC_URL, World, form, sign

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""One database is enough here; `test_races.py` and `test_delivery.py` run on both."""

EMPTY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


@pytest.mark.parametrize("raw", list(payloads.STORED), ids=lambda raw: raw[60:64])
async def test_captured_bodies_are_stored_word_by_word(world: World, raw: str) -> None:
    answer = await world.post(raw)
    assert (answer.status_code, answer.text) == (200, EMPTY)
    assert answer.headers["content-type"].startswith("text/xml")
    case = await world.case()
    stored = [m.text for m in await world.messages(case.id) if m.sender == "patient"]
    assert stored == [payloads.STORED[raw]]
    assert world.dialogue.requests == []


@pytest.mark.parametrize("odd", ["", "AAAA", "x" * 5000, "=", "%00"])
async def test_a_wrong_signature_is_refused(world: World, odd: str) -> None:
    answer = await world.post(form("hi"), signature=odd)
    assert answer.status_code == 403
    assert "hi" not in answer.json()["error"]["message"].split()


@pytest.mark.parametrize(
    "url", [f"{PUBLIC_URL}/sms/other", "http://clinic.example/sms/twilio", "https://evil.example/sms/twilio"]
)
async def test_a_signature_for_another_address_is_refused(world: World, url: str) -> None:
    fields = form("hi")
    assert (await world.post(fields, signature=sign(url, fields))).status_code == 403


async def test_a_signature_of_another_account_is_refused(world: World) -> None:
    fields = form("hi")
    forged = sign(f"{PUBLIC_URL}/sms/twilio", fields, token="x" * 32)
    assert (await world.post(fields, signature=forged)).status_code == 403


@pytest.mark.parametrize("field", ["AccountSid", "MessageSid", "From", "To", "Body"])
async def test_a_missing_field_is_named(world: World, field: str) -> None:
    fields = form("hi")
    del fields[field]
    answer = await world.post(fields)
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, field)


async def test_a_shifted_border_between_fields_is_refused(world: World) -> None:
    fields = form("hi")
    sender = fields.pop("From")
    fields["Body"] = f"hiFrom{sender}"
    assert (await world.post(fields)).status_code == 400


@pytest.mark.parametrize("field", ["Body", "From", "MessageSid"])
async def test_a_field_that_comes_twice_is_refused(world: World, field: str) -> None:
    fields = form("hi")
    twice = [*fields.items(), (field, fields[field])]
    signature = sign(f"{PUBLIC_URL}/sms/twilio", fields)  # equal values are signed once
    assert (await world.post(twice, signature=signature)).status_code == 400


@pytest.mark.parametrize("fields", [{"AccountSid": "AC" + "9" * 32}, {"To": "+15555550199"}])
async def test_other_accounts_and_numbers_are_not_ours(world: World, fields: dict[str, str]) -> None:
    assert (await world.post(form("hi", **fields))).status_code == 403


@pytest.mark.parametrize(
    "fields", [{"MessageSid": "../x"}, {"MessageSid": ""}, {"From": "a b"}, {"From": ""}, {"From": "+1" * 40}]
)
async def test_odd_values_are_refused(world: World, fields: dict[str, str]) -> None:
    assert (await world.post(form("hi", **fields))).status_code == 400


@pytest.mark.parametrize("body", [b"\xff\xfe", b"Body=%ff%fe", b"Body=%ED%A0%80", b"&".join([b"a=1"] * 300)])
async def test_what_is_no_form_is_refused(world: World, body: bytes) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": "x"}
    answer = await world.http.post("/sms/twilio", content=body, headers=headers)
    assert answer.status_code == 400


async def test_json_is_no_form(world: World) -> None:
    assert (await world.http.post("/sms/twilio", json=form("hi"))).status_code == 400


async def test_nul_and_control_characters_become_blanks(world: World) -> None:
    await world.text("a\x00b\x07c\ttab")
    case = await world.case()
    assert (await world.messages(case.id))[0].text == "a b c\ttab"


async def test_the_query_of_the_address_is_signed_too(world: World) -> None:
    fields, path = form("hi"), "/sms/twilio?clinic=1"
    assert (await world.post(fields, path=path)).status_code == 200
    wrong = sign(f"{PUBLIC_URL}/sms/twilio", fields)
    assert (await world.post(form("hi"), path=path, signature=wrong)).status_code == 403


@pytest.mark.parametrize("path", ["/sms/twilio", "/sms/twilio/status"])
async def test_a_closed_door_is_not_there(world: World, path: str) -> None:
    closed = sms_blueprint(world.ctx, make_settings())
    app = assemble(
        door=ServiceDoor(world.ctx), options=options(), hub=WakeHub(), probes={}, blueprints=[closed]
    )
    async with listening(app) as port:
        answer = await world.http.post(f"http://127.0.0.1:{port}{path}", content=urlencode(form("hi")))
    assert answer.status_code == 404


async def test_the_same_sid_again_does_nothing(world: World) -> None:
    fields = form("hi")
    for _ in range(2):
        assert (await world.post(fields)).text == EMPTY
    await world.work()
    before = list(world.replies)
    world.clock.move(days=30)
    assert (await world.post(fields)).text == EMPTY
    await world.work()
    assert world.replies == before
    assert world.dialogue.texts == ["hi"]


async def test_a_replay_with_other_words_does_nothing(world: World) -> None:
    fields = form("hi")
    await world.post(fields)
    await world.post(fields | {"Body": "stop"})
    assert not await world.is_out()
    case = await world.case()
    assert [m.text for m in await world.messages(case.id)] == ["hi"]


async def test_texts_of_two_people_stay_apart(world: World) -> None:
    await world.text("mine")
    await world.text("theirs", From="+15555550143")
    mine, theirs = await world.case(), await world.case("+15555550143")
    assert mine.id != theirs.id
    assert [m.text for m in await world.messages(theirs.id)] == ["theirs"]


class Broken:
    """A store that is down."""

    def __call__(self, *, write: bool = True) -> object:
        raise StoreUnavailable("down")


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [(EMERGENCY, 200, "911"), ("my back hurts", 200, "call us"), ("STOP", 503, "")],
)
async def test_with_the_store_down_the_webhook_itself_answers(
    world: World, body: str, status: int, said: str
) -> None:
    ctx = replace(world.ctx, unit_of_work=Broken())  # type: ignore[arg-type]
    door = sms_blueprint(ctx, world.settings)
    app = assemble(door=ServiceDoor(ctx), options=options(), hub=WakeHub(), probes={}, blueprints=[door])
    async with listening(app) as port:
        world.http.base_url = f"http://127.0.0.1:{port}"  # type: ignore[assignment]
        answer = await world.post(form(body))
    assert answer.status_code == status
    assert said in answer.text
    assert ("<Message>" in answer.text) == (status == 200)
    assert "told our team" not in answer.text


async def test_status_needs_a_signature_too(world: World) -> None:
    fields = {
        "AccountSid": world.settings.twilio_account_sid or "",
        "MessageSid": "SM1",
        "MessageStatus": "sent",
    }
    path = "/sms/twilio/status"
    assert (await world.post(fields, path=path)).status_code == 204
    assert (await world.post(fields, path=path, signature="x")).status_code == 403
    assert (await world.post(fields | {"MessageStatus": "a b"}, path=path)).status_code == 400
    del fields["MessageStatus"]
    assert (await world.post(fields, path=path)).status_code == 400
    assert NUMBER not in (await world.post(fields, path=path)).text
