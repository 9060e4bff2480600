"""Panels that a caption names by where they stand: `Left:`, `(right)`, `Top left,`."""

from __future__ import annotations

from collections.abc import Sequence

from tasks.records import Box

SLACK = 0.05
"""Share of a panel by which it may reach into the next row or column."""

_PLACES = {2: ("{0}", "{1}"), 3: ("{0}", "middle", "{1}")}
"""What two or three rows or columns are called, from the first end `{0}` to the other."""


def bind_sides(panels: Sequence[Box], sides: Sequence[str]) -> list[str | None]:
    """Which of `sides` (as `markers.find_sides` names them) each of `panels` stands on; all None where unsure.

    Sure means: the panels stand in just as many columns (rows) as the caption names, two or three, and every panel
    stands in one of them.
    """
    columns, rows = _places(panels, 0, "left", "right"), _places(panels, 1, "top", "bottom")
    named = set(sides)
    for found in (columns, rows, [f"{y} {x}" for y, x in zip(rows, columns, strict=True)]):
        if named == set(found):
            return [*found]
    return [None] * len(panels)


def _places(panels: Sequence[Box], axis: int, first: str, last: str) -> list[str]:
    """The name of the column (`axis` 0) or row (1) of each panel; empty names unless there are 2 or 3 of them."""
    ends: list[float] = []
    order = sorted(range(len(panels)), key=lambda index: panels[index][axis])
    group = [0] * len(panels)
    for index in order:
        start, end = panels[index][axis], panels[index][axis + 2]
        if not ends or start >= ends[-1] - SLACK * (end - start):
            ends.append(end)
        ends[-1] = max(ends[-1], end)
        group[index] = len(ends) - 1
    if len(ends) not in _PLACES:
        return [""] * len(panels)
    names = [name.format(first, last) for name in _PLACES[len(ends)]]
    return [names[number] for number in group]
