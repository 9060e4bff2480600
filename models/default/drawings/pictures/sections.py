"""Light micrographs of stained things: tissue, whole thin sections on white, smears and cells on a membrane."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from models.default.drawings.figure import Random, pick
from models.default.drawings.pictures.plane import (
    Plane,
    Size,
    cells,
    clouds,
    draw_size,
    grain,
    lump,
    mark,
    press,
    shape_of,
    soften,
    to_picture,
    wander,
    warp,
)

_Colour = tuple[float, float, float]
_STAINS: tuple[tuple[_Colour, _Colour, _Colour], ...] = (
    ((0.10, 0.75, 0.30), (0.75, 0.85, 0.35), (0.15, 0.95, 0.75)),
    ((0.12, 0.60, 0.20), (0.80, 0.90, 0.40), (0.20, 1.00, 0.50)),
    ((0.25, 0.45, 0.20), (0.85, 0.80, 0.30), (0.20, 0.80, 0.50)),
    ((0.20, 0.18, 0.10), (0.70, 0.55, 0.25), (0.40, 0.75, 1.10)),
    ((0.28, 0.24, 0.18), (0.55, 0.45, 0.28), (0.55, 0.85, 1.10)),
    ((0.10, 0.14, 0.20), (0.60, 0.50, 0.30), (0.45, 0.70, 1.00)),
    ((0.80, 0.45, 0.15), (0.55, 0.85, 0.60), (0.15, 0.90, 0.70)),
    ((0.20, 0.95, 0.80), (0.50, 0.60, 0.50), (0.85, 0.45, 0.20)),
    ((0.15, 0.10, 0.35), (0.50, 0.45, 0.60), (0.90, 0.90, 0.90)),
    ((0.30, 0.12, 0.25), (0.80, 0.40, 0.50), (0.90, 0.85, 0.90)),
    ((0.10, 0.25, 0.10), (0.55, 0.75, 0.25), (0.15, 1.00, 0.35)),
)
"""How much the ground, the nuclei and a third stain take from red, green and blue: haematoxylin with eosin, with brown,
trichromes, silver, periodic acid."""
_NAMES = (
    "T",
    "N",
    "V",
    "A",
    "B",
    "M",
    "*",
    "CA1",
    "DG",
    "CTX",
    "Tumor",
    "GL",
    "ep",
    "lm",
    "Control",
    "Sham",
    "WT",
    "KO",
)


def tissue(random: Random) -> Image.Image:
    """Stained tissue: fibres or an even ground, nuclei in crowds, white lumens, fat and tears."""
    size = draw_size(random, 0.6, 1.0)
    ground, dark, third = _stain(random)
    zoom = float(np.exp(random.uniform(-1.1, 0.65)))
    eosin = _ground(random, size, zoom)
    white = _white(random, size, zoom)
    crowd = np.clip(
        clouds(random, size, 60 * zoom, 0.4) * random.uniform(0.2, 1) + random.uniform(-0.3, 0.8), 0.05, 2
    )
    nuclei = _nuclei(random, size, zoom, crowd * (1 - white))
    marked = _third(random, size, zoom, nuclei) * (1 - white)
    eosin = eosin * (1 - 0.5 * nuclei) * (1 - white)
    pixels = _absorb((eosin, ground), (nuclei * random.uniform(0.6, 1.4), dark), (marked, third))
    return _taken(random, pixels, bar=0.4)


def thin_section(random: Random) -> Image.Image:
    """A whole section at low magnification on a white or pale ground: layers, dots, holes and cracks."""
    size = draw_size(random, 0.5, 1.0)
    ground, dark, third = _stain(random)
    at = size[0] * float(random.uniform(0.35, 0.65)), size[1] * float(random.uniform(0.35, 0.65))
    reach = size[0] * float(random.uniform(0.3, 0.55)), size[1] * float(random.uniform(0.3, 0.5))
    seed, turn = int(random.integers(1 << 30)), float(random.uniform(-0.5, 0.5))
    rough = float(random.uniform(0.03, 0.25))

    def shell(share: float, edge: float) -> Plane:
        inner = reach[0] * share, reach[1] * share
        return lump(np.random.default_rng(seed), size, at, inner, rough=rough, turn=turn, edge=edge)

    body = shell(1, 2)
    eosin = 0.6 + 0.25 * clouds(random, size, 25, 0.8)
    nuclei = np.clip(0.1 + 0.12 * clouds(random, size, 5, 0.9), 0, 1)
    for _ in range(int(random.integers(0, 4))):
        share = float(random.uniform(0.3, 0.95))
        rim = shell(share, 3) - shell(share - float(random.uniform(0.04, 0.2)), 3)
        nuclei = nuclei + rim * random.uniform(0.2, 0.9)
    for _ in range(int(random.integers(0, 7))):
        spot = (
            at[0] + float(random.normal(0, 0.4)) * reach[0],
            at[1] + float(random.normal(0, 0.4)) * reach[1],
        )
        wide = float(random.uniform(4, 45)), float(random.uniform(4, 30))
        knot = lump(random, size, spot, wide, rough=0.25, turn=float(random.uniform(0, 3)), edge=3)
        if random.random() < 0.5:
            body = body * (1 - knot)
        else:
            nuclei = nuclei + knot * random.uniform(-0.3, 0.9)
    if random.random() < 0.5:
        body = body * np.clip(np.abs(clouds(random, size, 70, 0.3)) * 60 - random.uniform(0, 3), 0, 1)
    marked = np.clip(clouds(random, size, 20, 0.8) - random.uniform(0.8, 2.5), 0, 1)
    scale = random.uniform(0.4, 1.1)
    planes = (
        (eosin * body * scale, ground),
        (np.clip(nuclei, 0, 1.3) * body * scale, dark),
        (marked * body, third),
    )
    pixels = _absorb(*planes)
    if random.random() < 0.4:
        pixels = pixels * np.array([random.uniform(0.78, 1) for _ in range(3)], np.float32)
    return _taken(random, pixels, bar=0.4)


def smear(random: Random) -> Image.Image:
    """Single cells on a pale ground: blood, bacteria, chromosomes, stained cells on a membrane with pores."""
    size = draw_size(random, 0.6, 1.0)
    ground, dark, _ = _stain(random)
    if random.random() < 0.4:
        dark = pick(
            random, ((0.6, 1.0, 0.25), (0.9, 0.9, 0.25), (0.8, 0.8, 0.8), (0.4, 0.9, 0.9), (1.0, 0.55, 0.2))
        )
    image, inner = Image.new("L", size), Image.new("L", size)
    draw, core = ImageDraw.Draw(image), ImageDraw.Draw(inner)
    kind = pick(random, ("blood", "rods", "spread", "dots", "dots"))
    reach = float(random.uniform(2, 14)) * (1.6 if kind == "blood" else 1)
    crowd = clouds(random, size, 80, 0.4)
    for _ in range(int(min(420, random.uniform(0.03, 0.45) * size[0] * size[1] / reach**2 / 3))):
        x, y = random.uniform(0, size[0]), random.uniform(0, size[1])
        if crowd[int(y), int(x)] < random.normal(-0.6, 1):
            continue
        light, r = int(random.integers(130, 255)), reach * float(random.lognormal(0, 0.2))
        turn = float(random.uniform(0, 3.2))
        if kind == "spread":
            _spread_cell(random, draw, (x, y), r * 1.6, light)
        elif kind == "rods":
            dx, dy = np.cos(turn) * r * 1.3, np.sin(turn) * r * 1.3
            draw.line((x - dx, y - dy, x + dx, y + dy), light, max(2, round(r * 0.7)))
        else:
            draw.ellipse((x - r, y - r * 0.9, x + r, y + r * 0.9), light)
        if kind in ("blood", "spread") and random.random() < (0.12 if kind == "blood" else 0.6):
            q = r * (0.75 if kind == "blood" else 0.4)
            core.ellipse((x - q, y - q, x + q * random.uniform(0.5, 1), y + q), 255)
    body = shape_of(image, random.uniform(0.5, 1.5))
    if kind == "blood" and random.random() < 0.7:
        body = body - 0.5 * soften(np.clip(body, 0, 1), reach * 0.45) * body
    body = body * (1 + 0.2 * clouds(random, size, 4))
    film = random.uniform(0.02, 0.35) * (1 + 0.3 * clouds(random, size, 40, 0.6))
    if random.random() < 0.25:
        x, y = np.meshgrid(np.arange(size[0]), np.arange(size[1]))
        film = film + 0.5 * np.clip(np.sin(x * 0.6) * np.sin(y * 0.6) - 0.6, 0, 1)
    ink = ground if kind == "blood" else dark
    pixels = _absorb((film, ground), (body * random.uniform(0.5, 1.6), ink), (shape_of(inner, 1) * 1.2, dark))
    return _taken(random, pixels, bar=0.4)


def _stain(random: Random) -> tuple[npt.NDArray[np.float64], ...]:
    """The colours of one stain, a little stronger, weaker or shifted."""
    strength = random.uniform(0.6, 1.5)
    return tuple(
        np.array(colour) * strength * random.uniform(0.75, 1.3, 3) for colour in pick(random, _STAINS)
    )


def _ground(random: Random, size: Size, zoom: float) -> Plane:
    """What the ground's stain takes: fibres along one way, islands of cells, or an even texture."""
    way = pick(random, ("fibres", "fibres", "islands", "even", "walls"))
    base = 0.55 + 0.12 * clouds(random, size, 70 * zoom, 0.5)
    if way == "fibres":
        fibres = grain(random, size, max(0.8, 1.6 * zoom), random.uniform(4, 14))
        fibres = warp(random, fibres.T.copy() if size[0] == size[1] else fibres, 60, random.uniform(5, 30))
        return np.asarray(np.clip(base + random.uniform(0.1, 0.35) * fibres, 0.02, 1.6), np.float32)
    if way == "islands":
        islands = np.clip(clouds(random, size, 28 * zoom, 0.45) * 3, -1, 1)
        return np.asarray(
            np.clip(base + 0.3 * islands + 0.1 * clouds(random, size, 4), 0.02, 1.6), np.float32
        )
    if way == "walls":
        _, margin = cells(random, size, int(np.clip(size[0] * size[1] / (22 * zoom) ** 2, 12, 900)), 1.0)
        walls = np.clip(1.6 - margin / max(1.0, zoom), 0, 1)
        return np.asarray(
            base + random.uniform(-0.4, 0.5) * walls + 0.1 * clouds(random, size, 4), np.float32
        )
    return np.asarray(np.clip(base + 0.12 * clouds(random, size, 6 * zoom, 0.8), 0.02, 1.6), np.float32)


