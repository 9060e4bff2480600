"""What training and evaluation start from: data with splits, decoded, and a network with its start weights."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, get_args

import numpy as np
import torch
from torch import nn

from models.bundle import BundleError, load_bundle
from models.canvases import Canvases, Progress, decode
from models.ensemble import Ensemble
from models.examples import Examples
from models.imageclef import DataError, LabelledImage, LabelledImages
from models.networks import bodies, build_network
from models.resnet import ResNet
from models.transforms import Transform
from models.variants import parse_point
from models.weights import imagenet, load_file, start_from

Split = Literal["train", "validation", "test"]
SPLITS: tuple[Split, ...] = get_args(Split)

RANDOM_WEIGHTS = "random"
"""`--weights random`: no start weights, for tests and for comparison."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """Labelled images with their canvases. `images` holds what can be read, in the order of `rows`."""

    classes: tuple[str, ...]
    images: tuple[LabelledImage, ...]
    rows: tuple[int, ...]
    canvases: Canvases
    missing: tuple[str, ...]
    unreadable: tuple[str, ...]
    """File names of images that are there but cannot be decoded."""

    def examples(self, split: Split, sure_only: bool = False) -> Examples:
        """The images of a split. A class that is not among `classes` has the label -1."""
        chosen = self._chosen(split, sure_only)
        index = {code: label for label, code in enumerate(self.classes)}
        return Examples(
            self.canvases.pixels,
            np.array([row for row, _ in chosen], dtype=np.int64),
            np.array([index.get(image.code, -1) for _, image in chosen], dtype=np.int64),
            tuple(image.caption for _, image in chosen),
        )

    def images_of(self, split: Split, sure_only: bool = False) -> tuple[LabelledImage, ...]:
        """The images behind `examples`, in the same order."""
        return tuple(image for _, image in self._chosen(split, sure_only))

    @property
    def key(self) -> str:
        """Tells this data with these splits from any other."""
        lines = (f"{image.path.name} {image.code} {image.split}" for image in self.images)
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]

    def _chosen(self, split: Split, sure_only: bool) -> list[tuple[int, LabelledImage]]:
        pairs = zip(self.rows, self.images, strict=True)
        return [(r, image) for r, image in pairs if image.split == split and not (sure_only and image.unsure)]


def prepare(
    data: LabelledImages,
    transform: Transform,
    cache: Path | None = None,
    progress: Progress | None = None,
    classes: Sequence[str] | None = None,
) -> Prepared:
    """Decodes labelled images; `classes` are those that train or validate unless given.

    Unreadable images are left out and named. Raises DataError where nothing can be read.
    """
    canvases = decode([image.path for image in data.images], transform, cache, progress)
    rows = tuple(row for row in range(len(data.images)) if row not in canvases.unreadable)
    if not rows:
        raise DataError(f"none of the {len(data.images)} images can be read")
    images = tuple(data.images[row] for row in rows)
    found = sorted({image.code for image in images if image.split != "test"})
    return Prepared(
        classes=tuple(classes or found),
        images=images,
        rows=rows,
        canvases=canvases,
        missing=data.missing,
        unreadable=tuple(data.images[row].path.name for row in sorted(canvases.unreadable)),
    )


def start_network(
    model: str, classes: Sequence[str] | int, weights: str, seed: int, freeze: str | None = None
) -> nn.Module:
    """The network called `model` with its start weights.

    `weights`: `imagenet` (torchvision's, downloaded), `random`, or a file. `freeze` names a residual unit before
    which nothing is trained, on top of what the model itself freezes. For an ensemble, `weights` may be a folder
    with a bundle of each member.
    Raises UnknownModelError, WeightsError, and ValueError for a unit that the network does not have.
    """
    torch.manual_seed(seed)
    network = build_network(model, classes)
    if isinstance(network, Ensemble) and Path(weights).is_dir():
        _take_members(network, Path(weights))
    elif weights != RANDOM_WEIGHTS:
        for base, body in bodies(model, network):
            start_from(body, imagenet(base) if weights == "imagenet" else load_file(weights), weights)
    if freeze:
        _freeze_before(network, freeze)
    return network


def _take_members(network: Ensemble, folder: Path) -> None:
    """Each member from its own bundle, `<folder>/resnet50_b4-2` for `resnet50:b4-2`, as `figmill study` writes."""
    for name, member in zip(network.names, network.members, strict=True):
        bundle = load_bundle(folder / name.replace(":", "_"))
        if bundle.info.model != name:
            raise BundleError(
                f"{bundle.info.path} is a {bundle.info.model}, not the ensemble's member {name}"
            )
        start_from(member, bundle.network.state_dict(), str(bundle.info.path))


def _freeze_before(network: nn.Module, freeze: str) -> None:
    point = parse_point(freeze)
    if not isinstance(network, ResNet) or point is None:
        raise ValueError(f"cannot freeze before {freeze!r}; give a residual unit of a ResNet, such as b2-0")
    names = [name for name, _ in network.steps()]
    wanted = f"b{point[0]}-{point[1]}"
    if wanted not in names:
        raise ValueError(f"there is no residual unit {wanted} in this network; it has {', '.join(names[1:])}")
    network.freeze(max(network.frozen, names.index(wanted)))


def test_only(data: LabelledImages) -> LabelledImages:
    """All images as a test set: for evaluation of data without splits."""
    return LabelledImages(tuple(replace(image, split="test") for image in data.images), data.missing)
