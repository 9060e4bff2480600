"""The reader of single printed letters: a small perceptron that knows upright letters from everything else.

It runs in numpy alone, for it serves in processes that never import torch.
"""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np

WEIGHTS = Path(__file__).parent / "pretrained" / "letters" / "model.safetensors"

SIDE = 24
"""Pixels along each side of a glyph's picture."""

CLASSES = (*"ABCDEFGHIJKLMNOPQRSTUVWXYZ", *"abdefghmnqrt", "")
"""What a glyph may be; the last is no letter. Letters whose two cases look alike at one size stand here once."""

ALIKE = {letter: letter.upper() for letter in "ckopsuvwxyzj"} | {"i": "I", "l": "I"}
"""The lower-case letters that are read as a capital."""

HIDDEN = 192
"""Units of the hidden layer."""

_LAYERS = ("w0", "b0", "w1", "b1")


def class_of(letter: str) -> str:
    """The class of `CLASSES` as which `letter` is read."""
    return ALIKE.get(letter, letter)


@functools.cache
def load_reader(file: Path = WEIGHTS) -> tuple[np.ndarray, ...]:
    """The layers' weights and biases, in order; read once per process."""
    from safetensors.numpy import load_file

    stored = load_file(file)
    return tuple(stored[name].astype(np.float32) for name in _LAYERS)


def read_letters(pictures: np.ndarray, file: Path = WEIGHTS) -> np.ndarray:
    """Probabilities (N, 39) over `CLASSES` for glyphs `pictures` (N, 24, 24) uint8."""
    w0, b0, w1, b1 = load_reader(file)
    hidden = np.maximum(pictures.reshape(-1, SIDE * SIDE).astype(np.float32) / 255 @ w0 + b0, 0)
    logits = hidden @ w1 + b1
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities: np.ndarray = odds / odds.sum(axis=1, keepdims=True)
    return probabilities


def train_reader(pictures: np.ndarray, letters: list[str], file: Path, epochs: int = 16) -> float:
    """Train a reader on glyphs `pictures` (N, 24, 24) uint8 of the classes `letters`, in random order.

    Stores the weights (float16) in `file` and returns the accuracy on the twentieth held out.
    """
    from safetensors.numpy import save_file
    from sklearn.neural_network import MLPClassifier

    inputs = pictures.reshape(-1, SIDE * SIDE).astype(np.float32) / 255
    classes = np.array([CLASSES.index(letter) for letter in letters])
    held = max(1, len(inputs) // 20)
    network = MLPClassifier((HIDDEN,), alpha=1e-4, batch_size=256, random_state=7)
    random = np.random.default_rng(7)
    for _ in range(epochs):
        order = held + random.permutation(len(inputs) - held)
        network.partial_fit(inputs[order], classes[order], classes=np.arange(len(CLASSES)))
    (w0, w1), (b0, b1) = network.coefs_, network.intercepts_
    layers = zip(_LAYERS, (w0, b0, w1, b1), strict=True)
    save_file({name: np.ascontiguousarray(layer, np.float16) for name, layer in layers}, file)
    return float(network.score(inputs[:held], classes[:held]))
