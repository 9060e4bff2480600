"""Binding of panel letters to panels: each letter to its own panel, then to the others of its group."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment

from tasks.panels.gutters import PixelBox
from tasks.panels.letters import Letter

CORNERS = (
    (0.0, 0.0, 1.0),
    (0.0, 1.0, 1.15),
    (1.0, 0.0, 1.3),
    (1.0, 1.0, 1.3),
    (0.5, 1.0, 1.0),
    (0.5, 0.0, 1.15),
)
"""Where a figure may put its letters: x and y as shares of a panel's sides, and how unusual that is."""


def bind(
    boxes: Sequence[PixelBox], letters: Sequence[Letter], expected: Sequence[str] = ()
) -> list[str | None]:
    """The panel label of each of `boxes`, None where none is sure.

    A figure puts all its letters at the same corner of their panels, or typesets them above or below; that place is
    taken at which they stand nearest. A panel without a letter of its own belongs to the group of the nearest
    letter that stands before it in that sense; but if there are just as many panels as the caption names, it has
    the letter that was not read. `boxes` come in reading order. Where the
    caption names letters of both cases, (a) to (c) within (A), a panel has its own small letter; its group's would be
    too little, and is given to the others only where every letter was read.
    """
    inner = [letter for letter in letters if letter.text[0].isupper() != letters[0].text[0].isupper()]
    outer = [letter for letter in letters if letter not in inner]
    labels = bind_outer(boxes, outer, expected, complete=not set(expected) - {x.text for x in letters})
    for letter, box in bind_inner(boxes, inner):
        labels[box] = letter.text
    return labels


def bind_inner(boxes: Sequence[PixelBox], letters: Sequence[Letter]) -> list[tuple[Letter, int]]:
    """The letters of panels within a group, each with the number of the panel that it stands in or next to."""
    if not letters:
        return []
    costs = distances(boxes, letters, CORNERS[0])
    pairs = zip(*linear_sum_assignment(costs), strict=True)
    return [
        (letters[i], int(j))
        for i, j in pairs
        if costs[i, j] < 0.5 * max(boxes[j][2] - boxes[j][0], boxes[j][3] - boxes[j][1])
    ]


def bind_outer(
    boxes: Sequence[PixelBox], letters: Sequence[Letter], expected: Sequence[str], *, complete: bool
) -> list[str | None]:
    """The labels by `letters` of one case; `complete` where every letter that the caption names was read."""
    labels: list[str | None] = [None] * len(boxes)
    if not letters or not boxes or len(boxes) == 1 < len(letters):
        return labels
    costs = [distances(boxes, letters, corner) for corner in CORNERS]
    totals = [matched_cost(matrix) * corner[2] for matrix, corner in zip(costs, CORNERS, strict=True)]
    best = int(np.argmin(totals))
    for letter, box in zip(*linear_sum_assignment(costs[best]), strict=True):
        labels[box] = letters[letter].text
    nested = len({label[0].isupper() for label in expected}) > 1
    if nested and not complete:
        return labels
    missing = [label for label in expected if label not in labels]
    if not nested and len(boxes) == len(expected) and len(missing) == labels.count(None):
        return [label or missing.pop(0) for label in labels]
    return inherit(boxes, letters, labels, CORNERS[best], costs[best])


def distances(
    boxes: Sequence[PixelBox], letters: Sequence[Letter], corner: tuple[float, float, float]
) -> np.ndarray:
    """How far (letters, boxes), in pixels, each letter is from `corner` of each box; farther where it is outside.

    Letters hang out to the left of a panel, hardly ever to its right.
    """
    frames = np.array(boxes, float)
    x = np.array([(letter.box[0] + letter.box[2]) / 2 for letter in letters])[:, None]
    y = np.array([(letter.box[1] + letter.box[3]) / 2 for letter in letters])[:, None]
    corner_x = frames[:, 0] + corner[0] * (frames[:, 2] - frames[:, 0])
    corner_y = frames[:, 1] + corner[1] * (frames[:, 3] - frames[:, 1])
    outside = (
        0.25 * np.maximum(frames[:, 0] - x, 0)
        + 3.0 * np.maximum(x - frames[:, 2], 0)
        + np.maximum(np.maximum(frames[:, 1] - y, y - frames[:, 3]), 0)
    )
    aside = x - corner_x
    weight = 0.5 if corner[0] == 0.0 else 2.0 if corner[0] == 0.5 else 1.0
    aside = np.where(aside > 0, (1.0 if corner[0] == 1.0 else 2.0) * aside, weight * aside)
    far: np.ndarray = np.hypot(aside, y - corner_y) + outside
    return far


def matched_cost(costs: np.ndarray) -> float:
    """The mean cost of the best one-to-one assignment."""
    rows, columns = linear_sum_assignment(costs)
    return float(costs[rows, columns].mean()) + 1.0


def inherit(
    boxes: Sequence[PixelBox],
    letters: Sequence[Letter],
    labels: list[str | None],
    corner: tuple[float, float, float],
    costs: np.ndarray,
) -> list[str | None]:
    """`labels` with each None replaced by the letter of the panel's group."""
    below = corner[1] == 1.0 and corner[0] != 0.5
    filled = list(labels)
    if len(letters) == 1 and letters[0].box[3] <= min(box[1] for box in boxes) + letters[0].height:
        return [letters[0].text] * len(boxes)  # it heads them all
    for index, box in enumerate(boxes):
        if labels[index] is None and corner[:2] == (0.5, 1.0):
            filled[index] = letter_under(box, letters)
        elif labels[index] is None:
            filled[index] = neighbour_label(boxes, labels, index, below) or letter_before(
                box, letters, costs[:, index], below
            )
    return filled


def neighbour_label(
    boxes: Sequence[PixelBox], labels: Sequence[str | None], index: int, below: bool
) -> str | None:
    """The label of the nearest panel that has one and stands in the same column before it or to its left."""
    x0, y0, x1, y1 = boxes[index]
    found: list[tuple[int, str]] = []
    for (left, top, right, bottom), label in zip(boxes, labels, strict=True):
        if label is None:
            continue
        in_column = min(x1, right) - max(x0, left) > 0.5 * max(x1 - x0, right - left)
        in_row = min(y1, bottom) - max(y0, top) > 0.5 * min(y1 - y0, bottom - top)
        if in_column and (top >= y1 - 2 if below else bottom <= y0 + 2):
            found.append((top - y1 if below else y0 - bottom, label))
        elif in_row and right <= x0 + 2:
            found.append((x0 - right, label))
    return min(found)[1] if found else None


def letter_under(box: PixelBox, letters: Sequence[Letter]) -> str | None:
    """The nearest of the letters below a panel; one far to the side counts less than one far down."""
    middle = (box[0] + box[2]) / 2
    under = [
        (letter.box[1] - box[3] + 0.3 * abs((letter.box[0] + letter.box[2]) / 2 - middle), letter.text)
        for letter in letters
        if letter.box[1] >= box[3] - letter.height
    ]
    return min(under)[1] if under else None


def letter_before(box: PixelBox, letters: Sequence[Letter], costs: np.ndarray, below: bool) -> str | None:
    """The letter nearest to the panel's corner of those to its left that stand above it, or below if so set."""
    x0, y0, x1, y1 = box
    slack = 0.4 * min(x1 - x0, y1 - y0)
    before = [
        (float(cost), letter.text)
        for cost, letter in zip(costs, letters, strict=True)
        if letter.box[0] <= x0 + slack
        and (letter.box[3] >= y1 - slack if below else letter.box[1] <= y0 + slack)
    ]
    return min(before)[1] if before else None
