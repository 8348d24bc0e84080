"""One message of a conversation as the case page shows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.domain.cases import Message
from bot.gateway.console import words
from bot.gateway.console.deliveries import Deliveries
from bot.gateway.console.fact_words import FactWords, is_calm
from bot.gateway.console.highlight import pieces
from bot.gateway.console.shown import ShownFlag, ShownMessage
from bot.services.ports.marks import MessageFlag


def shown_message(
    message: Message, *, facts: FactWords, deliveries: Deliveries, flag: MessageFlag | None = None
) -> ShownMessage:
    """With what was found marked in the words that gave it, and what became of the text."""
    reading = message.reading or {}
    half_read = reading.get("half_read", ())
    findings = [
        {**one, **_finding_words(one, facts), "half_read": one["variable"] in half_read}
        for one in reading.get("findings", ())
    ]
    certain = "" if message.confidence is None else f"{message.confidence:.0%}"
    return ShownMessage(
        seq=message.seq,
        sender=message.sender,
        sender_word=words.word(words.SENDERS, message.sender),
        channel=words.word(words.CHANNELS, message.channel),
        at=facts.when(message.at),
        kind=message.kind,
        pieces=pieces(message.text, findings),
        intent=words.word(words.INTENTS, message.intent),
        confidence=certain,
        findings=findings,
        choices=[choice.label for choice in message.choices],
        delivery=deliveries.of_message(message.id),
        flag=None if flag is None else ShownFlag(by=flag.by, at=facts.when(flag.at), reason=flag.reason),
    )


def _finding_words(finding: Mapping[str, Any], facts: FactWords) -> dict[str, str]:
    variable, value = finding["variable"], finding["value"]
    plain = "absent" if is_calm(value) else "present"
    return {"label": facts.label(variable), "shown": facts.value(variable, value), "plain": plain}
