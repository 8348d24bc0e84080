"""Reads one message: words, concepts, frames, assertions, times, figures, the answer to what was asked."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from spacy.language import Language

from bot.domain.dictionary import Dictionary
from bot.domain.findings import Reading
from bot.language.answers.answers import Answers
from bot.language.answers.contacts import find_contacts, find_name
from bot.language.answers.sayings import read_sayings
from bot.language.answers.wishes import find_goals
from bot.language.grammar.assertions import assertion_of, modifiers_of, words_inside
from bot.language.grammar.care import settle_care
from bot.language.grammar.courses import courses_of, settle_courses
from bot.language.grammar.ended import settle_ended
from bot.language.grammar.explained import cause_told, explanations
from bot.language.grammar.half_read import half_read, settle_half_read
from bot.language.grammar.hints import read_hints
from bot.language.grammar.listed_places import settle_listed_places
from bot.language.grammar.passing import settle_passing
from bot.language.grammar.pipeline import build_pipeline
from bot.language.grammar.places import settle_places
from bot.language.grammar.relations import is_for_the_writer, relation_of
from bot.language.grammar.screened import alarms
from bot.language.grammar.settle import Settled, value_of
from bot.language.grammar.sexes import find_sex
from bot.language.grammar.story import Story
from bot.language.grammar.supposed import settle_supposed
from bot.language.grammar.taken_back import settle_denied_inside, settle_taken_back, settle_well_in_a_list
from bot.language.grammar.temperatures import find_temperatures
from bot.language.grammar.weak_limbs import name_weak_limbs
from bot.language.screen.screen import Screen, open_to_half, screened
from bot.language.text.heard import Heard
from bot.language.text.lexicon import Frame, Lexicon, load_lexicon
from bot.language.text.numbers import Figure, bare_age, find_figures
from bot.language.text.page import Page
from bot.language.text.report import Report
from bot.language.text.segments import DENIALS, NAY, Segmenter, Token
from bot.language.text.spelled import with_digits
from bot.language.text.tongue import language_of
from bot.language.text.words import Words, clean
from bot.language.times.births import find_births
from bot.language.times.outdated import settle_outdated
from bot.language.times.times import TimeMention, find_times
from bot.language.times.timing import course_slot, time_facts

_FEVER_ASKS = ("temp_f", "fever", "G4")
_TURNS = ("came_true", "same_as_mine")
"""What turns the words before: a warning has come true, a stranger's story is the writer's too."""
_DOC_WORDS = 70
"""Sentences are read together up to this many words, so that cost stays linear in the text's length."""


def load_reader(dictionary: Dictionary, lexicon_dir: Path, *, screen: Screen | None = None) -> Reader:
    """The reader with all its patterns (two seconds; once per process); without `screen` grammar alone.

    Raises ProtocolError when a lexicon file is wrong.
    """
    lexicon = load_lexicon(lexicon_dir)
    nlp, words = build_pipeline(lexicon)
    return Reader(nlp=nlp, words=words, lexicon=lexicon, dictionary=dictionary, screen=screen)


