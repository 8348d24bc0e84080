"""Why a case was judged as it was: one text for staff, one for the patient, with the patient's own words.

Staff read every rule that fired and nearly fired, its facts, and its sources with links. The patient reads
what they told us and what follows; never a disease, never what nearly fired. What is private (RF91) is left
out of both.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.domain.dictionary import Value
from bot.domain.facts import Fact
from bot.domain.judgement import Judgement, Why
from bot.domain.levels import Level
from bot.protocols.protocols import Protocols

LONGEST_WORDS = 80
"""Of one quotation; the whole message stands in the transcript."""


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """The two texts, lines separated by line ends."""

    staff: str
    patient: str


def explain(
    protocols: Protocols, judgement: Judgement, facts: Mapping[str, Fact], *, channel: str = "web"
) -> Explanation:
    """Both texts of a judgement; `facts` are the case's, with the words that gave them.

    Rules that nearly fired are named when the judgement was made with `nearly=True`.
    """
    fired = [why for why in judgement.why if not _private(protocols, why)]
    return Explanation(
        staff="\n".join(_for_staff(protocols, judgement, fired, facts)),
        patient="\n".join(_for_patient(protocols, judgement, fired, facts, channel)),
    )


def _for_staff(
    protocols: Protocols, judgement: Judgement, fired: Sequence[Why], facts: Mapping[str, Fact]
) -> Iterator[str]:
    yield f"Level {judgement.level.value}; {judgement.outcome}, {judgement.visit} ({judgement.decision})."
    for why in fired:
        yield f"{why.rule} {protocols.rule(why.rule).title} ({why.level.value}): {why.staff}"
        yield from _grounds(protocols, why, facts)
    for why in judgement.nearly:
        yield f"Nearly {why.rule} {protocols.rule(why.rule).title}: with {_listed(_wanted(why, facts))}."
    if judgement.missing:
        yield f"Still unknown: {', '.join(judgement.missing)}."
    if not judgement.certificate.complete:
        yield f"Safety questions not complete: {', '.join(judgement.certificate.open) or 'not recorded'}."


def _grounds(protocols: Protocols, why: Why, facts: Mapping[str, Fact]) -> Iterator[str]:
    for name, value in why.facts.items():
        fact = facts.get(name)
        said = f' - "{_short(fact.words)}"' if fact is not None and fact.words else ""
        yield f"  {name} {_shown(value)}{said}"
    for key in why.source:
        yield f"  {protocols.sources.shown(key)}"


def _wanted(why: Why, facts: Mapping[str, Fact]) -> dict[str, Value]:
    """The facts of a near rule that are not what the case holds."""
    return {
        name: value for name, value in why.facts.items() if name not in facts or facts[name].value != value
    }


def _for_patient(
    protocols: Protocols,
    judgement: Judgement,
    fired: Sequence[Why],
    facts: Mapping[str, Fact],
    channel: str,
) -> Iterator[str]:
    urgent = [why for why in fired if why.level is judgement.level and judgement.level > Level.NOTE]
    told = list(dict.fromkeys(f'"{words}"' for why in urgent for words in _words(why, facts)))
    if told:
        yield protocols.texts.say("explain_told", channel=channel, items=", ".join(told))
    yield from dict.fromkeys(why.patient for why in urgent)
    if not urgent:
        yield protocols.texts.say(f"outcome_{judgement.outcome}", channel=channel)
    if judgement.level < Level.EMERGENCY_NOW:
        yield protocols.texts.say("safety_net", channel=channel)


def _words(why: Why, facts: Mapping[str, Fact]) -> Iterator[str]:
    for name in why.facts:
        if name in facts and facts[name].by == "patient" and facts[name].words:
            yield _short(facts[name].words)


def _private(protocols: Protocols, why: Why) -> bool:
    return protocols.rule(why.rule).script == "abuse"


def _short(words: str) -> str:
    plain = " ".join(words.split())
    return plain if len(plain) <= LONGEST_WORDS else plain[: LONGEST_WORDS - 3] + "..."


def _listed(facts: Mapping[str, Value]) -> str:
    return ", ".join(f"{name} {_shown(value)}" for name, value in facts.items())


def _shown(value: Value) -> str:
    return "/".join(value) if isinstance(value, tuple) else str(value)
