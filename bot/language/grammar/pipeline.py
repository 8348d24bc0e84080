"""The spaCy pipeline: our words, the lexicon's concepts, its frames, and medspaCy's ConText.

Words that no lexicon entry uses become one placeholder, so spaCy's string store never holds a patient's
words and never grows. Warning filters are given back as they were: importing medspaCy switches them off.
"""

from __future__ import annotations

import warnings
from collections.abc import Collection, Mapping, Sequence
from operator import attrgetter
from typing import Any

import spacy
from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.vocab import Vocab

from bot.domain.errors import ProtocolError
from bot.language.grammar.frames import FrameMatcher, Hit, Mention
from bot.language.grammar.half_read import HALF, HalfReader
from bot.language.grammar.phrase_tree import PhraseTree
from bot.language.text.lexicon import Lexicon
from bot.language.text.segments import CLAUSE, NAY, Token
from bot.language.text.words import ME, Words

UNKNOWN = "~"
NUMBER = "#"
TARGETS = "intake_targets"
_NARROW = {"max_scope": 1}
"""Scope of cues that only end others: a border whose scope holds the other's whole would not end it."""


class LexiconTokenizer:
    """Makes a Doc of known words; the only tokenizer the pipeline has."""

    def __init__(self, vocab: Vocab, words: Words) -> None:
        self._vocab = vocab
        self._words = words
        self._known: set[str] | None = None

    def close(self, known: set[str]) -> None:
        """From now on every other word is the placeholder."""
        self._known = known

    def __call__(self, text: str) -> Doc:
        """A lexicon phrase (the path medspaCy takes for its rules)."""
        return Doc(self._vocab, words=self.norms(text))

    def norms(self, text: str) -> list[str]:
        """The normal words of a lexicon phrase. Raises ProtocolError when there are none."""
        special = {"<clause>": CLAUSE, "<me>": ME, "<dot>": ".", "<nay>": NAY}
        norms = [special[text]] if text in special else self._words.phrase(text)
        if not norms:
            raise ProtocolError(f"lexicon: {text!r} holds fillers only; reword or drop it")
        return norms

    def of_tokens(self, tokens: Sequence[Token], *, likely: Mapping[str, float] | None = None) -> Doc:
        """A message's tokens as a Doc with sentence starts set; it carries the tokens for the pipes.

        `likely` are the facts that half a frame may be enough for, with the screen's probabilities.
        """
        starts = [
            index == 0 or token.sentence != tokens[index - 1].sentence for index, token in enumerate(tokens)
        ]
        words = [self._shown(token.norm) for token in tokens]
        doc = Doc(self._vocab, words=words, sent_starts=starts)
        doc.user_data["tokens"], doc.user_data["words"], doc.user_data["likely"] = tokens, words, likely
        return doc

    def _shown(self, norm: str) -> str:
        if self._known is None or norm in self._known:
            return norm
        return NUMBER if norm[:1].isdigit() else UNKNOWN


class ConceptFinder:
    """Pipe: mentions of the lexicon's concepts, longest first, and the frames they compose."""

    def __init__(self) -> None:
        self._phrases = PhraseTree()
        self._frames: FrameMatcher | None = None
        self._halves: HalfReader | None = None
        self._transparent: frozenset[str] = frozenset()

    def load(self, phrases: PhraseTree, halves: PhraseTree, lexicon: Lexicon) -> None:
        """Give the pipe its patterns; those of half concepts stand apart, they are rarely looked for."""
        self._phrases, self._transparent = phrases, lexicon.transparent
        self._frames = FrameMatcher([frame for frame in lexicon.frames if not frame.half])
        self._halves = HalfReader(lexicon.frames, halves)

    def __call__(self, doc: Doc) -> Doc:
        words: Sequence[str] = doc.user_data.get("words", ())
        mentions = _mentions(words, self._phrases, self._transparent)
        tokens: Sequence[Token] = doc.user_data.get("tokens", ())
        hits = [] if self._frames is None else self._frames.hits(mentions, tokens)
        if self._halves is not None and (likely := doc.user_data.get("likely")):
            hits += self._halves.hits(words, mentions, tokens, likely)
        doc.user_data["mentions"], doc.user_data["hits"] = mentions, hits
        heads = sorted({hit.head for hit in hits})
        doc.spans[TARGETS] = [Span(doc, start, end, label="FINDING") for start, end in heads]
        return doc


Language.factory("intake_concepts", func=lambda nlp, name: ConceptFinder())


_IN_ORDER = attrgetter("start", "end", "concept")


def _mentions(words: Sequence[str], phrases: PhraseTree, transparent: frozenset[str]) -> list[Mention]:
    """Longest phrases first, each word in one of them; transparent concepts stand beside the others."""
    found = phrases.find(words)
    beside = [mention for mention in found if mention.concept in transparent]
    hiding = [mention for mention in found if mention.concept not in transparent]
    holders: list[tuple[int, int] | None] = [None] * len(words)
    idiomatic: set[int] = set()
    kept: list[Mention] = []
    for mention in sorted(hiding, key=_longest_first):
        concept, start, end = mention
        place = (start, end)
        if any(holder is not None and holder != place for holder in holders[start:end]):
            continue
        holders[start:end] = [place] * (end - start)
        kept.append(mention)
        if concept.endswith("idiom"):
            idiomatic.update(range(start, end))
    if idiomatic:
        beside = [m for m in beside if not idiomatic.issuperset(range(m.start, m.end))]
    return sorted(kept + beside, key=_IN_ORDER)


