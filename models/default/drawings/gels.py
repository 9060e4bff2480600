"""Blots and gels as papers print them: strips in frames with names, weights and treatments, lanes with a ladder.

The bands alone look like bars or text to a network that has seen few; what stands around them is how people know them.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageChops

from models.default.drawings.figure import Random, blank_axes, new_figure, pick, to_image

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_Plane = npt.NDArray[np.float32]

_PROTEINS = (
    "β-actin",
    "GAPDH",
    "α-tubulin",
    "p-AKT",
    "AKT",
    "p-ERK1/2",
    "Bcl-2",
    "Bax",
    "cleaved caspase-3",
    "PARP",
    "E-cadherin",
    "Vimentin",
    "anti-FLAG",
    "IB: HA",
    "IP: Myc",
    "LC3-II",
    "p53",
    "Lamin B",
    "Input",
)
_GROUPS = ("Control", "shRNA", "WT", "KO", "siCtrl", "Vec", "Sham", "Model", "HeLa", "293T", "PBS", "DMSO")
_TREATMENTS = ("Dox", "TGF-β", "LPS", "siRNA", "Flag-tag", "MG132", "EGF", "H₂O₂")
_WEIGHTS = ("250", "130", "100", "72", "55", "43", "36", "34", "28", "17")
_LENGTHS = ("2000", "1500", "1000", "750", "500", "250", "100")
_PIXELS_PER_LANE = 26


@dataclass(frozen=True, slots=True)
class _Strip:
    """One picture of bands, and where it stands: 0..1 of the axes, from the top."""

    plane: _Plane
    top: float
    bottom: float


def western_blot(random: Random) -> Image.Image:
    """Strips of one protein each under one another, with its name beside and the lanes' treatments above."""
    lanes, rows = int(random.integers(2, 13)), int(random.integers(1, 7))
    header, left = float(pick(random, (0.0, 0.5, 1.0, 1.6))), float(pick(random, (0.0, 0.0, 1.8, 2.6)))
    width, height = 0.32 * lanes + left + 0.8, 0.34 * rows + 0.22 * header
    figure = _new_figure(random, width, max(height, 0.3))
    axes = blank_axes(figure)
    axes.set_xlim(-left, 0.32 * lanes + 0.8)
    axes.set_ylim(height, -0.02)
    ground, edge = float(random.uniform(140, 250)), float(pick(random, (0.0, 0.5, 1.2)))
    size, gap = float(random.uniform(5, 9)), float(random.uniform(0.02, 0.12))
    for row in range(rows):
        plane = _strip(random, lanes, ground + float(random.uniform(-15, 10)))
        top = 0.22 * header + 0.34 * row
        _show(axes, _Strip(plane, top, top + 0.34 - gap), 0.32 * lanes, edge)
        if left:
            axes.text(-0.08, top + 0.16, pick(random, _PROTEINS), fontsize=size, ha="right", va="center")
        if random.random() < 0.35:
            weight = pick(random, _WEIGHTS) + pick(random, ("", " kDa"))
            axes.text(0.32 * lanes + 0.06, top + 0.16, weight, fontsize=size * 0.9, va="center")
    if header:
        _name_lanes(random, axes, lanes, header, size)
    return _printed(random, to_image(figure))


def stained_gel(random: Random) -> Image.Image:
    """Lanes of bright bands on black, or of dark ones on grey, often with a ladder, numbers and lengths beside."""
    lanes = int(random.integers(2, 17))
    height = 0.24 * lanes * float(random.uniform(0.3, 1.4)) + 0.4
    figure = _new_figure(random, 0.24 * lanes + 1.1, height + 0.3)
    axes = blank_axes(figure)
    beside = float(pick(random, (0.0, 0.6)))
    axes.set_xlim(-beside, 0.24 * lanes + 0.5)
    axes.set_ylim(height + 0.02, -0.25)
    plane = _lanes(random, lanes, height)
    dark = random.random() < 0.7
    _show(axes, _Strip(plane if dark else 245 - 0.8 * plane, 0.0, height), 0.24 * lanes, 0.0)
    size, inside = float(random.uniform(5, 9)), random.random() < 0.35
    if random.random() < 0.75:
        ink = ("white" if dark else "black") if inside else "black"
        for lane in range(lanes):
            name = "M" if lane == 0 else str(lane)
            axes.text(
                0.24 * (lane + 0.5), 0.1 if inside else -0.08, name, fontsize=size, color=ink, ha="center"
            )
    if beside:
        for place, length in enumerate(_LENGTHS[: int(random.integers(2, len(_LENGTHS)))]):
            y = height * (0.15 + 0.11 * place)
            axes.text(-0.06, y, length + pick(random, ("", " bp")), fontsize=size * 0.8, ha="right")
    if random.random() < 0.3:
        y = height * float(random.uniform(0.2, 0.9))
        axes.annotate("", (0.24 * lanes, y), (0.24 * lanes + 0.25, y), arrowprops={"arrowstyle": "-|>"})
    return _printed(random, to_image(figure))


def _new_figure(random: Random, width: float, height: float) -> Figure:
    """As `new_figure`; signs that the font lacks, Greek letters above all, come from another."""
    import matplotlib as mpl

    figure = new_figure(random, width, height)
    mpl.rcParams["font.family"] = [*mpl.rcParams["font.family"], "DejaVu Sans"]
    return figure


