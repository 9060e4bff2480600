"""Faces, tubes, ribbons and balls seen from a side, lit and drawn from far to near."""

from __future__ import annotations

import colorsys
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image

from models.default.drawings.canvas import Canvas
from models.default.drawings.figure import Random

Points: TypeAlias = npt.NDArray[np.float64]
"""(..., 3): x to the right, y downwards, z towards the eye."""
Colours: TypeAlias = npt.NDArray[np.float64]
"""(..., 3) of 0 to 255."""


def turned(random: Random) -> Points:
    """A turn in space, all alike likely."""
    turn, _ = np.linalg.qr(random.normal(0, 1, (3, 3)))
    return np.asarray(turn)


def hue(random: Random, *, strong: float = 0.8) -> Colours:
    """A colour as programs that render molecules offer them."""
    red, green, blue = colorsys.hsv_to_rgb(
        float(random.random()),
        float(random.uniform(0.25, min(1, strong + 0.2))),
        float(random.uniform(0.7, 1)),
    )
    return 255 * np.array([red, green, blue])


def rainbow(share: npt.NDArray[np.floating]) -> Colours:
    """Blue for 0, then cyan, green and yellow, red for 1."""
    at = np.clip(np.asarray(share, float), 0, 1)
    stops = np.linspace(0, 1, 5)
    parts = ((0, 0, 0, 255, 255), (0, 230, 220, 240, 0), (255, 255, 0, 0, 0))
    return np.stack([np.interp(at, stops, part) for part in parts], -1)


