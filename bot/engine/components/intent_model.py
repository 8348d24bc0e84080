"""The intent classifier itself, without Rasa: features, a linear model, calibrated probabilities.

Chosen by measurement (`models/README.md`). Character n-grams carry spelling and texting style, sentence
embeddings carry unseen wordings; a linear separator over both is quick. An encoder that learned to tell the
kinds apart (`tuned_intents.py`) has its say beside it, and one temperature calibrates the sum.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

from bot.domain.errors import SettingsError
from bot.engine.components.examples import Example
from bot.engine.components.spelling import Spelling, existing_words
from bot.engine.components.texts import normal
from bot.engine.components.tuned_intents import is_held, load_tuned
from bot.language.screen.embeddings import load_encoder

SEED = 20240607
FOLDS = 4
WANTED_ACCURACY = 0.9
"""Of the messages whose intent is acted upon; the threshold is the lowest that reaches it."""
LOWEST_THRESHOLD, HIGHEST_THRESHOLD = 0.25, 0.45
"""Asking again too often is a harm of its own: nobody answers a bot that never understands."""
EMBEDDING_WEIGHT = 2.0
"""The norm of an embedding beside the n-grams' 1; 3 and 4 are worse (models/README.md)."""
INVERSE_REGULARISATION = 0.3
TUNED_WEIGHT = 0.5
"""Of the tuned encoder's logits beside the separator's margins; 0.25 and 1 are about as good."""
DOUBT = 4.0
"""The temperature is this much higher for a text without one known word: nobody can be sure of it."""

Array = np.ndarray
Encode = Callable[[Sequence[str]], Array]


@dataclass
class Features:
    """Texts to numbers. `embed=False` leaves the n-grams alone, `mend=False` the spelling (to compare)."""

    embed: bool = True
    mend: bool = True
    spelling: Spelling = field(default_factory=Spelling)
    characters: Any = field(default_factory=lambda: _vectorizer("char_wb", (2, 5)))
    words: Any = field(default_factory=lambda: _vectorizer("word", (1, 2)))

    def fit(self, texts: Sequence[str]) -> None:
        """Learn the vocabulary."""
        plain = self.learnt_spelling(texts)
        self.characters.fit(plain)
        self.words.fit(plain)

    def learnt_spelling(self, texts: Sequence[str]) -> list[str]:
        """The texts as they are compared, slips mended toward each other's words."""
        self.spelling.existing = existing_words()
        self.spelling.fit(normal(text) for text in texts)
        return self.plain(texts)

    def transform(self, texts: Sequence[str], encode: Encode | None = None) -> csr_matrix:
        """One sparse row a text; `encode` replaces the encoder, such as by one that remembers."""
        plain = self.plain(texts)
        parts = [self.characters.transform(plain), self.words.transform(plain)]
        if self.embed:
            vectors = (encode or load_encoder().encode)(plain)
            parts.append(csr_matrix(vectors * EMBEDDING_WEIGHT))
        return hstack(parts, format="csr")

    def is_noise(self, text: str) -> bool:
        """Whether no word of it is known."""
        return self.spelling.knows_none(normal(text))

    def plain(self, texts: Sequence[str]) -> list[str]:
        """The texts as they are compared."""
        plain = [normal(text) for text in texts]
        return [self.spelling.mended(text) for text in plain] if self.mend else plain


def _vectorizer(analyzer: str, ngrams: tuple[int, int]) -> TfidfVectorizer:
    # token_pattern: one-letter words and "?" speak in messages as short as "y" or "why?"
    pattern = {"token_pattern": r"(?u)\b\w+\b|\?"} if analyzer == "word" else {}
    return TfidfVectorizer(
        analyzer=analyzer, ngram_range=ngrams, min_df=2, sublinear_tf=True, lowercase=False, **pattern
    )


@dataclass
class IntentModel:
    """A trained classifier."""

    features: Features
    linear: LinearSVC
    temperature: float
    alone: float
    """The temperature of the separator's margins without the tuned encoder."""
    threshold: float
    """Below it the intent is not acted upon."""

    def rank(self, text: str) -> list[tuple[str, float]]:
        """(intent, probability), likeliest first, adding up to 1."""
        margins = self.linear.decision_function(self.features.transform([text]))
        if self.features.is_noise(text):  # the tuned encoder has no say: it finds a sense in anything
            foreign = str(self.linear.classes_[margins[0].argmax()]) == "other_language"
            probabilities = softmax(margins / self.alone * (1.0 if foreign else 1 / DOUBT))[0]
        else:
            margins = with_tuned(margins, self.features.plain([text]), self.linear.classes_)
            probabilities = softmax(margins / self.temperature)[0]
        order = np.argsort(-probabilities, kind="stable")
        return [(str(self.linear.classes_[index]), float(probabilities[index])) for index in order]


