"""The reader of printed letters."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from models.letters import CLASSES, SIDE, class_of, read_letters, train_reader


def test_every_letter_has_a_class() -> None:
    assert {class_of(letter) for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"} < set(
        CLASSES
    )


def test_probabilities_of_each_glyph_sum_to_one() -> None:
    pictures = np.random.default_rng(1).integers(0, 256, (3, SIDE, SIDE)).astype(np.uint8)
    assert read_letters(pictures).sum(axis=1) == pytest.approx(1, abs=1e-5)
    assert read_letters(pictures[:0]).shape == (0, len(CLASSES))


def test_a_trained_reader_is_stored_and_read(tmp_path: Path) -> None:
    random = np.random.default_rng(2)
    pictures = random.integers(0, 60, (400, SIDE, SIDE)).astype(np.uint8)
    letters = ["A" if i % 2 else "" for i in range(400)]
    pictures[1::2, :12] += 180
    file = tmp_path / "letters.safetensors"
    assert train_reader(pictures, letters, file, epochs=4) > 0.9
    best = read_letters(pictures, file).argmax(axis=1)
    assert np.mean([CLASSES[index] == letter for index, letter in zip(best, letters, strict=True)]) > 0.9


def test_reading_needs_no_torch() -> None:
    code = "import sys, numpy; from models.letters import read_letters; read_letters(numpy.zeros((1, 24, 24), 'uint8'))"
    subprocess.run([sys.executable, "-c", f"{code}; assert 'torch' not in sys.modules"], check=True)
