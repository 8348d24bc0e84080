"""Broken protocols on purpose: each mutant drops one condition or moves one threshold by one step."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from bot.protocols.grammar import parse

BOUNDARY = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """A changed condition: where it stands and what it became. `path` leads to it in the file."""

    owner: str
    path: tuple[Any, ...]
    before: str
    after: Any

    def __str__(self) -> str:
        return f"{self.owner}: {self.before}  ->  {self.after}"


def conditions(
    raw: Any, path: tuple[Any, ...] = (), owner: str = ""
) -> Iterator[tuple[str, tuple[Any, ...], str]]:
    """Every condition of a protocol file: (owner, path, text)."""
    if isinstance(raw, dict):
        owner = str(raw.get("id", owner))
        for key, value in raw.items():
            here = (*path, key)
            if path == ("helpers",) or key in ("when", "closes_group_when", "major"):
                yield (f"helper {key}" if path == ("helpers",) else owner), here, value
                continue
            yield from conditions(value, here, key if path == ("gates",) else owner)
    elif isinstance(raw, list):
        for index, value in enumerate(raw):
            yield from conditions(value, (*path, index), owner)


def mutants(owner: str, path: tuple[Any, ...], text: str) -> Iterator[Mutant]:
    """All mutants of one condition."""
    tree = parse(text, where=owner)
    before = ast.unparse(tree)
    count = sum(1 for _ in ast.walk(tree))
    for position in range(count):
        for change in _changes_at(tree, position):
            after = ast.unparse(change)
            if after != before:
                yield Mutant(owner=owner, path=path, before=before, after=after)


def dropped_members(raw: Any) -> Iterator[Mutant]:
    """Each named list without one of its members."""
    for name, members in raw.get("lists", {}).items():
        for member in members:
            rest = [other for other in members if other != member]
            yield Mutant(owner=f"list {name}", path=("lists", name), before=str(list(members)), after=rest)


def mutated(raw: Any, mutant: Mutant) -> Any:
    """The protocol file with the mutant in its place; the original stays."""
    changed = copy.deepcopy(raw)
    place = changed
    for step in mutant.path[:-1]:
        place = place[step]
    place[mutant.path[-1]] = mutant.after
    return changed


def _changes_at(tree: ast.expr, position: int) -> Iterator[ast.expr]:
    for change in (_drop_parts, _drop_words, _drop_not, _drop_function, _move_number, _move_boundary):
        yield from _with_change(tree, position, change)


Edit = Callable[[], ast.expr | None]


def _with_change(
    tree: ast.expr, position: int, change: Callable[[Any], Iterator[Edit]]
) -> Iterator[ast.expr]:
    total = len(list(change(list(ast.walk(tree))[position])))
    for index in range(total):
        fresh = copy.deepcopy(tree)
        node = list(ast.walk(fresh))[position]
        replacement = list(change(node))[index]()
        yield _replaced(fresh, node, replacement) if replacement is not None else fresh


def _replaced(tree: ast.expr, node: ast.AST, replacement: ast.expr) -> ast.expr:
    class Swap(ast.NodeTransformer):
        def visit(self, seen: ast.AST) -> Any:
            return replacement if seen is node else self.generic_visit(seen)

    changed: ast.expr = Swap().visit(tree)
    return changed


def _drop_parts(node: ast.AST) -> Iterator[Edit]:
    if isinstance(node, ast.BoolOp):
        for index in range(len(node.values)):
            yield lambda index=index: _without(node, index)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "count":
        for index in range(len(node.args)):
            yield lambda index=index: node.args.pop(index) and None
    if isinstance(node, ast.Compare) and len(node.ops) == 2:
        first, second = node.comparators
        yield lambda: ast.Compare(left=node.left, ops=node.ops[:1], comparators=[first])
        yield lambda: ast.Compare(left=first, ops=node.ops[1:], comparators=[second])


def _without(node: ast.BoolOp, index: int) -> ast.expr:
    rest = [value for place, value in enumerate(node.values) if place != index]
    return rest[0] if len(rest) == 1 else ast.BoolOp(op=node.op, values=rest)


def _drop_words(node: ast.AST) -> Iterator[Edit]:
    if isinstance(node, ast.List) and len(node.elts) > 1:
        for index in range(len(node.elts)):
            yield lambda index=index: node.elts.pop(index) and None


def _drop_not(node: ast.AST) -> Iterator[Edit]:
    if isinstance(node, ast.UnaryOp):
        yield lambda: node.operand


def _drop_function(node: ast.AST) -> Iterator[Edit]:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "maybe":
        yield lambda: node.args[0]


def _move_number(node: ast.AST) -> Iterator[Edit]:
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
        for sign in (1, -1):
            yield lambda sign=sign: ast.Constant(value=_moved(node.value, sign))


def _moved(value: float, sign: int) -> float:
    return value + sign if isinstance(value, int) else round(value + sign * 0.1, 1)


def _move_boundary(node: ast.AST) -> Iterator[Edit]:
    if isinstance(node, ast.Compare):
        for index, op in enumerate(node.ops):
            if type(op) in BOUNDARY:
                yield lambda index=index, op=op: node.ops.__setitem__(index, BOUNDARY[type(op)]())
