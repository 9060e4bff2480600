"""Screenshots: web pages or parts of them, and lists that unfold."""

from __future__ import annotations

import textwrap

import numpy as np
from PIL import Image

from models.default.drawings.canvas import Canvas
from models.default.drawings.figure import Random, number, words

_ACCENTS = ("#2b6cb0", "#337ab7", "#0d6efd", "#2e7d32", "#5e35b1", "#c62828", "#00838f", "#37474f", "#f57c00")
_CARDS = ("white", "#f3f8fd", "#fffbe6")
_BUTTONS = (
    "Search",
    "Submit",
    "Reset",
    "OK",
    "Cancel",
    "Download",
    "Run",
    "Browse...",
    "Next",
    "Save",
    "Add",
)
_TABS = ("Home", "Search", "Browse", "Download", "About", "Help", "Results", "Settings", "Summary", "Plot")


class _Screen(Canvas):
    """A canvas with small text in a screen's face, in the colours of one program."""

    def __init__(self, random: Random, width: float, height: float) -> None:
        super().__init__(random, width, height)
        self.face = self.one(("sans", "sans", "screen", "humanist"))
        self.size = self.between(7.5, 11)
        self.stroke = 1
        self.ink = self.one(("black", "#333333", "#212529"))
        self.accent = self.one(_ACCENTS)

    def button(self, x: float, y: float, name: str, filled: bool) -> float:
        """A button from its upper left corner; its width."""
        wide, tall = len(name) * self.size * 0.58 + 14, self.size * 2
        fill = self.accent if filled else self.one(("#e9e9e9", "white", "#f5f5f5"))
        edge = self.accent if filled else "#a0a0a0"
        self.box(x, y, wide, tall, fill=fill, edge=edge, radius=self.one((0, 3, 6)))
        self.text((x + wide / 2, y + tall / 2), name, colour="white" if filled else None)
        return wide

    def field(self, x: float, y: float, wide: float) -> None:
        """A field to fill in or to choose from."""
        tall = self.size * 1.9
        self.box(x, y, wide, tall, fill="white", edge="#b0b0b0", radius=2)
        if self.chance(0.7):
            self.text((x + 5, y + tall / 2), words(self.random, 1, 2), anchor="lm", colour="#555555")
        if self.chance(0.5):
            left, top = x + wide - 13, y + tall / 2 - 2
            self.polygon([(left, top), (left + 8, top), (left + 4, top + 5)], fill="#444444")

    def paragraph(self, x: float, y: float, wide: float, lines: int) -> float:
        """Lines of text, a few of them highlighted; where they end."""
        letters = max(10, int(wide / self.size / 0.52))
        shown = textwrap.wrap(" ".join(words(self.random, 4, 9) for _ in range(lines)), letters)[:lines]
        for line in shown:
            if self.chance(0.12):
                long, fill = len(line) * self.size * self.between(0.2, 0.5), self.one(("#cfe8ff", "#fff3a0"))
                self.box(x, y, long, self.size * 1.3, fill=fill)
            self.text((x, y + self.size * 0.7), line, anchor="lm", size=self.size * 0.92)
            y += self.size * 1.5
        return y + self.size * 0.5

    def rows(self, x: float, y: float, wide: float, tall: float) -> None:
        """A table with a head, lines or stripes, links and signs."""
        columns, step = self.count(2, 8), self.size * self.between(1.6, 2.6)
        many = max(1, int(tall / step) - 1)
        head, striped = self.one((None, "#e8ecf0", self.accent, "#d9e2ec")), self.chance(0.5)
        if head:
            self.box(x, y, wide, step, fill=head)
        wides = self.random.dirichlet(np.full(columns, 4.0)).cumsum() * wide
        lefts = [x, *(x + wides[:-1]).tolist()]
        ink = "white" if head == self.accent else None
        for left in lefts:
            self.text((left + 4, y + step / 2), words(self.random, 1, 1), anchor="lm", bold=True, colour=ink)
        signs = [self.one(("word", "number", "link", "mark", "badge")) for _ in lefts]
        for row in range(1, many + 1):
            top = y + row * step
            if striped and row % 2:
                self.box(x, top, wide, step, fill="#f4f6f8")
            else:
                self.line([(x, top), (x + wide, top)], colour="#dddddd")
            for left, sign in zip(lefts, signs, strict=True):
                self._cell(left + 4, top + step / 2, sign)

    def _cell(self, x: float, y: float, sign: str) -> None:
        size = self.size * 0.88
        if sign == "mark":
            self.disc((x + 4, y), 3, fill=self.one(("#2e7d32", "#c62828", "#f9a825", "#bbbbbb")))
        elif sign == "badge":
            fill = self.one(("#d4edda", "#f8d7da", "#d1ecf1"))
            self.box(x, y - size * 0.7, size * 4, size * 1.4, fill=fill, radius=4)
            self.text((x + size * 2, y), self.one(("yes", "no", "done", "new")), size=size * 0.9)
        else:
            shown = number(self.random) if sign == "number" else words(self.random, 1, 2)
            self.text((x, y), shown, anchor="lm", size=size, colour="#1a5fb4" if sign == "link" else None)

    def marked(self) -> None:
        """Red frames that a paper puts over a screenshot, at times."""
        for _ in range(self.count(1, 2) if self.chance(0.25) else 0):
            x, y = self.between(0, self.width * 0.7), self.between(0, self.height * 0.8)
            wide, tall, line = self.between(40, 150), self.between(14, 60), self.between(1.5, 3)
            self.box(x, y, wide, tall, edge="#e00000", line=line)


