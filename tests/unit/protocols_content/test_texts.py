"""Texts as they are said."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.domain.errors import ProtocolError
from bot.protocols import Protocols
from bot.protocols.texts import Text, Texts

ROOT = Path(__file__).resolve().parents[3]


def texts(**wordings: str) -> Texts:
    by_id = {
        name: Text(id=name, web=web, sms=f"sms {web}", source=("own",)) for name, web in wordings.items()
    }
    return Texts(by_id=by_id, clinic={"clinic_phone": "314-555-0100"})


def test_say_fills_fields_of_the_clinic_and_of_the_caller() -> None:
    said = texts(hello="Hi {label}, call {clinic_phone}.").say("hello", channel="web", label="you")
    assert said == "Hi you, call 314-555-0100."


def test_say_takes_the_variant_of_the_channel() -> None:
    assert texts(hello="Hi.").say("hello", channel="sms") == "sms Hi."


def test_safety_net_is_filled_from_its_own_text() -> None:
    assert texts(safety_net="Go.", result="Visit. {SAFETY_NET}").say("result", channel="web") == "Visit. Go."


def test_words_of_a_patient_with_braces_are_not_fields() -> None:
    assert (
        texts(echo="Noted: {facts}.").say("echo", channel="web", facts="{clinic_phone}")
        == "Noted: {clinic_phone}."
    )


def test_unknown_text_and_missing_field_are_errors_that_name_them() -> None:
    with pytest.raises(ProtocolError, match="there is no text 'bye'; add it"):
        texts(hello="Hi.").say("bye", channel="web")
    with pytest.raises(ProtocolError, match=r"hello needs the field \{label\}; hand it in"):
        texts(hello="Hi {label}.").say("hello", channel="web")


def test_every_result_has_a_text_for_the_patient(protocols: Protocols) -> None:
    for row in protocols.routing.decisions:
        assert protocols.texts.has(f"outcome_{row.outcome}")


@pytest.mark.parametrize("channel", ["web", "sms"])
@pytest.mark.parametrize("rules", [["RF01"], ["RF60"], ["RF50"], ["RF75"], ["RF80"]])
@pytest.mark.parametrize("told", [True, False])
def test_every_emergency_text_names_911_and_forbids_driving(
    protocols: Protocols, rules: list[str], channel: str, told: bool
) -> None:
    text_id = protocols.emergency_text_id(rules, told_team=told)
    said = protocols.texts.say(text_id, channel=channel)
    assert "911" in said
    assert "Don't drive" in said
    assert "Don't wait for" in said
    assert bool(re.search("told our team|alerted our team", said)) is told
    assert ("ER" in said or "emergency room" in said) is (rules == ["RF01"])
    assert ("Keep still." in said) is (rules == ["RF50"])


def test_crisis_names_988_and_never_the_clinic_instead(protocols: Protocols) -> None:
    for text_id in ("crisis", "crisis_not_told", "crisis_repeat"):
        for channel in ("web", "sms"):
            said = protocols.texts.say(text_id, channel=channel)
            assert "988" in said
            assert "911" in said
            assert "{" not in said
            assert protocols.clinic.phone not in said


def test_texts_named_in_the_services_exist(protocols: Protocols) -> None:
    """Literal ids handed to `say` and `text`; ids put together at run time have tests of their own."""
    named: set[str] = set()
    for path in (ROOT / "bot" / "services").rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        named |= set(
            re.findall(r"""(?:wording\.say|wording\.text|[^.]\btext)\(ctx, \w+(?:\.\w+)?, "(\w+)\"""", source)
        )
        named |= set(re.findall(r"""\.texts\.say\("(\w+)\"""", source))
        named |= set(re.findall(r'"(choice_\w+|smalltalk_\w+|not_understood_\w+)"', source))
    assert len(named) > 30
    assert [name for name in sorted(named) if not protocols.texts.has(name)] == []


SAID_BY_NAME = r"(group|outcome|ask|choice|faq|notice|canned)_\w+|\w+_repeat|\w+_not_told"
"""Ids put together at run time: `group_<question>`, `outcome_<outcome>`, `ask_<question>`, ..."""


def test_every_text_is_said_or_listed_with_the_reason(protocols: Protocols) -> None:
    sources = [path.read_text(encoding="utf-8") for room in ("bot", "actions") for path in _modules(room)]
    said = {name for source in sources for name in re.findall(r"""["'](\w+)["']""", source)}
    readme = (ROOT / "data" / "protocols" / "README.md").read_text(encoding="utf-8")
    section = readme.partition("## Texts that are kept in reserve")[2].partition("\n## ")[0]
    listed = dict(re.findall(r"\| `(\w+)` \| (\S.+?) \|", section))
    silent = [
        name
        for name in protocols.texts.by_id
        if name not in said and name not in listed and not re.fullmatch(SAID_BY_NAME, name)
    ]
    assert silent == []
    assert [name for name in listed if not protocols.texts.has(name)] == []


def _modules(room: str) -> list[Path]:
    return [path for path in (ROOT / room).rglob("*.py") if ".venv" not in path.parts]
