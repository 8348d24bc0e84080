"""Rasa's own classifier on the splits of the comparison, for models/README.md; nothing else uses it."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path

import yaml
from sklearn.metrics import f1_score

from bot.engine.components.examples import Example
from bot.engine.components.intent_model import fold_of

EPOCHS = 40
"""Of Rasa's default 300; on texts this short the loss is flat by then."""
PIPELINE = [
    {"name": "WhitespaceTokenizer"},
    {"name": "LexicalSyntacticFeaturizer"},
    {"name": "CountVectorsFeaturizer"},
    {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
    {"name": "DIETClassifier", "epochs": EPOCHS, "entity_recognition": False, "random_seed": 1},
]


def measure_diet(examples: Sequence[Example], *, fold: int = 0) -> str:
    """One line: trained on the other splits, judged on this one."""
    seen = [example for example in examples if fold_of(example.voice) != fold]
    unseen = [example for example in examples if fold_of(example.voice) == fold]
    with tempfile.TemporaryDirectory() as folder:
        said = _said(_trained(seen, Path(folder)), [example.text for example in unseen])
    meant = [example.intent for example in unseen]
    right = sum(a == b for a, b in zip(meant, said, strict=True)) / len(meant)
    return f"DIET, split {fold}: macro-F1 {f1_score(meant, said, average='macro'):.3f}  accuracy {right:.3f}"


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
