"""The message as written, and the way from words and figures to its characters."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.dictionary import Value
from bot.domain.findings import Assertion, Finding
from bot.language.text.numbers import Figure
from bot.language.text.segments import Token
from bot.language.text.words import CleanText


class Page:
    """The message as written, with the way from word positions to its characters."""

    def __init__(self, text: str, source: CleanText, tokens: Sequence[Token]) -> None:
        self.text = text
        self.source = source
        self.tokens = tokens

    def finding(self, variable: str, value: Value, assertion: Assertion, start: int, end: int) -> Finding:
        """A finding over words start..end."""
        first, last = self.tokens[start].start, self.tokens[max(start, end - 1)].end
        return self._made(variable, value, assertion, first, last)

    def figure(self, figure: Figure, source: CleanText | None = None) -> Finding:
        """A finding over characters of the clean text, or of `source` made from it; words stay whole."""
        text = source or self.source
        start, end = text.at(figure.start), text.end_at(figure.end)
        while 0 < start < len(self.text) and self.text[start].isalnum() and self.text[start - 1].isalpha():
            start -= 1
        return self._made(figure.variable, figure.value, "present", start, end)

    def whole(self, variable: str, value: Value, assertion: Assertion = "present") -> Finding:
        """A finding over the whole message."""
        stripped = self.text.strip()
        start = self.text.find(stripped) if stripped else 0
        return self._made(variable, value, assertion, start, start + len(stripped))

    def _made(self, variable: str, value: Value, assertion: Assertion, start: int, end: int) -> Finding:
        words = self.text[start:end]
        return Finding(variable=variable, value=value, assertion=assertion, start=start, end=end, words=words)
