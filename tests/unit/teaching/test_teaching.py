"""What a misreading would change, how far people agree, and what goes into the files."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
import yaml

from bot.domain.cases import Message
from bot.domain.findings import Reading
from bot.protocols import Protocols
from bot.services.ports.teaching import Review
from bot.services.review import stakes
from bot.services.review.agreement import kappa
from bot.services.review.teaching_export import EVALUATION, NLU, PROVENANCE, Moment, make

DAY = dt.datetime(2026, 12, 1, 15, 0, tzinfo=dt.UTC)


def a_message(
    facts: dict[str, Any], *, ask: tuple[str, ...] = (), id_: str = "m", confidence: float = 0.9
) -> Message:
    return Message(
        id=id_, case_id="c", seq=1, sender="patient", kind="answer", text="words", at=DAY, channel="web",
        confidence=confidence, reading=Reading(facts=facts, ask=ask).to_json(),
    )  # fmt: skip


def not_drawn(prefix: str) -> str:
    return next(f"{prefix}{n}" for n in range(999) if stakes._draw(f"{prefix}{n}") % stakes.SAMPLE_OF)


def test_a_denied_danger_sign_weighs_more_than_an_age(protocols: Protocols) -> None:
    values = {"saddle_numbness": "no", "age": 44, "region": ("low_back",)}
    sign = stakes.rate(protocols, a_message({"saddle_numbness": "no"}), values)
    assert sign is not None
    assert sign.rank <= 1
    assert (sign.because["variable"], sign.because["level"]) == ("saddle_numbness", "emergency_now")


def test_a_hinted_sign_counts_although_nothing_was_read(protocols: Protocols) -> None:
    item = stakes.rate(protocols, a_message({}, ask=("saddle_numbness",)), {"age": 44})
    assert item is not None
    assert item.because["value"] == "yes"


def test_doubt_comes_after_and_chance_last(protocols: Protocols) -> None:
    doubt = stakes.rate(protocols, a_message({}, confidence=0.35), {})
    assert doubt is not None
    assert (doubt.rank, doubt.because) == (13, {"why": "doubt"})
    drawn = next(f"x{n}" for n in range(999) if stakes._draw(f"x{n}") % stakes.SAMPLE_OF == 0)
    sample = stakes.rate(protocols, a_message({}, id_=drawn), {})
    assert sample is not None
    assert sample.rank == stakes.SAMPLE_RANK
    assert stakes.rate(protocols, a_message({}, id_=not_drawn("x")), {}) is None


def test_kappa_of_the_worked_example() -> None:
    pairs = [("y", "y")] * 20 + [("n", "n")] * 15 + [("y", "n")] * 5 + [("n", "y")] * 10
    assert kappa(pairs) == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("pairs", "wanted"),
    [([], None), ([("a", "a")], None), ([("a", "a"), ("b", "b")], 1.0), ([("a", "b"), ("b", "a")], -1.0)],
)
def test_kappa_at_the_ends(pairs: list[tuple[str, str]], wanted: float | None) -> None:
    assert kappa(pairs) == wanted


def reviewed(count: int, **given: Any) -> list[list[Review]]:
    return [[a_review(f"m{n}", text=f"my leg number {n} [sic]", **given)] for n in range(count)]


def a_review(message_id: str, **given: Any) -> Review:
    fields = {"id": f"r{message_id}", "message_id": message_id, "case_id": "c", "reviewer": "Ann", "at": DAY}
    said = {"right": False, "intent": "inform", "facts": {"region": ("leg",)}, "text": "my leg"}
    return Review(**fields | said | given)


def moments(groups: list[list[Review]]) -> dict[str, Moment]:
    return {one[0].message_id: Moment(asked="region", day=DAY.date()) for one in groups}


def test_each_message_is_in_one_file_only_and_its_origin_is_told() -> None:
    groups = reviewed(60)
    made = make(groups, moments=moments(groups), known=())
    nlu = yaml.safe_load(made.files[NLU])
    [block] = nlu["nlu"]
    trained = block["examples"].splitlines()
    rows = [json.loads(line) for line in made.files[EVALUATION].splitlines()]
    assert (block["intent"], len(trained) + len(rows), made.messages) == ("inform", 60, 60)
    assert 5 < len(rows) < 40
    assert {f"- {row['text'].replace('[', '(').replace(']', ')')}" for row in rows}.isdisjoint(trained)
    assert "[" not in block["examples"], "Rasa would read an entity"
    origins = [json.loads(line) for line in made.files[PROVENANCE].splitlines()]
    assert {row["id"] for row in rows} < {one["id"] for one in origins}
    assert all(one["reviewed_by"] == "Ann" for one in origins)


def test_a_row_is_one_of_the_evaluation() -> None:
    groups = reviewed(20)
    made = make(groups, moments=moments(groups), known=())
    row = json.loads(made.files[EVALUATION].splitlines()[0])
    assert row["facts"] == {"region": ["leg"]}
    assert (row["asked"], row["date"], row["intent"]) == ("region", "2026-12-01", "inform")


def test_what_two_people_say_differently_is_left_out() -> None:
    both = [a_review("m1"), a_review("m1", reviewer="Bo", intent="person")]
    made = make([both], moments=moments([both]), known=())
    assert (made.messages, len(made.disputed)) == (0, 1)


def test_words_that_are_there_already_are_proposed_for_dropping() -> None:
    groups = reviewed(30)
    known = [group[0].text.upper() for group in groups]
    made = make(groups, moments=moments(groups), known=known)
    assert yaml.safe_load(made.files[NLU])["nlu"] is None
    assert len(made.redundant) + made.messages == 30
