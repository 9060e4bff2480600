"""What a choice leaves over: print and strips that are cut off, though nobody takes them for a panel.

The best choice may still hold a piece that is none, such as the slanted names under an axis or a strip of background.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from tasks.boxes import overlaps
from tasks.panels.cutting import bounds
from tasks.panels.gutters import PixelBox
from tasks.panels.pieces import Kind, Piece, distance

UNLIKELY = 0.1
"""Probability of being one panel below which a piece without a letter is none.

In cross-validation over papers (three times, other folds each) 8 of 23 fragments of ordinary papers go, and 1 of 11 of
hard ones; no figure gets worse. At 0.15 panels go too.
"""


def settle(pieces: Sequence[Piece], chances: npt.NDArray[np.float64]) -> list[Piece]:
    """`pieces` less what is left over: print joins the nearest of the others, anything else goes.

    `chances` (N, 2) are the probabilities that each is one panel: the judge's, which reads print, and the mean of that
    and the network's.
    """
    unlikely = [
        not piece.letters and (mean < UNLIKELY or (piece.kind is Kind.TEXT and own < UNLIKELY))
        for piece, (own, mean) in zip(pieces, chances, strict=True)
    ]
    kept = [piece for piece, left in zip(pieces, unlikely, strict=True) if not left]
    if not kept:
        return list(pieces)
    for piece, left in zip(pieces, unlikely, strict=True):
        if left and piece.kind is Kind.TEXT:
            _join_nearest(kept, piece.box)
    return kept


def _join_nearest(pieces: list[Piece], box: PixelBox) -> None:
    """Widen the nearest of `pieces` by the print in `box`, unless it would then reach into another one."""
    boxes = np.array([piece.box for piece in pieces])
    nearest = int(distance(boxes, box).argmin())
    wider = bounds(np.array([pieces[nearest].box, box]))
    if not any(overlaps(wider, piece.box) for n, piece in enumerate(pieces) if n != nearest):
        pieces[nearest] = replace(pieces[nearest], box=wider)
