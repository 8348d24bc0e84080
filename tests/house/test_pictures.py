"""Every picture of a page is taken by the one helper that waits for the page."""

from __future__ import annotations

import ast

from tests.house.tree import python_files


def test_only_the_helper_takes_pictures() -> None:
    takers = {
        name
        for name, module in python_files("tests/")
        for node in ast.walk(module)
        if isinstance(node, ast.Attribute) and node.attr == "screenshot"
    }
    assert takers == {"tests/acceptance/browsing.py"}
