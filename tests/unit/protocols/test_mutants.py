"""Mutation: each condition dropped, each threshold moved by one step; a case must notice every one."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import replace

from bot.protocols import Protocols
from bot.protocols.acceptance import AcceptanceCase, mismatches
from bot.protocols.documents import Document, read_document
from bot.protocols.judging import Judge
from bot.protocols.red_flags import RedFlags, read_red_flags
from bot.protocols.routing import read_routing

from .conftest import FOLDER
from .mutants import Mutant, conditions, dropped_members, mutants, mutated

SAME_MEANING = {
    # Between 12 and 26 weeks only worse pain counts as new, and worse pain fires anyway.
    ("RF31", "maybe(duration_weeks <= 12)"),
    ("RF31", "maybe(duration_weeks < 13)"),
    # Pain that shoots into the arm puts the arm in the region.
    ("helper neck_or_arm", "neck in region or arm in region"),
    # Grade III and more is taken by C07 or C10 before.
    ("G-F", "(spondylolisthesis in dx or instability in dx)"),
    ("G-F", "maybe(slip_grade <= 3)"),
}
"""Mutants that judge every case the same; the text says it as the specification does."""


def test_every_mutant_is_noticed_by_a_case(protocols: Protocols, cases: list[AcceptanceCase]) -> None:
    survivors = [str(m) for m, judge in _all_mutants(protocols) if not _noticed(judge, m, cases)]
    unexplained = [line for line in survivors if not _explained(line)]
    assert not unexplained, f"{len(unexplained)} mutants survive; add cases:\n" + "\n".join(unexplained)
    assert len(survivors) == len(SAME_MEANING), (
        "an explained mutant does not survive any more; remove its line"
    )


def test_there_is_something_to_notice() -> None:
    total = sum(
        1 for name in ("red_flags", "routing") for _ in _mutants_of(read_document(FOLDER / f"{name}.yaml"))
    )
    assert total > 800


def _explained(line: str) -> bool:
    owner, _, rest = line.partition(":")
    after = rest.partition("->")[2]
    return any(owner == known and part in after for known, part in SAME_MEANING)


def _noticed(judge: Judge, mutant: Mutant, cases: list[AcceptanceCase]) -> bool:
    near = [place for place, case in enumerate(cases) if mutant.owner in case.about]
    for place in (*near, *range(len(cases))):
        if mismatches(judge, cases[place]):
            cases.insert(0, cases.pop(place))  # the next mutant is often noticed by the same case
            return True
    return False


def _all_mutants(protocols: Protocols) -> Iterator[tuple[Mutant, Judge]]:
    dictionary = protocols.dictionary
    flags, routes = read_document(FOLDER / "red_flags.yaml"), read_document(FOLDER / "routing.yaml")
    for mutant in _mutants_of(flags):
        if mutant.path[0] == "red_flags":
            yield mutant, replace(protocols.judging, red_flags=_one_rule_changed(protocols, flags, mutant))
            continue
        changed = read_red_flags(replace(flags, body=mutated(flags.body, mutant)), dictionary)
        routing = read_routing(routes, dictionary, changed.scope)
        yield mutant, Judge(red_flags=changed, routing=routing, stamps=())
    for mutant in _mutants_of(routes):
        document = replace(routes, body=mutated(routes.body, mutant))
        routing = read_routing(document, dictionary, protocols.red_flags.scope)
        yield mutant, Judge(red_flags=protocols.red_flags, routing=routing, stamps=())


def _one_rule_changed(protocols: Protocols, flags: Document, mutant: Mutant) -> RedFlags:
    """The red flags with one rule read anew; the others stay as they are compiled."""
    _, index, *rest = mutant.path
    alone = copy.copy(flags.body)
    alone["red_flags"] = [flags.body["red_flags"][index]]
    body = mutated(alone, replace(mutant, path=("red_flags", 0, *rest)))
    (rule,) = read_red_flags(replace(flags, body=body), protocols.dictionary).rules
    rules = protocols.red_flags.rules
    return replace(protocols.red_flags, rules=(*rules[:index], rule, *rules[index + 1 :]))


def _mutants_of(document: Document) -> Iterator[Mutant]:
    for owner, path, text in conditions(document.body):
        yield from mutants(owner, path, text)
    yield from dropped_members(document.body)