def train(examples: Sequence[Example]) -> IntentModel:
    """Fit on everything; temperature and threshold come from unseen voices, never from fitted texts.

    Raises SettingsError when the tuned encoder learned other intents than these.
    """
    encode = Remembering()
    features, linear = fitted(examples, encode=encode)
    margins, order = out_of_fold(examples, encode=encode)
    alone = fit_temperature(margins, order)
    margins, order = held_with_tuned(examples, margins, order, features)
    temperature = fit_temperature(margins, order)
    threshold = fit_threshold(softmax(margins / temperature), order)
    return IntentModel(
        features=features, linear=linear, temperature=temperature, alone=alone, threshold=threshold
    )


def fitted(
    examples: Sequence[Example], *, encode: Encode, embed: bool = True, mend: bool = True
) -> tuple[Features, LinearSVC]:
    """Features and separator learnt from these examples."""
    texts = [example.text for example in examples]
    features = Features(embed=embed, mend=mend)
    features.fit(texts)
    linear = LinearSVC(C=INVERSE_REGULARISATION, class_weight="balanced", tol=1e-3, random_state=SEED)
    return features, linear.fit(features.transform(texts, encode), [example.intent for example in examples])


def out_of_fold(
    examples: Sequence[Example], *, encode: Encode, embed: bool = True, mend: bool = True
) -> tuple[Array, Array]:
    """(margins, true class as a column number) of every text by a model that knows nobody of that voice."""
    names = np.array([example.intent for example in examples])
    classes = np.unique(names)
    margins = np.zeros((len(names), len(classes)))
    folds = np.array([fold_of(example.voice) for example in examples])
    for fold in range(FOLDS):
        seen, unseen = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        features, linear = fitted([examples[i] for i in seen], encode=encode, embed=embed, mend=mend)
        rows = features.transform([examples[i].text for i in unseen], encode)
        margins[np.ix_(unseen, np.searchsorted(classes, linear.classes_))] = linear.decision_function(rows)
    return margins, np.searchsorted(classes, names)


def held_with_tuned(
    examples: Sequence[Example], margins: Array, order: Array, features: Features
) -> tuple[Array, Array]:
    """Margins with the tuned encoder's say, and classes, of the voices that taught it nothing."""
    held = np.array([is_held(example.voice) for example in examples])
    texts = features.plain([example.text for example, one in zip(examples, held, strict=True) if one])
    names = np.unique([example.intent for example in examples])
    return with_tuned(margins[held], texts, names), order[held]


def with_tuned(margins: Array, plain: Sequence[str], names: Sequence[str]) -> Array:
    """The separator's margins and the tuned encoder's logits as one number a name."""
    tuned = load_tuned()
    if tuple(names) != tuned.names:
        raise SettingsError("models/intents.npz learned other intents than data/nlu has: run `make tune`")
    return margins + TUNED_WEIGHT * np.stack([tuned.logits(text) for text in plain])


def fold_of(voice: str) -> int:
    """Which part of the comparison a voice is in; the same on every machine."""
    return int(hashlib.sha256(voice.encode()).hexdigest(), 16) % FOLDS


class Remembering:
    """The encoder, asked once for each text."""

    def __init__(self) -> None:
        self._known: dict[str, Array] = {}

    def __call__(self, texts: Sequence[str]) -> Array:
        for text in texts:
            if text not in self._known:
                self._known[text] = load_encoder().encode([text])[0]
        return np.stack([self._known[text] for text in texts])


def fit_temperature(margins: Array, order: Array) -> float:
    """The one number that makes probabilities mean what they say: least log loss on unseen voices."""

    def loss(temperature: float) -> float:
        true = softmax(margins / temperature)[np.arange(len(order)), order]
        return float(-np.log(np.maximum(true, 1e-12)).mean())

    return float(minimize_scalar(loss, bounds=(0.02, 10.0), method="bounded").x)


def fit_threshold(probabilities: Array, order: Array) -> float:
    """The lowest confidence from which on WANTED_ACCURACY of unseen texts are understood rightly."""
    best = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == order
    for threshold in np.arange(LOWEST_THRESHOLD, HIGHEST_THRESHOLD, 0.01):
        taken = best >= threshold
        if taken.any() and right[taken].mean() >= WANTED_ACCURACY:
            return round(float(threshold), 2)
    return HIGHEST_THRESHOLD


def softmax(margins: Array) -> Array:
    """Rows that add up to 1."""
    powers = np.exp(margins - margins.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)
