"""Every acceptance case passes, and every rule, row, factor and note has cases on both sides."""

from __future__ import annotations

from bot.protocols import Protocols
from bot.protocols.acceptance import AcceptanceCase, mismatches


def test_every_case_is_judged_as_it_says(protocols: Protocols, cases: list[AcceptanceCase]) -> None:
    wrong = [line for case in cases for line in mismatches(protocols.judging, case)]
    assert not wrong, "\n".join(wrong)


def test_sentences_are_unique_within_a_file(cases: list[AcceptanceCase]) -> None:
    seen = [(case.place.split(":")[0], case.sentence) for case in cases]
    assert len(seen) == len(set(seen))


def test_every_rule_has_a_case_that_fires_it_and_one_that_does_not(
    protocols: Protocols, cases: list[AcceptanceCase]
) -> None:
    for rule in protocols.red_flags.rules:
        own = [case for case in cases if rule.id in case.about and "rules" in case.expect]
        fires = {rule.id in case.expect["rules"] for case in own}
        assert fires == {True, False}, f"{rule.id}: add cases on both sides to tests/cases/red_flags"


def test_every_row_of_the_decision_table_has_a_case(
    protocols: Protocols, cases: list[AcceptanceCase]
) -> None:
    decided = {case.expect.get("decision") for case in cases}
    missing = [row.id for row in protocols.routing.decisions if row.id not in decided]
    assert not missing, f"add cases to tests/cases/routing for {missing}"


def test_every_factor_and_note_has_a_case_with_and_without(
    protocols: Protocols, cases: list[AcceptanceCase]
) -> None:
    for factor in protocols.routing.need:
        points = {
            case.expect["need"][factor.id] for case in cases if factor.id in case.expect.get("need", {})
        }
        possible = {0, *(given for given, _ in factor.points)}
        assert points >= possible, f"{factor.id}: cases show only {points}"
    for note in protocols.routing.notes:
        shown = {note.id in case.expect["notes"] for case in cases if "notes" in case.expect}
        assert shown == {True, False}, note.id


def test_cases_name_only_what_exists(protocols: Protocols, cases: list[AcceptanceCase]) -> None:
    routing = protocols.routing
    known = {rule.id for rule in protocols.red_flags.rules} | {row.id for row in routing.decisions}
    known |= {item.id for group in (routing.need, routing.complexity, routing.notes) for item in group}
    known |= {row.gate for row in routing.decisions}
    assert not [case.place for case in cases if not case.about or set(case.about) - known]
