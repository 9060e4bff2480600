"""What each place of a figure is, in a panel or between two, and how whole a piece is, for whoever cuts figures.

One look at the whole figure, 320 pixels long, by the trunk of `models.inference.looks` and a small trained network on
its maps (`models.networks.places`), in ONNX Runtime; then as many pieces as one likes, in numpy alone.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from PIL import Image

import models
from models.inference.looks import WEIGHTS as TRUNK
from models.networks.place_plan import SAMPLES
from models.transforms import Pixels

WEIGHTS = Path(models.__file__).parent / "pretrained" / "places" / "model.safetensors"

SIDE = 320
"""Longest side of the copy looked at, in pixels: 60 ms on a core, and a gutter of a sixtieth is seen."""

CELL = 8
"""Pixels of that copy in a cell of the maps."""

STRIDE = 16
"""Its sides are made multiples of this, white added."""

REACH = 0.65
"""Of a box's sides, from its middle to the outermost samples, which lie beside it."""

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

GRID_REACH = 0.44
"""The same of a grid within a box."""

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Places:
    """A figure that was looked at."""

    maps: Floats
    """(27, H, W): what pieces are judged by, then the fields."""
    size: tuple[float, float]
    """Width and height of the figure in pixels of the copy looked at."""
    scale: float
    """Pixels of that copy in a pixel of the figure."""
    weights: Mapping[str, Floats]
    """Of the network, for the perceptron."""

    @property
    def fields(self) -> Floats:
        """(3, H, W): the probability that a cell lies in a panel, between two side by side, between upper and lower."""
        fields: Floats = self.maps[-3:]
        return fields

    def pieces(self, boxes: Sequence[tuple[int, int, int, int]]) -> Floats:
        """For `boxes` in pixels of the figure (N, 4): P(one panel), P(several), P(a fragment), the IoU to expect."""
        if not len(boxes):
            return np.zeros((0, 4), np.float32)
        own = np.asarray(boxes, np.float32) * np.float32(self.scale)
        x = np.concatenate([self._around(own).reshape(len(own), -1), shapes_of(own, self.size)], axis=1)
        for layer in (0, 3):
            x = np.maximum(
                0, x @ self.weights[f"piece.{layer}.weight"].T + self.weights[f"piece.{layer}.bias"]
            )
        logits = x @ self.weights["piece.5.weight"].T + self.weights["piece.5.bias"]
        odds = np.exp(logits[:, :3] - logits[:, :3].max(axis=1, keepdims=True))
        shares = odds / odds.sum(axis=1, keepdims=True)
        return np.concatenate([shares, 1 / (1 + np.exp(-logits[:, 3:]))], axis=1, dtype=np.float32)

    def grids(self, boxes: Sequence[tuple[int, int, int, int]], lines: int) -> Floats:
        """The fields (N, 3, lines, lines) in `boxes` (N, 4), in pixels of the figure."""
        own = np.asarray(boxes, np.float32).reshape(-1, 4) * np.float32(self.scale)
        return self._grid(self.fields, own, GRID_REACH, lines)

    def _around(self, boxes: Floats) -> Floats:
        """The maps (N, 27, 7, 7) in and beside `boxes` (N, 4)."""
        return self._grid(self.maps, boxes, REACH, SAMPLES)

    def _grid(self, maps: Floats, boxes: Floats, reach: float, lines: int) -> Floats:
        """`maps` (C, H, W) on a grid (N, C, lines, lines) that reaches so far from the middles of `boxes` (N, 4)."""
        ways = np.linspace(-reach, reach, lines)
        middles, sides = (boxes[:, :2] + boxes[:, 2:]) / 2, sides_of(boxes)
        x = middles[:, :1] + sides[:, :1] * ways
        y = middles[:, 1:] + sides[:, 1:] * ways
        shape = len(boxes), lines, lines
        across = np.broadcast_to(x[:, None, :], shape).reshape(len(boxes), -1)
        down = np.broadcast_to(y[:, :, None], shape).reshape(len(boxes), -1)
        return sample(maps, across, down).reshape(len(boxes), len(maps), lines, lines)


def sides_of(boxes: Floats) -> Floats:
    """Width and height (N, 2) of `boxes` (N, 4), one pixel at least."""
    sides: Floats = np.maximum(1, boxes[:, 2:] - boxes[:, :2])
    return sides


