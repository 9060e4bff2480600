"""Separation of a compound figure into its panels: one image, plot or diagram each."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from PIL import Image

from models.inference.places import places_of
from tasks.panels.companions import join_companions, join_strips
from tasks.panels.cutting import fit
from tasks.panels.gutters import PixelBox, background_colour, ink, without_frame
from tasks.panels.judging.judge import Judge, load_judge
from tasks.panels.letter_binding import bind
from tasks.panels.letters import Letter, find_panel_letters
from tasks.panels.partition import partition
from tasks.panels.pieces import Canvas, Piece, See
from tasks.panels.placements import Placements, join_tiles
from tasks.records import Box

ANALYSIS_SIDE = 1300
"""Longest side in pixels of the copy on which gutters are looked for."""

ANALYSIS_DPI = 200
"""Its resolution, unless the side or the figure's own pixels allow no more: lines of a chart are two pixels wide."""


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line of the PDF's text."""

    text: str
    bbox: Box


@dataclass(frozen=True, slots=True)
class FigureImage:
    """A figure as the PDF shows it. Every box is in PDF points of the page."""

    pixels: np.ndarray
    """(H, W, 3) uint8 RGB; covers exactly `bbox`, at any resolution."""
    bbox: Box
    image_boxes: tuple[Box, ...]
    """Embedded raster images inside the figure; may be empty."""
    lines: tuple[TextLine, ...]
    drawings: tuple[Box, ...]
    """Vector drawing operations inside the figure."""
    expected_labels: tuple[str, ...] = ()
    """Panel labels that the caption names, in order."""
    sided: bool = False
    """The caption names panels by where they stand."""


@dataclass(frozen=True, slots=True)
class Panel:
    """One subfigure: its box in PDF points and the letter printed for it."""

    bbox: Box
    label: str | None


@dataclass(frozen=True, slots=True)
class Setting:
    """A figure made ready to be cut, in pixels of its analysis copy."""

    bbox: Box
    """The figure, in PDF points."""
    canvas: Canvas
    letters: list[Letter]
    whole: Piece

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the copy."""
        height, width = self.canvas.mask.shape
        return width, height

    def to_points(self, box: PixelBox) -> Box:
        """`box` in PDF points."""
        return to_points(box, self.bbox, *self.size)

    def to_pixels(self, box: Box) -> PixelBox:
        """`box` in pixels."""
        return to_pixels(box, *self.bbox[:2], self.canvas.unit)


def separate(figure: FigureImage, judge: Judge | None = None, see: See = places_of) -> list[Panel]:
    """The panels of `figure` in reading order; a single figure gives one.

    `judge` (or that which ships) and the network `see` say which pieces are panels.
    """
    setting = prepare(figure)
    if setting is None:
        return [Panel(figure.bbox, None)]
    canvas = setting.canvas
    canvas.see = see
    pieces = partition(canvas, judge or load_judge(), setting.whole)
    pieces = join_strips(canvas, join_companions(canvas, pieces))
    boxes = [fit(canvas, piece) for piece in pieces] if len(pieces) > 1 else [setting.whole.box]
    boxes = reading_order(boxes)
    labels = bind(boxes, setting.letters, figure.expected_labels)
    return [Panel(setting.to_points(box), label) for box, label in zip(boxes, labels, strict=True)]


def prepare(figure: FigureImage) -> Setting | None:
    """What is known of `figure` before it is cut; None where nothing is drawn."""
    pixels = shrink(figure.pixels, figure.bbox[2] - figure.bbox[0])
    height, width = pixels.shape[:2]
    unit = width / (figure.bbox[2] - figure.bbox[0])
    letters = find_letters(figure, pixels, unit)
    mask = without_frame(ink(pixels, background_colour(pixels)), round(3 * unit))
    canvas = Canvas(
        pixels,
        mask,
        unit,
        [letter.box for letter in letters],
        find_placements(figure, unit),
        len(figure.expected_labels),
        sided=figure.sided,
    )
    whole = canvas.piece((0, 0, width, height))
    if whole is None:
        return None
    return Setting(figure.bbox, canvas, letters, replace(whole, letters=canvas.letters))


def find_placements(figure: FigureImage, unit: float) -> Placements:
    """What the PDF knows of `figure`, in pixels of which `unit` make a point."""
    x, y = figure.bbox[:2]
    pictures = tuple(to_pixels(box, x, y, unit) for box in join_tiles(figure.image_boxes, figure.bbox))
    return Placements(
        unit,
        pictures,
        pictures_are_panels=len(pictures) == len(figure.expected_labels),
        texts=tuple(to_pixels(line.bbox, x, y, unit) for line in figure.lines),
        drawings=tuple(to_pixels(box, x, y, unit) for box in figure.drawings),
    )


def find_letters(figure: FigureImage, pixels: np.ndarray, unit: float) -> list[Letter]:
    """The panel letters of `figure` from its text, else from its `pixels`; boxes in pixels of the latter."""
    x, y = figure.bbox[:2]
    lines = [(line.text, to_pixels(line.bbox, x, y, unit)) for line in figure.lines]
    return find_panel_letters(lines, pixels, unit, figure.expected_labels)


def to_pixels(box: Box, x: float, y: float, unit: float) -> PixelBox:
    """`box` in PDF points as pixels of an image whose corner is at `x`, `y`."""
    return (
        round((box[0] - x) * unit),
        round((box[1] - y) * unit),
        round((box[2] - x) * unit),
        round((box[3] - y) * unit),
    )


def reading_order(boxes: list[PixelBox]) -> list[PixelBox]:
    """`boxes` row by row, from left to right; a box belongs to a row if its middle is above that row's lowest end."""
    rest = sorted(boxes, key=lambda box: (box[1], box[0]))
    ordered: list[PixelBox] = []
    while rest:
        bottom = rest[0][3]
        row = [box for box in rest if (box[1] + box[3]) / 2 < bottom]
        ordered += sorted(row, key=lambda box: box[0])
        rest = [box for box in rest if box not in row]
    return ordered


def shrink(pixels: np.ndarray, points: float) -> np.ndarray:
    """`pixels` (H, W, 3) that are `points` wide scaled down to `ANALYSIS_DPI` and at most `ANALYSIS_SIDE`."""
    height, width = pixels.shape[:2]
    scale = min(1.0, ANALYSIS_DPI / 72 * points / width, ANALYSIS_SIDE / max(height, width))
    if scale > 0.95:
        return pixels
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC))


def to_points(box: PixelBox, figure: Box, width: int, height: int) -> Box:
    """`box` of an image of `width` x `height` pixels that covers `figure`, in PDF points."""
    x_scale, y_scale = (figure[2] - figure[0]) / width, (figure[3] - figure[1]) / height
    return (
        figure[0] + box[0] * x_scale,
        figure[1] + box[1] * y_scale,
        figure[0] + box[2] * x_scale,
        figure[1] + box[3] * y_scale,
    )
