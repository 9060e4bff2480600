"""Splits measured: a piece of a figure, the parts that the rules would make of it, and what the whole looks like."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tasks.panels.cutting import bounds
from tasks.panels.judging.cuts import CutFeatures, cuts_of, measure_cuts
from tasks.panels.pieces import Canvas, Kind, Piece, distance
from tasks.panels.rules import Split

Features = npt.NDArray[np.float32]

CORNER = 0.25
"""Share of a panel's sides within which its letter stands at the upper left."""


class PieceFeatures(NamedTuple):
    """What is known of a piece and of the parts of a split, in shares, PDF points and counts."""

    kind: float
    of_figure: float
    width: float
    height: float
    figure_side: float
    letters: float
    letters_found: float
    letters_named: float
    letters_unnamed: float
    texts: float
    ink: float
    core: float
    arrows: float
    arrows_anywhere: float
    pictures: float
    picture_alone: float
    drawings: float
    parts: float
    through_print: float
    lower_kind: float
    upper_kind: float
    mere_texts: float
    smallest_share: float
    lettered: float
    all_lettered: float
    as_many_as_named: float
    as_many_as_found: float
    at_corner: float
    across_spread: float
    down_spread: float
    cornered: float


def measure_split(canvas: Canvas, piece: Piece, split: Split, axis: int) -> Features:
    """All that the judge looks at of a `split` of `piece` across `axis`.

    The piece, its cuts (the least, mean and most of each feature), and the looks of piece and figure.
    """
    height, width = canvas.mask.shape
    found = list(measure_cuts(canvas, piece, cuts_of(split, axis)))
    cuts = np.array(found or np.zeros((1, len(CutFeatures._fields))))
    looks = [canvas.looks(piece.box), canvas.looks((0, 0, width, height))]
    return np.concatenate(
        [measure_piece(canvas, piece, split), cuts.min(0), cuts.mean(0), cuts.max(0), *looks],
        dtype=np.float32,
    )


def measure_piece(canvas: Canvas, piece: Piece, split: Split) -> PieceFeatures:
    """The features of `piece` and of its parts, which `split` holds."""
    x0, y0, x1, y1 = piece.box
    area = piece.width * piece.height
    kinds = [part.kind for part in split.parts]
    lettered = [bool(part.letters) for part in split.parts]
    texts = sum(inside(text, piece) for text in canvas.placed.texts)
    return PieceFeatures(
        float(piece.kind),
        float(np.log(area / canvas.mask.size)),
        piece.width / canvas.unit,
        piece.height / canvas.unit,
        canvas.side / canvas.unit,
        float(len(piece.letters)),
        float(len(canvas.letters)),
        float(canvas.named),
        float(canvas.named == 0 and bool(canvas.letters)),
        1e4 * texts * canvas.unit**2 / area,
        float(canvas.mask[y0:y1, x0:x1].mean()),
        float(canvas.core[y0:y1, x0:x1].mean()),
        float(canvas.has_arrows(piece.box)),
        float(canvas.arrows),
        float(len(canvas.placed.pictures_in(piece.box))),
        float(canvas.placed.is_panel(piece.box)),
        float(np.log1p(len(canvas.placed.drawings))),
        float(len(split.parts)),
        float(len(split.positions)),
        float(min(kinds)),
        float(max(kinds)),
        float(kinds.count(Kind.TEXT)),
        min(part.width * part.height for part in split.parts) / area,
        float(np.mean(lettered)),
        float(all(lettered)),
        float(len(split.parts) == canvas.named),
        float(len(split.parts) == len(canvas.letters)),
        *measure_letters(piece, split),
    )


def inside(text: tuple[int, int, int, int], piece: Piece) -> bool:
    """Whether a line of text lies in `piece`, a pixel or two aside."""
    x0, y0, x1, y1 = piece.box
    return text[0] >= x0 - 2 and text[1] >= y0 - 2 and text[2] <= x1 + 2 and text[3] <= y1 + 2


def measure_letters(piece: Piece, split: Split) -> tuple[float, float, float, float]:
    """Where letters stand in their parts: the share at the upper left, their spread across and down, parts with such.

    Panel letters stand at the same corner of each panel; what stands over bars and in boxes does not.
    """
    if not piece.letters:
        return 0.0, 1.0, 1.0, 0.0
    letters = np.array(piece.letters, float)
    parts = np.array([part.box for part in split.parts], float)
    owners = np.stack([distance(letters, bounds(part[None])) for part in parts]).argmin(axis=0)
    own = parts[owners]
    middles = (letters[:, :2] + letters[:, 2:]) / 2
    at = np.clip((middles - own[:, :2]) / np.maximum(1, own[:, 2:] - own[:, :2]), -0.5, 1.5)
    corner = (at < CORNER).all(axis=1)
    across, down = at.std(axis=0) if len(at) > 1 else (0.5, 0.5)
    return float(corner.mean()), float(across), float(down), len(set(owners[corner])) / len(parts)