def shapes_of(boxes: Floats, size: tuple[float, float]) -> Floats:
    """Size and place (N, 8) of `boxes` (N, 4) in a figure of `size`."""
    own, whole = sides_of(boxes), np.array(size, np.float32)
    width, height = own.T
    return np.concatenate(
        [
            own / whole,
            np.log(width / height)[:, None],
            np.log(width * height / whole.prod())[:, None],
            boxes[:, :2] / whole,
            own / SIDE,
        ],
        axis=1,
        dtype=np.float32,
    )


def sample(maps: Floats, x: npt.NDArray[np.floating], y: npt.NDArray[np.floating]) -> Floats:
    """`maps` (C, H, W) at `x`, `y` (N, K) in pixels of the copy, bilinear and 0 outside: (N, C, K)."""
    _, height, width = maps.shape
    across, down = x / CELL - 0.5, y / CELL - 0.5
    column, row = np.floor(across).astype(int), np.floor(down).astype(int)
    found = np.zeros((len(maps), *x.shape), np.float32)
    for lower in (0, 1):
        for right in (0, 1):
            i, j = row + lower, column + right
            share = np.abs(1 - lower - (down - row)) * np.abs(1 - right - (across - column))
            inside = (i >= 0) & (i < height) & (j >= 0) & (j < width)
            found += maps[:, np.clip(i, 0, height - 1), np.clip(j, 0, width - 1)] * (share * inside)
    return np.moveaxis(found, 0, 1)


def places_of(pixels: Pixels, file: Path = WEIGHTS) -> Places:
    """The figure (H, W, 3) uint8 looked at."""
    weights, session = open_places(file)
    small, size, scale = shrink(pixels)
    (maps,) = session.run(["maps"], {"images": small[None], "plain": plain_maps(small, size)[None]})
    return Places(maps[0], size, scale, weights)


def shrink(pixels: Pixels) -> tuple[Pixels, tuple[float, float], float]:
    """The copy looked at (H, W, 3), white to the right and below; the figure's size in it; the scale."""
    height, width = pixels.shape[:2]
    scale = SIDE / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    image = Image.fromarray(np.ascontiguousarray(pixels))
    small = np.asarray(image.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0))
    extra = [(0, -length % STRIDE) for length in small.shape[:2]]
    padded = np.pad(small, [*extra, (0, 0)], constant_values=255)
    return padded, (width * scale, height * scale), scale


def plain_maps(small: Pixels, size: tuple[float, float]) -> Floats:
    """Of each cell of the copy (7, H, W): mean, least and most brightness, colour, place, whether it is the figure."""
    height, width = small.shape[0] // CELL, small.shape[1] // CELL
    red, green, blue = np.ascontiguousarray(small.transpose(2, 0, 1), np.float32) / 255
    light = (red + green + blue) / 3
    colour = np.maximum(np.maximum(red, green), blue) - np.minimum(np.minimum(red, green), blue)
    cells = light.reshape(height, CELL, width, CELL)
    colours = colour.reshape(height, CELL, width, CELL).mean((1, 3))
    x, y = (CELL * (np.arange(count, dtype=np.float32) + 0.5) for count in (width, height))
    inside = (y[:, None] < size[1]) & (x < size[0])
    place = np.broadcast_to(x / size[0], colours.shape), np.broadcast_to(y[:, None] / size[1], colours.shape)
    seen = [cells.mean((1, 3)), cells.min((1, 3)), cells.max((1, 3)), colours, *place, inside]
    return np.stack([channel * inside for channel in seen]).astype(np.float32)


@functools.cache
def open_places(file: Path = WEIGHTS) -> tuple[dict[str, Floats], InferenceSession]:
    """The trained weights in `file`, and the whole network ready; opened once per process."""
    from models.inference.onnx.engine import open_session
    from models.inference.onnx.places import build_places

    weights = read(file)
    return weights, open_session(build_places(read(TRUNK), weights))


@functools.cache
def open_trunk() -> InferenceSession:
    """The frozen part alone, for who trains the rest."""
    from models.inference.onnx.engine import open_session
    from models.inference.onnx.places import build_trunk

    return open_session(build_trunk(read(TRUNK)))


def read(file: Path) -> dict[str, Floats]:
    """The tensors in `file`."""
    from safetensors.numpy import load_file

    return {name: tensor.astype(np.float32) for name, tensor in load_file(file).items()}
