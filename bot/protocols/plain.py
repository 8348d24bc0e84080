"""A condition in plain words, as staff read it: the same tree that decides, said with labels.

A helper is said in the words its file gives it (`words:`), else in the words of its own condition. Nothing
here decides anything.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.domain.dictionary import Dictionary
from bot.protocols.grammar import Helper, Scope, parse

_PARAMETER = re.compile(r"{(\w+)}")
_ORDERS: Mapping[type[ast.cmpop], str] = {
    ast.Lt: "less than {}", ast.LtE: "{} or less", ast.Gt: "more than {}", ast.GtE: "{} or more",
}  # fmt: skip
_FLIPPED: Mapping[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.Gt, ast.LtE: ast.GtE, ast.Gt: ast.Lt, ast.GtE: ast.LtE,
}  # fmt: skip
ALL, ANY = "all of these", "any of these"


@dataclass(frozen=True, kw_only=True)
class Plain:
    """One line, and the lines below it that it is about."""

    words: str
    parts: tuple[Plain, ...] = ()

    def __str__(self) -> str:
        """In one line: for tests and the command line."""
        return f"{self.words} ({'; '.join(map(str, self.parts))})" if self.parts else self.words


@dataclass(frozen=True, kw_only=True)
class PlainWords:
    """Says conditions of one set of files. `named` stands for parameters: `fact` is "it"."""

    dictionary: Dictionary
    scope: Scope
    named: Mapping[str, str] = field(default_factory=dict)

    def of(self, condition: str) -> Plain:
        """A condition that was loaded before, in words. Raises ProtocolError when it cannot be read."""
        return self._say(parse(condition, where="condition"))

    def label(self, name: str) -> str:
        """What the dictionary calls a fact, else its name, readable."""
        if name in self.named:
            return self.named[name]
        known = name in self.dictionary and self.dictionary[name].label
        return known or name.replace("_", " ").capitalize()

    def _say(self, node: ast.expr) -> Plain:
        match node:
            case ast.BoolOp():
                joined = ALL if isinstance(node.op, ast.And) else ANY
                return Plain(words=joined, parts=tuple(self._say(part) for part in node.values))
            case ast.UnaryOp():
                return self._denied(node.operand)
            case ast.Compare():
                return self._compared(node)
            case ast.Call(func=ast.Name()):
                return self._called(node)
        return self._name(node)

    def _name(self, node: ast.expr) -> Plain:
        if isinstance(node, ast.Name) and node.id in self.scope.helpers:
            return self._helper(self.scope.helpers[node.id], {})
        return Plain(words=f"{self._fact(node)}: yes")

    def _denied(self, node: ast.expr) -> Plain:
        name = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
        if isinstance(node, ast.Call) and name == "known":
            return Plain(words=f"{self._fact(node.args[0])}: not known")
        if isinstance(node, ast.Call) and name == "surely":
            return _prefixed("not known for certain", self._say(node.args[0]))
        return _prefixed("not", self._say(node))

    def _called(self, node: ast.Call) -> Plain:
        name, first = ast.unparse(node.func), node.args[0]
        match name:
            case "known":
                return Plain(words=f"{self._fact(first)}: known")
            case "maybe":
                said = self._say(first)
                return Plain(words=f"{said.words}, or not known", parts=said.parts)
            case "surely":
                said = self._say(first)
                return Plain(words=f"{said.words}, for certain", parts=said.parts)
            case "any":
                return self._any(first)
        helper = self.scope.helpers[name]
        said_arguments = {
            parameter: self._argument(argument)
            for parameter, argument in zip(helper.parameters, node.args, strict=True)
        }
        return self._helper(helper, said_arguments)

    def _argument(self, node: ast.expr) -> str:
        return str(node.value) if isinstance(node, ast.Constant) else self._fact(node)

    def _helper(self, helper: Helper, arguments: Mapping[str, str]) -> Plain:
        written = self.scope.words.get(helper.name)
        if written is not None:
            return Plain(words=_PARAMETER.sub(lambda found: arguments[found.group(1)], written))
        inner = PlainWords(dictionary=self.dictionary, scope=self.scope, named={**self.named, **arguments})
        return inner._say(helper.body)

    def _any(self, node: ast.expr) -> Plain:
        if not isinstance(node, ast.GeneratorExp):
            return self._say(node)
        loop = node.generators[0]
        named = {**self.named, ast.unparse(loop.target): "it"}
        facts = ", ".join(self.label(name) for name in self.scope.lists[ast.unparse(loop.iter)])
        inner = PlainWords(dictionary=self.dictionary, scope=self.scope, named=named)
        return Plain(words=f"for one of: {facts}", parts=(inner._say(node.elt),))

    def _compared(self, node: ast.Compare) -> Plain:
        if len(node.ops) == 2:
            first = ast.Compare(left=node.left, ops=node.ops[:1], comparators=node.comparators[:1])
            second = ast.Compare(left=node.comparators[0], ops=node.ops[1:], comparators=node.comparators[1:])
            return Plain(words=ALL, parts=(self._compared(first), self._compared(second)))
        left, right, kind = node.left, node.comparators[0], type(node.ops[0])
        if kind in _ORDERS:
            return self._ordered(left, right, kind)
        if kind in (ast.In, ast.NotIn) and not isinstance(right, ast.List):
            verb = "includes" if kind is ast.In else "does not include"
            return Plain(words=f"{self._fact(right)}: {verb} {_value(left)}")
        listed = right.elts if isinstance(right, ast.List) else [right]
        values = " or ".join(_value(one) for one in listed)
        refused = "" if kind in (ast.Eq, ast.In) else "not "
        return Plain(words=f"{self._fact(left)}: {refused}{values}")

    def _ordered(self, left: ast.expr, right: ast.expr, kind: type[ast.cmpop]) -> Plain:
        if isinstance(left, ast.Constant):
            left, right, kind = right, left, _FLIPPED[kind]
        limit = self._number(right)
        if isinstance(left, ast.Call):
            counted = tuple(self._say(part) for part in left.args)
            return Plain(words=f"{_ORDERS[kind].format(limit)} of these", parts=counted)
        name = ast.unparse(left)
        unit = self.dictionary[name].unit if name in self.dictionary else None
        return Plain(
            words=f"{self._fact(left)}: {_ORDERS[kind].format(f'{limit} {unit}' if unit else limit)}"
        )

    def _number(self, node: ast.expr) -> str:
        said = ast.unparse(node)
        return self.named.get(said, said)

    def _fact(self, node: ast.expr) -> str:
        if isinstance(node, ast.Attribute):
            return f"{self._fact(node.value)}, {node.attr.replace('_', ' ')}"
        return self.label(ast.unparse(node))


def _value(node: ast.expr) -> str:
    return ast.unparse(node).replace("_", " ")


def _prefixed(word: str, said: Plain) -> Plain:
    return Plain(words=f"{word}: {said.words}", parts=said.parts)
