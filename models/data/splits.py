"""Who trains and who validates: stratified splits by seed, groups kept together, rare classes oversampled."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from models.data.imageclef import DataError, LabelledImage, LabelledImages

Indices = npt.NDArray[np.int64]


def assign_splits(
    data: LabelledImages, validation: float, seed: int, min_images: int | None = None
) -> LabelledImages:
    """Every image gets a split; what the data say of it stands.

    Where nothing is marked for validation, the share `validation` of each class is drawn, articles whole.
    It is drawn from the images marked `train` where any are, so that sets without marks only add to training.
    Classes with fewer than `min_images` images to train and validate on are only tested.
    Raises DataError for an empty split and, where `min_images` is None, for a class with a single image.
    """
    marked = {image.split for image in data.images}
    usable = Counter(image.code for image in data.images if image.split != "test")
    if min_images is None:
        _check_classes(usable)
    kept = [
        image for image in data.images if image.split == "test" or usable[image.code] >= (min_images or 1)
    ]
    drawn: set[Path] = set()
    if "validation" not in marked:
        drawn = _draw(
            [i for i in kept if i.split == ("train" if "train" in marked else "")], validation, seed
        )
    images = tuple(
        replace(image, split="validation" if image.path in drawn else image.split or "train")
        for image in kept
    )
    for split in ("train", "validation"):
        if not any(image.split == split for image in images):
            raise DataError(f"the {split} split is empty; mark images for it, or give more images")
    return LabelledImages(images, data.missing)


def _draw(pool: Sequence[LabelledImage], share: float, seed: int) -> set[Path]:
    """Files of about `share` of every class; a group goes whole, each class keeps an image to train on."""
    groups: dict[str, list[LabelledImage]] = defaultdict(list)
    for image in pool:
        groups[image.group or str(image.path)].append(image)
    totals = Counter(image.code for image in pool)
    taken: Counter[str] = Counter()
    drawn: set[Path] = set()
    names = sorted(groups)
    order = np.random.default_rng(seed).permutation(len(names))
    # Groups with rare classes come first, for the common ones are easily filled up afterwards.
    for index in sorted(order, key=lambda i: min(totals[image.code] for image in groups[names[i]])):
        members = groups[names[index]]
        codes = Counter(image.code for image in members)
        if all(taken[c] + n <= _quota(totals[c], share) for c, n in codes.items()):
            taken += codes
            drawn |= {image.path for image in members}
    return drawn


def _quota(total: int, share: float) -> int:
    """Images of a class that validate: rounded, at least one, and never the last one."""
    return min(max(1, round(share * total)), total - 1)


def _check_classes(counts: Counter[str]) -> None:
    single = [code for code, count in sorted(counts.items()) if count == 1]
    if single:
        others = f" (and {len(single) - 1} more such)" if len(single) > 1 else ""
        raise DataError(
            f"class {single[0]} has a single image{others}, too few to train and validate: "
            "add images, or leave rare classes out with --min-images"
        )


def oversample(labels: Indices, share: float) -> Indices:
    """Indices in which every class has at least `share` of the largest one's images, by repetition.

    With 0.8, the paper's DMEL and DMTR are repeated, its DMFL and DMLI stay as they are; 0 repeats nothing.
    """
    counts = np.bincount(labels)
    least = int(np.ceil(share * counts.max()))
    parts = [np.flatnonzero(labels == label) for label in np.flatnonzero(counts)]
    return np.concatenate([np.resize(part, max(len(part), least)) for part in parts])
