"""Finding a text of the clinic's files inside what was said, by its id.

Ids are those of `data/protocols/texts.yaml`; `faq:TOPIC` is an answer of `faq.yaml`, `why:NAME` the reason
given for a question, `ask:NAME` the question itself in any of its wordings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from bot.settings import ROOT

PROTOCOLS = ROOT / "data" / "protocols"


def said(text_id: str, message: str) -> bool:
    """Whether the message holds the text with this id, whatever its fields are. Raises KeyError."""
    return any(pattern.search(_plain(message)) for pattern in patterns(text_id))


@cache
def patterns(text_id: str) -> tuple[re.Pattern[str], ...]:
    """One pattern for each channel's wording of the text. Raises KeyError for an unknown id."""
    return tuple(_pattern(template) for template in _templates(text_id) if template)


def _templates(text_id: str) -> Iterator[str]:
    prefix, _, name = text_id.rpartition(":")
    if prefix == "faq":
        entry = _file("faq.yaml")["faq"][name]
        yield from (entry["answer"], entry.get("sms", ""))
    elif prefix in ("why", "ask"):
        question = _question(name)
        yield from [question["why"]] if prefix == "why" else (question.get(k, "") for k in _WORDINGS)
    else:
        entry = _file("texts.yaml")["texts"][name]
        yield from (entry["web"], entry.get("sms", ""))


_WORDINGS = ("web", "sms", "proxy", "reask")


def _question(name: str) -> dict[str, str]:
    dictionary = _file("variables.yaml")
    found: dict[str, str] = {**dictionary["variables"], **dictionary["gates"]}[name]["question"]
    return found


def is_yes_or_no(name: str) -> bool:
    """Whether a variable is answered with yes or no."""
    return bool(_file("variables.yaml")["variables"].get(name, {}).get("kind") in ("four_valued", "yes_no"))


def _pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"\{\w+\}", _plain(template))
    return re.compile(".*?".join(re.escape(part) for part in parts), re.DOTALL | re.IGNORECASE)


def _plain(text: str) -> str:
    return " ".join(text.replace("’", "'").replace("**", "").split())


@cache
def _file(name: str) -> Any:
    return yaml.safe_load(Path(PROTOCOLS / name).read_text(encoding="utf-8"))