def _longest_first(mention: Mention) -> tuple[int, int]:
    return mention.start - mention.end, mention.start


def build_pipeline(lexicon: Lexicon) -> tuple[Language, Words]:
    """The pipeline with every pattern loaded, closed to new words."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _build(lexicon)


def _build(lexicon: Lexicon) -> tuple[Language, Words]:
    words = Words(lexicon.words)
    nlp = spacy.blank("en")
    tokenizer = LexiconTokenizer(nlp.vocab, words)
    nlp.tokenizer = tokenizer
    known: set[str] = {CLAUSE, ME, NAY, UNKNOWN, NUMBER, ".", ","}
    tree, halves = PhraseTree(lexicon.light), PhraseTree(lexicon.light)
    for concept, phrases in lexicon.concepts.items():
        for norms in map(tokenizer.norms, phrases):
            known.update(norms)
            (halves if concept.startswith(HALF) else tree).add(concept, norms)
    finder = nlp.add_pipe("intake_concepts")
    finder.load(tree, halves, lexicon)
    known |= _add_context(nlp, tokenizer, lexicon)
    known |= lexicon.light
    tokenizer.close(known)
    words.know(known)
    return nlp, words


def _add_context(nlp: Language, tokenizer: LexiconTokenizer, lexicon: Lexicon) -> set[str]:
    from medspacy.context import ConTextRule  # its import changes warning filters: only here, guarded

    config: dict[str, Any] = {"rules": None, "span_attrs": None, "phrase_matcher_attr": "ORTH"}
    config |= {"input_span_type": "group", "span_group_name": TARGETS}
    context = nlp.add_pipe("medspacy_context", config=config)
    known: set[str] = set()
    rules = [
        ConTextRule("never seen", "LITERAL", direction="PSEUDO", pattern=[{"ORTH": "\x01"}])
    ]  # silences W036
    for phrase, category, direction, options in _merged(_cue_rules(lexicon), tokenizer):
        known.update(token.text for token in tokenizer(phrase))
        rules.append(ConTextRule(phrase, category, direction=direction, **options))
    context.add(rules)
    return known


def _cue_rules(lexicon: Lexicon) -> list[tuple[str, str, str, dict[str, Any]]]:
    """Cues of the lexicon, clause borders, and other people as subjects."""
    rules: list[tuple[str, str, str, dict[str, Any]]] = [
        ("<clause>", "CLAUSE", "PSEUDO", _NARROW),
        ("<me>", "ME", "PSEUDO", _NARROW),
        ("<dot>", "STOP", "PSEUDO", _NARROW),
        ("<nay>", "NEGATED", "BACKWARD", {"terminated_by": _enders(("CLAUSE", "STOP")), "max_scope": 8}),
    ]
    ended = {"terminated_by": {"STOP", "ME", "SELF", "SPLIT", "OWN_CLAUSE"}}
    for category, concept in (("RELATIVE", "relative"), ("RELATIVE", "cared"), ("OTHER", "stranger")):
        rules += [(phrase, category, "FORWARD", ended) for phrase in lexicon.concepts.get(concept, ())]
    for cue in lexicon.cues:
        options: dict[str, Any] = dict(_NARROW) if cue.direction == "PSEUDO" else {}
        if cue.ended_by:
            options["terminated_by"] = _enders(cue.ended_by)
        if cue.max_words:
            options["max_scope"] = cue.max_words
        rules += [(phrase, cue.category, cue.direction, options) for phrase in cue.phrases]
    return rules


def _enders(categories: Collection[str]) -> set[str]:
    """Where a clause ends, one that begins with the writer ("since I ...") ends too."""
    return {*categories, "OWN_CLAUSE"} if "CLAUSE" in categories else set(categories)


def _merged(
    rules: Sequence[tuple[str, str, str, dict[str, Any]]], tokenizer: LexiconTokenizer
) -> list[tuple[str, str, str, dict[str, Any]]]:
    """One rule a wording: of two that match the same words ConText keeps either, so we choose.

    The same category forward and backward becomes bidirectional; of two categories the first listed stays.
    """
    merged: dict[tuple[str, ...], tuple[str, str, str, dict[str, Any]]] = {}
    for rule in rules:
        phrase, category, direction, options = rule
        wording = tuple(token.text for token in tokenizer(phrase))
        held = merged.setdefault(wording, rule)
        if held[1] == category and held[2] != direction:
            merged[wording] = (held[0], category, "BIDIRECTIONAL", held[3] | options)
    return list(merged.values())


__all__ = ["Hit", "Mention", "build_pipeline"]
