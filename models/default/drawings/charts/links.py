"""What schemes are taken for, but numbers made: flows, chords, rings of tracks, clouds of words, marks, tiles."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from models.default.drawings.charts.sheet import Sheet
from models.default.drawings.figure import pick, words

_HUES = ("tab10", "Set2", "Set3", "Paired", "Pastel1", "Dark2", "tab20", "Accent")
_MARKS = (("#2ca02c", "#f2d03b", "#d62728"), ("#00a651", "#ffde17", "#ed1c24"), ("black", "white", "#999999"))


def flows(sheet: Sheet) -> None:
    """Bands that run from blocks on the left to blocks on the right, at times by a column between."""
    random, columns = sheet.random, sheet.count(2, 4)
    sheet.fill()
    hues, blocks = _hues(sheet), [sheet.count(2, 8) for _ in range(columns)]
    width, wide = float(random.uniform(0.03, 0.12)), np.linspace(0.1, 0.9, columns)
    edges = [_shares(sheet, many) for many in blocks]
    for column in range(columns - 1):
        share = random.dirichlet(np.full(blocks[column] * blocks[column + 1], 0.25))
        share = share.reshape(blocks[column], blocks[column + 1])
        left, right = edges[column][0].copy(), edges[column + 1][0].copy()
        gone, come = share.sum(axis=1), share.sum(axis=0)
        for a, b in np.argwhere(share > 0.003):
            start, end = (
                share[a, b] / gone[a] * edges[column][1][a],
                share[a, b] / come[b] * edges[column + 1][1][b],
            )
            _band(
                sheet,
                (wide[column] + width / 2, wide[column + 1] - width / 2),
                ((left[a], start), (right[b], end)),
                hues(int(a)),
            )
            left[a], right[b] = left[a] + start, right[b] + end
    size, named = float(random.uniform(5, 9)), sheet.chance(0.85)
    for column, (lows, talls) in enumerate(edges):
        for number, (low, tall) in enumerate(zip(lows, talls, strict=True)):
            ink = hues(number) if sheet.chance(0.7) else "#555555"
            sheet.axes.bar(wide[column], tall, width, low, color=ink, edgecolor="black", linewidth=0.4)
            if named:
                side = "right" if column == 0 else "left"
                x = wide[column] + width * (0.6 if column else -0.6)
                sheet.axes.text(x, low + tall / 2, words(random, 1, 1), fontsize=size, ha=side, va="center")
    sheet.axes.set(xlim=(-0.15, 1.2), ylim=(-0.03, 1.03))


def _hues(sheet: Sheet) -> Any:
    import matplotlib as mpl

    return mpl.colormaps[pick(sheet.random, _HUES)]


def _shares(sheet: Sheet, many: int) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Where `many` blocks of a column begin, and how high they are, gaps between."""
    talls = sheet.random.dirichlet(np.full(many, 2.0)) * (1 - 0.03 * (many - 1))
    return np.concatenate([[0], np.cumsum(talls + 0.03)[:-1]]), talls


def _band(
    sheet: Sheet,
    across: tuple[float, float],
    ends: tuple[tuple[float, float], tuple[float, float]],
    colour: Any,
) -> None:
    along = np.linspace(0, 1, 24)
    smooth = along * along * (3 - 2 * along)
    (low, tall), (low1, tall1) = ends
    under, thick = low + (low1 - low) * smooth, tall + (tall1 - tall) * smooth
    x = across[0] + (across[1] - across[0]) * along
    sheet.axes.fill_between(x, under, under + thick, color=colour, alpha=0.5, linewidth=0)


