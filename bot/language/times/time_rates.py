"""Times that say how often or how much of a day: "twice a night", "every 20 minutes", "a pack a day"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.language.text.time_line import Line, word_set

_RATE = re.compile(
    r"(?<!\S)(?:(?:every|each|per) (?:other |single |few |couple |\d+ (?:(?:-|to|or) \d+ )?)?"
    r"(?:minute|hour|day|night|week|month|year|morning|morn|afternoon|evening|even|weekend|[a-z]+day)"
    r"|(?:\d+|once|twice|twic|few|several|couple|many)(?: (?:-|to|or) \d+)?(?: x| time| hour| minute"
    r"| pill| dose)?"
    r" (?:1|per|every|each|/) (?:minute|hour|day|night|week|month|year)"
    r"|\d+ (?:day|hour|time|night|tim)s? (?:weekly|monthly|daily)"
    r"|\d+ x (?:day|night|week|month|year)|(?:all|half|most) (?:day|night)(?: long)?|/ (?:day|week"
    r"|month|hour)"
    r"|(?:middle|most|rest) (?:day|night|week)|\d+ (?:hour|minute) (?:at 1 time|at time|afterward"
    r"|after that|after wards))(?!\S)"
)
_A_UNIT = re.compile(
    r"(?<!\S)(?P<before>\S+) 1 (?:minute|hour|day|night|week|month|year)(?! ago| back| or|\S)"
)
_LEADS_A_UNIT = word_set(
    """
    for about been since past last over almost nearly in within maybe be ~ ¦ , is was only on after
    and half it around like than x to least up push part have - come say took tak roughly that now
    yet under barely or close some start approx begin
    """
)
_AMOUNTS = word_set(
    """
    pill tablet pack mile km hour visit session dose shot beer drink cigarette cup pad diaper lb pound time
    once onc twice twic tim pil dos mg gram class shift round block flight call per every oxy norco percocet
    day night kg name give pick
    """
)
_LONG_UNITS = ("week", "month", "year")


def find_rates(line: Line) -> Iterator[tuple[int, int]]:
    """Where a time says how often or how much of a day: token positions from and to."""
    for match in _RATE.finditer(line.text):
        yield line.span(*match.span())
    for match in _A_UNIT.finditer(line.text):
        before = match["before"]
        if before not in _LEADS_A_UNIT and before.isalpha() and not _lasts(match, line.text):
            yield line.span(match.start() + len(before) + 1, match.end())


def _lasts(match: re.Match[str], text: str) -> bool:
    """ "Numb a week", "sore a month now" is how long; "2 visits a month", "a pad a day" how often."""
    if match.group().split()[-1] not in _LONG_UNITS or match["before"] in _AMOUNTS:
        return False
    ahead = text[: match.start()].split()[-1:]
    return not (ahead and (ahead[0][:1].isdigit() or ahead[0] in ("few", "couple", "several")))
