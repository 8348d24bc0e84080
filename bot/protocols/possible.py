"""Which answers a condition can still have while some facts are open.

A set of answers is a small number, one bit each: TRUE, FALSE, UNKNOWN. The sets are worked out part
by part, as if the parts did not depend on each other: never too small, sometimes too large. So
"this can no longer become true" is certain, which is what the planner stops on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache

from bot.domain.dictionary import Value

Values = Mapping[str, Value]
Truth = bool | None
Open = Mapping[str, Sequence[Value]]
"""The open facts, each with the values that stand for all it may have; it may stay unknown too."""
Answers = int
Outlook = Callable[[Values, Open], Answers]

TRUE, FALSE, UNKNOWN = 1, 2, 4
NOT_TRUE = FALSE | UNKNOWN
_KEPT = 64
"""Sets of open values a condition keeps its answers to; a fact has one or two, a place some more."""
_TRUTHS: tuple[tuple[Answers, Truth], ...] = ((TRUE, True), (FALSE, False), (UNKNOWN, None))


def answer(truth: Truth) -> Answers:
    """The set of one answer."""
    return UNKNOWN if truth is None else TRUE if truth else FALSE


def leaf(name: str, test: Callable[[Values], Truth]) -> Outlook:
    """Of a condition that reads one fact. What an open fact's values answer is worked out once."""

    @lru_cache(_KEPT)
    def of(standing: tuple[Value, ...]) -> Answers:
        return _union((answer(test({})), *(answer(test({name: value})) for value in standing)))

    def outlook(values: Values, open_facts: Open) -> Answers:
        standing = open_facts.get(name)
        return answer(test(values)) if standing is None else of(tuple(standing))

    return outlook


def conjunction(parts: Sequence[Outlook]) -> Outlook:
    """Kleene's and, on sets."""
    return _folded(parts, TRUE, _AND, final=FALSE)


def disjunction(parts: Sequence[Outlook]) -> Outlook:
    """Kleene's or, on sets."""
    return _folded(parts, FALSE, _OR, final=TRUE)


def mapped(inner: Outlook, becomes: Mapping[Truth, Truth]) -> Outlook:
    """Of a condition whose answer follows from the inner one's alone (not, maybe, surely)."""
    table = tuple(
        _union(answer(becomes[truth]) for bit, truth in _TRUTHS if bit & given) for given in range(8)
    )
    return lambda values, open_facts: table[inner(values, open_facts)]


def counted(parts: Sequence[Outlook], enough: Callable[[int], bool]) -> Outlook:
    """Of `count(...) >= n`: how many must hold, and how many can."""

    def outlook(values: Values, open_facts: Open) -> Answers:
        sets = [part(values, open_facts) for part in parts]
        if enough(sum(given == TRUE for given in sets)):
            return TRUE
        can = TRUE if enough(sum(bool(given & TRUE) for given in sets)) else 0
        return can | NOT_TRUE

    return outlook


def _folded(
    parts: Sequence[Outlook], start: Answers, table: Sequence[Sequence[Answers]], *, final: Answers
) -> Outlook:
    def outlook(values: Values, open_facts: Open) -> Answers:
        result = start
        for part in parts:
            result = table[result][part(values, open_facts)]
            if result == final:
                break
        return result

    return outlook


def _kleene_and(first: Truth, second: Truth) -> Truth:
    if first is False or second is False:
        return False
    return None if first is None or second is None else True


def _kleene_or(first: Truth, second: Truth) -> Truth:
    if first is True or second is True:
        return True
    return None if first is None or second is None else False


def _table(combine: Callable[[Truth, Truth], Truth]) -> tuple[tuple[Answers, ...], ...]:
    def cell(left: Answers, right: Answers) -> Answers:
        return _union(answer(combine(a, b)) for a in _truths(left) for b in _truths(right))

    return tuple(tuple(cell(left, right) for right in range(8)) for left in range(8))


def _truths(answers: Answers) -> list[Truth]:
    return [truth for bit, truth in _TRUTHS if bit & answers]


def _union(answers: Iterable[Answers]) -> Answers:
    result = 0
    for one in answers:
        result |= one
    return result


_AND, _OR = _table(_kleene_and), _table(_kleene_or)
