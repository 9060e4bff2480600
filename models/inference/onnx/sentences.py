"""MiniLM as an ONNX graph: the same as `models.networks.sentences`, for one text after the other."""

from __future__ import annotations

import math

import numpy as np

from models.bundle.sentence_model import NORM, SentenceModel, names_of
from models.inference.onnx.nodes import Nodes
from models.networks.sentence_plan import EPSILON, WIDER


def build_sentence_graph(model: SentenceModel) -> bytes:
    """Inputs `begun` (1, T, size) and `weights` (1, T), none of them 0; output `means` (1, size).

    Raises ImportError where `onnx` is not installed.
    """
    layers, heads, size = model.sentences.layers, model.sentences.heads, model.size
    nodes = Nodes({name: model.read(name) for name in names_of(model.sentences, size)})
    x = nodes.layer_norm("begun", NORM.rstrip("."), size, EPSILON)
    for number in range(layers):
        x = _layer(nodes, x, f"layers.{number}", size, heads)
    weighted = nodes.op("Mul", x, nodes.op("Unsqueeze", "weights", nodes.constant(np.array([2]))))
    total, weight = (
        nodes.op("ReduceSum", summed, nodes.constant(np.array([1])), keepdims=keep)
        for summed, keep in ((weighted, 0), ("weights", 1))
    )
    nodes.op("Div", total, weight, output="means")
    return nodes.serialised_as({"begun": [1, "t", size], "weights": [1, "t"]}, {"means": [1, size]})


def _layer(nodes: Nodes, x: str, name: str, size: int, heads: int) -> str:
    """Attention and two linear layers, each added to what went in and normalised behind it (post-norm)."""
    read = nodes.op("Add", x, _attention(nodes, x, f"{name}.self_attn", size, heads))
    x = nodes.layer_norm(read, f"{name}.norm1", size, EPSILON)
    wide = nodes.gelu(nodes.linear_of_each(x, f"{name}.linear1", size, WIDER * size))
    read = nodes.op("Add", x, nodes.linear_of_each(wide, f"{name}.linear2", WIDER * size, size))
    return nodes.layer_norm(read, f"{name}.norm2", size, EPSILON)


def _attention(nodes: Nodes, x: str, name: str, size: int, heads: int) -> str:
    """Every piece of the text looks at all of them."""
    both = nodes.linear_of_each(x, f"{name}.in_proj", size, 3 * size, joint="_")
    sides = nodes.constant(np.array([1, -1, 3 * heads, size // heads]))
    parted = nodes.op("Transpose", nodes.op("Reshape", both, sides), perm=[0, 2, 1, 3])
    query, key, value = (
        nodes.op("Slice", parted, *(nodes.constant(np.array([at])) for at in (start, start + heads, 1)))
        for start in (0, heads, 2 * heads)
    )
    alike = nodes.op("MatMul", query, nodes.op("Transpose", key, perm=[0, 1, 3, 2]))
    scaled = nodes.op("Mul", alike, nodes.constant(np.array(1 / math.sqrt(size // heads), np.float32)))
    seen = nodes.op("MatMul", nodes.op("Softmax", scaled, axis=-1), value)
    whole = nodes.op(
        "Reshape", nodes.op("Transpose", seen, perm=[0, 2, 1, 3]), nodes.constant(np.array([1, -1, size]))
    )
    return nodes.linear_of_each(whole, f"{name}.out_proj", size, size)
