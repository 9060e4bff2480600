"""Rings of parts, hubs with what is around them, networks of neurons."""

from __future__ import annotations

import itertools

import numpy as np
from PIL import Image

from models.default.drawings.canvas import polar
from models.default.drawings.figure import Random
from models.default.drawings.schemes.icons import icon
from models.default.drawings.schemes.pens import new_pen
from models.default.drawings.schemes.sheet import Scheme


def ring(random: Random) -> Image.Image:
    """A thick ring in parts, each with its word, pointed at times, something in the middle."""
    beside = 90 if random.random() < 0.6 else 0
    wide, high = random.uniform(200, 380), random.uniform(200, 380)
    sheet = Scheme(random, wide + 2 * beside, high + 40)
    sheet.size = sheet.between(8, 15)
    middle, reach = (sheet.width / 2, sheet.height / 2), min(wide, high) * 0.4
    many, hole = sheet.count(3, 8), sheet.between(0.35, 0.75)
    pointed, edge = sheet.chance(0.4), sheet.one(("white", "white", None, "black"))
    start = sheet.between(0, 6)
    for number in range(many):
        first, last = start + 2 * np.pi * number / many, start + 2 * np.pi * (number + 1) / many
        along = np.linspace(first, last, 16).tolist()
        inner, outer = reach * hole, reach
        tip = [polar(middle, (inner + outer) / 2, last + 0.2)] if pointed else []
        notch = [polar(middle, (inner + outer) / 2, first + 0.2)] if pointed else []
        outline = [
            *(polar(middle, outer, t) for t in along),
            *tip,
            *(polar(middle, inner, t) for t in along[::-1]),
            *notch,
        ]
        fill = sheet.colour(number)
        sheet.polygon(outline, fill=fill, edge=edge, line=2)
        centre = (first + last) / 2
        turn = -float(np.degrees(centre)) - 90
        turn = (turn + 90) % 180 - 90 if sheet.chance(0.8) else 0
        chord = 0.9 * (1 + hole) * reach * float(np.sin(np.pi / many))
        room = chord if turn else min(chord, reach * (1 - hole))
        sheet.word_on(
            polar(middle, reach * (1 + hole) / 2, centre), sheet.phrase(1, 1), fill, room, turn=turn
        )
        if beside and sheet.chance(0.5):
            side = float(np.cos(centre))
            anchor = "mm" if abs(side) < 0.3 else "lm" if side > 0 else "rm"
            at = polar(middle, reach * 1.05 + sheet.size * 0.7, centre)
            sheet.text(at, sheet.phrase(1, 2), size=sheet.size * 0.8, anchor=anchor)
    if sheet.chance(0.5):
        icon(new_pen(sheet), middle, reach * hole * 0.6)
    elif sheet.chance(0.6):
        sheet.text(middle, sheet.phrase(1, 2).replace(" ", "\n"), bold=True)
    else:
        sheet.arrow(
            polar(middle, reach * hole * 0.8, 1.2), polar(middle, reach * hole * 0.8, 0), bend=0.15, width=3
        )
    sheet.letter()
    return sheet.finish()


def hub(random: Random) -> Image.Image:
    """A large disc with phrases or a picture, discs or boxes around it, joined to it."""
    sheet = Scheme(random, random.uniform(260, 480), random.uniform(220, 400))
    sheet.size = sheet.between(7, 11)
    pen, many = new_pen(sheet), sheet.count(3, 8)
    middle, across, down = (sheet.width / 2, sheet.height / 2), sheet.width * 0.36, sheet.height * 0.34
    kind, filled, edge = (
        sheet.one(("disc", "box", "icon")),
        sheet.chance(0.7),
        sheet.one((None, "black", "#5a5a5a")),
    )
    joint, colour = (
        sheet.one(("line", "arrow", "back", "none")),
        sheet.one(("black", "#7f7f7f", sheet.any_colour())),
    )
    size, line = min(min(across, down) * min(0.5, 2 / many), sheet.width * 0.11), sheet.between(1, 4)
    for number in range(many):
        turn = 2 * np.pi * number / many + 0.3
        at = (middle[0] + across * float(np.cos(turn)), middle[1] + down * float(np.sin(turn)))
        if joint == "line":
            sheet.line([middle, at], colour=colour, width=line)
        elif joint != "none":
            a, b = (
                (middle[0] * 0.55 + at[0] * 0.45, middle[1] * 0.55 + at[1] * 0.45),
                (middle[0] * 0.4 + at[0] * 0.6, middle[1] * 0.4 + at[1] * 0.6),
            )
            sheet.arrow(*((a, b) if joint == "arrow" else (b, a)), colour=colour, width=line)
        fill = sheet.colour(number) if filled else "white"
        border = edge or (None if filled else sheet.colour(number))
        if kind == "disc":
            sheet.disc(at, size, size * sheet.one((1, 1, 0.7)), fill=fill, edge=border, line=line)
        elif kind == "box":
            sheet.box(
                at[0] - size * 1.2,
                at[1] - size * 0.6,
                size * 2.4,
                size * 1.2,
                fill=fill,
                edge=border,
                line=1.2,
                radius=6,
            )
        else:
            icon(pen, at, size * 0.75)
        text = sheet.phrase(1, 3).replace(" ", "\n")
        if kind == "icon":
            low = size * 0.8 + (text.count("\n") + 1) * sheet.size * 0.6
            sheet.text((at[0], at[1] + low), text)
        else:
            sheet.word_on(at, text, fill, size * (2.2 if kind == "box" else 1.7))
    core = min(across, down) * sheet.between(0.3, 0.5)
    fill = sheet.one(("white", sheet.any_colour()))
    sheet.disc(middle, core, fill=fill, edge=edge or "black", line=line)
    if sheet.chance(0.4):
        icon(pen, middle, core * 0.6)
    else:
        text = sheet.phrase(1, 2).replace(" ", "\n")
        sheet.word_on(middle, text, fill, core * 1.8, bold=True, size=sheet.size * 1.3)
    sheet.letter()
    return sheet.finish()


