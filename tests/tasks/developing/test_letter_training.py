"""Training of the letter reader, in small."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from models.letters import CLASSES, SIDE, read_letters
from tasks.developing.letter_training import drawn_examples, marks_of, train
from tests.tasks.drawn import picture


def test_examples_are_glyphs_with_a_class() -> None:
    examples = list(drawn_examples(60, np.random.default_rng(1)))
    assert len(examples) > 40
    assert all(glyph.shape == (SIDE, SIDE) and letter in CLASSES for glyph, letter in examples)
    assert {letter for _, letter in examples} > {""}


def test_marks_come_from_pictures_without_letters(tmp_path: Path) -> None:
    page = np.full((300, 300), 255, np.uint8)
    page[100:112, 50:58] = 0
    Image.fromarray(page).save(tmp_path / "mark.png")
    assert len(list(marks_of([tmp_path / "mark.png"]))) == 1


def test_a_reader_is_trained_from_a_folder(tmp_path: Path) -> None:
    (tmp_path / "picture.png").write_bytes(picture())
    accuracy = train(tmp_path, tmp_path / "letters.safetensors", count=500, epochs=8)
    assert accuracy > 3 / len(CLASSES)
    assert read_letters(np.zeros((1, SIDE, SIDE), np.uint8), tmp_path / "letters.safetensors").shape == (
        1,
        39,
    )