def _unfold(screen: _Screen, x: float, y: float, bottom: float) -> None:
    """Names under one another that unfold, with folders or signs before them, one of them chosen."""
    step, depth = screen.size * screen.between(1.6, 2.1), 0
    folders, chosen = screen.chance(0.6), screen.count(0, 8)
    for row in range(int((bottom - y) / step)):
        depth = max(0, min(4, depth + screen.one((-2, -1, 0, 0, 0, 1, 1))))
        left, middle = x + depth * 12, y + (row + 0.5) * step
        if screen.chance(0.6):
            screen.box(left, middle - 4, 8, 8, fill="white", edge="#777777")
            screen.text((left + 4, middle), screen.one("+-"), size=8)
        if folders:
            fill = screen.one(("#f5c842", "#4a6fa5", "#f5c842"))
            screen.box(left + 12, middle - 4, 11, 8, fill=fill, edge="#8a6d1a")
            left += 14
        name = words(screen.random, 1, 2)
        if row == chosen:
            screen.box(left + 11, middle - step / 2, len(name) * screen.size * 0.6, step, fill="#cce4f7")
        screen.text((left + 14, middle), name, anchor="lm")


def tree_list(random: Random) -> Image.Image:
    """A list that unfolds, alone, at times with a heading above or a table under it."""
    screen = _Screen(random, random.uniform(170, 360), random.uniform(180, 420))
    screen.box(0, 0, screen.width, screen.height, fill=screen.one(("white", "#f2f2f2", "#eef3f8")))
    screen.size = screen.between(9, 14)
    top = 4.0
    if screen.chance(0.5):
        screen.text((6, 12), words(random, 2, 5), anchor="lm", bold=True, size=screen.size * 1.15)
        top = 28
    under = screen.height * (0.75 if screen.chance(0.3) else 1)
    _unfold(screen, 8, top, under - 4)
    if under < screen.height:
        screen.rows(2, under, screen.width - 4, screen.height - under)
    screen.marked()
    return screen.finish(cut=screen.chance(0.5))


def web_page(random: Random) -> Image.Image:
    """A web page or a part of one: a bar of names, tabs, headings, fields, buttons, text, a table with links."""
    screen = _Screen(random, random.uniform(280, 600), random.uniform(120, 460))
    wide, tall, y = screen.width, screen.height, 4.0
    if screen.chance(0.6):
        ground = screen.one((screen.accent, "#212529", "#f8f9fa", screen.accent))
        screen.box(0, 0, wide, 30, fill=ground)
        x = 10.0
        for name in random.permutation(_TABS)[: screen.count(3, 7)].tolist():
            screen.text((x, 15), name, anchor="lm", colour=None if ground == "#f8f9fa" else "white")
            x += len(name) * screen.size * 0.6 + 18
        y = 38
    while y < tall - 30:
        y = screen.one((_heading, _text, _text, _fields, _tabs, _rows, _card, _rule))(screen, y)
    screen.marked()
    return screen.finish(cut=screen.chance(0.6))


def _heading(screen: _Screen, y: float) -> float:
    """This and the next draw one part of a page from `y` on, and say where it ends."""
    bold, size = screen.chance(0.6), screen.size
    screen.text((12, y + size), words(screen.random, 2, 5), anchor="lm", bold=bold, size=size * 1.5)
    return y + size * 2.6


def _text(screen: _Screen, y: float) -> float:
    return screen.paragraph(12, y, screen.width - 24, screen.count(2, 9))


def _fields(screen: _Screen, y: float) -> float:
    left, step = screen.width * 0.35, screen.size * 2.6
    for _ in range(screen.count(1, 4)):
        name = words(screen.random, 1, 2)
        screen.text((12, y + screen.size), name, anchor="lm", bold=screen.chance(0.5))
        screen.field(left, y, screen.width * screen.between(0.25, 0.6))
        y += step
    for name in screen.random.permutation(_BUTTONS)[: screen.count(1, 3)].tolist():
        left += screen.button(left, y, name, screen.chance(0.6)) + 8
    return y + screen.size * 3


def _tabs(screen: _Screen, y: float) -> float:
    x, tall = 10.0, screen.size * 2.2
    for place, name in enumerate(screen.random.permutation(_TABS)[: screen.count(2, 5)].tolist()):
        across = len(name) * screen.size * 0.6 + 22
        if not place:
            screen.box(x, y, across, tall, fill="white", edge="#c8c8c8", radius=3)
        screen.text((x + across / 2, y + tall / 2), name, colour=screen.accent if place else None)
        x += across
    screen.line([(0, y + tall), (screen.width, y + tall)], colour="#c8c8c8")
    return y + screen.size * 3


def _rows(screen: _Screen, y: float) -> float:
    tall = min(screen.height - y, screen.size * screen.between(8, 26))
    screen.rows(10, y, screen.width - 20, tall)
    return y + tall + screen.size


def _card(screen: _Screen, y: float) -> float:
    tall, wide, fill = screen.size * screen.between(6, 11), screen.width - 16, screen.one(_CARDS)
    screen.box(8, y, wide, tall, fill=fill, edge="#b8c4d0", radius=5)
    name = words(screen.random, 1, 3)
    screen.text((20, y + screen.size * 1.3), name, anchor="lm", bold=True, colour=screen.accent)
    screen.paragraph(20, y + screen.size * 2.4, wide - 28, int(tall / screen.size / 1.6) - 1)
    return y + tall + screen.size


def _rule(screen: _Screen, y: float) -> float:
    fill = screen.one(("#dddddd", screen.accent, "#5c6770"))
    screen.box(0, y, screen.width, screen.one((1.0, 18.0)), fill=fill)
    return y + screen.size * 2
