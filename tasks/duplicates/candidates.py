"""Which pictures may be one and the same: neighbours in sorted lists of codes, so that work grows with the rows.

Charikar (2002, section 3): codes are sorted in several orders of their bits, and whatever lies close in one of the
lists is looked at. A row's windows are looked up among the codes of whole pictures, for whoever was cut out of it
has the code of one of them.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from tasks.duplicates.signatures import BITS, WINDOWS, Codes

_ORDERS = 12
"""Of the bits. With as many, 94% (cut by 15%) to 100% of made variants would be found among 100,000 pictures."""
_NEAR = 4
"""Neighbours that are looked at on each side."""
_MOST_BITS = 8
"""By which two codes may differ: 99% of the variants differ by no more."""
_ROWS = 512
"""Looked up at a time."""
_SEED = 7

Pairs = npt.NDArray[np.int64]


def candidates(codes: Codes, new: npt.NDArray[np.bool_]) -> Iterator[Pairs]:
    """Pairs of rows that may show the same, as (n, 3): the whole, the part, the window of the whole.

    `codes` is (N, 19); at least one of a pair is `new`. A pair comes once for each of its directions, at its most
    alike window.
    """
    if not len(codes) or not new.any():
        return
    lists = [_sorted(codes[:, 0], order) for order in _orders()]
    for start in range(0, len(codes), _ROWS):
        rows = np.arange(start, min(start + _ROWS, len(codes)))
        found = [_neighbours(codes, rows, window, lists) for window in range(len(WINDOWS))]
        wholes, parts, windows, bits = (np.concatenate(one) for one in zip(*found, strict=True))
        kept = (wholes != parts) & (bits <= _MOST_BITS) & (new[wholes] | new[parts])
        yield _best(wholes[kept], parts[kept], windows[kept], bits[kept])


def _orders() -> list[npt.NDArray[np.uint64]]:
    chance = np.random.default_rng(_SEED)
    return [chance.permutation(BITS).astype(np.uint64) for _ in range(_ORDERS)]


_List = tuple[npt.NDArray[np.uint64], Codes, npt.NDArray[np.int64]]
"""An order of bits, the codes sorted by it, and whose they are."""


def _sorted(codes: Codes, order: npt.NDArray[np.uint64]) -> _List:
    reordered = _reordered(codes, order)
    rows = np.argsort(reordered, kind="stable")
    return order, reordered[rows], rows


def _reordered(codes: Codes, order: npt.NDArray[np.uint64]) -> Codes:
    """The codes with their bits in another order, the first of it the highest."""
    moved = np.zeros_like(codes)
    for place, bit in enumerate(order):
        moved |= ((codes >> bit) & np.uint64(1)) << np.uint64(BITS - 1 - place)
    return moved


def _neighbours(
    codes: Codes, rows: npt.NDArray[np.int64], window: int, lists: list[_List]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """What lies next to the rows' codes of a window in each list: wholes, parts, windows, differing bits."""
    offsets = np.arange(-_NEAR, _NEAR + 1 if window == 0 else _NEAR)
    wanted = codes[rows, window]
    parts = []
    for order, ordered, owners in lists:
        places = np.searchsorted(ordered, _reordered(wanted, order))[:, None] + offsets
        parts.append(owners[np.clip(places, 0, len(ordered) - 1)])
    near = np.concatenate(parts, axis=1)
    bits = np.bitwise_count(wanted[:, None] ^ codes[near, 0]).astype(np.int64)
    wholes = np.repeat(rows, near.shape[1])
    return wholes, near.ravel(), np.full(near.size, window), bits.ravel()


def _best(
    wholes: npt.NDArray[np.int64],
    parts: npt.NDArray[np.int64],
    windows: npt.NDArray[np.int64],
    bits: npt.NDArray[np.int64],
) -> Pairs:
    """Each pair once, with the window that differs least."""
    order = np.lexsort((bits, parts, wholes))
    pairs = np.stack([wholes, parts, windows], axis=1)[order]
    first = np.ones(len(pairs), np.bool_)
    first[1:] = (np.diff(pairs[:, :2], axis=0) != 0).any(1)
    found: Pairs = pairs[first]
    return found
