"""Pictures for the demo's papers, drawn from random numbers: no photograph, no licence, every run alike.

Each function takes a seed and returns `(height, width, 3) uint8` RGB.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
Field = NDArray[Any]
"""(height, width) float: one value per pixel."""


def fluorescent_cells(
    seed: int, stain: tuple[float, float, float], height: int = 420, width: int = 560
) -> Image:
    """Cells on black: nuclei in blue, the cytoplasm's fibres in `stain` (RGB from 0 to 1)."""
    rng = np.random.default_rng(seed)
    fibres = _fibres(rng, height, width)
    nuclei, cytoplasm = np.zeros((height, width)), np.zeros((height, width))
    for x, y in _scattered(rng, height, width, spacing=105.0):
        radius = rng.uniform(17, 24)
        _add_blob(rng, cytoplasm, x, y, radius * rng.uniform(2.2, 2.9), ragged=0.16)
        _add_blob(rng, nuclei, x, y, radius, ragged=0.05)
    nuclei *= 0.75 + 0.25 * _smooth(rng, height, width, 2.0)
    light = _blur(cytoplasm, 3.0) * (0.18 + 0.82 * fibres) * (1 - 0.6 * nuclei)
    picture = light[..., None] * np.array(stain) + _blur(nuclei, 1.2)[..., None] * np.array([0.12, 0.25, 1.0])
    return _photograph(rng, picture, noise=0.02)


def electron_micrograph(seed: int, height: int = 420, width: int = 560) -> Image:
    """A thin section in greys: mitochondria with their cristae, membranes, vesicles, ribosomes, a scale bar."""
    rng = np.random.default_rng(seed)
    light, cloud, grain = (_smooth(rng, height, width, sigma) for sigma in (60.0, 6.0, 1.4))
    grey = 0.44 + 0.10 * light + 0.10 * cloud + 0.22 * grain
    grey -= 0.22 * _membranes(rng, height, width)
    bends = _smooth(rng, height, width, 9.0) - 0.5, _smooth(rng, height, width, 9.0) - 0.5
    for x, y in _scattered(rng, height, width, spacing=92.0):
        if rng.random() < 0.75:
            _draw_mitochondrion(rng, grey, x, y, bends)
        else:
            _draw_vesicle(rng, grey, x, y)
    ribosomes = _blur((rng.random((height, width)) < 0.012).astype(float), 1.2)
    grey = _blur(grey - 0.9 * ribosomes, 0.7)
    grey[-26:-20, -120:-24] = 0.02
    return _photograph(rng, np.repeat(grey[..., None], 3, axis=2), noise=0.06, colour_noise=False)


def histology_section(seed: int, height: int = 420, width: int = 560) -> Image:
    """A stained section: pink tissue, purple nuclei, white gaps."""
    rng = np.random.default_rng(seed)
    terrain, texture = _smooth(rng, height, width, 16.0), _smooth(rng, height, width, 4.0)
    gaps = _blur((terrain > np.quantile(terrain, 0.88)).astype(float), 1.5)[..., None]
    nuclei = np.zeros((height, width))
    for x, y in _scattered(rng, height, width, spacing=27.0):
        _add_blob(rng, nuclei, x, y, rng.uniform(5, 9), ragged=0.06)
    nucleus = _blur(nuclei, 0.8)[..., None]
    pink, purple, white = np.array([[0.90, 0.62, 0.76], [0.38, 0.22, 0.56], [0.96, 0.95, 0.96]])
    tissue = pink * (0.78 + 0.34 * texture[..., None]) * (1 - nucleus) + purple * nucleus
    return _photograph(rng, tissue * (1 - gaps) + white * gaps, noise=0.015)