def _white(random: Random, size: Size, zoom: float) -> Plane:
    """0..1: where there is no tissue."""
    white = np.zeros((size[1], size[0]), np.float32)
    if random.random() < 0.5:
        cut = random.uniform(0.6, 2.2)
        white = np.clip((clouds(random, size, random.uniform(15, 60) * zoom, 0.3) - cut) * 8, 0, 1)
    if random.random() < 0.35:
        for _ in range(int(random.integers(3, 40))):
            spot = float(random.uniform(0, size[0])), float(random.uniform(0, size[1]))
            wide = float(random.uniform(3, 13)) * zoom
            white = np.maximum(
                white, lump(random, size, spot, (wide, wide * float(random.uniform(0.6, 1.2))), rough=0.12)
            )
    if random.random() < 0.3:
        cracks = np.abs(clouds(random, size, 40 * zoom, 0.4))
        white = np.maximum(white, np.clip((0.06 - cracks) * 30, 0, 1))
    if random.random() < 0.25:
        away = grain(random, size, 130) + random.uniform(-1.2, 0.2) + 0.05 * clouds(random, size, 10)
        white = np.maximum(white, np.clip(away * 20, 0, 1))
    return np.asarray(white if white.mean() < 0.55 else 0 * white, np.float32)


def _nuclei(random: Random, size: Size, zoom: float, crowd: Plane) -> Plane:
    """0..1: dots, long or round, more where `crowd` is high."""
    image = Image.new("L", (2 * size[0], 2 * size[1]))
    draw = ImageDraw.Draw(image)
    reach, longer = float(random.uniform(2.2, 3.6)) * zoom, float(random.choice((1, 1.2, 1.6, 2.4)))
    along = float(random.uniform(0, 3.2))
    count = int(min(5000, random.uniform(0.03, 0.3) * size[0] * size[1] / reach**2))
    for x, y in random.uniform(0, 1, (count, 2)) * size:
        if crowd[int(y), int(x)] < random.uniform(0, 1):
            continue
        r, light = reach * float(random.lognormal(0, 0.25)), int(random.integers(110, 255))
        turn = along + float(random.normal(0, 0.4))
        if longer > 1.3:
            dx, dy = np.cos(turn) * r * longer, np.sin(turn) * r * longer
            draw.line((2 * (x - dx), 2 * (y - dy), 2 * (x + dx), 2 * (y + dy)), light, max(2, round(2 * r)))
        else:
            draw.ellipse((2 * (x - r), 2 * (y - r * 0.9), 2 * (x + r), 2 * (y + r * 0.9)), light)
    soft = shape_of(image.reduce(2), random.uniform(0.4, 0.7 + 0.4 * zoom))
    return np.asarray(np.clip(soft * (1 + 0.25 * clouds(random, size, 3)), 0, 1.2), np.float32)


