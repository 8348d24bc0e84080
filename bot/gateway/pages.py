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


def fill(name: str, fields: Mapping[str, str]) -> str:
    """A page with its fields filled in, escaped for text and quoted attributes."""
    template = string.Template((FOLDER / name).read_text(encoding="utf-8"))
    return template.substitute({key: html.escape(value, quote=True) for key, value in fields.items()})


def page_fields(options: Options) -> dict[str, str]:
    digits = "".join(letter for letter in options.clinic_phone if letter.isdigit() or letter == "+")
    return {
        "clinic_name": options.clinic_name,
        "clinic_phone": options.clinic_phone,
        "clinic_phone_digits": digits,
        "chat_name": options.look.name or options.clinic_name,
        "label": options.look.label,
        "greeting": options.look.greeting,
        "inputs": json.dumps(options.inputs, separators=(",", ":")),
        "origins": " ".join(options.allowed_origins),
        "demo": "demo" if options.demo else "",
        "texting": "texting" if options.texting else "",
    }


def pages_blueprint(options: Options) -> Blueprint:
    """`/` (demo only; else the chat), `/chat`, `/widget.js`, `/widget/frame`, `/widget/<file>`."""
    blueprint = Blueprint("pages")
    assets, loader = read_assets(options.look), read_loader(options.look)
    fields = page_fields(options)
    demo = fill("demo.html", fields)
    chat = {mode: fill("chat.html", {**fields, "mode": mode}) for mode in ("page", "frame")}

    @blueprint.get("/")
    async def home(request: Request[Any, Any]) -> HTTPResponse:
        return _page(demo if options.demo else chat["page"])

    @blueprint.get("/chat")
    async def chat_page(request: Request[Any, Any]) -> HTTPResponse:
        return _page(chat["page"])

    @blueprint.get("/widget/frame")
    async def frame(request: Request[Any, Any]) -> HTTPResponse:
        request.ctx.frame_ancestors = frame_ancestors(options.allowed_origins)
        return _page(chat["frame"])

    @blueprint.get("/widget.js")
    async def widget(request: Request[Any, Any]) -> HTTPResponse:
        return serve(request, loader, foreign=True)

    add_assets(blueprint, assets, path="/widget", name="asset")

    @blueprint.get("/favicon.ico")
    async def favicon(request: Request[Any, Any]) -> HTTPResponse:
        return serve(request, assets["logo"])

    return blueprint


def _page(text: str) -> HTTPResponse:
    return HTTPResponse(text, content_type="text/html; charset=utf-8")