def protein_gel(seed: int, lanes: int = 6, height: int = 420, width: int = 560) -> Image:
    """A stained gel in greys: a ladder of sizes at the left, then lanes whose bands grow fainter or stronger."""
    rng = np.random.default_rng(seed)
    gel = (
        0.80
        + 0.05 * (_smooth(rng, height, width, 40.0) - 0.5)
        + 0.03 * (_smooth(rng, height, width, 2.0) - 0.5)
    )
    ladder = height * np.array([0.08, 0.15, 0.23, 0.33, 0.45, 0.58, 0.72, 0.86])
    proteins = height * np.sort(rng.uniform(0.1, 0.9, 9))
    strengths = rng.uniform(0.1, 0.55, len(proteins))
    trends = rng.uniform(-0.5, 0.5, len(proteins))
    half = 0.38 * width / lanes
    for lane in range(lanes):
        x = width * (lane + 0.5) / lanes
        _stain_lane(rng, gel, x, half)
        places, loads = (
            (ladder, [0.3] * 8) if lane == 0 else (proteins, strengths * (1 + trends * (lane / lanes - 0.5)))
        )
        for y, load in zip(places, loads, strict=True):
            _stain_band(rng, gel, x, float(y), half, float(load))
    return _photograph(rng, np.repeat(_blur(gel, 0.8)[..., None], 3, axis=2), noise=0.02, colour_noise=False)


