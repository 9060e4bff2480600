"""Random changes of training images, in batches on the device that trains.

A batch of canvases (N, C, C, 3) uint8 becomes (N, 3, S, S) normalised. All that is random comes from one
generator on the CPU, so that a run repeats itself on any device. Which images are changed is decided there too: to
ask a GPU would be to wait for all that it has still to do.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as nnf
from torch import Tensor

from models.transforms import Transform


@dataclass(frozen=True, slots=True, kw_only=True)
class Augmentation:
    """What may happen to a training image; the defaults change nothing.

    `flip`, `grey`, `blur`, `jpeg`, `tint`: probabilities. `rotation`: degrees, from the first to the second.
    `zoom`: smallest side of what is seen, as a share of the input's; its place is drawn at random.
    `stretch`: largest factor between the axes. `light`: largest change of brightness and contrast, 0..1.
    `tint` colours dark greyscale images as fluorescence is printed, for classes in `tinted` only.
    """

    flip: float = 0.0
    rotation: tuple[float, float] = (0.0, 0.0)
    zoom: float = 1.0
    stretch: float = 1.0
    light: float = 0.0
    grey: float = 0.0
    blur: float = 0.0
    jpeg: float = 0.0
    tint: float = 0.0
    tinted: tuple[str, ...] = ()


PAPER_AUGMENTATION = Augmentation(flip=0.5, rotation=(0.0, 20.0))
"""Flip and rotation; the central crop that follows is the transform's (canvas 256, size 224)."""

PRINT_AUGMENTATION = Augmentation(
    flip=0.5,
    rotation=(-4.0, 4.0),
    zoom=0.7,
    stretch=1.25,
    light=0.2,
    grey=0.15,
    blur=0.15,
    jpeg=0.3,
    tint=0.5,
    tinted=("DMFL",),
)
"""What printing and PDF production do to a figure."""


def to_batch(canvases: Tensor, transform: Transform) -> Tensor:
    """(N, H, W, 3) uint8 -> (N, 3, H, W) of their centre, normalised, not augmented: as inference feeds."""
    rows, columns = transform.centre(*canvases.shape[1:3])
    return _normalise(canvases[:, rows, columns].permute(0, 3, 1, 2).float(), transform)


class Draw:
    """Random numbers for the images of one batch, from one generator on the CPU, given to the batch's device."""

    def __init__(self, generator: torch.Generator, count: int, device: torch.device) -> None:
        self._generator, self._count, self._device = generator, count, device

    def uniform(self, low: float, high: float, columns: int = 1) -> Tensor:
        """(N, columns) even between `low` and `high`."""
        return self._numbers(low, high, columns).to(self._device, non_blocking=True)

    def chance(self, probability: float) -> Tensor:
        """(N,) bool on the CPU, true with this probability."""
        return self._numbers(0.0, 1.0, 1)[:, 0] < probability

    def _numbers(self, low: float, high: float, columns: int) -> Tensor:
        return low + (high - low) * torch.rand(self._count, columns, generator=self._generator)


def augment(
    canvases: Tensor,
    transform: Transform,
    augmentation: Augmentation,
    generator: torch.Generator,
    tintable: Tensor | None = None,
) -> Tensor:
    """(N, C, C, 3) uint8 on any device -> (N, 3, S, S) normalised and randomly changed, on the same device.

    `tintable` (N,) bool, on the CPU, says which images may be coloured.
    """
    draw = Draw(generator, len(canvases), canvases.device)
    grid = _grid(draw, transform, augmentation)
    images = nnf.grid_sample(
        canvases.permute(0, 3, 1, 2).float(), grid, padding_mode="border", align_corners=False
    )
    if augmentation.light:
        gain = draw.uniform(1 - augmentation.light, 1 + augmentation.light)
        shift = draw.uniform(-127 * augmentation.light, 127 * augmentation.light)
        images = images * gain[:, :, None, None] + shift[:, :, None, None]
    if augmentation.tint and tintable is not None:
        _change(images, draw.chance(augmentation.tint) & tintable, _tint, draw.uniform(0, 1, columns=3))
    _change(images, draw.chance(augmentation.grey), _grey)
    _change(images, draw.chance(augmentation.blur), _coarsen)
    images = images.clamp(0, 255)
    _change(images, draw.chance(augmentation.jpeg), jpeg_artefacts, draw.uniform(1.0, 6.0))
    return _normalise(images, transform)


def _change(images: Tensor, chosen: Tensor, change: Callable[..., Tensor], *arguments: Tensor) -> None:
    """Applies `change` in place to the images chosen by (N,) bool on the CPU, each with its own arguments."""
    where = chosen.nonzero()[:, 0].to(images.device, non_blocking=True)
    if len(where):
        images[where] = change(images[where], *(argument[where] for argument in arguments))