class Scene:
    """Faces of four corners with a colour each, in any order; `draw` puts them on a page."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self._corners: list[Points] = []
        self._colours: list[Colours] = []
        light = random.normal(0, 0.5, 3) + np.array([-0.4, -0.7, 1.2])
        self._light = light / np.linalg.norm(light)

    def sheet(self, corners: Points, colours: Colours) -> None:
        """A grid of points (rows, columns, 3) whose meshes are faces; one colour, or one a point."""
        faces = np.stack([corners[:-1, :-1], corners[:-1, 1:], corners[1:, 1:], corners[1:, :-1]], 2)
        wide = np.broadcast_to(colours, corners.shape)
        self._corners.append(faces.reshape(-1, 4, 3))
        self._colours.append(wide[:-1, :-1].reshape(-1, 3))

    def tube(self, way: Points, thick: float | Points, colours: Colours, sides: int = 9) -> None:
        """Around a way (n, 3), that thick at each point; colours one, or one a point."""
        along = np.gradient(way, axis=0)
        along /= np.linalg.norm(along, axis=1, keepdims=True) + 1e-9
        first = np.cross(along, (0.31, 0.83, 0.46))
        first /= np.linalg.norm(first, axis=1, keepdims=True) + 1e-9
        second = np.cross(along, first)
        angle = np.linspace(0, 2 * np.pi, sides)[None, :, None]
        ring = first[:, None] * np.cos(angle) + second[:, None] * np.sin(angle)
        reach = np.broadcast_to(np.asarray(thick, float).reshape(-1, 1, 1), (len(way), 1, 1))
        tints = np.broadcast_to(colours, way.shape)
        self.sheet(way[:, None] + ring * reach, np.repeat(tints[:, None], sides, 1))

    def ribbon(self, way: Points, across: Points, colours: Colours, thick: float = 0.0) -> None:
        """A band along a way (n, 3) that reaches `across` (n, 3) to either side; with edges where it is thick."""
        tints = np.broadcast_to(colours, way.shape)
        over = np.cross(np.gradient(way, axis=0), across)
        over *= thick / (np.linalg.norm(over, axis=1, keepdims=True) + 1e-9)
        turns = (across + over, over - across, -across - over, across - over, across + over)
        rows = [way + turn for turn in turns] if thick else [way + across, way - across]
        self.sheet(np.stack(rows, 1), np.repeat(tints[:, None], len(rows), 1))

    def ball(self, at: Points, reach: float, colours: Colours, fine: int = 10) -> None:
        """A ball."""
        self.sheet(at + reach * globe(fine), colours)

    def draw(
        self,
        page: Canvas,
        box: tuple[float, float, float, float],
        *,
        gloss: float = 0.3,
        fog: float = 0.3,
        ground: Colours | None = None,
        edge: str | None = None,
        line: float = 0.5,
    ) -> None:
        """All faces within a box of the page (left, top, width, height), far ones first and paler by `fog`."""
        faces, colours = np.concatenate(self._corners), np.concatenate(self._colours)
        low, high = faces.min((0, 1)), faces.max((0, 1))
        left, top, wide, tall = box
        share = min(wide / (high[0] - low[0] + 1e-9), tall / (high[1] - low[1] + 1e-9))
        middle = (low + high) / 2
        normal = np.cross(faces[:, 2] - faces[:, 0], faces[:, 3] - faces[:, 1])
        normal /= np.linalg.norm(normal, axis=1, keepdims=True) + 1e-9
        normal *= np.where(normal[:, 2:] < 0, -1, 1)
        lit = np.clip(normal @ self._light, 0, 1)
        half = self._light + np.array([0, 0, 1.0])
        shine = np.clip(normal @ (half / np.linalg.norm(half)), 0, 1) ** 22
        depth = faces[:, :, 2].mean(1)
        far = (depth.max() - depth) / (np.ptp(depth) + 1e-9)
        back = np.array([255.0, 255, 255]) if ground is None else ground
        drawn = colours * (0.48 + 0.62 * lit)[:, None]
        drawn = drawn + (255 - drawn) * (gloss * shine)[:, None]
        drawn = drawn + (back - drawn) * (fog * far)[:, None]
        spots = (faces[:, :, :2] - middle[:2]) * share + np.array([left + wide / 2, top + tall / 2])
        order = np.argsort(depth)
        inks = drawn.clip(0, 255).astype(int).tolist()
        places = spots.tolist()
        for number in order.tolist():
            red, green, blue = inks[number]
            points = [(x, y) for x, y in places[number]]
            page.polygon(points, fill=f"#{red:02x}{green:02x}{blue:02x}", edge=edge, line=line)


def globe(fine: int) -> Points:
    """(fine + 1, 2 fine, 3): points of a ball of reach one, by latitude and longitude."""
    down, around = np.meshgrid(
        np.linspace(0, np.pi, fine + 1), np.linspace(0, 2 * np.pi, 2 * fine), indexing="ij"
    )
    return np.stack([np.sin(down) * np.cos(around), np.cos(down), np.sin(down) * np.sin(around)], -1)


def smooth(knots: Sequence[Points] | Points, steps: int) -> Points:
    """A smooth way through the knots (Catmull-Rom), so many points from each to the next."""
    at = np.asarray(knots, float)
    at = np.concatenate([2 * at[:1] - at[1:2], at, 2 * at[-1:] - at[-2:-1]])
    t = np.linspace(0, 1, steps, endpoint=False)[:, None]
    parts = []
    for a, b, c, d in zip(at[:-3], at[1:-2], at[2:-1], at[3:], strict=True):
        parts.append(
            0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
        )
    return np.concatenate([*parts, at[-2:-1]])


def balls(
    centres: Points, reaches: npt.NDArray[np.floating], size: tuple[int, int]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """(height, which) of the nearest ball at every pixel: -inf and -1 where none is; centres in pixels."""
    height = np.full((size[1], size[0]), -np.inf)
    which = np.full((size[1], size[0]), -1, np.int64)
    for number, ((x, y, z), r) in enumerate(zip(centres.tolist(), reaches.tolist(), strict=True)):
        left, right = max(0, int(x - r)), min(size[0], int(x + r) + 2)
        top, low = max(0, int(y - r)), min(size[1], int(y + r) + 2)
        if left >= right or top >= low:
            continue
        far = (np.arange(left, right)[None] - x) ** 2 + (np.arange(top, low)[:, None] - y) ** 2
        dome = np.where(far < r * r, z + np.sqrt(np.clip(r * r - far, 0, None)), -np.inf)
        near = dome > height[top:low, left:right]
        height[top:low, left:right][near] = dome[near]
        which[top:low, left:right][near] = number
    return height, which


def shade(
    random: Random, height: npt.NDArray[np.float64], colours: Colours, ground: Colours, gloss: float = 0.4
) -> npt.NDArray[np.float32]:
    """Pixels of a height field (-inf where nothing is) in these colours (rows, columns, 3), lit from above."""
    inside = np.isfinite(height)
    filled = np.where(inside, height, height[inside].min() if inside.any() else 0)
    down, across = np.gradient(filled)
    normal = np.stack([-across, -down, np.ones_like(across)], -1)
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    light = np.array([random.uniform(-0.7, 0.7), random.uniform(-0.8, 0.1), 1.0])
    lit = np.clip(normal @ (light / np.linalg.norm(light)), 0, 1)
    pixels = colours * (random.uniform(0.12, 0.45) + random.uniform(0.55, 0.75) * lit)[..., None]
    pixels = pixels + (255 - pixels) * (gloss * lit**24)[..., None]
    return np.asarray(np.where(inside[..., None], pixels, ground), np.float32)


def finished(page: Canvas, image: Image.Image | None = None) -> Image.Image:
    """The page, or a picture, with a letter and names at times."""
    if image is not None:
        page.paste(image, 0, 0, page.width, page.height)
    if page.chance(0.3):
        page.text((3, 3), page.one("ABCDEFabcdef"), anchor="lt", bold=page.chance(0.7), size=page.size * 1.5)
    return page.finish()
