"""Candidates: few for each row, and the true one among them."""

import numpy as np

from tasks.duplicates.candidates import candidates
from tasks.duplicates.signatures import BITS, WINDOWS


def _codes(count: int, seed: int = 0) -> np.ndarray:
    chance = np.random.default_rng(seed)
    return chance.integers(0, 2**BITS, (count, len(WINDOWS)), dtype=np.uint64)


def _pairs(codes: np.ndarray, new: np.ndarray | None = None) -> np.ndarray:
    every = np.ones(len(codes), np.bool_) if new is None else new
    found = list(candidates(codes, every))
    return np.concatenate(found) if found else np.zeros((0, 3), np.int64)


def test_a_part_is_found_by_the_window_that_it_was_cut_from():
    codes = _codes(2000)
    codes[7, 0] = codes[1500, 5] ^ np.uint64(0b1001)
    assert [1500, 7, 5] in _pairs(codes).tolist()


def test_each_is_compared_with_few_that_have_nothing_in_common_with_it():
    assert len(_pairs(_codes(3000))) < 3000 * 20


def test_the_same_pictures_over_and_over_cost_no_more_than_so_many_neighbours():
    codes = np.repeat(_codes(1), 3000, axis=0)
    assert len(_pairs(codes)) < 3000 * 200


def test_without_anything_new_nothing_is_compared():
    codes = np.repeat(_codes(1), 10, axis=0)
    assert len(_pairs(codes, np.zeros(10, np.bool_))) == 0
    new = np.zeros(10, np.bool_)
    new[3] = True
    assert all(3 in pair[:2] for pair in _pairs(codes, new).tolist())
    assert len(_pairs(_codes(0))) == 0
