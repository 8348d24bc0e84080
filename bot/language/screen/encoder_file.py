"""The encoders' files: BERT's network written down for ONNX Runtime from weights, in 8 bits.

Positions, attention and normalisation are ONNX Runtime's own fused operators. Matrix weights use 7 of their 8
bits and one scale a column, so that processors with and without VNNI compute the same numbers. Built
once, at set-up, in the service's environment (the package onnx is needed for nothing else).
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from bot.domain.errors import SettingsError
from bot.language.screen.embeddings import (
    SIZE,
    WEIGHTS_SHA256,
    WINDOW_TOKENS,
    Array,
    encoder_name,
    package_folder,
)
from bot.language.screen.learned import changes_of, learned_encoder_name, read_arrays
from bot.language.screen.made_files import is_there, keep

LAYERS = 6
HEADS = 12
_EPSILON = 1e-12
_MICROSOFT = "com.microsoft"
_OPSET, _IR_VERSION = 17, 9
"""Old enough for the engine's ONNX Runtime too."""

Weights = dict[str, Array]


def make_encoder() -> bool:
    """Make the published encoder's file unless it is there; whether it was made. Raises SettingsError."""
    return _made(encoder_name(), published_weights)


def make_learned_encoder(learned: Path) -> bool:
    """The same for an encoder that learned: the published weights, changed as `learned` says."""
    return _made(learned_encoder_name(learned), lambda: tuned_weights(learned))


def _made(name: str, weights: Callable[[], Weights]) -> bool:
    if is_there(name):
        return False
    keep(name, _quantised(_network(weights())))
    return True


def tuned_weights(learned: Path) -> Weights:
    """Raises SettingsError when the package or the committed changes are not there."""
    weights, changes = published_weights(), changes_of(read_arrays(learned))
    return weights | {name: weights[name] + change for name, change in changes.items()}


def published_weights() -> Weights:
    """The tensors of the safetensors file: 8 bytes of header length, a JSON header, the numbers."""
    raw = (package_folder() / "model.safetensors").read_bytes()
    if hashlib.sha256(raw).hexdigest() != WEIGHTS_SHA256:
        raise SettingsError("the sentence model is not the published one: run `make setup`")
    start = 8 + int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8:start])
    return {
        name: np.frombuffer(
            raw[start + entry["data_offsets"][0] : start + entry["data_offsets"][1]], dtype=np.float32
        ).reshape(entry["shape"])
        for name, entry in header.items()
        if name != "__metadata__" and entry["dtype"] == "F32"
    }


class _Writer:
    """Collects nodes and constants of a graph; values are named by what makes them."""

    def __init__(self, weights: Weights) -> None:
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self._weights = weights

    def constant(self, name: str, values: Any) -> str:
        from onnx import numpy_helper

        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def weight(self, name: str, *, turned: bool = False) -> str:
        values = self._weights[name]
        return self.constant(name, values.T if turned else values)

    def node(self, kind: str, inputs: list[str], output: str, *, domain: str = "", **options: Any) -> str:
        from onnx import helper

        self.nodes.append(helper.make_node(kind, inputs, [output], domain=domain, **options))
        return output


def _network(weights: Weights) -> Any:
    from onnx import TensorProto, helper

    writer = _Writer(weights)
    states = _embedded(writer, weights)
    for layer in range(LAYERS):
        states = _layer(writer, weights, states, layer)
    graph = helper.make_graph(
        writer.nodes,
        "minilm",
        [helper.make_tensor_value_info("ids", TensorProto.INT64, [1, "pieces"])],
        [helper.make_tensor_value_info(states, TensorProto.FLOAT, [1, "pieces", SIZE])],
        writer.constants,
    )
    imports = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_MICROSOFT, 1)]
    return helper.make_model(graph, opset_imports=imports, ir_version=_IR_VERSION)


def _embedded(writer: _Writer, weights: Weights) -> str:
    """Word vectors (8 bits and a scale each) plus positions, normalised."""
    from onnx import TensorProto

    words = weights["embeddings.word_embeddings.weight"]
    scales = (np.abs(words).max(axis=1, keepdims=True) / 127).astype(np.float32)
    small = np.round(words / np.maximum(scales, _EPSILON)).astype(np.int8)
    places = (
        weights["embeddings.position_embeddings.weight"]
        + weights["embeddings.token_type_embeddings.weight"][0]
    )
    rows = writer.node("Gather", [writer.constant("words", small), "ids"], "rows")
    rows = writer.node("Cast", [rows], "rows.float", to=TensorProto.FLOAT)
    scale = writer.node("Gather", [writer.constant("scales", scales), "ids"], "rows.scale")
    rows = writer.node("Mul", [rows, scale], "rows.scaled")
    length = writer.node("Shape", ["ids"], "length", start=1, end=2)
    zero, one = (writer.constant(name, np.array([value])) for name, value in (("zero", 0), ("one", 1)))
    table = writer.constant("places", places[: WINDOW_TOKENS + 2])
    at = writer.node("Slice", [table, zero, length, zero, one], "rows.places")
    rows = writer.node("Add", [rows, at], "rows.placed")
    norm = [writer.weight(f"embeddings.LayerNorm.{part}") for part in ("weight", "bias")]
    return writer.node("LayerNormalization", [rows, *norm], "embedded", axis=-1, epsilon=_EPSILON)


def _layer(writer: _Writer, weights: Weights, states: str, layer: int) -> str:
    name = f"encoder.layer.{layer}."
    parts = [name + f"attention.self.{part}" for part in ("query", "key", "value")]
    joined = np.concatenate([weights[part + ".weight"].T for part in parts], axis=1)
    biases = np.concatenate([weights[part + ".bias"] for part in parts])
    inputs = [states, writer.constant(name + "qkv", joined), writer.constant(name + "qkv.bias", biases)]
    attended = writer.node("Attention", inputs, name + "attended", domain=_MICROSOFT, num_heads=HEADS)
    states = _joined(writer, attended, states, name + "attention.output.")
    wide = _product(writer, states, name + "intermediate.dense")
    bias = writer.weight(name + "intermediate.dense.bias")
    wide = writer.node("BiasGelu", [wide, bias], name + "wide", domain=_MICROSOFT)
    return _joined(writer, wide, states, name + "output.")


def _joined(writer: _Writer, states: str, before: str, name: str) -> str:
    """A dense layer, added to what was before it, normalised."""
    dense = _product(writer, states, name + "dense")
    rest = [writer.weight(name + part) for part in ("LayerNorm.weight", "LayerNorm.bias", "dense.bias")]
    return writer.node(
        "SkipLayerNormalization", [dense, before, *rest], name + "joined", domain=_MICROSOFT, epsilon=_EPSILON
    )


def _product(writer: _Writer, states: str, name: str) -> str:
    return writer.node("MatMul", [states, writer.weight(name + ".weight", turned=True)], name + ".product")


def _quantised(network: Any) -> bytes:
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "small.onnx"
        quantize_dynamic(
            network,
            target,
            weight_type=QuantType.QInt8,
            per_channel=True,
            reduce_range=True,
            op_types_to_quantize=["MatMul", "Attention"],
            extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
        )
        return target.read_bytes()
