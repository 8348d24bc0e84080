"""The intent classifier itself, without Rasa: features, a linear model, calibrated probabilities.

Chosen by measurement (`models/README.md`). Character n-grams carry spelling and texting style,
sentence embeddings carry unseen wordings; logistic regression over both is quick and calibrates well.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from bot.engine.components.embeddings import load_encoder
from bot.engine.components.texts import normal

SEED = 20240607
FOLDS = 5
WANTED_ACCURACY = 0.9
"""Of the messages whose intent is acted upon; the threshold is the lowest that reaches it."""
LOWEST_THRESHOLD, HIGHEST_THRESHOLD = 0.25, 0.45
"""Asking again too often is a harm of its own: nobody answers a bot that never understands."""
EMBEDDING_WEIGHT = 2.0
"""The norm of an embedding beside the n-grams' 1; 4 is no better (models/README.md)."""
INVERSE_REGULARISATION = 20.0


@dataclass
class Features:
    """Texts to numbers. `embed=False` leaves the n-grams alone (for the comparison)."""

    embed: bool = True
    characters: Any = field(default_factory=lambda: _vectorizer("char_wb", (2, 5)))
    words: Any = field(default_factory=lambda: _vectorizer("word", (1, 2)))

    def fit(self, texts: Sequence[str]) -> None:
        """Learn the vocabulary."""
        plain = [normal(text) for text in texts]
        self.characters.fit(plain)
        self.words.fit(plain)

    def transform(self, texts: Sequence[str], embedded: Any = None) -> csr_matrix:
        """One sparse row a text; `embedded` are their embeddings when they are known already."""
        plain = [normal(text) for text in texts]
        parts = [self.characters.transform(plain), self.words.transform(plain)]
        if self.embed:
            vectors = load_encoder().encode(plain) if embedded is None else embedded
            parts.append(csr_matrix(vectors * EMBEDDING_WEIGHT))
        return hstack(parts, format="csr")


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
    linear: LogisticRegression
    temperature: float
    threshold: float
    """Below it the intent is not acted upon."""

    def rank(self, text: str) -> list[tuple[str, float]]:
        """(intent, probability), likeliest first, adding up to 1."""
        probabilities = _softened(self.linear, self.features.transform([text]), self.temperature)[0]
        order = np.argsort(-probabilities, kind="stable")
        return [(str(self.linear.classes_[index]), float(probabilities[index])) for index in order]


def train(texts: Sequence[str], intents: Sequence[str], *, embed: bool = True) -> IntentModel:
    """Fit on everything; temperature and threshold come from cross-validation, never from fitted texts."""
    names = np.array(intents)
    embedded = load_encoder().encode([normal(text) for text in texts]) if embed else None
    logits, order = out_of_fold(texts, names, embedded=embedded)
    temperature = fit_temperature(logits, order)
    features = Features(embed=embed)
    features.fit(texts)
    linear = _linear().fit(features.transform(texts, embedded), names)
    threshold = fit_threshold(softmax(logits / temperature), order)
    return IntentModel(features=features, linear=linear, temperature=temperature, threshold=threshold)


def out_of_fold(texts: Sequence[str], names: np.ndarray, *, embedded: Any) -> tuple[np.ndarray, np.ndarray]:
    """(scores, true class as a column number) of every text by a model that did not see it."""
    classes = np.unique(names)
    order = np.searchsorted(classes, names)
    logits = np.zeros((len(names), len(classes)))
    folds = StratifiedKFold(n_splits=FOLDS, shuffle=True, random_state=SEED)
    for seen, unseen in folds.split(np.zeros(len(names)), names):
        features = Features(embed=embedded is not None)
        features.fit([texts[index] for index in seen])
        fitted = _linear().fit(_rows(features, texts, seen, embedded), names[seen])
        logits[unseen] = fitted.decision_function(_rows(features, texts, unseen, embedded))
    return logits, order


def fit_temperature(logits: np.ndarray, order: np.ndarray) -> float:
    """The one number that makes probabilities mean what they say: least log loss on unseen texts."""

    def loss(temperature: float) -> float:
        true = softmax(logits / temperature)[np.arange(len(order)), order]
        return float(-np.log(np.maximum(true, 1e-12)).mean())

    return float(minimize_scalar(loss, bounds=(0.1, 10.0), method="bounded").x)


def fit_threshold(probabilities: np.ndarray, order: np.ndarray) -> float:
    """The lowest confidence from which on WANTED_ACCURACY of unseen texts are understood rightly."""
    best = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == order
    for threshold in np.arange(LOWEST_THRESHOLD, HIGHEST_THRESHOLD, 0.01):
        taken = best >= threshold
        if taken.any() and right[taken].mean() >= WANTED_ACCURACY:
            return round(float(threshold), 2)
    return HIGHEST_THRESHOLD


def examples(files: Sequence[os.PathLike]) -> tuple[list[str], list[str]]:
    """(texts, intents) of Rasa's NLU files."""
    import yaml

    found: dict[str, str] = {}
    for file in sorted(str(path) for path in files):
        with open(file, encoding="utf-8") as source:
            for block in yaml.safe_load(source)["nlu"]:
                for line in block["examples"].splitlines():
                    found.setdefault(line[2:].strip(), block["intent"])
    return list(found), list(found.values())


def _rows(features: Features, texts: Sequence[str], chosen: np.ndarray, embedded: Any) -> csr_matrix:
    return features.transform(
        [texts[index] for index in chosen], embedded[chosen] if embedded is not None else None
    )


def _linear() -> LogisticRegression:
    return LogisticRegression(
        C=INVERSE_REGULARISATION, class_weight="balanced", max_iter=100, tol=1e-3, random_state=SEED
    )


def _softened(linear: LogisticRegression, rows: csr_matrix, temperature: float) -> np.ndarray:
    return softmax(linear.decision_function(rows) / temperature)


def softmax(logits: np.ndarray) -> np.ndarray:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)
