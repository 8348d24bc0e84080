"""Times without a number: "for years", "forever", "since I was a kid", "a while"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.language.text.segments import Token
from bot.language.text.time_line import Line

_VAGUE = re.compile(
    r"(?<!\S)(?:for |been |in |over )?(?P<word>year|ages|forever|long time|while|all life|life long|lifelong|"
    r"entire life|whole life|decade|childhood|always (?:been|have|had|was|am|is|has)"
    r"|(?<=have )always"
    r"|(?:since|as|from|when) (?:i was |i be |he was |she was )?(?:in |little |young )?"
    r"(?:kid|teen|teenager|child|childhood|boy|girl|high school|college|birth))(?!\S)"
)
_NOT_OLD = frozenset(("every", "per", "this", "next", "new", "last", "each", "1", "school"))
_WHILE_DOING = frozenset(
    ("take", "tak", "took", "stand", "sit", "sat", "wait", "spend", "stay", "sits", "stood", "push")
)
_DOING_WORDS = 4
""" "Takes forever to pee", "at the urinal forever": how slow it is, not how long ago it began."""


def find_vague(line: Line, tokens: Sequence[Token]) -> Iterator[tuple[float | None, int, int, str]]:
    """Days (None: not said), token positions from and to, and the kind "vague" or "old"."""
    for match in _VAGUE.finditer(line.text):
        before = line.text[: match.start()].split()[-1:]
        raw = tokens[line.span(*match.span("word"))[0]].raw
        if match["word"] == "year" and ((before and before[0] in _NOT_OLD) or not raw.endswith("s")):
            continue
        if not _WHILE_DOING.isdisjoint(line.text[: match.start()].split()[-_DOING_WORDS:]):
            continue
        if match["word"] == "always have" and line.text[match.end() :].split()[:1] in (["to"], ["get"]):
            continue  # "always have to pee"
        kind = "vague" if match["word"] in ("long time", "while") else "old"
        days = 3650.0 if match["word"] == "decade" else None
        yield (days, *line.span(*match.span()), kind)