def chords(sheet: Sheet) -> None:
    """A ring of sectors with names, tracks of bars in it at times, and chords through its middle."""
    random, many = sheet.random, sheet.count(4, 24)
    sheet.fill()
    hues, turns = (
        _hues(sheet),
        np.cumsum(np.concatenate([[0], random.dirichlet(np.full(many, 3.0))])) * 2 * np.pi,
    )
    gap, thick = float(random.uniform(0.01, 0.06)), float(random.uniform(0.04, 0.15))
    for number in range(many):
        _arc(sheet, (turns[number] + gap, turns[number + 1] - gap), (1, 1 + thick), hues(number))
    for track in range(sheet.count(0, 3)):
        inner = 0.95 - track * 0.14
        angles = np.linspace(0, 2 * np.pi, sheet.count(30, 150), endpoint=False)
        heights = np.abs(random.normal(0, 0.05, len(angles))).clip(0, 0.12)
        ink = hues(track) if sheet.chance(0.7) else "black"
        rims = (
            np.stack([np.cos(angles), np.sin(angles)], axis=1)[:, None]
            * np.stack([np.full(len(angles), inner - 0.12), inner - 0.12 + heights], axis=1)[..., None]
        )
        _lines(sheet, rims, ink, float(random.uniform(0.5, 2)), 1.0)
    width = float(random.uniform(0.4, 6))
    for _ in range(sheet.count(5, 60)):
        first, last = random.uniform(0, 2 * np.pi, 2)
        ends, along = (
            np.array([[np.cos(first), np.sin(first)], [np.cos(last), np.sin(last)]]) * 0.55,
            np.linspace(0, 1, 20)[:, None],
        )
        way = (1 - along) ** 2 * ends[0] + along**2 * ends[1]
        _lines(
            sheet,
            way[None],
            hues(int(np.searchsorted(turns, first)) - 1),
            width * float(random.uniform(0.3, 1)),
            0.6,
        )
    for number in range(many) if sheet.chance(0.8) else ():
        turn = float(turns[number] + turns[number + 1]) / 2
        name, reach = f"chr{number + 1}" if many > 12 else words(random, 1, 1), 1.06 + thick
        style: dict[str, Any] = {
            "rotation": float(np.degrees(turn)) + (180 if np.cos(turn) < 0 else 0),
            "rotation_mode": "anchor",
        }
        style |= {"ha": "left" if np.cos(turn) > 0 else "right", "va": "center", "fontsize": sheet.font_size}
        sheet.axes.text(reach * float(np.cos(turn)), reach * float(np.sin(turn)), name, **style)
    sheet.axes.set(xlim=(-1.7, 1.7), ylim=(-1.7, 1.7), aspect="equal")


def _arc(sheet: Sheet, turns: tuple[float, float], reach: tuple[float, float], colour: Any) -> None:
    from matplotlib.patches import Wedge

    ends = float(np.degrees(turns[0])), float(np.degrees(turns[1]))
    sheet.axes.add_patch(Wedge((0, 0), reach[1], *ends, width=reach[1] - reach[0], color=colour, linewidth=0))


def _lines(sheet: Sheet, lines: npt.NDArray[np.float64], colour: Any, width: float, alpha: float) -> None:
    from matplotlib.collections import LineCollection

    sheet.axes.add_collection(LineCollection(list(lines), colors=[colour], linewidths=width, alpha=alpha))


def word_cloud(sheet: Sheet) -> None:
    """Words of many sizes, or bubbles with terms beside them, strewn over a plain page."""
    random, bubbles = sheet.random, sheet.chance(0.5)
    sheet.fill()
    hues, many = _hues(sheet), sheet.count(12, 60)
    places, reds = random.uniform(0, 1, (many, 2)), pick(random, ("#d62728", "#1f77b4", "#f4a0a0", "#2ca02c"))
    if bubbles:
        sizes = random.lognormal(3.5, 0.9, many)
        inks = [reds if sheet.chance(0.7) else hues(int(number)) for number in range(many)]
        sheet.axes.scatter(
            places[:, 0], places[:, 1], sizes, c=inks, edgecolors="grey", linewidths=0.3, alpha=0.8
        )
    for number, (x, y) in enumerate(places):
        size = float(random.uniform(4, 6)) if bubbles else float(random.lognormal(2.1, 0.5))
        ink = "black" if bubbles else hues(number % 8)
        turn = 90 if not bubbles and sheet.chance(0.2) else 0
        sheet.axes.text(
            x,
            y,
            words(random, 1, 4 if bubbles else 1),
            fontsize=min(size, 28),
            color=ink,
            rotation=turn,
            ha="center",
        )
    sheet.axes.set(xlim=(-0.2, 1.2), ylim=(-0.1, 1.1))


