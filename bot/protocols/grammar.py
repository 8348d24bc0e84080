"""The language of the clinic's conditions: `weakness in [mild, severe] and not surely(er_cleared)`.

Python's own syntax, read by `ast` and held to a short list of forms; nothing is ever executed.

    name                      a four-valued or yes/no fact: true on yes, false on no or resolved
    name == word              also !=, `in [word, word]`, `not in [...]`; `== unsure` asks for the word itself
    word in listed            a list fact (region, dx) holds the word; `region == neck`: that and nothing else
    number <= 14              also <, >, >=, 3 < number <= 42
    and, or, not              Kleene: unknown stays unknown unless the rest decides
    known(name)               it has a clear value, whatever it is
    maybe(condition)          true when unknown too      ("onset unknown or <= 14 days")
    surely(condition)         false when unknown         ("not surely(er_cleared)": nobody said so)
    count(a, b, c) >= 2       how many of these conditions hold for certain
    any(f(fact) for fact in LIST)   f holds for one of a named list of facts
    helper, helper(argument)  a named condition of the same file; `fact.onset_days` is `<fact>_onset_days`
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bot.domain.errors import ProtocolError

FUNCTIONS = ("known", "maybe", "surely", "count", "any")
ALLOWED_NODES = (
    ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not, ast.USub, ast.Compare, ast.Name, ast.Load, ast.Store,
    ast.Constant, ast.Call, ast.List, ast.Attribute, ast.GeneratorExp, ast.comprehension,
    ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq, ast.In, ast.NotIn,
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Helper:
    """A named condition; `parameters` stand for a fact's name or a number."""

    name: str
    parameters: tuple[str, ...]
    body: ast.expr
    where: str


@dataclass(frozen=True, kw_only=True)
class Scope:
    """What an expression may name besides the dictionary's variables."""

    helpers: Mapping[str, Helper] = field(default_factory=dict)
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    """How staff read a helper, its parameters in braces; decides nothing."""

    def joined(self, other: Scope) -> Scope:
        """Both scopes; a name in both is an error."""
        for name in {*self.helpers, *self.lists} & {*other.helpers, *other.lists}:
            raise ProtocolError(f"helper or list {name!r} is defined twice; give one of them another name")
        return Scope(
            helpers={**self.helpers, **other.helpers},
            lists={**self.lists, **other.lists},
            words={**self.words, **other.words},
        )


def parse(text: str, *, where: str) -> ast.expr:
    """One condition as a tree of allowed forms. Raises ProtocolError naming `where`."""
    try:
        tree = ast.parse(" ".join(str(text).split()), mode="eval")
    except SyntaxError as error:
        raise ProtocolError(f"{where}: the condition cannot be read ({error.msg}): {text!r}") from error
    for node in ast.walk(tree.body):
        if not isinstance(node, ALLOWED_NODES):
            raise ProtocolError(
                f"{where}: {type(node).__name__} is not allowed in a condition; allowed: comparisons, "
                f"and/or/not, names, numbers, lists and {', '.join(FUNCTIONS)}"
            )
    return tree.body


def parse_helpers(raw: Mapping[str, str], *, where: str) -> dict[str, Helper]:
    """Helpers by name from `{"wk_new(days)": "wk and maybe(weakness_onset_days <= days)"}`."""
    helpers = [_helper(head, body, f"{where}, helper {head}") for head, body in raw.items()]
    return {helper.name: helper for helper in helpers}


def _helper(head: str, body: str, where: str) -> Helper:
    tree = parse(head, where=where)
    name, arguments = (tree.func, tree.args) if isinstance(tree, ast.Call) else (tree, [])
    if not isinstance(name, ast.Name) or not all(isinstance(a, ast.Name) for a in arguments):
        raise ProtocolError(f"{where}: a helper is called `name` or `name(parameter, ...)`")
    parameters = tuple(a.id for a in arguments if isinstance(a, ast.Name))
    return Helper(name=name.id, parameters=parameters, body=parse(body, where=where), where=where)


def substitute(node: ast.expr, arguments: Mapping[str, ast.expr]) -> ast.expr:
    """The tree with parameters replaced; `fact.onset_days` becomes the name `<argument>_onset_days`."""
    return _Substitution(arguments).visit(_copy(node)) if arguments else node


class _Substitution(ast.NodeTransformer):
    def __init__(self, arguments: Mapping[str, ast.expr]) -> None:
        self._arguments = arguments

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self._arguments.get(node.id, node)

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        owner = self.visit(node.value)
        return ast.Name(id=f"{owner.id}_{node.attr}", ctx=ast.Load()) if isinstance(owner, ast.Name) else node


def _copy(node: ast.expr) -> ast.expr:
    return ast.parse(ast.unparse(node), mode="eval").body


def numbers(node: ast.AST) -> Iterator[ast.Constant]:
    """Every literal number of a tree, in reading order."""
    for child in ast.walk(node):
        if isinstance(child, ast.Constant) and isinstance(child.value, (int, float)):
            yield child
