"""`python -m bot.engine.evaluate [FILE.jsonl ...]`: how well intents and questions are understood.

1. Classifiers, on the same splits: every message is judged by a model that knows nobody of its voice.
2. The search for an answer, on questions in voices it does not know.
3. Each file (`text`, `intent`, `asked`): the model of all examples with the arbiter, as the live service.

With `--errors` also the confusions; `--diet` trains Rasa's own classifier on one of the splits, which takes
minutes. The numbers in models/README.md come from here.
"""

from __future__ import annotations

import argparse
import collections
import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from sklearn.metrics import f1_score, roc_auc_score

from bot.engine.components import intent_model
from bot.engine.components.arbiter import FALLBACK, Heard, decide
from bot.engine.components.examples import Example, read_examples
from bot.engine.components.findings import read
from bot.engine.components.topics import SOURCE, UNANSWERED, TopicIndex, index_questions
from bot.engine.components.tuned_intents import is_held
from bot.engine.model_store import ROOT
from bot.engine.train import prepare

BINS = 10
TIMED = 200
OUTSIDE = "out_of_scope"
QUESTIONS = ROOT / "tests" / "dialogue" / "questions.yml"
LONGEST = 2000


@dataclass(frozen=True)
class Verdict:
    """How one message was understood."""

    text: str
    meant: str
    said: str
    acted: bool
    """Whether the confidence sufficed to act on it."""


def main() -> None:
    """Print it all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="*", type=Path, help="labelled messages as JSON lines")
    parser.add_argument("--errors", action="store_true", help="the confusions too")
    parser.add_argument("--diet", action="store_true", help="compare Rasa's own classifier on one split")
    args = parser.parse_args()
    prepare()
    examples = read_examples()
    print(f"{len(examples)} examples, {len({e.voice for e in examples})} voices, {intent_model.FOLDS} splits")
    encode = intent_model.Remembering()
    _compare(examples, encode, errors=args.errors)
    if args.diet:
        from bot.engine.diet import measure_diet

        print(measure_diet(examples))
    _questions(TopicIndex(*index_questions(SOURCE, UNANSWERED)))
    if args.files:
        model = intent_model.train(examples)
        for file in args.files:
            _file(file, model, errors=args.errors)


def _compare(examples: Sequence[Example], encode: intent_model.Encode, *, errors: bool) -> None:
    variants = {
        "n-grams": {"embed": False, "mend": False},
        "n-grams, slips mended": {"embed": False},
        "n-grams, MiniLM": {"mend": False},
        "n-grams, MiniLM, slips mended": {},
    }
    for title, options in variants.items():
        margins, order = intent_model.out_of_fold(examples, encode=encode, **options)
        _report(title, examples, margins, order)
    _compare_tuned(examples, margins, order, encode)
    if errors:
        _confusions((examples[i].intent, np.unique([e.intent for e in examples])[margins[i].argmax()])
                    for i in range(len(examples)))  # fmt: skip


def _compare_tuned(
    examples: Sequence[Example], margins: Any, order: Any, encode: intent_model.Encode
) -> None:
    """On the voices that taught the tuned encoder nothing: without it and with it."""
    held = [example for example in examples if is_held(example.voice)]
    alone = np.array([is_held(example.voice) for example in examples])
    features, _ = intent_model.fitted(examples, encode=encode)
    both, of_both = intent_model.held_with_tuned(examples, margins, order, features)
    _report(f"the same, {len(held)} held", held, margins[alone], order[alone])
    _report("and the tuned encoder (chosen)", held, both, of_both)


def _report(title: str, examples: Sequence[Example], margins: np.ndarray, order: np.ndarray) -> None:
    temperature = intent_model.fit_temperature(margins, order)
    probabilities = intent_model.softmax(margins / temperature)
    picked = probabilities.argmax(axis=1)
    threshold = intent_model.fit_threshold(probabilities, order)
    taken = probabilities.max(axis=1) >= threshold
    outside = np.unique([example.intent for example in examples]).tolist().index(OUTSIDE)
    print(
        f"{title:30} macro-F1 {f1_score(order, picked, average='macro'):.3f}"
        f"  accuracy {(picked == order).mean():.3f}  ECE {calibration_error(probabilities, order):.3f}"
        f"  out-of-scope AUROC {roc_auc_score(order == outside, probabilities[:, outside]):.3f}"
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


def _confusions(pairs: Iterable[tuple[str, str]]) -> None:
    counted = collections.Counter((meant, said) for meant, said in pairs if meant != said)
    for (meant, said), count in counted.most_common(30):
        print(f"    {count:3}  {meant} taken for {said}")


def _questions(index: TopicIndex) -> None:
    for voice, by_topic in yaml.safe_load(QUESTIONS.read_text(encoding="utf-8")).items():
        known = [
            (topic, index.nearest(q)[0]) for topic, qs in by_topic.items() if topic != "none" for q in qs
        ]
        unknown = [index.nearest(question)[0] for question in by_topic["none"]]
        print(
            f"questions of the {voice}: rightly answered {np.mean([t == said for t, said in known]):.3f}"
            f"  another answer {np.mean([said not in (t, None) for t, said in known]):.3f} of {len(known)};"
            f"  no answer to what is not known {np.mean([said is None for said in unknown]):.3f}"
            f" of {len(unknown)}"
        )


def _file(file: Path, model: intent_model.IntentModel, *, errors: bool) -> None:
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    rows = [row for row in rows if row.get("intent") and len(row["text"]) <= LONGEST]
    index = TopicIndex(*index_questions(SOURCE, UNANSWERED))
    verdicts, milliseconds, outside = [], [], []
    for row in rows:
        began = time.perf_counter()
        ranking = model.rank(row["text"])
        milliseconds.append((time.perf_counter() - began) * 1000)
        outside.append(dict(ranking)[OUTSIDE])
        verdicts.append(_judged(row, ranking, model.threshold, index))
    meant, said = [v.meant for v in verdicts], [v.said for v in verdicts]
    right = np.array(meant) == np.array(said)
    acted = np.array([v.acted for v in verdicts])
    print(
        f"{file.name}: {len(rows)} messages, macro-F1"
        f" {f1_score(meant, said, average='macro', labels=sorted(set(meant)), zero_division=0):.3f}"
        f"  accuracy {right.mean():.3f}"
        f"  acted upon {acted.mean():.3f}, of these right {right[acted].mean():.3f}"
        f"  ms p50 {np.median(milliseconds):.1f} p99 {np.percentile(milliseconds, 99):.1f}"
    )
    if OUTSIDE in meant:
        print(f"    out-of-scope AUROC {roc_auc_score([m == OUTSIDE for m in meant], outside):.3f}")
    if errors:
        _confusions(zip(meant, said, strict=True))


def _judged(row: dict, ranking: list, threshold: float, index: TopicIndex) -> Verdict:
    heard = Heard(
        text=row["text"],
        asked=row.get("asked"),
        reading=read(row["text"], asked=row.get("asked")),
        sure_from=threshold,
        topic=index.nearest(row["text"])[0],
    )
    name, _ = decide(ranking, heard)
    said = ranking[0][0] if name == FALLBACK else name
    return Verdict(text=row["text"], meant=row["intent"], said=said, acted=name != FALLBACK)


if __name__ == "__main__":
    main()
