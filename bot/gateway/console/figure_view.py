"""The figures page: what was counted, as charts and sentences a person can read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.gateway.console import times, words
from bot.gateway.console.fact_words import sentence
from bot.gateway.console.figure_charts import Chart, Row
from bot.gateway.console.figure_words import (
    ATTENDED,
    DECIDED,
    ENDINGS,
    FRAME,
    NONE_YET,
    SPANS,
    URGENCY,
    count,
    share,
)
from bot.protocols import Protocols
from bot.services.office.figures import Counted

MOST_DAYS = 62
"""Of a longer period a column is a week."""
FINISHED = ("booked", "callback")


@dataclass(frozen=True, kw_only=True)
class Tile:
    """One number at the top, with what it means."""

    title: str
    number: str
    meaning: str


@dataclass(frozen=True, kw_only=True)
class Grid:
    """A table of routes or tiers against what the clinic decided."""

    title: str
    says: str
    first: str
    columns: Sequence[str]
    rows: Sequence[tuple[str, Sequence[int]]]


class FigureView:
    """Everything the template shows of one period."""

    def __init__(
        self,
        counted: Counted,
        *,
        protocols: Protocols,
        zone: ZoneInfo,
        rule_titles: Mapping[str, str],
        label: Callable[[str], str],
    ) -> None:
        self.counted = counted
        self._protocols = protocols
        self._zone = zone
        self._titles = rule_titles
        self._label = label
        self._endings = counted.of("ending")
        self.begun = sum(counted.of("begun").values())

    def counted_at(self, now: dt.datetime) -> str:
        """When the counts were made; empty while there are none."""
        made = self.counted.counted_at
        return times.clock_time(made, zone=self._zone, now=now) if made else ""

    @property
    def tiles(self) -> list[Tile]:
        """The six numbers a manager asks for first."""
        finished = sum(self._endings.get(name, 0) for name in FINISHED)
        going = self._endings.get("going_on", 0)
        minutes = median_minutes(self.counted.of("minutes"))
        fallback = self.counted.of("fallback")
        visits = self.counted.of("visit")
        seen = visits.get("came", 0) + visits.get("no_show", 0)
        waiting = _states(self.counted.of("task"), self.counted.late)
        tasks = [sum(kind[place] for kind in waiting.values()) for place in range(3)]
        return [
            Tile(title="Conversations", number=count(self.begun), meaning=self._days()),
            Tile(
                title="Came to the end",
                number=share(finished, self.begun - going),
                meaning="booked or a call arranged, of those that are over",
            ),
            Tile(
                title="Time to the end",
                number=minutes,
                meaning="half of those who came to the end needed no longer",
            ),
            Tile(
                title="Not understood",
                number=share(fallback.get("times", 0), fallback.get("messages", 0)),
                meaning=f"of patients' messages; in {count(fallback.get('conversations', 0))} conversations",
            ),
            Tile(
                title="Calls in time",
                number=share(tasks[0], tasks[0] + tasks[1]),
                meaning=f"of those done; {count(sum(self.counted.late.values()))} are late now",
            ),
            Tile(
                title="Did not come",
                number=share(visits.get("no_show", 0), seen),
                meaning=f"of {count(seen)} visits where it was noted",
            ),
        ]

    def _days(self) -> str:
        return "on one day" if self.counted.period.days == 1 else f"in {self.counted.period.days} days"

    @property
    def charts(self) -> list[Chart]:
        """In the order in which a conversation goes."""
        made = [
            self._by_day(),
            self._ended(),
            self._funnel(),
            self._minutes(),
            self._handoffs(),
            self._rules(),
            self._tasks(),
            self._closings(),
            self._visits(),
            self._urgency(),
        ]
        return [chart for chart in made if chart.rows]

    def _by_day(self) -> Chart:
        period, by_day = self.counted.period, self.counted.by_day
        weeks = period.days > MOST_DAYS
        step = 7 if weeks else 1
        starts = [period.first + dt.timedelta(days=at) for at in range(0, period.days, step)]
        rows = [
            Row(
                label=f"{start.month}/{start.day}",
                values=(sum(by_day.get(start + dt.timedelta(days=more), 0) for more in range(step)),),
            )
            for start in starts
        ]
        unit = "week" if weeks else "day"
        return Chart(
            id="days",
            title=f"Conversations by {unit}",
            says=f"{count(self.begun)} began {self._days()}. Test conversations are never counted.",
            parts=("Conversations",),
            rows=rows if self.begun else [],
            first="Week from" if weeks else "Day",
            upright=True,
        )

    def _ended(self) -> Chart:
        rows = [
            Row(label=word, values=(self._endings[code],), note=_noted(self._endings[code], self.begun))
            for code, word in ENDINGS.items()
            if self._endings.get(code)
        ]
        return Chart(
            id="ends",
            title="How they ended",
            says="Who left said nothing for a day in the middle of the questions.",
            parts=("Conversations",),
            rows=rows,
            first="Ending",
            noted="Of all",
        )

    def _funnel(self) -> Chart:
        asked, left, unclear = (self.counted.of(what) for what in ("asked", "left", "open"))
        rows = []
        for name in self._in_order(asked):
            gone = left.get(name, 0)
            vague = min(unclear.get(name, 0), asked[name] - gone)
            values = (asked[name] - gone - vague, vague, gone)
            rows.append(
                Row(
                    label=self._question(name),
                    values=values,
                    note=f"{asked[name]:,}; {share(gone, asked[name])} left",
                )
            )
        worst = max(left.items(), key=lambda item: item[1], default=None)
        told = ""
        if worst and worst[1] and worst[0]:
            told = f" Most left at: {self._question(worst[0]).lower()} ({count(worst[1])})."
        return Chart(
            id="questions",
            title="Question by question",
            says=f"To how many patients each question was put, and what became of it.{told}",
            parts=("Answered", "Not sure, declined or skipped", "Left here"),
            rows=rows,
            first="Question",
            noted="Asked; left",
        )

    def _in_order(self, asked: Mapping[str, int]) -> list[str]:
        planned = [*FRAME, *self._protocols.dictionary.gates, *self._protocols.dictionary]
        place = {name: number for number, name in enumerate(dict.fromkeys(planned))}
        late = {name: len(place) + number for number, name in enumerate(FRAME) if FRAME[name].last}
        return sorted((n for n in asked if n in place), key=lambda name: late.get(name, place[name]))

    def _question(self, name: str) -> str:
        if name in FRAME:
            return FRAME[name].text
        if name in self._protocols.dictionary.gates:
            return words.word(words.GATES, name)
        return self._label(name)

    def _minutes(self) -> Chart:
        minutes = {int(key): number for key, number in self.counted.of("minutes").items()}
        rows = [
            Row(label=label, values=(sum(n for m, n in minutes.items() if low <= m < high),))
            for label, low, high in SPANS
        ]
        return Chart(
            id="minutes",
            title="Time to the end",
            says=f"From the first word to what was arranged: half within {self._median()}.",
            parts=("Conversations",),
            rows=rows if minutes else [],
            first="Time",
            upright=True,
        )

    def _median(self) -> str:
        return median_minutes(self.counted.of("minutes"))

    def _handoffs(self) -> Chart:
        found = self.counted.of("handoff")
        rows = _worded(found, words.HANDOFFS, whole=self.begun)
        return Chart(
            id="handoffs",
            title="Hand-offs",
            says="What each conversation was handed to.",
            parts=("Conversations",),
            rows=rows,
            first="Hand-off",
            noted="Of all",
        )

    def _rules(self) -> Chart:
        counted = self.counted.of("rule")
        named = {f"{id_} {sentence(title)}": counted.get(id_, 0) for id_, title in self._titles.items()}
        rows = [
            Row(label=label, values=(number,), note=_noted(number, self.begun))
            for label, number in _most_first(named)
            if number
        ]
        return Chart(
            id="rules",
            title="Red flags by rule",
            says="Conversations in which a rule stands at the end; one can have several.",
            parts=("Conversations",),
            rows=rows,
            first="Rule",
            noted="Of all",
        )

    def _tasks(self) -> Chart:
        states = _states(self.counted.of("task"), self.counted.late)
        rows = [
            Row(
                label=words.word(words.TASKS, kind).partition(":")[0],
                values=numbers,
                note=_in_time(numbers, late=self.counted.late.get(kind, 0)),
            )
            for kind, numbers in sorted(states.items(), key=lambda item: (-sum(item[1]), item[0]))
        ]
        return Chart(
            id="tasks",
            title="Calls and other work against their target",
            says="In time: somebody tried before it was due; of an emergency: somebody had it by then.",
            parts=("In time", "Late", "Not done yet"),
            rows=rows,
            first="Work",
            noted="In time",
        )

    def _closings(self) -> Chart:
        ended: dict[str, int] = {}
        for key, number in self.counted.of("closed").items():
            code = key.partition(":")[2]
            ended[code] = ended.get(code, 0) + number
        outcomes = self._protocols.tasks.outcomes
        rows = [
            Row(label=outcomes[code].label if code in outcomes else code, values=(number,))
            for code, number in _most_first(ended)
        ]
        return Chart(
            id="closings",
            title="How work was closed",
            says="The code with which staff closed a task.",
            parts=("Tasks",),
            rows=rows,
            first="Closed with",
        )

    def _visits(self) -> Chart:
        found = self.counted.of("visit")
        rows = _worded(found, ATTENDED, whole=sum(found.values()))
        return Chart(
            id="visits",
            title="Visits of these days",
            says="Whether the patient came is noted on the case page.",
            parts=("Visits",),
            rows=rows,
            first="Visit",
            noted="Of all",
        )

    def _urgency(self) -> Chart:
        told = _pairs(self.counted.of("urgency"))
        rows = []
        for level, word in words.LEVELS.items():
            numbers = tuple(told.get((level, code), 0) for code in URGENCY)
            if sum(numbers):
                rows.append(Row(label=word, values=numbers, note=f"{share(numbers[0], sum(numbers))} right"))
        return Chart(
            id="urgency",
            title="Was the urgency right?",
            says="What clinicians said later of the level the service gave. Too low is the dangerous one.",
            parts=tuple(URGENCY.values()),
            rows=rows,
            first="Level given",
            noted="Right",
        )

    @property
    def grids(self) -> list[Grid]:
        """The route and the score against what the clinic decided later."""
        made = [
            _grid("Route and what was decided", "Route given", self.counted.of("route"), words.OUTCOMES),
            _grid("Need and what was decided", "Tier of need", self.counted.of("tier"), {}),
        ]
        return [grid for grid in made if grid.rows]


def median_minutes(minutes: Mapping[str, int]) -> str:
    """The minute within which half of them are; `-` of nothing."""
    half, passed = sum(minutes.values()) / 2, 0
    for minute in sorted(map(int, minutes)):
        passed += minutes[str(minute)]
        if passed >= half:
            return times.span((minute + 1) * times.MINUTE)
    return NONE_YET


def _grid(title: str, first: str, found: Mapping[str, int], named: Mapping[str, str]) -> Grid:
    told = _pairs(found)
    ours = [code for code in (*named, *{a for a, _ in told}) if any(a == code for a, _ in told)]
    rows = [
        (words.word(named, code) or "none", [told.get((code, theirs), 0) for theirs in DECIDED])
        for code in dict.fromkeys(ours)
    ]
    says = f"{count(sum(found.values()))} cases on which a clinician wrote down what was decided."
    return Grid(title=title, says=says, first=first, columns=list(DECIDED.values()), rows=rows)


def _states(tasks: Mapping[str, int], late: Mapping[str, int]) -> dict[str, tuple[int, int, int]]:
    """Kind -> in time, late, not done yet."""
    told = _pairs(tasks)
    kinds = {kind for kind, _ in told} | set(late)
    return {
        kind: (told.get((kind, "in_time"), 0), told.get((kind, "late"), 0), told.get((kind, "open"), 0))
        for kind in kinds
    }


def _in_time(numbers: tuple[int, int, int], *, late: int) -> str:
    return f"{share(numbers[0], numbers[0] + numbers[1])}; {late} late now"


def _pairs(found: Mapping[str, int]) -> dict[tuple[str, str], int]:
    return {(key.partition(":")[0], key.partition(":")[2]): number for key, number in found.items()}


def _most_first(found: Mapping[str, int]) -> Iterable[tuple[str, int]]:
    return sorted(found.items(), key=lambda item: (-item[1], item[0]))


def _worded(found: Mapping[str, int], names: Mapping[str, str], *, whole: int) -> list[Row]:
    """One row a code that was counted, in the order of `names`, with its share of `whole`."""
    return [
        Row(label=word, values=(found[code],), note=_noted(found[code], whole))
        for code, word in names.items()
        if found.get(code)
    ]


def _noted(number: int, of: int) -> str:
    return f"{number:,}; {share(number, of)}"
