"""Tables as journals, slides and forms print them: ruled, shaded, of words, of marks, of two or three rows."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

from PIL import Image

from models.default.drawings.canvas import Canvas, Point
from models.default.drawings.figure import Random, number, words

_HEADS = (
    "Group",
    "n",
    "Mean",
    "SD",
    "95% CI",
    "p value",
    "IC50",
    "R²",
    "HR",
    "OR",
    "Total",
    "Sex",
    "Age",
    "Dose",
    "F Value",
    "Variance, %",
    "Method",
    "AUC",
    "Description",
)
_TINTS = (
    "#d9d9d9",
    "#a6a6a6",
    "#bdd7ee",
    "#fce4d6",
    "#e2efda",
    "#4472c4",
    "#dce6f1",
    "#404040",
    "#c6e0b4",
    "#f2dcdb",
    "#fff2cc",
)
_DARK = ("#4472c4", "#404040")


def ruled_table(random: Random) -> Image.Image:
    """Lines above, under the head and below, a title above and notes beneath at times."""
    rows, columns = int(random.integers(4, 22)), int(random.integers(3, 8))
    page = Canvas(random, random.uniform(60, 95) * columns, 10 + (rows + 6) * 16)
    page.face = page.one(("sans", "serif", "serif", "sans", "humanist"))
    page.size, step, y = page.between(8, 10.5), page.between(13, 18), 8.0
    if page.chance(0.4):
        page.text((2, y), f"Table {page.count(1, 9)} {words(random, 3, 7)}", anchor="lm", bold=True)
        y += step
    head, thin = page.one((None, None, "#f7efd9", "#dce6f1", "#e6e6e6")), page.between(0.5, 1.5)
    if head:
        page.box(0, y - step * 0.5, page.width, step, fill=head)
    first = 0.28 if columns > 4 else 0.42
    lefts = [
        4 + (page.width - 8) * (first + (1 - first) * column / (columns - 1)) for column in range(columns - 1)
    ]
    anchor, bold = page.one(("mm", "lm")), page.chance(0.4)
    page.text((4, y), page.one(_HEADS), anchor="lm", bold=bold)
    for left in lefts:
        page.text((left, y), page.one(_HEADS), anchor=anchor, bold=bold)
    kinds = [page.one(("number", "number", "number", "interval", "word")) for _ in lefts]
    for row in range(1, rows + 1):
        heading, at = page.chance(0.15), y + row * step
        page.text((4, at), words(random, 1, 2), anchor="lm", bold=heading)
        for left, kind in zip(lefts, kinds, strict=True):
            if not heading:
                page.text((left, at), _value(page, kind), anchor=anchor)
    end = y + (rows + 0.6) * step
    for rule, width in ((y - step * 0.5, 1.6 * thin), (y + step * 0.5, thin), (end, 1.6 * thin)):
        page.line([(0, rule), (page.width, rule)], width=width)
    for note in range(page.count(1, 3) if page.chance(0.4) else 0):
        at = end + (note + 1) * step * 0.8
        page.text((2, at), words(random, 6, 11), anchor="lm", size=page.size * 0.85)
    return page.finish()


def _value(page: Canvas, kind: str) -> str:
    """What stands in one cell."""
    if kind == "word":
        return words(page.random, 1, 1)
    if kind == "interval":
        low = page.between(0, 9)
        return f"{low:.2f} - {low * page.between(1.1, 2):.2f}"
    return number(page.random)


def small_table(random: Random) -> Image.Image:
    """One to five rows in large type, the head or every other row shaded, framed or not."""
    rows, columns = int(random.integers(1, 6)), int(random.integers(2, 5))
    page = Canvas(random, random.uniform(80, 130) * columns, (rows + 3) * 30.0)
    page.size, step, y = page.between(10, 15), page.between(22, 32), 4.0
    tint, lined, stripes = page.one((*_TINTS, "white", "white")), page.chance(0.5), page.chance(0.4)
    if page.chance(0.3):
        page.text((page.width * 0.6, step / 2), page.one(("Week 4", *_HEADS)))
        y += step
    for row in range(rows + 1):
        shaded = row == 0 or (stripes and row % 2 == 0 and tint not in _DARK)
        names = [page.one(_HEADS) for _ in range(columns)] if row == 0 else [words(random, 1, 2)]
        names += [_value(page, page.one(("number", "interval"))) for _ in range(columns - len(names))]
        _small_row(page, names, (y, step), tint if shaded else None, lined)
        y += step
    page.line([(1, y), (page.width - 1, y)], width=page.one((0.5, 2)))
    return page.finish()


def _small_row(
    page: Canvas, names: list[str], place: tuple[float, float], fill: str | None, lined: bool
) -> None:
    (y, step), wide = place, page.width / len(names)
    page.box(1, y, page.width - 2, step, fill=fill, edge="black" if lined else None)
    bold = bool(fill) and page.chance(0.5)
    for column, name in enumerate(names):
        size, at = min(page.size, wide / len(name) * 1.7), ((column + 0.5) * wide, y + step / 2)
        page.text(at, name, bold=bold, colour="white" if fill in _DARK else None, size=size)
        if lined and column:
            page.line([(column * wide, y), (column * wide, y + step)], width=1)


def text_table(random: Random) -> Image.Image:
    """Columns of sentences in cells, with a head in colour or in bold: definitions, criteria, examples."""
    rows, columns = int(random.integers(2, 8)), int(random.integers(1, 5))
    page = Canvas(random, random.uniform(300, 520), 60.0 + rows * 70)
    page.size, y = page.between(7.5, 10), 2.0
    widths = (random.dirichlet([20.0] * columns) * (page.width - 4)).tolist()
    tint, lined, across = page.one(_TINTS), page.chance(0.5), page.chance(0.8)
    for row in range(rows + 1):
        texts = [words(random, 2, 16) if row else words(random, 1, 2) for _ in widths]
        y += _text_row(page, texts, widths, y, "" if row else tint, lined)
        if across and not lined:
            page.line([(2, y), (page.width - 2, y)], width=0.8)
        if y > page.height - 70:
            break
    return page.finish()


def _text_row(page: Canvas, texts: list[str], widths: list[float], y: float, head: str, lined: bool) -> float:
    """Draws a row of cells, `head` the colour of its ground where it is the head; how tall it is."""
    step, x = page.size * 1.35, 2.0
    cells = [
        textwrap.wrap(text, max(6, int(wide / page.size / 0.55)))
        for text, wide in zip(texts, widths, strict=True)
    ]
    tall = max(map(len, cells)) * step + 8
    for cell, wide in zip(cells, widths, strict=True):
        page.box(x, y, wide, tall, fill=head or None, edge="black" if lined else None, line=0.8)
        for place, line in enumerate(cell):
            at, ink = (x + 5, y + 4 + (place + 0.6) * step), "white" if head in _DARK else None
            page.text(at, line, anchor="lm", bold=bool(head), colour=ink)
        x += wide
    return tall


@dataclass(frozen=True, slots=True)
class _Grid:
    """How the cells of a table of marks look: sizes in pixels."""

    left: float
    step: float
    wide: float
    kind: str
    sign: str
    line: float


def marks_table(random: Random) -> Image.Image:
    """A schedule or a matrix: rows of names, columns of visits, crosses, arrows or coloured numbers in cells."""
    rows, columns = int(random.integers(5, 20)), int(random.integers(4, 14))
    step, wide = float(random.uniform(13, 20)), float(random.uniform(20, 40))
    left = float(random.choice((30.0, 90.0, 140.0)))
    page = Canvas(random, left + columns * wide + 4, (rows + 3) * step)
    page.size, kind = page.between(7, 9.5), page.one(("cross", "cross", "number", "colour", "arrow"))
    grid = _Grid(left, step, wide, kind, page.one(("X", "X", "x", "+", "•", "●")), page.between(0.5, 1.3))
    for row in range(rows + 1):
        y, grouped = 2 + row * step, bool(row) and page.chance(0.15)
        for column in range(columns):
            if row == 0:
                name = page.one((f"T{column}", f"W{column}", str(column)))
                page.box(left, y, (column + 1) * wide, step, edge="black", line=grid.line)
                page.text((left + (column + 0.5) * wide, y + step / 2), name, bold=True)
            else:
                _mark(page, grid, (left + column * wide, y), grouped)
        page.box(2, y, left - 2, step, fill="#e6e6e6" if grouped else None, edge="black", line=grid.line)
        if row:
            name = words(random, 1, 1 if left < 100 else 2)[: int(left / page.size * 1.7)]
            page.text((5, y + step / 2), name, anchor="lm", bold=grouped)
        if row and kind == "arrow" and page.chance(0.5):
            first = page.count(0, columns - 2)
            ends = [left + (column + 0.5) * wide for column in (first, page.count(first + 1, columns - 1))]
            page.arrow((ends[0], y + step / 2), (ends[1], y + step / 2), width=1)
    return page.finish()


def _mark(page: Canvas, grid: _Grid, corner: Point, grouped: bool) -> None:
    """One cell with its mark; the cells of a heading within the table stay empty."""
    x, y = corner
    value, fill = page.count(0, 20), None
    if grid.kind == "colour":
        fill = f"#{90 + 8 * value:02x}{120 + 5 * abs(10 - value):02x}{250 - 8 * value:02x}"
    elif grid.kind == "number" and grouped:
        fill = "#e6e6e6"
    page.box(x, y, grid.wide, grid.step, fill=fill, edge="black", line=grid.line)
    crossed = grid.kind == "cross" and page.chance(0.35)
    shown = str(value) if grid.kind in ("number", "colour") else grid.sign if crossed else ""
    if shown and not grouped:
        page.text((x + grid.wide / 2, y + grid.step / 2), shown)
