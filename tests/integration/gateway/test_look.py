"""The clinic's look reaches every page and file, and none of it can break out of its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.gateway.look import Look, look_from
from bot.gateway.options import Face
from tests.conftest import make_settings
from tests.integration.gateway.conftest import GatewayMaker

LOOK = Look(
    name='Northside "Spine" <Center>',
    label="Ask us</script>",
    greeting="Does your back hurt?",
    position="left",
    colour="#5a1d4b",
    background="#f5f6fa",
)


async def test_colours_words_and_corner_are_the_clinics(start: GatewayMaker) -> None:
    client = (await start(changed={"look": LOOK})).client
    loader = (await client.get("/widget.js")).text
    assert '"position":"left"' in loader
    assert '"deep":"#5a1d4b"' in loader
    for name in ("chat.css", "demo.css"):
        style = (await client.get(f"/widget/{name}")).text
        assert "--deep:#5a1d4b;" in style
        assert "--paper:#f5f6fa}" in style
    for path in ("/chat", "/widget/frame", "/chat/form"):
        page = (await client.get(path)).text
        assert "Northside &#34;Spine&#34; &lt;Center&gt;" in page.replace("&quot;", "&#34;")
        assert "Does your back hurt?" in page
    assert "#5a1d4b" in (await client.get("/widget/logo")).text, "our mark takes the clinic's colour"


async def test_what_staff_change_shows_at_the_next_load(start: GatewayMaker) -> None:
    clinic = [Face(name="Riverbend Spine", phone="(555) 555-0142")]
    client = (await start(changed={"face": lambda: clinic[-1]})).client
    for path in ("/", "/chat", "/widget/frame", "/chat/form"):
        clinic.append(Face(name="Riverbend Spine", phone="(555) 555-0142"))
        before = (await client.get(path)).text
        assert "made-up" in before
        clinic.append(Face(name="Northside & Sons", phone="(555) 555-0143", demo_phone=False))
        page = (await client.get(path)).text
        assert "Northside &amp; Sons" in page, path
        assert "tel:5555550143" in page, path
        assert "Riverbend" not in page, path
        assert "made-up" not in page, path


async def test_another_look_is_another_file_to_the_browsers_store(start: GatewayMaker) -> None:
    ours, theirs = await start(), await start(changed={"look": LOOK})
    for path in ("/widget.js", "/widget/chat.css"):
        tag = (await ours.client.get(path)).headers["etag"]
        assert (await theirs.client.get(path)).headers["etag"] != tag
        assert (await ours.client.get(path, headers={"If-None-Match": tag})).status_code == 304


@pytest.mark.parametrize(("name", "media_type"), [("logo.svg", "image/svg+xml"), ("logo.PNG", "image/png")])
async def test_the_clinics_own_logo(start: GatewayMaker, tmp_path: Path, name: str, media_type: str) -> None:
    file = tmp_path / name
    file.write_bytes(b"<svg><script>hit()</script></svg>")
    look = look_from(make_settings(widget_logo=file))
    answer = await (await start(changed={"look": look})).client.get("/widget/logo")
    assert answer.content == file.read_bytes()
    assert answer.headers["content-type"] == media_type
    assert "script-src 'self'" in answer.headers["content-security-policy"], "nothing inline runs in it"
