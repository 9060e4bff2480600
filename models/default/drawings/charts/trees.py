"""Trees: of many leaves with small names, of a few in thick lines, and around their root."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from models.default.drawings.charts.sheet import Sheet
from models.default.drawings.figure import pick

_LETTERS = tuple("abcdefgh lmnoprst")


def tree(sheet: Sheet) -> None:
    """A tree whose leaves have names, each fork joining two neighbours."""
    random, leaves = sheet.random, sheet.count(6, 49)
    sheet.fill()
    heights, depths = [float(leaf) for leaf in range(leaves)], [0.0] * leaves
    while len(heights) > 1:
        at = int(random.integers(len(heights) - 1))
        depth = max(depths[at : at + 2]) + float(random.uniform(0.2, 1.5))
        x = [-depths[at], -depth, -depth, -depths[at + 1]]
        y = [heights[at], heights[at], heights[at + 1], heights[at + 1]]
        sheet.axes.plot(x, y, "k-", linewidth=float(random.uniform(0.5, 1.2)))
        heights[at : at + 2], depths[at : at + 2] = [sum(heights[at : at + 2]) / 2], [depth]
    for leaf in range(leaves):
        name = "".join(pick(random, _LETTERS) for _ in range(sheet.count(5, 15)))
        slant = "italic" if sheet.chance(0.5) else "normal"
        sheet.axes.text(0.1, leaf, name, fontsize=max(3, min(8, 90 / leaves)), va="center", style=slant)
    sheet.axes.set_xlim(-max(depths[0], 1) * 1.05, max(depths[0], 1) * 0.8)


def cladogram(sheet: Sheet) -> None:
    """A few leaves with large names, in thick lines, a branch or two in colour, standing or lying."""
    random, leaves = sheet.random, sheet.count(3, 8)
    sheet.fill()
    standing, width, size = sheet.chance(0.5), float(random.uniform(1.5, 5)), float(random.uniform(9, 18))
    coloured, name = sheet.count(0, leaves - 1), sheet.label()[:6] if sheet.chance(0.3) else ""
    style: dict[str, Any] = {"ha": "center", "va": "top"} if standing else {"ha": "left", "va": "center"}
    for leaf in range(leaves):
        x, y = (leaf, -0.15) if standing else (0.15, leaf)
        ink = sheet.colour(0) if leaf == coloured or sheet.chance(0.2) else "black"
        sheet.axes.text(x, y, f"{name}{'ABCDEFGH'[leaf]}", fontsize=size, color=ink, **style)
    depth = 0.0
    for heights, depths, depth in _forks(sheet, leaves):
        along, across = [depths[0], depth, depth, depths[1]], [heights[0], heights[0], heights[1], heights[1]]
        ink = sheet.colour(0) if coloured in heights and sheet.chance(0.5) else "black"
        x_, y_ = (across, along) if standing else ([-place for place in along], across)
        sheet.axes.plot(x_, y_, color=ink, linewidth=width, solid_capstyle="butt")
    if standing:
        sheet.axes.set(xlim=(-1, leaves), ylim=(-1.2, depth + 1))
    else:
        sheet.axes.set(xlim=(-depth - 1, 2), ylim=(-0.7, leaves))


def _forks(sheet: Sheet, leaves: int) -> Iterator[tuple[list[float], list[float], float]]:
    """Joins neighbours until one is left: the places of the two, how deep they stand, and how deep their fork does."""
    heights, depths = [float(leaf) for leaf in range(leaves)], [0.0] * leaves
    while len(heights) > 1:
        at = slice(first := sheet.count(0, len(heights) - 2), first + 2)
        depth = max(depths[at]) + 1
        yield heights[at], depths[at], depth
        heights[at], depths[at] = [sum(heights[at]) / 2], [depth]


def round_tree(sheet: Sheet) -> None:
    """A tree around its root, names outwards, clades tinted."""
    from matplotlib.collections import LineCollection
    from matplotlib.patches import Wedge

    random, leaves = sheet.random, sheet.count(15, 60)
    sheet.fill()
    angles = np.linspace(0.1, 6.1, leaves)
    for first in random.choice(leaves - 4, sheet.count(1, 4)).tolist() if sheet.chance(0.6) else ():
        last = min(leaves - 1, first + sheet.count(2, 12))
        ends = float(np.degrees(angles[first])), float(np.degrees(angles[last]))
        sheet.axes.add_patch(Wedge((0, 0), 1.45, *ends, color=sheet.colour(first), alpha=0.3, linewidth=0))
    for angle in angles if sheet.chance(0.8) else ():
        name = "".join(pick(random, _LETTERS) for _ in range(sheet.count(4, 12)))
        right, turn = bool(np.cos(angle) > 0), float(np.degrees(angle))
        style: dict[str, Any] = {"ha": "left"} if right else {"ha": "right"}
        style |= {"rotation": turn if right else turn + 180, "rotation_mode": "anchor", "va": "center"}
        x, y = (1.05 * np.cos(angle), 1.05 * np.sin(angle))
        sheet.axes.text(float(x), float(y), name, fontsize=max(2.5, min(7.0, 150 / leaves)), **style)
    width = float(random.uniform(0.4, 1.2))
    sheet.axes.add_collection(LineCollection(_branches(sheet, angles), colors="black", linewidths=width))
    sheet.axes.set(xlim=(-1.7, 1.7), ylim=(-1.7, 1.7), aspect="equal")


def _branches(sheet: Sheet, leaves: npt.NDArray[np.float64]) -> list[npt.NDArray[np.float64]]:
    """(n, 2) each: the lines of a tree whose leaves stand at these angles, 1 from the root."""
    angles, reaches, drawn = leaves.tolist(), [1.0] * len(leaves), []
    while len(angles) > 1:
        at = slice(first := sheet.count(0, len(angles) - 2), first + 2)
        reach = min(reaches[at]) * float(sheet.random.uniform(0.75, 0.97))
        arc = np.linspace(angles[first], angles[first + 1], 12)
        drawn.append(reach * np.stack([np.cos(arc), np.sin(arc)], axis=1))
        for angle, start in zip(angles[at], reaches[at], strict=True):
            drawn.append(np.array([start, reach])[:, None] * [np.cos(angle), np.sin(angle)])
        angles[at], reaches[at] = [sum(angles[at]) / 2], [reach]
    return drawn


def star_tree(sheet: Sheet) -> None:
    """A tree without a root, its clades spread as a star, tinted or in colours, with names at few or all ends."""
    random, clades = sheet.random, sheet.count(3, 7)
    sheet.fill()
    width, tinted, grey = float(random.uniform(0.4, 1.5)), sheet.chance(0.5), sheet.chance(0.3)
    named, size = sheet.chance(0.6), float(random.uniform(3, 7))
    starts = np.cumsum(np.concatenate([[0], random.dirichlet(np.full(clades, 4.0))])) * 2 * np.pi
    for clade in range(clades):
        leaves, stem = sheet.count(2, 14), float(random.uniform(0.1, 0.6))
        first, last = starts[clade] + 0.08, starts[clade + 1] - 0.08
        fork = stem * np.array([np.cos((first + last) / 2), np.sin((first + last) / 2)])
        ink = sheet.colour(clade) if sheet.chance(0.5) and not tinted else "black"
        sheet.axes.plot([0, fork[0]], [0, fork[1]], color=ink, linewidth=width)
        turns, reaches = np.linspace(first, last, leaves), stem + random.uniform(0.3, 0.9, leaves)
        ends = np.stack([np.cos(turns), np.sin(turns)], axis=1) * reaches[:, None]
        for end in ends:
            middle = fork + (end - fork) * float(random.uniform(0.1, 0.5)) + random.normal(0, 0.02, 2)
            sheet.axes.plot(*np.stack([fork, middle, end]).T, color=ink, linewidth=width)
            if named and sheet.chance(0.7):
                name = "".join(pick(random, _LETTERS) for _ in range(sheet.count(3, 8)))
                sheet.axes.text(float(end[0]), float(end[1]), name, fontsize=size, ha="center", va="center")
        if tinted:
            hull = np.concatenate([fork[None] * 0.8, ends * 1.12])
            tint = "#999999" if grey else sheet.colour(clade)
            sheet.axes.fill(*hull.T, color=tint, alpha=0.35, linewidth=0)
        place = 1.35 * np.array([np.cos((first + last) / 2), np.sin((first + last) / 2)]) * (stem + 0.6)
        if sheet.chance(0.5):
            sheet.axes.text(float(place[0]), float(place[1]), sheet.label(), fontsize=size + 3, ha="center")
    sheet.axes.set(xlim=(-2, 2), ylim=(-2, 2), aspect="equal")
