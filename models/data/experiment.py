"""The data of a training or an evaluation: labelled images with their splits, decoded."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, get_args

import numpy as np

from models.data.canvases import Canvases, Progress, decode
from models.data.examples import Examples
from models.data.imageclef import DataError, LabelledImage, LabelledImages
from models.transforms import Transform

Split = Literal["train", "validation", "test"]
SPLITS: tuple[Split, ...] = get_args(Split)


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
        """Tells these images, by their content, with these classes, splits and captions from any others."""
        lines = (
            f"{self.canvases.digests[row]} {image.code} {image.split} {image.unsure} {image.caption!r}"
            for row, image in zip(self.rows, self.images, strict=True)
        )
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]

    def check_splits(self) -> None:
        """Raises DataError where unreadable images leave a split empty, or a class without an image to train on."""
        lost = (
            f" ({len(self.unreadable)} images cannot be read, first {self.unreadable[0]})"
            if self.unreadable
            else ""
        )
        for split in ("train", "validation"):
            if not self._chosen(split, sure_only=False):
                raise DataError(f"the {split} split is empty{lost}; mark images for it, or give more images")
        trained = {image.code for image in self.images if image.split == "train"}
        untrained = [code for code in self.classes if code not in trained]
        if untrained:
            raise DataError(
                f"class {untrained[0]} has no image to train on{lost}; add images, or leave the class out with "
                "--min-images"
            )

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


def test_only(data: LabelledImages) -> LabelledImages:
    """All images as a test set: for evaluation of data without splits."""
    return LabelledImages(tuple(replace(image, split="test") for image in data.images), data.missing)
