"""The form of one fact, and what an entry would change, in words."""

from __future__ import annotations

from bot.domain.dictionary import Variable
from bot.domain.levels import Level
from bot.gateway.console import words
from bot.gateway.console.case_page import CasePage
from bot.gateway.console.fact_words import sentence, show
from bot.gateway.console.shown import ShownFact
from bot.services.office.fact_edits import NOT_KNOWN, Outlook, stamp

_TOLD = {
    Level.EMERGENCY_NOW: "The patient is told at once to go to an emergency room or call 911, "
    "and an emergency stands at the top of the queue.",
    Level.SAME_DAY: "The patient is told at once that somebody must speak with them today, "
    "and an urgent callback is queued.",
}


class FactForm:
    """What the template asks for."""

    def __init__(self, page: CasePage, variable: Variable) -> None:
        self.page = page
        self.variable = variable

    @property
    def name(self) -> str:
        return self.variable.name

    @property
    def label(self) -> str:
        return self.page.label(self.name)

    @property
    def question(self) -> str:
        """How the bot asks for it; empty when it never does."""
        return self.variable.question.web if self.variable.question else ""

    @property
    def seen(self) -> str:
        """Goes along with the form: an entry on a fact that has changed meanwhile is refused."""
        return stamp(self.page.file.facts.get(self.name))

    @property
    def held(self) -> ShownFact | None:
        fact = self.page.file.facts.get(self.name)
        return None if fact is None else self.page.fact(fact)

    @property
    def history(self) -> list[ShownFact]:
        """All values, oldest first."""
        return [self.page.fact(fact) for fact in self.page.file.history.get(self.name, ())]

    @property
    def given(self) -> list[str]:
        """The value in force as the form's fields hold it."""
        fact = self.page.file.facts.get(self.name)
        if fact is None or fact.value is None:
            return [NOT_KNOWN]
        value = fact.value
        if isinstance(value, tuple):
            return list(value)
        return [f"{value:g}" if isinstance(value, float) else str(value)]

    @property
    def choices(self) -> list[tuple[str, str]]:
        """(value, words) for a variable with allowed words."""
        labels = {choice.value: choice.label for choice in self.variable.choices}
        return [(value, labels.get(value) or sentence(show(value))) for value in self.variable.values]

    @property
    def limits(self) -> str:
        """`0 to 10, points` for a number; empty for anything else."""
        low, high = self.variable.minimum, self.variable.maximum
        span = f"{low:g} to {high:g}" if low is not None and high is not None else ""
        return ", ".join(part for part in (span, self.variable.unit or "") if part)


class OutlookView:
    """What an entry would change, for the person who decides."""

    def __init__(self, outlook: Outlook, form: FactForm) -> None:
        self._outlook = outlook
        self._page = form.page
        self.name = form.name

    @property
    def value(self) -> str:
        value = self._outlook.value
        return "not known" if value is None else self._page.value(self.name, value)

    @property
    def lowers(self) -> bool:
        return self._outlook.lowers

    @property
    def level_before(self) -> tuple[str, str]:
        """(code, word)."""
        return self._level(self._outlook.before)

    @property
    def level_after(self) -> tuple[str, str]:
        return self._level(self._outlook.judgement.level)

    @property
    def rules_on(self) -> list[tuple[str, str]]:
        """(id, title) of the rules that would fire."""
        return [(rule, self._page.rule_title(rule)) for rule in self._outlook.rules_on]

    @property
    def rules_off(self) -> list[tuple[str, str]]:
        return [(rule, self._page.rule_title(rule)) for rule in self._outlook.rules_off]

    @property
    def outcome(self) -> str:
        return words.word(words.OUTCOMES, self._outlook.judgement.outcome)

    @property
    def told(self) -> str:
        """What the patient hears of it."""
        if self._outlook.tells is not None:
            return _TOLD[self._outlook.tells]
        if self._outlook.lowers:
            return "The patient is told nothing: only a person takes a warning back. Call, or write to them."
        return "The patient is told nothing."

    def _level(self, level: Level) -> tuple[str, str]:
        if level is Level.NONE and not self._outlook.judgement.certificate.complete:
            return level.value, words.NOT_YET
        return level.value, words.word(words.LEVELS, level.value)
