"""`python -m bot.engine.evaluate`: compare classifiers on the same folds of the committed examples.

Prints macro-F1, accuracy, calibration (expected calibration error, ten bins) and milliseconds a message of
character n-grams alone and of n-grams with sentence embeddings, each example judged by a model that did
not see it. With `--errors` also the confusions. The numbers in models/README.md come from here.
"""

from __future__ import annotations

import argparse
import collections
import time

import numpy as np
from sklearn.metrics import f1_score

from bot.engine.components import intent_model
from bot.engine.components.embeddings import load_encoder
from bot.engine.components.texts import normal
from bot.engine.model_store import ROOT
from bot.engine.train import prepare

BINS = 10
TIMED = 200


def main() -> None:
    """Print one line a classifier."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--errors", action="store_true", help="the most frequent confusions too")
    errors = parser.parse_args().errors
    prepare()
    texts, intents = intent_model.examples(list((ROOT / "data" / "nlu").glob("*.yml")))
    names = np.array(intents)
    print(f"{len(texts)} examples, {len(set(intents))} intents, {intent_model.FOLDS} folds")
    embedded = load_encoder().encode([normal(text) for text in texts])
    for title, vectors in (("n-grams", None), ("n-grams and MiniLM", embedded)):
        logits, order = intent_model.out_of_fold(texts, names, embedded=vectors)
        _report(title, logits, order)
        if errors:
            _confusions(np.unique(names), logits, order)
    print(f"MiniLM alone {_milliseconds(texts):.1f} ms a message")


def _report(title: str, logits: np.ndarray, order: np.ndarray) -> None:
    temperature = intent_model.fit_temperature(logits, order)
    probabilities = intent_model.softmax(logits / temperature)
    picked = probabilities.argmax(axis=1)
    threshold = intent_model.fit_threshold(probabilities, order)
    taken = probabilities.max(axis=1) >= threshold
    error = calibration_error(probabilities, order)
    print(
        f"{title:20} macro-F1 {f1_score(order, picked, average='macro'):.3f}"
        f"  accuracy {(picked == order).mean():.3f}  calibration error {error:.3f}"
        f"  threshold {threshold:.2f}: takes {taken.mean():.2f}, right {(picked == order)[taken].mean():.3f}"
    )


def calibration_error(probabilities: np.ndarray, order: np.ndarray) -> float:
    """Mean gap between what confidence says and how often it is right, weighted by bin; 0 is perfect."""
    best = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == order
    bins = np.minimum((best * BINS).astype(int), BINS - 1)
    gaps = [
        abs(best[bins == one].mean() - right[bins == one].mean()) * (bins == one).mean() for one in set(bins)
    ]
    return float(sum(gaps))


def _confusions(classes: np.ndarray, logits: np.ndarray, order: np.ndarray) -> None:
    picked = logits.argmax(axis=1)
    pairs = collections.Counter(
        (classes[true], classes[said]) for true, said in zip(order, picked, strict=True) if true != said
    )
    for (true, said), count in pairs.most_common(20):
        print(f"    {count:3}  {true} taken for {said}")


def _milliseconds(texts: list[str]) -> float:
    encoder = load_encoder()
    began = time.perf_counter()
    for text in texts[:TIMED]:
        encoder.encode([normal(text)])
    return (time.perf_counter() - began) / min(TIMED, len(texts)) * 1000


if __name__ == "__main__":
    main()
