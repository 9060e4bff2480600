"""Bits of embeddings find those that are near, in place of the embeddings themselves."""

import numpy as np
import pytest

from tasks.index.codes import Codes, middle, signs


def _looks(count: int, size: int) -> np.ndarray:
    """Vectors of length 1, none of whose numbers is below 0, around fifty middles."""
    chance = np.random.default_rng(3)
    kinds = np.maximum(chance.standard_normal((50, size)), 0)
    vectors = np.maximum(
        kinds[chance.integers(0, 50, count)] + 0.7 * chance.standard_normal((count, size)), 0
    )
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def vectors() -> np.ndarray:
    return _looks(20_000, 200)


def _codes(vectors: np.ndarray, centre: np.ndarray) -> Codes:
    """Of rows numbered from 100, in two parts."""
    numbers = np.arange(100, 100 + len(vectors))
    half = len(vectors) // 2
    return Codes([(numbers[cut], signs(vectors[cut], centre)) for cut in (slice(half), slice(half, None))])


def test_the_nearest_are_among_those_whose_bits_are_nearest(vectors: np.ndarray):
    centre = middle(vectors[:5000])
    codes = _codes(vectors, centre)
    shares = []
    for place in range(0, 20_000, 1000):
        exact = np.argsort(-(vectors @ vectors[place]))[:12]
        found = codes.nearest(signs(vectors[place][None], centre)[0], 1000)
        assert len(found) == 1000
        shares.append(len(set(exact + 100) & set(found.tolist())) / 12)
    assert np.mean(shares) > 0.95


def test_only_rows_that_are_asked_for_are_found(vectors: np.ndarray):
    centre = middle(vectors)
    codes = _codes(vectors, centre)
    only = np.array([100, 7_000, 19_000, 500_000])
    found = codes.nearest(signs(vectors[:1], centre)[0], 10, only)
    assert sorted(found.tolist()) == [100, 7_000, 19_000]
    assert codes.nearest(signs(vectors[:1], centre)[0], 1, only).tolist() == [100]


def test_sizes_that_fill_no_word_are_padded():
    vectors = np.eye(3, dtype=np.float32)
    assert signs(vectors, middle(vectors)).shape == (3, 1)
    assert np.bitwise_count(signs(vectors, middle(vectors))).ravel().tolist() == [1, 1, 1]