def _third(random: Random, size: Size, zoom: float, nuclei: Plane) -> Plane:
    """What a third stain takes: nothing, patches, a net of membranes, or some of the nuclei."""
    way = pick(random, ("none", "patches", "net", "nuclei"))
    if way == "none":
        return np.zeros_like(nuclei)
    patches = np.clip((clouds(random, size, 40 * zoom, 0.6) - random.uniform(0, 2)) * 1.5, 0, 1)
    if way == "nuclei":
        return np.asarray(nuclei * np.clip(patches * 2, 0, 1), np.float32)
    if way == "net":
        _, margin = cells(random, size, int(np.clip(size[0] * size[1] / (12 * zoom) ** 2, 12, 1500)), 1.0)
        return np.asarray(np.clip(1.5 - margin / max(1.0, 1.2 * zoom), 0, 1) * patches, np.float32)
    return np.asarray(patches * (1 + 0.3 * clouds(random, size, 5)) * random.uniform(0.3, 1.1), np.float32)


def _spread_cell(
    random: Random, draw: ImageDraw.ImageDraw, at: tuple[float, float], reach: float, light: int
) -> None:
    """A cell with arms."""
    turn = float(random.uniform(0, 6.3))
    for _ in range(int(random.integers(2, 5))):
        turn += float(random.uniform(1, 3))
        way = wander(random, at, turn, 5, reach * 0.35, 0.3).tolist()
        draw.line([at, *((x, y) for x, y in way)], light, max(1, round(reach * 0.25)))
    a, b = reach * 0.6, reach * float(random.uniform(0.35, 0.6))
    draw.ellipse((at[0] - a, at[1] - b, at[0] + a, at[1] + b), light)


