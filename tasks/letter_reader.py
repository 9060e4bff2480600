"""A reader of single printed letters: a small perceptron in numpy that knows upright letters from everything else."""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np

WEIGHTS = Path(__file__).with_suffix(".npz")

CLASSES = (*"ABCDEFGHIJKLMNOPQRSTUVWXYZ", *"abdefghmnqrt", "")
"""What a glyph may be; the last is no letter. Letters whose two cases look alike at one size stand here once."""

ALIKE = {letter: letter.upper() for letter in "ckopsuvwxyzj"} | {"i": "I", "l": "I"}
"""The lower-case letters that are read as a capital."""


def class_of(letter: str) -> str:
    """The class of `CLASSES` as which `letter` is read."""
    return ALIKE.get(letter, letter)


@functools.cache
def load_weights() -> tuple[np.ndarray, ...]:
    """The layers' weights and biases, in order; read once per process."""
    with np.load(WEIGHTS, allow_pickle=False) as stored:
        return tuple(stored[name].astype(np.float32) for name in ("w0", "b0", "w1", "b1"))


def read_letters(pictures: np.ndarray) -> np.ndarray:
    """Probabilities (N, 39) over `CLASSES` for glyphs `pictures` (N, 24, 24) uint8."""
    w0, b0, w1, b1 = load_weights()
    hidden = np.maximum(pictures.reshape(len(pictures), -1).astype(np.float32) / 255 @ w0 + b0, 0)
    logits = hidden @ w1 + b1
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities: np.ndarray = odds / odds.sum(axis=1, keepdims=True)
    return probabilities
