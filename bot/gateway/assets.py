"""Files that pages load: read once, served by name from a fixed list.

No path of a request reaches the disk, and no file is open while somebody's browser goes away.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sanic import Blueprint, HTTPResponse
from sanic.exceptions import NotFound
from sanic.request import Request
from sanic.response import empty

MEDIA_TYPES: Mapping[str, str] = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True, kw_only=True)
class Asset:
    """A file as it is served; `tag` changes when its content does."""

    body: bytes
    media_type: str
    tag: str


def asset_of(body: bytes, media_type: str) -> Asset:
    return Asset(body=body, media_type=media_type, tag=f'"{hashlib.sha256(body).hexdigest()[:16]}"')


def read_folder(folder: Path) -> dict[str, Asset]:
    """Every file of `folder` by its name; a suffix that is not in `MEDIA_TYPES` is a `KeyError`."""
    return {
        path.name: asset_of(path.read_bytes(), MEDIA_TYPES[path.suffix])
        for path in sorted(folder.iterdir())
        if path.is_file()
    }


def add_assets(blueprint: Blueprint, assets: Mapping[str, Asset], *, path: str, name: str) -> None:
    """Serves `assets` under `path`; a name that is not among them is not found."""

    @blueprint.get(f"{path}/<name:str>", name=name)
    async def asset(request: Request[Any, Any], name: str) -> HTTPResponse:
        if name not in assets:
            raise NotFound
        return serve(request, assets[name])


def serve(request: Request[Any, Any], asset: Asset, *, foreign: bool = False) -> HTTPResponse:
    """The file, or 304 when the browser has it; `foreign` lets pages of other origins load it."""
    headers = {
        "ETag": asset.tag,
        "Cache-Control": "public, max-age=300",
        "Cross-Origin-Resource-Policy": "cross-origin" if foreign else "same-origin",
    }
    if request.headers.get("if-none-match") == asset.tag:
        return empty(status=304, headers=headers)
    return HTTPResponse(asset.body, headers=headers, content_type=asset.media_type)
