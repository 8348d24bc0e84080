"""The widget's files: small, whole, and free of ways to run what somebody wrote."""

from __future__ import annotations

import gzip
import re

from bot.gateway.pages import ASSETS, FOLDER

LARGEST_BYTES = 30 * 1024
CODE = [name for name in (*ASSETS, "loader.js") if name.endswith(".js")]


def test_all_of_it_is_30_kilobytes_compressed() -> None:
    files = [path.read_bytes() for path in FOLDER.iterdir() if path.suffix != ".md"]
    assert sum(len(gzip.compress(file)) for file in files) <= LARGEST_BYTES


def test_no_code_makes_markup_or_code_from_words() -> None:
    ways = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function|setTimeout\(\s*[\"'`]"
    for name in CODE:
        assert not re.search(ways, (FOLDER / name).read_text(encoding="utf-8")), name


def test_no_file_fetches_from_a_third_party() -> None:
    for path in FOLDER.iterdir():
        if path.suffix in {".js", ".css", ".html"}:
            assert not re.search(r"https?://|@import|url\(", path.read_text(encoding="utf-8")), path.name


def test_every_file_that_is_served_exists() -> None:
    assert all((FOLDER / name).is_file() for name in (*ASSETS, "loader.js", "chat.html", "demo.html"))