class Reader:
    """Text to `Reading`. `nlp` is the spaCy pipeline; without its ConText pipe nothing is negated.

    `hints` are the words that are asked about wherever they stand.
    """

    def __init__(
        self,
        *,
        nlp: Language,
        words: Words,
        lexicon: Lexicon,
        dictionary: Dictionary,
        screen: Screen | None = None,
    ) -> None:
        self.nlp = nlp
        self._alone = threading.Lock()
        self._screen = screen
        self._words = words
        self._lexicon = lexicon
        self._dictionary = dictionary
        self._segmenter = Segmenter(lexicon.words)
        self._answers = Answers(lexicon, words, dictionary)
        self._story = Story(lexicon, words)
        self.hints = read_hints(lexicon.words.get("hints", ()), dictionary)
        self.sayings = read_sayings(lexicon.words.get("sayings", {}))
        self._four_valued = frozenset(n for n in dictionary if dictionary[n].kind == "four_valued")

    def read(
        self, text: str, asked: str | None = None, question: str | None = None, date: dt.date | None = None
    ) -> Reading:
        """The reading of one message; never raises for any text. Threads wait for each other.

        `asked` is the name of the pending question (variable, gate, contact_name, ...), `question` its
        wording (unused so far: names suffice), `date` the message's day (default: today, UTC).
        """
        with self._alone:  # spaCy does not promise that two threads may use one pipeline
            return self._read(text, asked, date or dt.datetime.now(dt.timezone.utc).date())

    def _read(self, text: str, asked: str | None, day: dt.date) -> Reading:
        source = clean(text)
        words = self._words.of(source)
        tokens = self._segmenter.of(words)
        page = Page(text, source, tokens)
        language = language_of(source.text, self._lexicon.spanish)
        likely = self._screen.likely(text) if self._screen and language == "en" else {}
        reports, concepts, turns = self._reports(tokens, asked, open_to_half(likely, asked=asked))
        reports = settle_half_read(reports)
        reports = settle_supposed(
            reports, tokens, came_true=turns["came_true"], mine_too=turns["same_as_mine"]
        )
        reports = settle_well_in_a_list(settle_denied_inside(reports), tokens)
        reports = settle_taken_back(reports, tokens)
        reports = settle_passing(reports, tokens)
        reports = self._story.settle(reports, concepts, tokens)
        reports = settle_ended(reports, tokens, self._answers.said, self._four_valued)
        reports = settle_listed_places(settle_places(reports, tokens, asked), tokens)
        reports = name_weak_limbs(reports, tokens)
        reports = settle_courses(settle_care(reports, tokens), tokens, asked)
        times = find_times(page.tokens, day, page.text)
        reports = settle_outdated(reports, times, tokens)
        settled = Settled(self._dictionary)
        self._add_reports(settled, reports, page)
        correcting = self._answers.corrects(words)
        self._add_times(settled, reports, times, page, asked, correcting=correcting)
        causes = [*explanations(reports, settled.facts, self._dictionary), *cause_told(reports, asked)]
        for said in causes:
            finding = page.finding(said.variable, said.value, "present", said.said_by.start, said.said_by.end)
            settled.add(finding, said.value)
        self._add_figures(settled, page, asked, day)
        heard = Heard(words=words, asked=asked, date=day, tokens=tokens, page=page, concepts=concepts)
        answer = self._answers.settle(heard, settled)
        if language != "en":
            settled.add(page.whole("language", language), language)
        reading = Reading(
            findings=settled.ordered(),
            facts=dict(sorted(settled.facts.items())),
            answer=answer.answer,
            polarity=answer.polarity,
            correction=answer.correction,
            question=answer.question,
            language=language,
            ask=self._asks(reports, settled),
            half_read=tuple(name for name in half_read(reports) if alarms(settled.facts.get(name))),
        )
        if self._screen is None:
            return reading
        return screened(reading, likely, self._screen, text=text, asked=asked)

    def _reports(
        self, tokens: Sequence[Token], asked: str | None, likely: Mapping[str, float] | None = None
    ) -> tuple[list[Report], set[str], dict[str, list[int]]]:
        """The frames found, the concepts mentioned, and where it says so of `_TURNS`.

        `likely` are the facts that half a frame may be enough for, with the screen's probabilities.
        """
        reports: list[Report] = []
        concepts: set[str] = set()
        turns: dict[str, list[int]] = {name: [] for name in _TURNS}
        for base, chunk in _chunks(tokens):
            doc = self.nlp(self.nlp.tokenizer.of_tokens(chunk, likely=likely))
            inside, found = words_inside(doc), modifiers_of(doc)
            mentions = doc.user_data["mentions"]
            concepts.update(mention.concept for mention in mentions)
            for mention in mentions:
                if mention.concept in turns:
                    turns[mention.concept].append(base + mention.start)
            for hit in doc.user_data["hits"]:
                if not _is_asked(hit.frame, asked):
                    continue
                head = chunk[hit.head[0]]
                assertion, relative = assertion_of(hit, found, inside)
                if asked == "region" and assertion == "absent" and _no_to_the_rest(chunk, hit.head[0]):
                    assertion = "present"
                reports.append(
                    Report(
                        name=hit.frame.name,
                        sets=hit.frame.sets,
                        assertion=assertion,
                        relative=relative,
                        event=hit.frame.event,
                        asks=hit.frame.asks,
                        denies=hit.frame.denies,
                        start=base + hit.start,
                        end=base + hit.end,
                        head=base + hit.head[0],
                        clause=head.clause,
                        sentence=head.sentence,
                    )
                )
        return reports, concepts, turns

    def _add_reports(self, settled: Settled, reports: Sequence[Report], page: Page) -> None:
        for report in reports:
            for name, value in report.sets.items():
                if name not in self._dictionary:
                    continue
                fact = value_of(report, name, value, self._dictionary[name])
                settled.add(page.finding(name, value, report.assertion, report.start, report.end), fact)
            for name, value in report.denies.items() if report.assertion == "absent" else ():
                settled.add(page.finding(name, value, "absent", report.start, report.end), value)

    def _add_times(
        self,
        settled: Settled,
        reports: Sequence[Report],
        times: Sequence[TimeMention],
        page: Page,
        asked: str | None,
        *,
        correcting: bool,
    ) -> None:
        found = time_facts(reports, times, page.tokens, self._dictionary, asked=asked, correcting=correcting)
        for timed in found:
            finding = page.finding(timed.variable, timed.value, "present", timed.start, timed.end)
            settled.add(finding, timed.value)
        for symptom, course, said in courses_of(reports):
            slot = course_slot(symptom)
            if slot in self._dictionary and slot not in settled.facts:
                settled.add(page.finding(slot, course, "present", said.start, said.end), course)

    def _add_figures(self, settled: Settled, page: Page, asked: str | None, day: dt.date) -> None:
        self._add_numbers(settled, page, asked, day)
        figures: list[Figure] = []
        figures += find_births(page.source.text, date=day, asked=asked == "birth_date")
        figures += find_goals(page.source.text)
        figures += find_contacts(page.source.text, asked=asked)
        name = find_name(page.text, page.source.text, asked=asked)
        figures += [name] if name else []
        own = is_for_the_writer(page.source.text, with_complaint="region" in settled.facts)
        figures += [Figure("who_for", "self", *own)] if own and "who_for" not in settled.facts else []
        related = relation_of(page.source.text, bare=asked == "relation")
        if related and (asked == "relation" or settled.facts.get("who_for") == "other"):
            figures.append(Figure("relation", *related))
        sex = find_sex(page.source.text, asked=asked == "sex", other=settled.facts.get("who_for") == "other")
        figures += [sex] if sex and not any(figure.variable == "sex" for figure in figures) else []
        for figure in figures:
            settled.add(page.figure(figure), figure.value)

    def _add_numbers(self, settled: Settled, page: Page, asked: str | None, day: dt.date) -> None:
        """Figures with a unit or a role, written in digits or in words."""
        digits = with_digits(page.source, pounds=asked == "weight_lb")
        figures = list(find_figures(digits.text, year=day.year))
        if asked == "who_for" and not any(figure.variable == "age" for figure in figures):
            figures += bare_age(digits.text, with_complaint="region" in settled.facts)
        other = settled.facts.get("who_for") == "other"
        figures += find_temperatures(digits.text, asked=asked in _FEVER_ASKS, other=other)
        for figure in figures:
            settled.add(page.figure(figure, digits), figure.value)

    def _asks(self, reports: Sequence[Report], settled: Settled) -> tuple[str, ...]:
        """Safety variables to ask about at once: likely, and not settled by the text itself."""
        wanted = [
            name
            for report in reports
            for name in report.asks
            if report.assertion not in ("absent", "hypothetical", "other_person")
        ]
        # "if this fails I will end it": a supposition about one's own death is asked about all the same
        wanted += [
            "self_harm" for r in reports if r.assertion == "hypothetical" and r.sets.get("self_harm") == "yes"
        ]
        wanted += [
            name
            for report in reports
            if report.assertion == "unsure"
            for name in report.sets
            if name in self._dictionary and self._dictionary[name].safety and name not in ("region", "side")
        ]
        open_ones = [
            n for n in wanted if n in self._dictionary and settled.facts.get(n, "unsure") == "unsure"
        ]
        return tuple(dict.fromkeys(open_ones))