def _show(axes: Axes, strip: _Strip, width: float, edge: float) -> None:
    from matplotlib.patches import Rectangle

    axes.imshow(
        strip.plane.clip(0, 255),
        cmap="gray",
        vmin=0,
        vmax=255,
        extent=(0, width, strip.bottom, strip.top),
        aspect="auto",
        interpolation="bilinear",
    )
    if edge:
        frame = Rectangle((0, strip.top), width, strip.bottom - strip.top, fill=False, linewidth=edge)
        axes.add_patch(frame)


def _strip(random: Random, lanes: int, ground: float) -> _Plane:
    """(32, 26 x lanes): one band a lane, some weak or missing, the row a little bent, a weaker row beside at times."""
    width, height = lanes * _PIXELS_PER_LANE, 32
    y, x = np.mgrid[:height, :width].astype(np.float32)
    plane = np.full((height, width), ground, np.float32) + random.uniform(-25, 25) * (x / width - 0.5)
    bend, middle = random.uniform(-4, 4), random.uniform(0.4, 0.6) * height
    equal = random.random() < 0.4  # a loading control
    thick, half = random.uniform(2, 6), random.uniform(0.3, 0.49)
    for shift in (0.0, random.uniform(6, 11))[: 1 + (random.random() < 0.2)]:
        for lane in range(lanes):
            strength = random.uniform(0.75, 1) if equal else random.uniform(0, 1) ** 0.7
            centre = (lane + 0.5) * _PIXELS_PER_LANE
            arc = middle + shift + bend * ((centre / width - 0.5) * 2) ** 2 + random.normal(0, 0.5)
            smile = random.uniform(-2, 2) * ((x - centre) / _PIXELS_PER_LANE * 2) ** 2
            across = np.abs(x - centre) / (half * _PIXELS_PER_LANE)
            body = np.exp(-(across**4)) * np.exp(-(((y - arc - smile) / (thick * (0.5 + strength))) ** 2))
            plane -= (ground - 10) * np.minimum(1.0, 1.4 * strength * body)
    noise = random.normal(0, random.uniform(1, 7), plane.shape)
    drawn: _Plane = (plane + noise).astype(np.float32)
    return drawn


def _lanes(random: Random, lanes: int, height: float) -> _Plane:
    """(round(110 x height), 26 x lanes): bright bands and smears on black, a ladder in the first lane."""
    rows, width = max(round(110 * height), 24), lanes * _PIXELS_PER_LANE
    y, x = np.mgrid[:rows, :width].astype(np.float32)
    light = np.full((rows, width), random.uniform(5, 70), np.float32) + random.uniform(0, 30) * y / rows
    common = random.uniform(0.15, 0.9, int(random.integers(1, 6)))
    for lane in range(lanes):
        ladder = lane == 0 and random.random() < 0.7
        places = np.geomspace(0.12, 0.9, 8) if ladder else common + random.normal(0, 0.004, len(common))
        across = np.abs(x - (lane + 0.5) * _PIXELS_PER_LANE) / (0.4 * _PIXELS_PER_LANE)
        shape, loaded = np.exp(-(across**6)), random.uniform(0.3, 1.0)
        if random.random() < 0.25:
            light += shape * random.uniform(10, 90) * np.exp(-np.abs(y / rows - 0.5) * 2)
        for place in places:
            if ladder or random.random() < 0.8:
                thick = random.uniform(1.2, 3.0)
                light += (
                    loaded * random.uniform(60, 240) * shape * np.exp(-(((y - place * rows) / thick) ** 2))
                )
    noise = random.normal(0, random.uniform(1, 8), light.shape)
    drawn: _Plane = (light + noise).clip(0, 255).astype(np.float32)
    return drawn


def _name_lanes(random: Random, axes: Axes, lanes: int, header: float, size: float) -> None:
    """Above the strips: groups with lines under them, plus and minus, or a name a lane, upright or aslant."""
    way = pick(random, ("groups", "signs", "names", "numbers"))
    base = 0.22 * header
    if way == "groups":
        split = max(1, lanes // 2)
        for first, last in ((0, split), (split, lanes)):
            if last > first:
                axes.plot(
                    (0.32 * first + 0.05, 0.32 * last - 0.05), (base - 0.05,) * 2, color="black", lw=0.8
                )
                middle = 0.16 * (first + last)
                axes.text(middle, base - 0.08, pick(random, _GROUPS), fontsize=size, ha="center", va="bottom")
        return
    if way == "signs":
        for line in range(max(1, int(header * 1.5))):
            y = base - 0.05 - 0.14 * line
            axes.text(-0.08, y, pick(random, _TREATMENTS), fontsize=size, ha="right")
            for lane in range(lanes):
                sign = pick(random, ("+", "−"))
                axes.text(0.32 * (lane + 0.5), y, sign, fontsize=size, ha="center")
        return
    turn = pick(random, (45, 60, 90)) if way == "names" else 0
    for lane in range(lanes):
        name = pick(random, _GROUPS) if way == "names" else str(lane + 1)
        axes.text(
            0.32 * (lane + 0.5),
            base - 0.04,
            name,
            fontsize=size * 0.8,
            rotation=turn,
            ha="center",
            va="bottom",
        )


def _printed(random: Random, image: Image.Image) -> Image.Image:
    """Cut to its ink; half of them through JPEG at a middling quality, as scans go into papers."""
    image = image.crop(ImageChops.invert(image).getbbox())
    if random.random() < 0.5:
        return image
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=int(random.integers(35, 85)))
    stream.seek(0)
    return Image.open(stream).convert("RGB")