def _grid(draw: Draw, transform: Transform, augmentation: Augmentation) -> Tensor:
    """(N, S, S, 2): where each output pixel comes from, in the canvas's -1..1; one resampling in all."""
    angle = torch.deg2rad(draw.uniform(*augmentation.rotation))[:, 0]
    side = draw.uniform(augmentation.zoom, 1.0)[:, 0] * (transform.size / transform.canvas_size)
    aspect = torch.exp(draw.uniform(-0.5, 0.5)[:, 0] * math.log(augmentation.stretch))
    place = draw.uniform(-1.0, 1.0, columns=2) * (transform.size / transform.canvas_size - side)[:, None]
    mirror = (1 - 2 * draw.chance(augmentation.flip).float()).to(side.device, non_blocking=True)
    x, y = side * aspect, side / aspect
    rows = (
        x * mirror * angle.cos(),
        -y * angle.sin(),
        place[:, 0],
        x * mirror * angle.sin(),
        y * angle.cos(),
    )
    matrices = torch.stack([*rows, place[:, 1]], dim=1).reshape(-1, 2, 3)
    return nnf.affine_grid(matrices, [len(matrices), 3, transform.size, transform.size], align_corners=False)


def _grey(images: Tensor) -> Tensor:
    weights = torch.tensor([0.299, 0.587, 0.114], device=images.device).reshape(1, 3, 1, 1)
    return (images * weights).sum(dim=1, keepdim=True).expand_as(images)


def _tint(images: Tensor, colours: Tensor) -> Tensor:
    """One channel of light in one vivid colour at full contrast, as fluorescence is printed."""
    darkest, brightest = colours.amin(dim=1, keepdim=True), colours.amax(dim=1, keepdim=True)
    vivid = (colours - darkest) / (brightest - darkest + 1e-6)
    light = _grey(images)
    return light * (255 / light.amax(dim=(1, 2, 3), keepdim=True).clamp(min=16)) * vivid[:, :, None, None]


def _coarsen(images: Tensor) -> Tensor:
    """Half the resolution, as of a figure that was scaled down for print."""
    small = nnf.avg_pool2d(images, 2)
    return nnf.interpolate(small, size=images.shape[-2:], mode="bilinear", align_corners=False)


def jpeg_artefacts(images: Tensor, coarseness: Tensor) -> Tensor:
    """(N, 3, H, W) 0..255 -> the same after JPEG's quantisation of 8x8 blocks, the last ones filled up at the edge.

    `coarseness` (N, 1) multiplies the standard's luminance table, made flatter for the two colour channels:
    1 is quality 50, 5 is quality 10.
    """
    transform, luminance = _cosines(images.device), _LUMINANCE.to(images.device)
    rows, columns = images.shape[2:]
    images = nnf.pad(images, (0, -columns % 8, 0, -rows % 8), mode="replicate")
    ycc = torch.einsum("oc,nchw->nohw", _TO_YCC.to(images.device), images - 128)
    count, channels, height, width = ycc.shape
    blocks = ycc.reshape(count, channels, height // 8, 8, width // 8, 8).transpose(3, 4)
    table = torch.stack([luminance, luminance.clamp(20, 99), luminance.clamp(20, 99)])
    steps = table[None, :, None, None] * coarseness[:, :, None, None, None, None]
    quantised = torch.round(transform @ blocks @ transform.T / steps) * steps
    restored = (transform.T @ quantised @ transform).transpose(3, 4).reshape(ycc.shape)
    rgb = torch.einsum("oc,nchw->nohw", torch.linalg.inv(_TO_YCC).to(images.device), restored)
    return (rgb[..., :rows, :columns] + 128).clamp(0, 255)


def _cosines(device: torch.device) -> Tensor:
    """(8, 8) orthonormal DCT-II."""
    k, n = torch.meshgrid(torch.arange(8.0), torch.arange(8.0), indexing="ij")
    matrix = torch.cos(math.pi * (2 * n + 1) * k / 16) / 2
    matrix[0] /= math.sqrt(2)
    return matrix.to(device)


def _normalise(images: Tensor, transform: Transform) -> Tensor:
    mean, std = (
        (torch.tensor(values).reshape(1, 3, 1, 1) * 255).to(images.device, non_blocking=True)
        for values in (transform.mean, transform.std)
    )
    return ((images - mean) / std).contiguous(memory_format=torch.channels_last)


_TO_YCC = torch.tensor([[0.299, 0.587, 0.114], [-0.168736, -0.331264, 0.5], [0.5, -0.418688, -0.081312]])

# Table K.1 of the JPEG standard (ITU-T T.81).
_LUMINANCE = torch.tensor(
    [
        [16, 11, 10, 16, 24, 40, 51, 61],
        [12, 12, 14, 19, 26, 58, 60, 55],
        [14, 13, 16, 24, 40, 57, 69, 56],
        [14, 17, 22, 29, 51, 87, 80, 62],
        [18, 22, 37, 56, 68, 109, 103, 77],
        [24, 35, 55, 64, 81, 104, 113, 92],
        [49, 64, 78, 87, 103, 121, 120, 101],
        [72, 92, 95, 98, 112, 100, 103, 99],
    ],
    dtype=torch.float32,
)
