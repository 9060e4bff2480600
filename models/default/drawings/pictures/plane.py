"""What pictures share: textures, soft shapes, trees of vessels, and the marks printed on a picture."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw
from scipy.ndimage import gaussian_filter
from scipy.spatial import cKDTree

from models.default.drawings.canvas import Canvas
from models.default.drawings.figure import Random, pick

Plane: TypeAlias = npt.NDArray[np.float32]
Size: TypeAlias = tuple[int, int]
"""Width and height."""

_LETTERS = ("A", "B", "C", "D", "a", "b", "c", "d", "(a)", "(b)", "(c)", "e", "f", "g", "1", "2", "ii", "iii")
_UNITS = (
    "5 nm",
    "10 nm",
    "50 nm",
    "100 nm",
    "200 nm",
    "500 nm",
    "1 µm",
    "2 µm",
    "5 µm",
    "10 µm",
    "20 µm",
    "50 µm",
    "100 µm",
    "200 µm",
    "500 µm",
    "1 mm",
)


def draw_size(random: Random, least: float = 0.6, most: float = 1.1) -> Size:
    """A width of 240 to 400 pixels, and a height of that share of it."""
    width = int(random.integers(240, 400))
    return width, int(width * random.uniform(least, most))


def grid(size: Size) -> tuple[Plane, Plane]:
    """(x, y) of every pixel."""
    y, x = np.mgrid[: size[1], : size[0]].astype(np.float32)
    return x, y


def soften(plane: npt.NDArray[np.floating], reach: float) -> Plane:
    """Out of focus by that many pixels."""
    return np.asarray(gaussian_filter(plane, reach), np.float32)


def grain(random: Random, size: Size, reach: float, squeeze: float = 1.0) -> Plane:
    """Noise of unit spread, its grains that many pixels large, and so many times as long as high."""
    step = max(1, int(reach / 2))
    shape = (size[1] // step + 2, size[0] // step + 2)
    small = gaussian_filter(random.normal(0, 1, shape), (reach / step, reach * squeeze / step))
    small = (small - small.mean()) / (small.std() + 1e-9)
    if step == 1:
        return np.asarray(small[: size[1], : size[0]], np.float32)
    image = Image.fromarray(small.astype(np.float32))
    wide = image.resize((shape[1] * step, shape[0] * step), Image.Resampling.BICUBIC)
    return np.asarray(wide, np.float32)[: size[1], : size[0]]


def clouds(random: Random, size: Size, reach: float, rough: float = 0.6) -> Plane:
    """Noise at all scales from `reach` pixels down, of about unit spread; `rough` gives the smaller more."""
    total, share = grain(random, size, reach), 1.0
    while reach > 2.5:
        reach, share = reach / 2, share * rough
        total = total + share * grain(random, size, reach)
    return np.asarray(total / total.std(), np.float32)


def warp(random: Random, plane: Plane, reach: float, far: float) -> Plane:
    """Every pixel from elsewhere, up to about `far` pixels off, smoothly over `reach` pixels."""
    size = (plane.shape[1], plane.shape[0])
    x, y = grid(size)
    x = x + far * grain(random, size, reach)
    y = y + far * grain(random, size, reach)
    across = x.round().astype(int).clip(0, size[0] - 1)
    down = y.round().astype(int).clip(0, size[1] - 1)
    return np.asarray(plane[down, across])


def lump(
    random: Random,
    size: Size,
    at: tuple[float, float],
    reach: tuple[float, float],
    *,
    rough: float = 0.1,
    turn: float = 0.0,
    edge: float = 1.5,
) -> Plane:
    """0..1: an ellipse with these half axes and a wavy outline, its edge that many pixels soft."""
    angles = np.linspace(-np.pi, np.pi, 361)
    limit = np.ones_like(angles)
    for wave in (2, 3, 4, 5, 7):
        limit += rough * random.normal(0, 0.7) / wave**0.5 * np.sin(wave * angles + random.uniform(0, 6.3))
    plane = np.zeros((size[1], size[0]), np.float32)
    most = max(reach) * float(limit.max()) + edge
    left, right = max(0, int(at[0] - most)), min(size[0], int(at[0] + most) + 2)
    top, low = max(0, int(at[1] - most)), min(size[1], int(at[1] + most) + 2)
    if left >= right or top >= low:
        return plane
    x, y = np.arange(left, right)[None] - at[0], np.arange(top, low)[:, None] - at[1]
    across = (x * np.cos(turn) + y * np.sin(turn)).astype(np.float32) / reach[0]
    down = (y * np.cos(turn) - x * np.sin(turn)).astype(np.float32) / reach[1]
    place = ((np.arctan2(down, across) + np.pi) * (180 / np.pi)).astype(np.intp)
    near = (limit.astype(np.float32)[place] - np.hypot(across, down)) * min(reach)
    plane[top:low, left:right] = np.clip(near / edge + 0.5, 0, 1)
    return plane


def cells(random: Random, size: Size, count: int, even: float = 0.0) -> tuple[npt.NDArray[np.int64], Plane]:
    """Which of `count` seeds every pixel is nearest to, and how much further the second is, in pixels."""
    points = random.uniform(0, 1, (count, 2)) * size
    if even:
        for _ in range(2):
            far, near = cKDTree(points).query(points, k=2)
            away = points - points[near[:, 1]]
            points = points + even * away / (far[:, 1:2] + 1) * np.sqrt(size[0] * size[1] / count) * 0.3
    x, y = grid(size)
    far, near = cKDTree(points).query(np.stack([x.ravel(), y.ravel()], 1), k=2)
    margin = (far[:, 1] - far[:, 0]).reshape(size[1], size[0]).astype(np.float32)
    return near[:, 0].reshape(size[1], size[0]), margin


def wander(
    random: Random, start: tuple[float, float], turn: float, steps: int, step: float, bend: float
) -> npt.NDArray[np.float64]:
    """(steps, 2): a way that turns a little at each step, and keeps turning."""
    turning = np.convolve(random.normal(0, bend, steps + 4), np.ones(5) / 5**0.5, "valid")
    angles = turn + np.cumsum(turning)
    way = np.cumsum(np.stack([np.cos(angles), np.sin(angles)], 1) * step, 0)
    return np.asarray(np.array(start) + way)


def tree(
    random: Random,
    draw: ImageDraw.ImageDraw,
    start: tuple[float, float],
    turn: float,
    thick: float,
    length: float,
    *,
    bend: float = 0.12,
    fork: float = 0.14,
) -> None:
    """A vessel in white that wanders, thins and forks until it is too thin to be seen; `fork` is the chance a step."""
    way = [(start, turn, thick, length)]
    drawn = 0
    while way and drawn < 90:
        at, angle, wide, far = way.pop(0)
        steps = max(6, int(far / 5))
        points = wander(random, at, angle, steps, 5.0, bend)
        for place in range(1, steps):
            now = wide * (1 - 0.45 * place / steps)
            (x0, y0), (x1, y1) = points[place - 1].tolist(), points[place].tolist()
            draw.line((x0, y0, x1, y1), round(255 * min(1.0, 0.3 + now / 8)), max(1, round(now)))
            if now > 3:
                draw.ellipse((x1 - now / 2, y1 - now / 2, x1 + now / 2, y1 + now / 2), 255)
            if random.random() < fork and now > 1.6:
                side = pick(random, (-1, 1)) * random.uniform(0.4, 1.2)
                here = float(np.arctan2(y1 - y0, x1 - x0))
                thin, less = now * random.uniform(0.45, 0.8), far * random.uniform(0.4, 0.85)
                way.append(((x1, y1), here + side, float(thin), float(less)))
        drawn += 1


def layer(plane: Plane, mask: Plane, value: Plane | float) -> Plane:
    """The value where the mask is one, what was there where it is none."""
    return np.asarray(plane * (1 - mask) + value * mask, np.float32)


def shape_of(draw_on: Image.Image, reach: float) -> Plane:
    """0..1: what was drawn in light on black, softened."""
    return soften(np.asarray(draw_on, np.float32) / 255, reach)


def to_picture(pixels: npt.NDArray[np.float32]) -> Image.Image:
    """Grey or coloured values of 0 to 255 as a picture."""
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).convert("RGB")


def tint(random: Random, plane: Plane, often: float) -> npt.NDArray[np.float32]:
    """Grey, or as often as that with the cast of a photographed film or of a coloured print."""
    if random.random() > often:
        return plane
    share = plane[..., None] / 255
    dark, light = random.uniform(0, 50, 3), random.uniform(190, 255, 3)
    return np.asarray(dark + share * (light - dark), np.float32)


def mark(
    random: Random,
    image: Image.Image,
    *,
    names: Sequence[str] = (),
    bar: float = 0.0,
    inks: Sequence[str] = (),
    small: bool = False,
) -> Image.Image:
    """With what is printed on it at times: a letter, arrows, names, a frame, and as often as `bar` a scale bar."""
    page = Canvas(random, image.width, image.height)
    page.paste(image, 0, 0, image.width, image.height)
    light = float(np.asarray(image.convert("L").reduce(4), np.float32).mean()) > 130
    page.ink = page.one(
        tuple(inks) or (("black", "black", "black", "#c00000") if light else ("white", "white", "yellow"))
    )
    page.size = page.between(0.045, 0.1) * image.width
    if page.chance(0.45):
        _letter(page)
    for _ in range(page.one((0, 0, 0, 0, 0, 1, 1, 2, 3))):
        _arrow(page)
    if names and page.chance(0.25):
        for _ in range(page.one((1, 1, 2, 3))):
            at = page.between(0.15, 0.85) * image.width, page.between(0.1, 0.9) * image.height
            page.text(at, page.one(names), size=page.size * 0.8)
    if page.chance(bar):
        _scale_bar(page, small)
    if page.chance(0.12):
        page.box(
            0,
            0,
            image.width - 1,
            image.height - 1,
            edge=page.one(("black", "white")),
            line=page.between(0.6, 2),
        )
    return page.finish(cut=False)


def _letter(page: Canvas) -> None:
    letter, low = page.one(_LETTERS), page.chance(0.2)
    x, y = page.size * 0.8, page.height - page.size if low else page.size * 0.8
    if page.chance(0.25):
        page.box(
            0,
            y - page.size * 0.8,
            page.size * 1.7,
            page.size * 1.6,
            fill="black" if page.ink in ("white", "yellow") else "white",
        )
    page.text((x, y), letter, size=page.size * page.between(0.9, 1.5), bold=page.chance(0.6))


def _arrow(page: Canvas) -> None:
    end = page.between(0.2, 0.8) * page.width, page.between(0.2, 0.8) * page.height
    turn, reach = page.between(0, 6.3), page.between(0.07, 0.2) * page.width
    start = end[0] - reach * float(np.cos(turn)), end[1] - reach * float(np.sin(turn))
    kind = page.one(("arrow", "arrow", "arrow", "head", "star", "ring"))
    if kind == "arrow":
        page.arrow(start, end, width=page.between(0.8, 3.5), head=page.one(("triangle", "triangle", "open")))
    elif kind == "head":
        page.arrow((end[0] - 0.01 * (end[0] - start[0]), end[1]), end, width=page.between(1, 4))
    elif kind == "star":
        page.text(end, "*", size=page.size * 1.6, bold=True)
    else:
        page.disc(end, reach * 0.5, reach * page.between(0.3, 0.7), edge=page.ink, line=page.between(0.8, 2))


def _scale_bar(page: Canvas, small: bool) -> None:
    wide, high = page.between(0.1, 0.28) * page.width, page.between(1.2, 6)
    right, low = (
        page.width - page.between(0.03, 0.1) * page.width,
        page.height - page.between(0.04, 0.1) * page.height,
    )
    left = right - wide if page.chance(0.75) else page.between(0.03, 0.1) * page.width
    size = page.size * page.between(0.6, 0.9)
    if page.chance(0.2):
        page.box(
            left - 6,
            low - size * 1.5,
            wide + 12,
            page.height - low + size * 1.5,
            fill="black" if page.ink in ("white", "yellow") else "white",
        )
    page.box(left, low, wide, high, fill=page.ink)
    if page.chance(0.65):
        page.text(
            (left + wide / 2, low - size * 0.7),
            page.one(_UNITS[: len(_UNITS) // 2 + 2] if small else _UNITS[6:]),
            size=size,
        )


def press(random: Random, image: Image.Image) -> Image.Image:
    """Half of them through JPEG at a middling quality."""
    if random.random() < 0.5:
        return image
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=int(random.integers(35, 90)))
    stream.seek(0)
    return Image.open(stream).convert("RGB")
