"""Signatures at rest: those of any row are what its picture gives, and greys stay in the file."""

from pathlib import Path

import numpy as np
import pyarrow as pa

from tasks.duplicates.signature_files import read_signatures, write_signatures
from tasks.duplicates.signatures import signature
from tasks.index.source import list_parts
from tests.tasks.duplicates.drawn import encoded, part, picture, row

ROWS = 70
"""More than a batch of the file."""


def test_every_row_has_what_its_picture_gives_and_greys_take_no_memory(tmp_path: Path):
    images = [encoded(picture(number)) if number % 5 else b"torn" for number in range(ROWS)]
    part(tmp_path, 1, [row(number, image) for number, image in enumerate(images)])
    (one,) = list_parts(tmp_path)
    (tmp_path / "duplicates").mkdir()
    write_signatures(tmp_path, one, lambda _: None)
    before = pa.total_allocated_bytes()
    found = read_signatures(tmp_path, one)
    assert pa.total_allocated_bytes() - before < ROWS * 64 * 64 / 2
    assert found.codes.shape == (ROWS, 19)
    for number, image in enumerate(images):
        made = signature(image)
        assert found.shows[number] == (made is not None)
        if made is not None:
            assert np.array_equal(found.greys[number], made[0])
            assert np.array_equal(found.codes[number], made[1])


def test_a_part_without_rows_has_none(tmp_path: Path):
    part(tmp_path, 1, [])
    (one,) = list_parts(tmp_path)
    (tmp_path / "duplicates").mkdir()
    write_signatures(tmp_path, one, lambda _: None)
    assert read_signatures(tmp_path, one).codes.shape == (0, 19)