def _absorb(*stains: tuple[Plane | float, npt.NDArray[np.float64]]) -> npt.NDArray[np.float32]:
    """White light after it has passed through the stains."""
    total = sum(np.asarray(plane)[..., None] * colour for plane, colour in stains)
    return np.asarray(255 * np.exp(-np.asarray(total)), np.float32)


def _taken(random: Random, pixels: npt.NDArray[np.float32], bar: float) -> Image.Image:
    """As a camera takes it: its light uneven, its white a little coloured, its noise; or printed in grey."""
    size = (pixels.shape[1], pixels.shape[0])
    light = random.uniform(0.85, 1.05) * (1 + random.uniform(0, 0.07) * clouds(random, size, 200, 0.2))
    pixels = pixels * light[..., None] * random.uniform(0.93, 1.0, 3).astype(np.float32)
    if random.random() < 0.12:
        grey = pixels.mean(2, keepdims=True)
        pixels = np.repeat((grey - 128) * random.uniform(0.8, 1.4) + 128, 3, 2)
    blur = random.uniform(0, 1)
    if blur > 0.4:
        pixels = np.stack([soften(pixels[..., band], blur) for band in range(3)], 2)
    noisy = pixels + random.normal(0, random.uniform(0.5, 5), pixels.shape)
    image = to_picture(np.asarray(noisy, np.float32))
    return press(
        random,
        mark(random, image, names=_NAMES, bar=bar, inks=("black", "black", "black", "white", "yellow")),
    )
