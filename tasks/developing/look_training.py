"""Training of the network that says what a figure looks like.

    python -m tasks.developing.look_training SHARED WEIGHTS

The trunk is that of the default bundle, frozen; one linear layer is fitted on the published panels of SHARED, those of
papers with gold left out, so that what is measured on these papers is measured on pictures that it has not seen.
"""

from __future__ import annotations

import argparse
import csv
import sys
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from models.bundle.bundle import resolve_bundle
from models.bundle.description import bundle_info
from models.bundle.serialization import read_weights
from models.inference.looks import LOOKS, network_of, softmax, view

Floats = npt.NDArray[np.float32]

FOLDS = 4

FEATURES = 512

STRENGTH = 0.003
"""Inverse weight of the penalty, on standardised features."""

MOST_CHARTS = 0.4
"""Share of the charts that are learned from: half of all panels are such."""

_GROUPS: tuple[tuple[str, ...], ...] = (
    ("DM", "DR", "DV", "DS", "D3DR"),
    ("GFIG",),
    ("GFLO",),
    ("GSYS", "GHDR"),
    ("GCHE",),
    ("GGEN", "GTAB", "GPLI", "GMAT", "GSCR"),
    ("GGEL",),
    ("GNCP",),
)
"""The beginnings of the ImageCLEF codes that each of `LOOKS` stands for."""


@dataclass(frozen=True, slots=True)
class PublishedPanel:
    """A panel of a paper without gold; `alone`: it is a figure of its own."""

    path: Path
    code: str
    article: str
    split: str
    caption: str
    alone: bool


@dataclass(frozen=True, slots=True)
class Head:
    """A linear layer on the features: `weight` (8, 512) and `bias` (8,)."""

    weight: Floats
    bias: Floats


def load_panels(shared: Path) -> list[PublishedPanel]:
    """The sure panels of `shared` that may be learned from: of papers without gold, and nobody else's."""
    gold = {file.stem for folder in ("wild", "corpus") for file in (shared / folder / "gold").glob("*.json")}
    with (shared / "panels/published.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["article"] not in gold]
    together = Counter((row["article"], row["figure_label"]) for row in rows)
    return [
        PublishedPanel(
            shared / "panels" / row["path"],
            row["code"],
            row["article"],
            row["split"],
            row["caption"],
            alone=not row["panel_label"] and together[row["article"], row["figure_label"]] == 1,
        )
        for row in rows
        if row["unsure"] == "0" and row["third_party"] == "0"
    ]


def look_of(code: str) -> int:
    """The place among `LOOKS` of an ImageCLEF code."""
    return next(place for place, beginnings in enumerate(_GROUPS) if code.startswith(beginnings))


def read_trunk() -> dict[str, Floats]:
    """The convolutions of the default bundle's ResNet."""
    weights = read_weights(bundle_info(resolve_bundle("default"))).network
    return {
        name.removeprefix("resnet."): np.asarray(tensor, np.float32)
        for name, tensor in weights.items()
        if name.startswith("resnet.")
    }


def with_head(trunk: Mapping[str, Floats], head: Head) -> dict[str, Floats]:
    """The weights of the whole network."""
    return {**trunk, "fc.weight": head.weight, "fc.bias": head.bias}


def fit_head(features: Floats, looks: npt.NDArray[np.int64]) -> Head:
    """The layer that tells `looks` (N,) from `features` (N, 512) best, by penalised logistic regression."""
    from sklearn.linear_model import LogisticRegression

    mean, deviation = features.mean(axis=0), features.std(axis=0) + 1e-6
    model = LogisticRegression(C=STRENGTH, max_iter=500).fit((features - mean) / deviation, looks)
    weight = np.full((len(LOOKS), features.shape[1]), 0.0, np.float32)
    bias = np.full(len(LOOKS), -1e3, np.float32)  # of what was never seen
    weight[model.classes_] = model.coef_ / deviation
    bias[model.classes_] = model.intercept_ - (model.coef_ / deviation) @ mean
    return Head(weight, bias)


class Looks:
    """Heads fitted on all panels, and for each fold of the articles on the others'."""

    def __init__(self, panels: Sequence[PublishedPanel]) -> None:
        self._trunk = read_trunk()
        empty = Head(np.zeros((len(LOOKS), FEATURES), np.float32), np.zeros(len(LOOKS), np.float32))
        self._network = network_of(with_head(self._trunk, empty))
        chosen = list(choose(panels))
        features = np.stack([self._features(np.asarray(Image.open(p.path).convert("RGB"))) for p in chosen])
        looks = np.array([look_of(panel.code) for panel in chosen])
        folds = np.array([fold_of(panel.article) for panel in chosen])
        self._whole = fit_head(features, looks)
        self._others = [fit_head(features[folds != fold], looks[folds != fold]) for fold in range(FOLDS)]
        self.accuracy = float(
            np.mean(
                [
                    (
                        features[row] @ self._others[folds[row]].weight.T + self._others[folds[row]].bias
                    ).argmax()
                    == looks[row]
                    for row in range(len(looks))
                ]
            )
        )

    @property
    def weights(self) -> dict[str, Floats]:
        """Of the network that ships."""
        return with_head(self._trunk, self._whole)

    def of_others(self, article: str) -> Callable[[np.ndarray], Floats]:
        """What the head says of a picture that saw nothing of `article`."""
        return self._says(self._others[fold_of(article)])

    def of_all(self) -> Callable[[np.ndarray], Floats]:
        """What the head that ships says of a picture."""
        return self._says(self._whole)

    def _says(self, head: Head) -> Callable[[np.ndarray], Floats]:
        return lambda pixels: softmax(head.weight @ self._features(pixels) + head.bias)

    def _features(self, pixels: np.ndarray) -> Floats:
        return view(pixels, self._network)[1]


def choose(panels: Sequence[PublishedPanel]) -> Iterator[PublishedPanel]:
    """`panels` without most of the charts; the same ones every time."""
    for panel in panels:
        kept = zlib.crc32(panel.path.name.encode()) % 100 < 100 * MOST_CHARTS
        if panel.code != "GFIG" or kept:
            yield panel


def fold_of(article: str) -> int:
    """The fold that an article belongs to."""
    return zlib.crc32(article.encode()) % FOLDS


def save(weights: Mapping[str, Floats], file: Path) -> None:
    """Store a network: convolutions in half precision, the head as it is."""
    from safetensors.numpy import save_file

    save_file(
        {
            name: np.ascontiguousarray(tensor, np.float32 if name.startswith("fc.") else np.float16)
            for name, tensor in weights.items()
        },
        file,
    )


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("shared", type=Path)
    parser.add_argument("weights", type=Path)
    options = parser.parse_args()
    looks = Looks(load_panels(options.shared))
    save(looks.weights, options.weights)
    sys.stdout.write(f"{looks.accuracy:.3f} of the panels of articles left out are named right\n")


if __name__ == "__main__":
    main()