def tile(panels: list[Image], columns: int, gutter: int = 36) -> Image:
    """Equal panels in rows of `columns` on white, `gutter` pixels apart and `gutter` free above each row."""
    height, width = panels[0].shape[:2]
    rows = -(-len(panels) // columns)
    shape = (rows * (height + gutter), columns * width + (columns - 1) * gutter, 3)
    sheet = np.full(shape, 255, dtype=np.uint8)
    for index, panel in enumerate(panels):
        top = (index // columns) * (height + gutter) + gutter
        left = (index % columns) * (width + gutter)
        sheet[top : top + height, left : left + width] = panel
    return sheet


def _stain_lane(rng: np.random.Generator, gel: Field, x: float, half: float) -> None:
    """Darkens a lane from top to bottom, unevenly; drawn into `gel`."""
    across = np.arange(gel.shape[1]) - x
    smear = 0.05 + 0.07 * _smooth(rng, gel.shape[0], 1, 25.0)
    gel -= smear * np.exp(-((across / half) ** 8))


def _stain_band(
    rng: np.random.Generator, gel: Field, x: float, y: float, half: float, strength: float
) -> None:
    """A dark band with a slight smile; drawn into `gel`."""
    patch, across, down = _around(gel, x, y, reach=int(half) + 8)
    smile = 3.0 * (across / half) ** 2 + rng.uniform(-1.5, 1.5)
    thick = rng.uniform(2.2, 5.5)
    patch -= strength * np.exp(-((across / half) ** 8) - ((down + smile) / thick) ** 2)


def _membranes(rng: np.random.Generator, height: int, width: int) -> Field:
    """Pairs of thin dark lines in parts of the picture, as the endoplasmic reticulum shows; from 0 to 1."""
    field = _blur(rng.standard_normal((height, width)), 11.0)
    field /= field.std()
    lines = np.exp(-(((np.abs(field % 0.7 - 0.35) - 0.09) / 0.035) ** 2))
    where = _smooth(rng, height, width, 45.0)
    return np.asarray(lines * (where > np.quantile(where, 0.55)))


def _draw_mitochondrion(
    rng: np.random.Generator, grey: Field, x: float, y: float, bends: tuple[Field, Field]
) -> None:
    """A dark body in two membranes, crossed by pale cristae, bent by `bends`; drawn into `grey`."""
    patch, across, down = _around(grey, x, y, reach=70)
    sideways, upwards = (_around(bend, x, y, reach=70)[0] for bend in bends)
    across, down = across + 26 * sideways, down + 26 * upwards
    angle, long, short = rng.uniform(0, np.pi), rng.uniform(26, 52), rng.uniform(15, 24)
    along = across * np.cos(angle) + down * np.sin(angle)
    aside = down * np.cos(angle) - across * np.sin(angle)
    distance = np.hypot(along / long, aside / short)
    inside = distance < 0.9
    cristae = np.exp(-(((along + 5 * np.sin(aside / 7 + rng.uniform(0, 6))) % 7.5 - 3.7) ** 2) / 1.6)
    reach = np.abs(aside + short * np.sign(np.sin(along / 7.5 * np.pi)) * 0.5) < short * 0.8
    patch[inside] = 0.9 * patch[inside] - 0.16 + 0.22 * (cristae * reach)[inside]
    for membrane in (1.0, 0.9):
        patch -= 0.30 * np.exp(-(((distance - membrane) / 0.035) ** 2))


def _draw_vesicle(rng: np.random.Generator, grey: Field, x: float, y: float) -> None:
    """A pale disc in a thin membrane; drawn into `grey`."""
    patch, across, down = _around(grey, x, y, reach=32)
    radius = rng.uniform(10, 22)
    distance = np.hypot(across, down)
    patch[distance < radius] += 0.20
    patch -= 0.35 * np.exp(-(((distance - radius) / 1.8) ** 2))


def _add_blob(
    rng: np.random.Generator, field: Field, x: float, y: float, radius: float, ragged: float
) -> None:
    """Raises `field` to a soft-edged closed shape; `ragged` is how far its outline strays from a circle."""
    patch, across, down = _around(field, x, y, reach=int(2 * radius))
    angle = np.arctan2(down, across)
    edge = np.full_like(angle, radius)
    for lobes in (2, 3, 5):
        edge += radius * ragged * rng.uniform(0.4, 1.0) * np.cos(lobes * angle + rng.uniform(0, 2 * np.pi))
    shape = rng.uniform(0.55, 1.0) * np.exp(-((np.hypot(across, down) / edge) ** 6))
    np.maximum(patch, shape, out=patch)


def _around(field: Field, x: float, y: float, reach: int) -> tuple[Field, Field, Field]:
    """The part of `field` within `reach` of (x, y), as a view, with its pixels' offsets across and down."""
    top, left = max(int(y) - reach, 0), max(int(x) - reach, 0)
    patch = field[top : int(y) + reach, left : int(x) + reach]
    down, across = np.mgrid[0 : patch.shape[0], 0 : patch.shape[1]].astype(float)
    return patch, across + left - x, down + top - y


def _scattered(
    rng: np.random.Generator, height: int, width: int, spacing: float
) -> list[tuple[float, float]]:
    """Points of a jittered honeycomb over the picture, so that shapes neither pile up nor leave holes."""
    points = []
    for row, y in enumerate(np.arange(spacing / 3, height, spacing * 0.87)):
        for x in np.arange(spacing / 3 + (row % 2) * spacing / 2, width, spacing):
            dx, dy = rng.uniform(-0.2, 0.2, 2) * spacing
            points.append((float(x + dx), float(y + dy)))
    return points


def _smooth(rng: np.random.Generator, height: int, width: int, sigma: float) -> Field:
    """Noise without detail finer than `sigma` pixels, from 0 to 1."""
    field = _blur(rng.standard_normal((height, width)), sigma)
    return np.asarray((field - field.min()) / (field.max() - field.min()))


def _fibres(rng: np.random.Generator, height: int, width: int) -> Field:
    """Thin bright ridges, from 0 to 1: where smooth noise crosses its middle."""
    ridges = np.zeros((height, width))
    for sigma in (4.0, 7.0):
        field = _blur(rng.standard_normal((height, width)), sigma)
        ridges = np.maximum(ridges, np.exp(-((field / field.std() / 0.28) ** 2)))
    return ridges


def _blur(field: Field, sigma: float) -> Field:
    from scipy.ndimage import gaussian_filter  # here, so that `figmill --help` need not load SciPy

    return np.asarray(gaussian_filter(field, sigma, mode="nearest"))


def _photograph(rng: np.random.Generator, picture: Field, noise: float, colour_noise: bool = True) -> Image:
    """Adds a camera's noise to values from 0 to 1 and quantises them to bytes."""
    grain = rng.normal(0.0, noise, picture.shape if colour_noise else (*picture.shape[:2], 1))
    return np.asarray((np.clip(picture + grain, 0, 1) * 255).round().astype(np.uint8))