def _is_asked(frame: Frame, asked: str | None) -> bool:
    """The frame counts as a reply to this ask; a symptom's course is asked like the complaint's."""
    asks = {asked, "course"} if asked and asked.endswith("_course") else {asked}
    return (not frame.asked or not frame.asked.isdisjoint(asks)) and asked not in frame.not_asked


def _chunks(tokens: Sequence[Token]) -> Iterator[tuple[int, Sequence[Token]]]:
    """Whole sentences, together up to the limit."""
    start = 0
    for index in range(1, len(tokens) + 1):
        end_of_text = index == len(tokens)
        new_sentence = not end_of_text and tokens[index].sentence != tokens[index - 1].sentence
        if end_of_text or (new_sentence and index - start >= _DOC_WORDS // 2):
            yield start, tokens[start:index]
            start = index


def _no_to_the_rest(words: Sequence[Token], place: int) -> bool:
    """ "Lower back, no": the place is the answer, the "no" speaks of what was asked beside it."""
    sentence = [word for word in words if word.sentence == words[place].sentence]
    before = [word for word in sentence if word.start < words[place].start]
    if any(word.norm in DENIALS for word in before):
        return False
    nay = next((i for i, word in enumerate(words) if i > place and word.norm == NAY), None)
    return nay is not None and words[nay - 1].norm == ","
