"""The demo page, the chat's page and frame, the loader, and their files."""

from __future__ import annotations

import html
import json
import string
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sanic import Blueprint, HTTPResponse
from sanic.request import Request

from bot.gateway.assets import MEDIA_TYPES, Asset, add_assets, asset_of, serve
from bot.gateway.look import Look
from bot.gateway.options import Options
from bot.gateway.origins import frame_ancestors

FOLDER = Path(__file__).parent / "widget"
NO_PHONE = "The phone number is a made-up one."
"""Beside the demo's note, while the clinic has a made-up number."""
_CHOSEN = b"/* the clinic's choice */ {}"
ASSETS = (
    "chat.js", "chat_view.js", "chat_inputs.js", "chat_line.js", "chat_menu.js", "chat.css", "demo.css",
    "form.css", "mark.svg", "hero.svg",
)  # fmt: skip


def read_assets(look: Look) -> dict[str, Asset]:
    """The files of `/widget/`, in the clinic's colours; `logo` is the clinic's own or our mark."""
    assets = {name: asset_of(_in_colours(name, look), MEDIA_TYPES[Path(name).suffix]) for name in ASSETS}
    logo = asset_of(look.logo.body, look.logo.media_type) if look.logo else assets["mark.svg"]
    return {**assets, "logo": logo}


def read_loader(look: Look) -> Asset:
    """The script of the clinic's page, with what the clinic chose for its button."""
    code = (FOLDER / "loader.js").read_bytes()
    return asset_of(code.replace(_CHOSEN, look.for_loader(), 1), MEDIA_TYPES[".js"])


def _in_colours(name: str, look: Look) -> bytes:
    body = (FOLDER / name).read_bytes()
    if name.endswith(".css"):
        return body + look.style()
    return body.replace(Look().colour.encode(), look.colour.encode()) if name == "mark.svg" else body


def read_page(name: str) -> string.Template:
    """A page of `widget/`, its fields still open."""
    return string.Template((FOLDER / name).read_text(encoding="utf-8"))


def fill(page: string.Template, fields: Mapping[str, str]) -> str:
    """A page with its fields filled in, escaped for text and quoted attributes."""
    return page.substitute({key: html.escape(value, quote=True) for key, value in fields.items()})


def page_fields(options: Options) -> dict[str, str]:
    """As the clinic shows itself at this moment."""
    face = options.face()
    return {
        "clinic_name": face.name,
        "clinic_phone": face.phone,
        "clinic_phone_digits": phone_digits(face.phone),
        "chat_name": options.look.name or face.name,
        "label": options.look.label,
        "greeting": options.look.greeting,
        "inputs": json.dumps(face.inputs, separators=(",", ":")),
        "origins": " ".join(options.allowed_origins),
        "demo": "demo" if options.demo else "",
        "demo_phone": NO_PHONE if face.demo_phone else "",
        "texting": "texting" if options.texting else "",
    }


def phone_digits(phone: str) -> str:
    """What a tel: link takes."""
    return "".join(letter for letter in phone if letter.isdigit() or letter == "+")


def pages_blueprint(options: Options) -> Blueprint:
    """`/` (demo only; else the chat), `/chat`, `/widget.js`, `/widget/frame`, `/widget/<file>`."""
    blueprint = Blueprint("pages")
    assets, loader = read_assets(options.look), read_loader(options.look)
    demo, chat = read_page("demo.html"), read_page("chat.html")

    def shown(page: string.Template, *, mode: str = "page") -> HTTPResponse:
        text = fill(page, {**page_fields(options), "mode": mode})
        return HTTPResponse(text, content_type="text/html; charset=utf-8")

    @blueprint.get("/")
    async def home(request: Request[Any, Any]) -> HTTPResponse:
        return shown(demo if options.demo else chat)

    @blueprint.get("/chat")
    async def chat_page(request: Request[Any, Any]) -> HTTPResponse:
        return shown(chat)

    @blueprint.get("/widget/frame")
    async def frame(request: Request[Any, Any]) -> HTTPResponse:
        request.ctx.frame_ancestors = frame_ancestors(options.allowed_origins)
        return shown(chat, mode="frame")

    @blueprint.get("/widget.js")
    async def widget(request: Request[Any, Any]) -> HTTPResponse:
        return serve(request, loader, foreign=True)

    add_assets(blueprint, assets, path="/widget", name="asset")

    @blueprint.get("/favicon.ico")
    async def favicon(request: Request[Any, Any]) -> HTTPResponse:
        return serve(request, assets["logo"])

    return blueprint
