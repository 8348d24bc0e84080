"""Conditions compiled to closures that answer True, False or None (unknown).

Kleene's logic: `and` is false as soon as one part is false, unknown while one is unknown;
`or` the other way round. A rule fires on True only, so unknown is never "no" and never "yes".
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.domain.dictionary import Dictionary, Variable
from bot.domain.errors import ProtocolError
from bot.protocols import possible
from bot.protocols.grammar import FUNCTIONS, Scope, parse, substitute
from bot.protocols.possible import Outlook

Values = possible.Values
Truth = possible.Truth
Test = Callable[[Values], Truth]

ORDERINGS: dict[type[ast.cmpop], Callable[[float, float], bool]] = {
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Condition:
    """A compiled condition.

    `test` answers it; `support` names the facts that made the answer what it is; `reads` names
    every variable it may look at; `numbers` holds the thresholds each variable is compared with.
    `outlook` tells which answers are still possible while some facts are open (`possible.py`).
    """

    test: Test
    support: Callable[[Values], frozenset[str]]
    outlook: Outlook
    reads: frozenset[str]
    numbers: frozenset[tuple[str, float]] = frozenset()


class Compiler:
    """Compiles conditions over one dictionary and one scope of helpers and lists."""

    def __init__(self, dictionary: Dictionary, scope: Scope) -> None:
        self._dictionary = dictionary
        self._scope = scope
        self._done: dict[str, Condition] = {}

    def compile(self, text: str, *, where: str) -> Condition:
        """The condition of a text. Raises ProtocolError naming `where` and what is allowed."""
        return self.compile_tree(parse(text, where=where), where=where)

    def compile_tree(self, node: ast.expr, *, where: str) -> Condition:
        """The condition of a parsed tree; equal trees share one condition."""
        key = ast.unparse(node)
        if key not in self._done:
            self._done[key] = self._compile(node, where)
        return self._done[key]

    def _compile(self, node: ast.expr, where: str) -> Condition:
        match node:
            case ast.BoolOp():
                parts = [self.compile_tree(part, where=where) for part in node.values]
                return all_of(parts) if isinstance(node.op, ast.And) else one_of(parts)
            case ast.UnaryOp(op=ast.Not()):
                return _negated(self.compile_tree(node.operand, where=where))
            case ast.Compare():
                return self._comparison(node, where)
            case ast.Name():
                return self._name(node, where)
            case ast.Call(func=ast.Name()):
                return self._call(node, where)
        raise ProtocolError(f"{where}: `{ast.unparse(node)}` is not a condition")

    def _name(self, node: ast.Name, where: str) -> Condition:
        if node.id in self._scope.helpers:
            return self._helper(node.id, [], where)
        variable = self._variable(node, where)
        if variable.kind not in ("four_valued", "yes_no"):
            raise ProtocolError(
                f"{where}: {variable.name} is {variable.kind}, not yes or no; compare it with something"
            )
        return _said_yes(variable.name)

    def _call(self, node: ast.Call, where: str) -> Condition:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name == "known":
            return _is_known(self._variable(self._only(node, where), where).name)
        if name == "maybe":
            return _or_unknown(self.compile_tree(self._only(node, where), where=where))
        if name == "surely":
            return _certain(self.compile_tree(self._only(node, where), where=where))
        if name == "any":
            return self._any(self._only(node, where), where)
        return self._helper(name, node.args, where)

    def _only(self, node: ast.Call, where: str) -> ast.expr:
        if len(node.args) != 1 or node.keywords:
            raise ProtocolError(f"{where}: `{ast.unparse(node)}` takes exactly one argument")
        return node.args[0]

    def _helper(self, name: str, arguments: Sequence[ast.expr], where: str) -> Condition:
        helper = self._scope.helpers.get(name)
        if helper is None:
            allowed = ", ".join((*FUNCTIONS, *sorted(self._scope.helpers)))
            raise ProtocolError(f"{where}: unknown helper {name!r}; known: {allowed}")
        if len(arguments) != len(helper.parameters):
            raise ProtocolError(
                f"{where}: {name} takes {len(helper.parameters)} arguments, not {len(arguments)}"
            )
        body = substitute(helper.body, dict(zip(helper.parameters, arguments, strict=True)))
        return self.compile_tree(body, where=helper.where)

    def _any(self, node: ast.expr, where: str) -> Condition:
        if not isinstance(node, ast.GeneratorExp) or len(node.generators) != 1 or node.generators[0].ifs:
            raise ProtocolError(f"{where}: write any(condition(fact) for fact in LIST)")
        loop = node.generators[0]
        if not isinstance(loop.target, ast.Name) or not isinstance(loop.iter, ast.Name):
            raise ProtocolError(f"{where}: write any(condition(fact) for fact in LIST)")
        facts = self._scope.lists.get(loop.iter.id)
        if facts is None:
            allowed = ", ".join(sorted(self._scope.lists))
            raise ProtocolError(f"{where}: unknown list {loop.iter.id!r}; known: {allowed}")
        trees = [substitute(node.elt, {loop.target.id: ast.Name(id=fact, ctx=ast.Load())}) for fact in facts]
        return one_of([self.compile_tree(tree, where=where) for tree in trees])

    def _comparison(self, node: ast.Compare, where: str) -> Condition:
        if len(node.ops) == 2:
            first = ast.Compare(left=node.left, ops=node.ops[:1], comparators=node.comparators[:1])
            second = ast.Compare(left=node.comparators[0], ops=node.ops[1:], comparators=node.comparators[1:])
            return all_of([self._comparison(first, where), self._comparison(second, where)])
        if len(node.ops) != 1:
            raise ProtocolError(f"{where}: `{ast.unparse(node)}` compares too much at once")
        kind = type(node.ops[0])
        return self._ordering(node, kind, where) if kind in ORDERINGS else self._words(node, kind, where)

    def _ordering(self, node: ast.Compare, kind: type[ast.cmpop], where: str) -> Condition:
        left, right = node.left, node.comparators[0]
        if isinstance(left, ast.Constant):
            flipped = {ast.Lt: ast.Gt, ast.LtE: ast.GtE, ast.Gt: ast.Lt, ast.GtE: ast.LtE}
            left, right, kind = right, left, flipped[kind]
        if not isinstance(right, ast.Constant) or not isinstance(right.value, (int, float)):
            raise ProtocolError(f"{where}: `{ast.unparse(node)}` must compare with a number")
        if isinstance(left, ast.Call) and isinstance(left.func, ast.Name) and left.func.id == "count":
            parts = [self.compile_tree(part, where=where) for part in left.args]
            return _counted(parts, ORDERINGS[kind], right.value, where)
        variable = self._variable(left, where)
        if variable.kind != "number":
            raise ProtocolError(f"{where}: {variable.name} is {variable.kind}; only a number has < and >")
        return _ordered(variable.name, ORDERINGS[kind], right.value)

    def _words(self, node: ast.Compare, kind: type[ast.cmpop], where: str) -> Condition:
        left, right = node.left, node.comparators[0]
        listed = (
            isinstance(right, ast.Name)
            and right.id in self._dictionary
            and self._dictionary[right.id].kind == "list"
        )
        if kind in (ast.In, ast.NotIn) and listed:
            variable, words = self._variable(right, where), [_word(left, where)]
            condition = _holds(variable.name, words[0])
        else:
            variable, words = self._variable(left, where), self._right_words(right, kind, where)
            condition = (
                _only_holds(variable.name, words)
                if variable.kind == "list"
                else _is_one_of(variable.name, words)
            )
        self._check_words(variable, words, where)
        return _negated(condition) if kind in (ast.NotEq, ast.NotIn) else condition

    def _right_words(self, node: ast.expr, kind: type[ast.cmpop], where: str) -> list[str]:
        if kind in (ast.In, ast.NotIn):
            if not isinstance(node, ast.List):
                raise ProtocolError(f"{where}: write `in [word, word]`")
            return [_word(item, where) for item in node.elts]
        return [_word(node, where)]

    def _check_words(self, variable: Variable, words: Sequence[str], where: str) -> None:
        if variable.kind in ("number", "text"):
            raise ProtocolError(
                f"{where}: {variable.name} is {variable.kind} and cannot be compared with a word"
            )
        for word in words:
            if word not in variable.values:
                allowed = ", ".join(variable.values)
                raise ProtocolError(
                    f"{where}: {word!r} is not a value of {variable.name}; allowed: {allowed}"
                )

    def _variable(self, node: ast.expr, where: str) -> Variable:
        if not isinstance(node, ast.Name):
            raise ProtocolError(f"{where}: `{ast.unparse(node)}` is not a variable")
        if node.id not in self._dictionary:
            raise ProtocolError(
                f"{where}: unknown variable {node.id!r}; see variables.yaml for the known ones"
            )
        return self._dictionary[node.id]


def _word(node: ast.expr, where: str) -> str:
    if isinstance(node, ast.Name):
        return node.id
    raise ProtocolError(f"{where}: `{ast.unparse(node)}` is not a word of a dictionary")


# --- the closures ---------------------------------------------------------------------------------


def all_of(parts: Sequence[Condition]) -> Condition:
    """Kleene's and."""
    tests = tuple(part.test for part in parts)

    def test(values: Values) -> Truth:
        result: Truth = True
        for part in tests:
            answer = part(values)
            if answer is False:
                return False
            if answer is None:
                result = None
        return result

    return _joined(parts, test, possible.conjunction([part.outlook for part in parts]), decisive=False)


