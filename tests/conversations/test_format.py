"""The format of written conversations is read strictly, and what is written covers what must be covered."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conversations.player import fits
from tests.conversations.script import Conversation, ScriptError, load_all, load_file
from tests.conversations.texts import patterns, said

FEWEST = 80
DECISIONS = (
    "C00a", "C00b", "C00c", "C01", "C02", "C03", "C04", "C05", "C06", "C07", "C08", "C09", "C10", "C11",
    "C11n", "C12", "C12d", "C13", "C14", "C15", "C16",
)  # fmt: skip
GOOD = "  - {name: a, about: b, turns: [{say: 'hi', expect: {asks: G1}}]}"


def _file(tmp_path: Path, line: str) -> Path:
    path = tmp_path / "file.yaml"
    path.write_text(f"about: test\nconversations:\n{line}\n")
    return path


def test_a_good_file(tmp_path: Path) -> None:
    [conversation] = load_file(_file(tmp_path, GOOD))
    assert conversation.turns[0].expect.asks == "G1"
    assert conversation.channels == ("web",)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        (
            "  - {name: a, about: b, turns: [{say: 'hi', expects: {}}]}",
            "file.yaml: a: turn 1: unknown key expects",
        ),
        ("  - {name: a, about: b, turns: [{say: 'hi', expect: {ask: G1}}]}", "unknown key ask"),
        ("  - {name: a, about: b, turns: [{say: 'hi', press: 'x'}]}", "exactly one of"),
        ("  - {name: a, about: b, turns: [{expect: {}}]}", "found none"),
        ("  - {name: a, about: b, turns: [{say: yes}]}", "`say` is text in quotes"),
        ("  - {name: a, about: b, turns: [{answer_all: true, with: {G1: no}}]}", "answers are a mapping"),
        (
            "  - {name: a, about: b, channels: [fax], turns: [{say: 'hi'}]}",
            "channels must be some of web, sms",
        ),
        ("  - {name: a, about: b, turns: [{say: 'hi', expect: {level: high}}]}", "level 'high'"),
        ("  - {name: a, turns: [{say: 'hi'}]}", "`about` is missing"),
        ("  - {name: a, about: b: c}", "file.yaml"),
    ],
)
def test_a_bad_file_says_where_and_what(tmp_path: Path, line: str, complaint: str) -> None:
    with pytest.raises(ScriptError) as caught:
        load_file(_file(tmp_path, line))
    assert complaint in str(caught.value)


def test_a_name_stands_for_one_conversation(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(f"about: x\nconversations:\n{GOOD}\n{GOOD}\n")
    with pytest.raises(ScriptError, match="two conversations"):
        load_all(tmp_path)


def test_every_text_id_of_a_conversation_exists() -> None:
    for conversation in load_all():
        for expect in (*(turn.expect for turn in conversation.turns), conversation.expect):
            for text_id in (*expect.texts, *expect.not_texts):
                assert patterns(text_id), f"{conversation.name}: {text_id}"


def test_texts_are_found_whatever_their_fields_are() -> None:
    assert said("correction_echo", 'I changed "How long" from 6 months to 8 months. Back to my question: ...')
    assert said("progress", "About 4 more questions. Where does it hurt?")
    assert not said("emergency", "Which of these is it?")
    with pytest.raises(KeyError):
        patterns("no_such_text")


def test_values_fit() -> None:
    assert fits(["leg", "low_back"], ["low_back", "leg"])
    assert fits(34.8, 35)
    assert fits(None, {"any": ["no", None]})
    assert not fits("yes", "no")


def _expected(conversations: list[Conversation], name: str) -> set[str]:
    expects = [
        expect for one in conversations for expect in (*(turn.expect for turn in one.turns), one.expect)
    ]
    return {value for expect in expects if isinstance(value := getattr(expect, name), str)}


def test_what_is_written_covers_outcomes_gates_and_levels() -> None:
    conversations = load_all()
    names = {one.name for one in conversations}
    assert len(conversations) >= FEWEST
    assert set(DECISIONS) <= _expected(conversations, "decision")
    for gate in ("g1", "g2", "g3", "g4", "g5", "g6"):
        assert {f"{gate}-{how}" for how in ("no", "yes", "unsure-twice", "partial", "bare-yes")} <= names
    assert {"none", "note", "urgent_48h", "same_day", "emergency_now"} <= _expected(conversations, "level")
    assert sum("sms" in one.channels for one in conversations) >= 15