def marks(sheet: Sheet) -> None:
    """Discs or cells in a grid in two to five shades, with names of rows and columns, and what the shades mean."""
    random, rows, columns = sheet.random, sheet.count(2, 12), sheet.count(3, 10)
    sheet.fill()
    shades = pick(random, (*_MARKS, ("#eeeeee", "#999999", "black"), tuple(sheet.colours[:3])))
    size, shape = float(random.uniform(0.25, 0.48)), pick(random, ("disc", "disc", "cell"))
    sign = sheet.chance(0.5)
    for row in range(rows):
        for column in range(columns):
            kind = int(random.choice(3, p=(0.6, 0.25, 0.15)))
            _mark(sheet, (column, -row), size, (shape, shades[kind % len(shades)]))
            if sign:
                sheet.axes.text(
                    column, -row, "+?-"[kind], fontsize=sheet.font_size - 1, ha="center", va="center"
                )
        name = f"{words(random, 1, 1).split()[0]} {sheet.count(1990, 2021)}" if sign else sheet.label()
        sheet.axes.text(-0.8, -row, name, fontsize=sheet.font_size, ha="right", va="center")
    turn = pick(random, (90, 90, 45, 0))
    for column in range(columns):
        sheet.axes.text(
            column,
            0.8,
            words(random, 1, 3 if turn else 1),
            fontsize=sheet.font_size - 1,
            rotation=turn,
            ha="center" if turn != 45 else "left",
            va="bottom",
        )
    sheet.axes.set(xlim=(-4, columns), ylim=(-rows - 0.5, 3.5), aspect="equal")


def _mark(sheet: Sheet, at: tuple[int, int], size: float, look: tuple[str, str]) -> None:
    from matplotlib.patches import Ellipse, Rectangle

    style: dict[str, Any] = {"facecolor": look[1], "edgecolor": "#444444", "linewidth": 0.5}
    if look[0] == "disc":
        sheet.axes.add_patch(Ellipse(at, 2 * size, 2 * size, **style))
    else:
        sheet.axes.add_patch(Rectangle((at[0] - 0.5, at[1] - 0.5), 1, 1, **style))


def tiles(sheet: Sheet) -> None:
    """One bar or one square cut into parts in proportion, with words or shares in them."""
    random = sheet.random
    sheet.fill()
    hues, shades = _hues(sheet), pick(random, ("Greens", "Blues", ""))
    field = [(0.0, 0.0, 1.0, 1.0 if sheet.chance(0.7) else 0.2)]
    flat = field[0][3] < 1
    for _ in range(sheet.count(2, 14)):
        x, y, wide, tall = field.pop(int(np.argmax([w * h for *_, w, h in field])))
        share = float(random.uniform(0.25, 0.75))
        if flat or wide > tall:
            field += [(x, y, wide * share, tall), (x + wide * share, y, wide * (1 - share), tall)]
        else:
            field += [(x, y, wide, tall * share), (x, y + tall * share, wide, tall * (1 - share))]
    for number, (x, y, wide, tall) in enumerate(field):
        ink = hues(number) if not shades else _shade(shades, float(random.uniform(0.2, 0.9)))
        sheet.axes.bar(x + wide / 2, tall, wide, y, color=ink, edgecolor="white", linewidth=1)
        if wide > 0.12:
            text = words(random, 1, 1) if sheet.chance(0.6) else f"{100 * wide * tall:.0f}%"
            sheet.axes.text(
                x + wide / 2, y + tall / 2, text, fontsize=sheet.font_size, ha="center", va="center"
            )
    sheet.axes.set(xlim=(0, 1), ylim=(0, 1.05))


def _shade(scale: str, level: float) -> Any:
    import matplotlib as mpl

    return mpl.colormaps[scale](level)
