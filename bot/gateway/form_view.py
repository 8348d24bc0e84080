"""The conversation as a plain page: what `widget/form.html` shows, without any script.

Everything that anybody wrote is escaped by Jinja; line breaks become paragraphs and telephone numbers
links.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from bot.domain.cases import Message, MessageChoice
from bot.gateway.options import Options
from bot.gateway.pages import FOLDER, page_fields

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
_PHONE = re.compile(r"(?<![\w-])(911|988|(?:1-)?\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4})(?![\w-])")
_FEWEST_BOXES = 4
"""A safety question offers three buttons; which of these signs it is comes with more, as boxes."""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One conversation as it is shown; nothing of it while there is none."""

    messages: Sequence[Message] = ()
    csrf: str = ""
    message_id: str = ""
    """Of the message to be sent from this page: sent twice, it is one message."""
    reference: str = ""
    left: int | None = None
    changeable: Sequence[int] = ()
    trouble: str = ""
    screened: Sequence[Mapping[str, Any]] = ()
    """Emergency texts that no record holds."""
    kept: str = field(default="", repr=False)
    """Words that could not be taken: they stay in their field."""


class FormView:
    """The page's template with what never changes."""

    def __init__(self, options: Options) -> None:
        self._options = options
        environment = Environment(
            loader=FileSystemLoader(Path(FOLDER)),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.filters.update(lines=_lines, longest=_longest, clock=self._clock)
        self._template = environment.get_template("form.html")

    def render(self, shown: Shown) -> str:
        """The whole page."""
        fields = page_fields(self._options)
        question = _open_question(shown.messages)
        fitting = {**_WORDS, **self._options.inputs.get((question.asks or "") if question else "", {})}
        offered = question.choices if question else ()
        last = _last_of_patient(shown.messages)
        return self._template.render(
            title=f"Chat with {fields['chat_name']}", name=fields["chat_name"], greeting=fields["greeting"],
            phone=fields["clinic_phone"], phone_digits=fields["clinic_phone_digits"], demo=self._options.demo,
            started=bool(shown.csrf), earlier=shown.messages[:last], latest=shown.messages[last:],
            urgent=[*shown.screened, *_urgent(shown.messages)], calls=_CALLS, wide=_WIDE, question=question,
            several=fitting["kind"] == "several" and len(offered) >= _FEWEST_BOXES,
            input=fitting, input_labels=_LABELS, csrf=shown.csrf,
            message_id=shown.message_id, reference=shown.reference,
            progress=_progress(question, shown.left),
            changeable=shown.changeable, trouble=shown.trouble, kept=shown.kept,
        )  # fmt: skip

    def _clock(self, at: dt.datetime) -> str:
        local = at.astimezone(ZoneInfo(self._options.zone))
        return (
            f"{local:%b} {local.day}, {local.hour % 12 or 12}:{local:%M} {'AM' if local.hour < 12 else 'PM'}"
        )


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


def _longest(choices: Iterable[MessageChoice]) -> int:
    return max((len(choice.label) for choice in choices), default=0)


def _lines(text: str) -> Markup:
    lines = (line.strip() for line in text.split("\n"))
    return Markup("").join(Markup("<p>{}</p>").format(_with_phones(line)) for line in lines if line)


def _with_phones(line: str) -> Markup:
    parts = _PHONE.split(line)
    return Markup("").join(_call(part) if place % 2 else escape(part) for place, part in enumerate(parts))


def _call(number: str) -> Markup:
    return Markup('<a href="tel:{}">{}</a>').format(re.sub(r"\D", "", number), number)