def neural_network(random: Random) -> Image.Image:
    """Layers of circles with all lines between, slabs and boxes that narrow and widen, or cells in a chain."""
    sheet = Scheme(random, random.uniform(260, 520), random.uniform(160, 320))
    sheet.size = sheet.between(8, 13)
    sheet.one((_dense, _narrowing, _chain))(sheet)
    if sheet.chance(0.5):
        sheet.text(
            (sheet.width / 2, sheet.height * 0.03),
            sheet.one(("Encoder", "Network", "RNN", "CNN", sheet.phrase(1, 3))),
            bold=True,
        )
    sheet.letter()
    return sheet.finish()


def _dense(sheet: Scheme) -> None:
    layers, size = sheet.count(3, 6), sheet.between(5, 13)
    columns = []
    for number in range(layers):
        many = sheet.count(1, 7)
        x, gap = sheet.width * (number + 0.5) / layers, min(sheet.height * 0.85 / many, 3.6 * size)
        columns.append([(x, sheet.height * 0.53 + (i - (many - 1) / 2) * gap) for i in range(many)])
    ink, width = sheet.one(("black", "#999999", "#bbbbbb")), sheet.between(0.4, 1.2)
    for left, right in itertools.pairwise(columns):
        for a, b in itertools.product(left, right):
            sheet.line([a, b], colour=ink, width=width)
    for number, column in enumerate(columns):
        for at in column:
            sheet.disc(at, size, fill=sheet.colour(number), edge="black", line=1)


def _narrowing(sheet: Scheme) -> None:
    """Slabs or trapezes on the way from an input to an output, with arrows between."""
    many = sheet.count(3, 7)
    step, pen, middle = sheet.width / many, new_pen(sheet), sheet.height * 0.55
    slabs = sheet.chance(0.5)
    for number in range(many):
        x, tall = number * step + step * 0.15, sheet.height * sheet.between(0.15, 0.4)
        wide = step * 0.6
        if number in (0, many - 1) and sheet.chance(0.6):
            icon(pen, (x + wide / 2, middle), wide * 0.5)
        elif slabs:
            for layer in range(sheet.count(1, 6)):
                shift = layer * 5
                sheet.box(
                    x + shift,
                    middle - tall + shift,
                    wide * 0.4,
                    tall * 1.5,
                    fill=sheet.colour(number),
                    edge="black",
                    line=0.8,
                )
        else:
            end = tall * sheet.one((0.5, 1, 1.8))
            corners = [
                (x, middle - tall),
                (x + wide, middle - end),
                (x + wide, middle + end),
                (x, middle + tall),
            ]
            sheet.polygon(corners, fill=sheet.colour(number), edge="black", line=1)
        if number:
            sheet.arrow((x - step * 0.35, middle), (x - step * 0.05, middle))
        if sheet.chance(0.7):
            text = sheet.one(
                (
                    f"{2 ** sheet.count(4, 9)}x{2 ** sheet.count(4, 9)}",
                    "Conv",
                    "Pool",
                    "FC",
                    "ReLU",
                    sheet.phrase(1, 1),
                )
            )
            sheet.text((x + wide / 2, sheet.height * 0.97), text)


def _chain(sheet: Scheme) -> None:
    """The same cell again and again, inputs from below, outputs above."""
    many, middle = sheet.count(2, 5), sheet.height * 0.55
    step, name = sheet.width / many, sheet.one(("RNN\nCell", "LSTM", "GRU", "h", "A", "Cell"))
    half, fill = step * 0.27, sheet.any_colour()
    for number in range(many):
        x = (number + 0.5) * step
        sheet.box(
            x - half,
            middle - half,
            2 * half,
            2 * half,
            fill=fill,
            edge="black",
            line=1.2,
            radius=sheet.one((0, 6)),
        )
        sheet.word_on((x, middle), name, fill, half * 1.8)
        sheet.arrow((x, middle + half + 28), (x, middle + half))
        sheet.arrow((x, middle - half), (x, middle - half - 28))
        sheet.text(
            (x, middle + half + 36),
            sheet.one("MGSHX") + str(number),
            bold=True,
            colour=sheet.one((None, "#c00000", "#2e75b6")),
        )
        sheet.text((x, middle - half - 36), sheet.one("ygsho") + str(number), bold=True)
        if number:
            sheet.arrow((x - step + half, middle), (x - half, middle))
