"""The conversation as a plain page: what `widget/form.html` shows, without any script."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.domain.cases import Message
from bot.gateway.company_words import ALONE
from bot.gateway.options import Options
from bot.gateway.plain_pages import PlainPages

URGENT = ("crisis", "emergency")
_WIDE = ("emergency", "crisis", "same_day", "summary", "times", "booked", "callback")
_CALLS = {
    "emergency": (("Call 911", "tel:911"),),
    "crisis": (("Call 988", "tel:988"), ("Text 988", "sms:988"), ("Call 911", "tel:911")),
}
_LABELS = {
    "number": "Answer with a number",
    "date": "Pick a date",
    "tel": "Phone number",
    "email": "E-mail address",
}
_WORDS = {"kind": "", "unit": "", "min": None, "max": None}
_FEWEST_BOXES = 4
"""A safety question offers three buttons; which of these signs it is comes with more, as boxes."""
_LONG_LABEL = 28
"""Letters; answers that are longer stand under each other."""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One conversation as it is shown; nothing of it while there is none."""

    messages: Sequence[Message] = ()
    csrf: str = ""
    message_id: str = ""
    """Of the message to be sent from this page: sent twice, it is one message."""
    reference: str = ""
    company: str = ALONE
    """Who is in the conversation with the patient."""
    held: bool = False
    """The helper is silent: what it asked waits, but for an emergency's question."""
    left: int | None = None
    changeable: Sequence[int] = ()
    trouble: str = ""
    screened: Sequence[Mapping[str, Any]] = ()
    """Emergency texts that no record holds."""
    kept: str = field(default="", repr=False)
    """Words that could not be taken: they stay in their field."""


class FormView:
    """The conversation in its template."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._pages = PlainPages(options)

    def render(self, shown: Shown) -> str:
        """The whole page."""
        question = _open_question(shown.messages)
        if shown.held and question is not None and question.kind not in URGENT:
            question = None
        inputs = self._options.face().inputs
        fitting = {**_WORDS, **inputs.get((question.asks or "") if question else "", {})}
        offered = question.choices if question else ()
        last = _last_of_patient(shown.messages)
        urgent = [*shown.screened, *_urgent(shown.messages)]
        return self._pages.render(
            "form.html",
            started=bool(shown.csrf), earlier=shown.messages[:last], latest=shown.messages[last:],
            urgent=urgent, calls=_CALLS, wide=_WIDE, question=question,
            several=fitting["kind"] == "several" and len(offered) >= _FEWEST_BOXES,
            tall=max((len(choice.label) for choice in offered), default=0) > _LONG_LABEL,
            input=fitting, input_labels=_LABELS, csrf=shown.csrf,
            message_id=shown.message_id, reference=shown.reference, company=shown.company, held=shown.held,
            progress="" if urgent else _progress(question, shown.left),
            changeable=shown.changeable, trouble=shown.trouble, kept=shown.kept,
        )  # fmt: skip


def _open_question(messages: Sequence[Message]) -> Message | None:
    """What was asked last; a person's message asks nothing and leaves it open."""
    ours = [message for message in messages if message.sender == "bot" and (message.asks or message.choices)]
    return ours[-1] if ours else None


def _progress(question: Message | None, left: int | None) -> str:
    gate = re.fullmatch(r"G([1-6])", (question.asks or "") if question else "")
    if gate:
        return f"Safety question {gate[1]} of 6"
    return f"About {left} more question{'' if left == 1 else 's'}" if left else ""


def _urgent(messages: Iterable[Message]) -> list[Message]:
    """The newest of each kind, a crisis first: it stays at the head of the page whatever comes after."""
    newest = {message.kind: message for message in messages if message.sender == "bot"}
    return [newest[kind] for kind in URGENT if kind in newest]


def _last_of_patient(messages: Sequence[Message]) -> int:
    """Where the newest words of the patient stand; 0 when there are none."""
    places = [place for place, message in enumerate(messages) if message.sender == "patient"]
    return places[-1] if places else 0
