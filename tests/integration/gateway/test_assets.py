"""Files of pages: from a fixed list, with a tag, none open while it is served."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.gateway.assets import read_folder


def test_a_folder_is_read_once(tmp_path: Path) -> None:
    (tmp_path / "page.css").write_text("p {}", encoding="utf-8")
    assets = read_folder(tmp_path)
    (tmp_path / "page.css").unlink()
    assert assets["page.css"].body == b"p {}"
    assert assets["page.css"].media_type == "text/css; charset=utf-8"


def test_the_tag_follows_the_content(tmp_path: Path) -> None:
    (tmp_path / "page.css").write_text("p {}", encoding="utf-8")
    before = read_folder(tmp_path)["page.css"].tag
    (tmp_path / "page.css").write_text("p {color: red}", encoding="utf-8")
    assert read_folder(tmp_path)["page.css"].tag != before


def test_a_kind_of_file_that_no_page_loads(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("not for the public", encoding="utf-8")
    with pytest.raises(KeyError):
        read_folder(tmp_path)
