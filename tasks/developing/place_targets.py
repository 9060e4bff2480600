"""What the network of places shall say: of each cell of a figure, and of pieces cut from it well and badly."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations

import numpy as np
import numpy.typing as npt

from models.inference.places import CELL, SIDE

Floats = npt.NDArray[np.float32]

SHARED_SIDE = 0.3
"""Share of the shorter side by which two panels must face each other to be neighbours."""

FAR = 0.25 * SIDE
"""Pixels between neighbours at most."""

SLACK = 6
"""Pixels by which neighbours may overlap: gold boxes are a point or two off."""

ONE, SEVERAL, FRAGMENT, UNCLEAR = 0, 1, 2, -1
"""What a piece may be."""


def fields_of(boxes: Floats, rows: int, columns: int) -> Floats:
    """The fields (3, rows, columns) of panels `boxes` (N, 4), in the order of `models.inference.places.Places`."""
    fields = np.zeros((3, rows, columns), np.float32)
    x, y = (CELL * (np.arange(count) + 0.5) for count in (columns, rows))
    for x0, y0, x1, y1 in boxes:
        fields[0][np.ix_((y >= y0) & (y < y1), (x >= x0) & (x < x1))] = 1
    for axis in (0, 1):
        for start, stop, low, high in separations(boxes, axis):
            across, along = (x, y) if axis == 0 else (y, x)
            own = (across >= start) & (across < stop), (along >= low) & (along < high)
            fields[1 + axis][np.ix_(*(own[::-1] if axis == 0 else own))] = 1
    return fields


def separations(boxes: Floats, axis: int) -> Iterator[tuple[float, float, float, float]]:
    """Between each two neighbours across `axis`: from where to where, a cell at least, and along which stretch."""
    other = 1 - axis
    for one, two in permutations(range(len(boxes)), 2):
        a, b = boxes[one], boxes[two]
        low, high = max(a[other], b[other]), min(a[other + 2], b[other + 2])
        shorter = min(a[other + 2] - a[other], b[other + 2] - b[other])
        gap = b[axis] - a[axis + 2]
        if gap < -SLACK or gap > FAR or b[axis] <= a[axis] or high - low < SHARED_SIDE * shorter:
            continue
        rest = np.delete(boxes, [one, two], axis=0)
        facing = np.minimum(high, rest[:, other + 2]) - np.maximum(low, rest[:, other]) > CELL / 2
        between = (rest[:, axis] >= a[axis + 2] - SLACK) & (rest[:, axis + 2] <= b[axis] + SLACK)
        if not (facing & between).any():
            near, far = sorted((float(a[axis + 2]), float(b[axis])))
            yield near - CELL / 2, far + CELL / 2 + 0.01, float(low), float(high)


def outcomes_of(pieces: Floats, boxes: Floats) -> tuple[npt.NDArray[np.int64], Floats]:
    """What each of `pieces` (M, 4) is for panels `boxes` (N, 4), and its IoU with the nearest panel."""
    corners = np.maximum(pieces[:, None, :2], boxes[:, :2]), np.minimum(pieces[:, None, 2:], boxes[:, 2:])
    both = np.clip(corners[1] - corners[0], 0, None).prod(axis=2)
    own, gold = areas(pieces)[:, None], areas(boxes)
    iou = (both / np.maximum(1, own + gold - both)).max(axis=1)
    covered = both / np.maximum(1, gold)
    whole = (covered > 0.6).sum(axis=1)
    outcomes = np.full(len(pieces), UNCLEAR, np.int64)
    outcomes[whole > 1] = SEVERAL
    outcomes[(whole == 0) & (covered.max(axis=1) < 0.5)] = FRAGMENT
    outcomes[(whole < 2) & (iou >= 0.7)] = ONE
    return outcomes, iou.astype(np.float32)


def areas(boxes: Floats) -> Floats:
    """Of `boxes` (N, 4), in pixels."""
    found: Floats = np.clip(boxes[:, 2:] - boxes[:, :2], 0, None).prod(axis=1)
    return found


def random_pieces(
    boxes: Floats, size: tuple[float, float], cut: Floats, random: np.random.Generator
) -> Floats:
    """Pieces (M, 4) of a figure with panels `boxes`: panels, parts of such, hulls of two, some that rules `cut`."""
    found = [np.array([0, 0, *size])]
    for box in random.permutation(boxes)[:6]:
        sides = box[2:] - box[:2]
        part = a_part(box, random)
        found += [box + np.tile(sides, 2) * random.uniform(-0.06, 0.06, 4), part]
        if random.random() < 0.4:
            found.append(a_part(part, random))
    for _ in range(6 if len(boxes) > 1 else 0):
        two = boxes[random.choice(len(boxes), 2, replace=False)]
        found.append(np.concatenate([two[:, :2].min(axis=0), two[:, 2:].max(axis=0)]))
    found.append(np.sort(random.uniform(0, np.tile(size, (2, 1))), axis=0).ravel())
    found += list(random.permutation(cut)[:16])
    pieces = np.clip(np.array(found, np.float32), 0, np.tile(size, 2)).astype(np.float32)
    return pieces[(pieces[:, 2:] - pieces[:, :2] > 3).all(axis=1)]


def a_part(box: Floats, random: np.random.Generator) -> Floats:
    """`box` with a fifth to four fifths cut off at one side."""
    part = box.copy()
    side, share = int(random.integers(4)), random.uniform(0.2, 0.8)
    part[side] = box[side] + share * (box[(side + 2) % 4] - box[side])
    return part