def one_of(parts: Sequence[Condition]) -> Condition:
    """Kleene's or."""
    tests = tuple(part.test for part in parts)

    def test(values: Values) -> Truth:
        result: Truth = False
        for part in tests:
            answer = part(values)
            if answer is True:
                return True
            if answer is None:
                result = None
        return result

    return _joined(parts, test, possible.disjunction([part.outlook for part in parts]), decisive=True)


def _joined(parts: Sequence[Condition], test: Test, outlook: Outlook, *, decisive: bool) -> Condition:
    def support(values: Values) -> frozenset[str]:
        deciding = [part for part in parts if part.test(values) is decisive] or parts
        return frozenset[str]().union(*(part.support(values) for part in deciding))

    return Condition(
        test=test,
        support=support,
        outlook=outlook,
        reads=frozenset[str]().union(*(part.reads for part in parts)),
        numbers=frozenset[tuple[str, float]]().union(*(part.numbers for part in parts)),
    )


def _around(inner: Condition, test: Test, becomes: Mapping[Truth, Truth]) -> Condition:
    """A condition whose answer follows from the inner one's alone."""
    return Condition(
        test=test,
        support=inner.support,
        outlook=possible.mapped(inner.outlook, becomes),
        reads=inner.reads,
        numbers=inner.numbers,
    )


