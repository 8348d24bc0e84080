"""What counts as right, missed, fired, asked, wrong."""

from __future__ import annotations

import datetime as dt

import pytest

from bot.domain.findings import Finding, Reading
from bot.evaluation.context import ContextScores
from bot.evaluation.facts import FactScores, verdicts
from bot.evaluation.intents import IntentScores, auroc
from bot.evaluation.report import setbacks
from bot.evaluation.safety import SafetyScores
from bot.evaluation.same import is_at_least, is_same
from bot.language.corpus import Row

DATE = dt.date(2026, 11, 18)


def row(facts, **more):
    return Row(id="r", text=more.pop("text", "words"), date=DATE, facts=facts, **more)


@pytest.mark.parametrize(
    ("name", "found", "wanted", "same"),
    [
        ("duration_weeks", 34.0, 34.8, True),
        ("duration_weeks", 30.0, 34.8, False),
        ("saddle_numbness_onset_days", 2, 2, True),
        ("saddle_numbness_onset_days", 3, 2, False),
        ("trauma_days", 15, 14, False),
        ("temp_f", 101.0, 101.5, True),
        ("contact_phone", "555-0142", "5550142", True),
        ("dx", ("fracture",), ("fracture", "herniated_disc"), False),
        ("weakness", "mild", "severe", False),
    ],
)
def test_same(protocols, name, found, wanted, same):
    assert is_same(protocols.dictionary[name], found, wanted) is same


def test_at_least_as_urgent(protocols):
    weakness = protocols.dictionary["weakness"]
    assert is_at_least(weakness, "severe", "mild")
    assert not is_at_least(weakness, "mild", "severe")
    assert not is_at_least(weakness, None, "mild")


def said(protocols, gold, read):
    return dict(verdicts(gold, read, protocols.dictionary))


def test_verdicts(protocols):
    gold = row({"fever": "yes", "weakness": "none"}, optional={"region": ("leg",)})
    read = {"fever": "no", "region": ("leg",), "foot_drop": "yes"}
    assert said(protocols, gold, read) == {"fever": "confused", "weakness": "missed", "foot_drop": "wrong"}


def test_what_follows_is_neither_missed_nor_wrong(protocols):
    assert said(protocols, row({"temp_f": 101}), {"temp_f": 101, "fever": "yes"}) == {"temp_f": "right"}
    assert said(protocols, row({"temp_f": 101, "fever": "yes"}), {"temp_f": 101})["fever"] == "right"


def test_a_list_holds_what_is_meant_and_nothing_else(protocols):
    gold = row({"region": ("low_back",)}, optional={"region": ("leg",)})
    assert said(protocols, gold, {"region": ("low_back", "leg")})["region"] == "right"
    assert said(protocols, gold, {"region": ("low_back", "neck")})["region"] == "confused"
    assert said(protocols, gold, {"region": ("leg",)})["region"] == "confused"


def test_confused_counts_as_missed_and_as_wrong(protocols):
    scores = FactScores()
    scores.add(row({"fever": "yes"}), {"fever": "no"}, protocols.dictionary)
    assert scores.figures()["all"] == {
        "right": 0, "missed": 1, "wrong": 1, "precision": 0.0, "recall": 0.0, "f1": 0.0,
    }  # fmt: skip


def safety(protocols, gold, read, ask=()):
    scores = SafetyScores()
    scores.add(gold, Reading(facts=read, ask=ask), read, protocols)
    return scores.figures()


SADDLE = {"saddle_numbness": "yes"}


def test_a_red_flag_fires_is_asked_or_is_missed(protocols):
    for read, ask, fired, either in (
        (SADDLE, (), 1.0, 1.0),
        ({}, ("saddle_numbness",), 0.0, 1.0),
        ({"saddle_numbness": "unsure"}, (), 0.0, 1.0),
        ({}, ("weakness",), 0.0, 0.0),
    ):
        level = safety(protocols, row(SADDLE), read, ask)["levels"]["red_flags"]
        assert (level["fired"], level["fired_or_asked"]) == (fired, either)


def test_the_right_level_for_a_wrong_reason_does_not_count(protocols):
    level = safety(protocols, row(SADDLE), {"chest_pain": "yes"})["levels"]["emergency_now"]
    assert level["missed"] == ["r"]


def test_a_trap_cries_wolf_by_flag_or_by_question(protocols):
    trap = row({"saddle_numbness": "no"}, trap="negation_list", ask=("fever",))
    assert safety(protocols, trap, SADDLE)["traps"]["wrong_flag"] == ["r"]
    assert safety(protocols, trap, {}, ("fever",))["traps"]["needless_ask"] == []
    assert safety(protocols, trap, {}, ("fever", "weakness"))["traps"]["needless_ask"] == ["r"]


def test_assertions_and_answers(protocols):
    gold = row(
        {"fever": "no", "weakness": "none"},
        asked="fever",
        findings=(("foot_drop", "yes", "other_person"), ("cancer_status", "history", "other_person")),
    )
    found = Finding(variable="foot_drop", value="yes", assertion="other_person", start=0, end=1, words="w")
    read = {"fever": "no", "weakness": "severe", "cancer_status": "history"}
    scores = ContextScores()
    scores.add(gold, Reading(facts=read, findings=(found,)), read, protocols.dictionary)
    figures = scores.figures()
    assert figures["denials"] == {"count": 2, "read": 0.5, "turned_into_facts": ["r"]}
    assert (figures["mentions"]["kept_out"], figures["mentions"]["named"]) == (0.5, 0.5)
    assert figures["answers"]["short"] == {"count": 1, "right": 1.0}


def test_intents():
    scores = IntentScores()
    for meant, read, sure in (("greet", "greet", 0.9), ("book", "greet", 0.4), ("out_of_scope", "book", 0.2)):
        scores.add(meant, read, sure)
    figures = scores.figures()
    assert figures["accuracy"] == 0.3333
    assert figures["out_of_scope_auroc"] == 1.0
    assert ["book", "greet", 1] in figures["confusions"]


def test_auroc_counts_ties_half():
    assert auroc([0.5, 0.9], [0.5, 0.1]) == 0.875
    assert auroc([], [0.1]) is None


def report(fired, either, sha="s"):
    figures = {"count": 10, "fired": fired, "fired_or_asked": either}
    return {"sha256": sha, "safety": {"levels": {}, "facts": {"fever": figures}}}


def test_a_recall_that_falls_is_named():
    assert setbacks(report(0.8, 0.9), report(0.8, 0.9)) == []
    assert setbacks(report(0.7, 0.9), report(0.8, 0.9)) == ["fever: fired fell from 0.8 to 0.7"]
    assert setbacks(report(0.8, 0.8), report(0.8, 0.9)) == []
    assert setbacks(report(0.8, 0.7), report(0.8, 0.9)) == ["fever: fired_or_asked fell from 0.9 to 0.7"]
    assert "other rows" in setbacks(report(0.8, 0.9, sha="t"), report(0.8, 0.9))[0]
