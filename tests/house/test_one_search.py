"""Words of patients are found by keys alone, so that they can be sealed: nothing looks into texts."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from bot.settings import ROOT

LOOKS_INTO = frozenset({"like", "ilike", "not_like", "contains", "icontains", "regexp_match", "istartswith"})
"""Methods of a column that no sealed text could answer."""


def calls(path: Path) -> Iterator[tuple[int, str]]:
    """Line and name of every method that is called."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.lineno, node.func.attr


def test_no_statement_looks_into_a_text() -> None:
    files = sorted((ROOT / "bot" / "store").rglob("*.py"))
    found = [f"{path.name}:{line}" for path in files for line, name in calls(path) if name in LOOKS_INTO]
    assert files
    assert found == []


def test_no_sql_looks_into_a_text() -> None:
    written = [path for path in (ROOT / "bot" / "store").rglob("*.py") if " LIKE " in path.read_text("utf-8")]
    assert written == []