def _negated(inner: Condition) -> Condition:
    ask = inner.test

    def test(values: Values) -> Truth:
        answer = ask(values)
        return None if answer is None else not answer

    return _around(inner, test, {True: False, False: True, None: None})


def _or_unknown(inner: Condition) -> Condition:
    ask = inner.test
    return _around(inner, lambda values: ask(values) is not False, {True: True, False: False, None: True})


def _certain(inner: Condition) -> Condition:
    ask = inner.test
    return _around(inner, lambda values: ask(values) is True, {True: True, False: False, None: False})


def _counted(
    parts: Sequence[Condition], compare: Callable[[float, float], bool], wanted: float, where: str
) -> Condition:
    if compare not in (operator.ge, operator.gt):
        raise ProtocolError(
            f"{where}: count(...) is compared with >= or >: what is unknown cannot be counted out"
        )

    def test(values: Values) -> Truth:
        answers = [part.test(values) for part in parts]
        certain = answers.count(True)
        if compare(certain, wanted):
            return True
        return None if compare(certain + answers.count(None), wanted) else False

    outlook = possible.counted([part.outlook for part in parts], lambda number: compare(number, wanted))
    return _joined(parts, test, outlook, decisive=True)


def _leaf(name: str, test: Test, *numbers: tuple[str, float]) -> Condition:
    names = frozenset({name})
    return Condition(
        test=test,
        support=lambda values: names if name in values else frozenset(),
        outlook=possible.leaf(name, test),
        reads=names,
        numbers=frozenset(numbers),
    )


_TRUTH_OF_WORD: Mapping[object, bool] = {"yes": True, "no": False, "resolved": False}


def _said_yes(name: str) -> Condition:
    def test(values: Values) -> Truth:
        value = values.get(name)
        return _TRUTH_OF_WORD.get(value) if isinstance(value, str) else None

    return _leaf(name, test)


def _is_known(name: str) -> Condition:
    return _leaf(name, lambda values: values.get(name) not in (None, "unsure"))


def _ordered(name: str, compare: Callable[[float, float], bool], limit: float) -> Condition:
    def test(values: Values) -> Truth:
        value = values.get(name)
        return compare(value, limit) if isinstance(value, (int, float)) else None

    return _leaf(name, test, (name, limit))


def _is_one_of(name: str, words: Sequence[str]) -> Condition:
    wanted = frozenset(words)
    asks_for_unsure = "unsure" in wanted

    def test(values: Values) -> Truth:
        value = values.get(name)
        if not isinstance(value, str) or (value == "unsure" and not asks_for_unsure):
            return None
        return value in wanted

    return _leaf(name, test)


def _holds(name: str, word: str) -> Condition:
    def test(values: Values) -> Truth:
        value = values.get(name)
        return word in value if value and isinstance(value, (tuple, list)) else None

    return _leaf(name, test)


def _only_holds(name: str, words: Sequence[str]) -> Condition:
    wanted = frozenset(words)

    def test(values: Values) -> Truth:
        value = values.get(name)
        return wanted.issuperset(value) if value and isinstance(value, (tuple, list)) else None

    return _leaf(name, test)
