"""The demo page, the chat's page and frame, the loader, and their files.

Files are read once and served by name from a fixed list; no path of a request ever reaches the disk.
"""

from __future__ import annotations

import hashlib
import html
import string
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sanic import Blueprint, HTTPResponse
from sanic.exceptions import NotFound
from sanic.request import Request
from sanic.response import empty

from bot.gateway.options import Options
from bot.gateway.origins import frame_ancestors

FOLDER = Path(__file__).parent / "widget"
_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}
ASSETS = ("chat.js", "chat_view.js", "chat_line.js", "chat.css", "demo.css", "mark.svg", "hero.svg")


@dataclass(frozen=True, kw_only=True)
class Asset:
    """A file as it is served; `tag` changes when its content does."""

    body: bytes
    media_type: str
    tag: str


def read_asset(name: str) -> Asset:
    body = (FOLDER / name).read_bytes()
    tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
    return Asset(body=body, media_type=_TYPES[Path(name).suffix], tag=tag)


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
        "greeting": options.greeting,
        "origins": " ".join(options.allowed_origins),
        "demo": "demo" if options.demo else "",
    }


def pages_blueprint(options: Options) -> Blueprint:
    """`/` (demo only; else the chat), `/chat`, `/widget.js`, `/widget/frame`, `/widget/<file>`."""
    blueprint = Blueprint("pages")
    assets = {name: read_asset(name) for name in ASSETS}
    loader = read_asset("loader.js")
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
        return _file(request, loader, foreign=True)

    @blueprint.get("/widget/<name:str>", name="asset")
    async def asset(request: Request[Any, Any], name: str) -> HTTPResponse:
        if name not in assets:
            raise NotFound
        return _file(request, assets[name], foreign=False)

    @blueprint.get("/favicon.ico")
    async def favicon(request: Request[Any, Any]) -> HTTPResponse:
        return _file(request, assets["mark.svg"], foreign=False)

    return blueprint


def _page(text: str) -> HTTPResponse:
    return HTTPResponse(text, content_type="text/html; charset=utf-8")


def _file(request: Request[Any, Any], asset: Asset, *, foreign: bool) -> HTTPResponse:
    headers = {
        "ETag": asset.tag,
        "Cache-Control": "public, max-age=300",
        "Cross-Origin-Resource-Policy": "cross-origin" if foreign else "same-origin",
    }
    if request.headers.get("if-none-match") == asset.tag:
        return empty(status=304, headers=headers)
    return HTTPResponse(asset.body, headers=headers, content_type=asset.media_type)
