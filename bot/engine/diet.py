"""Rasa's own classifier beside ours, on the same thinned examples; for models/README.md only.

On all of them one epoch takes minutes on two cores; thinned, both learn from the same thousand.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import yaml
from sklearn.metrics import f1_score

from bot.engine.components.examples import Example
from bot.engine.components.intent_model import Remembering, fitted, fold_of

EPOCHS = 20
"""Of Rasa's default 300: time."""
THIN = 8
"""Every eighth example is learnt from, and every eighth of the split is judged."""
PIPELINE = [
    {"name": "WhitespaceTokenizer"},
    {"name": "LexicalSyntacticFeaturizer"},
    {"name": "CountVectorsFeaturizer"},
    {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
    {"name": "DIETClassifier", "epochs": EPOCHS, "entity_recognition": False, "random_seed": 1},
]


def measure_diet(examples: Sequence[Example], *, fold: int = 0) -> str:
    """Two lines: DIET, and ours, trained on the other splits and judged on this one."""
    seen = [example for example in examples if fold_of(example.voice) != fold][::THIN]
    unseen = [example for example in examples if fold_of(example.voice) == fold][::THIN]
    texts = [example.text for example in unseen]
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        model = _trained(seen, Path(folder))
        trained = time.monotonic()
        said = _said(model, texts)
    title = f"DIET, {len(seen)} examples, {EPOCHS} epochs ({trained - began:.0f} s)"
    lines = [_line(title, unseen, said), _line(f"ours, the same {len(seen)}", unseen, _ours(seen, texts))]
    return "\n".join(lines)


def _ours(seen: Sequence[Example], texts: Sequence[str]) -> list[str]:
    encode = Remembering()
    features, linear = fitted(seen, encode=encode)
    margins = linear.decision_function(features.transform(texts, encode))
    return [str(name) for name in linear.classes_[np.argmax(margins, axis=1)]]


def _line(title: str, unseen: Sequence[Example], said: Sequence[str]) -> str:
    meant = [example.intent for example in unseen]
    right = float(np.mean([a == b for a, b in zip(meant, said, strict=True)]))
    macro = f1_score(meant, said, average="macro", labels=sorted(set(meant)), zero_division=0)
    return f"{title}: macro-F1 {macro:.3f}  accuracy {right:.3f} of {len(meant)}"


def _trained(examples: Sequence[Example], folder: Path) -> str:
    from rasa.model_training import train_nlu

    config = {"recipe": "default.v1", "language": "en", "assistant_id": "diet", "pipeline": PIPELINE}
    (folder / "config.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
    by_intent: dict[str, list[str]] = {}
    for example in examples:
        by_intent.setdefault(example.intent, []).append(" ".join(example.text.split()))
    blocks = [
        {"intent": intent, "examples": "".join(f"- {text}\n" for text in texts)}
        for intent, texts in by_intent.items()
    ]
    (folder / "nlu.yml").write_text(
        yaml.safe_dump({"version": "3.1", "nlu": blocks}, allow_unicode=True), encoding="utf-8"
    )
    model = train_nlu(str(folder / "config.yml"), str(folder / "nlu.yml"), str(folder))
    if model is None:
        raise RuntimeError("DIET was not trained")
    return model


def _said(model: str, texts: Sequence[str]) -> list[str]:
    from rasa.core.agent import Agent

    agent = Agent.load(model)
    return [asyncio.run(agent.parse_message(text))["intent"]["name"] or "" for text in texts]
