"""The default bundle's head: a weighted logistic regression on the frozen ImageNet trunk, judged by articles.

Features of every residual unit come from one pass over each view of each image, so that all cuts, poolings and
the two-exit head are compared on the same numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from scipy.special import log_softmax

from models.data.augmentation import PRINT_AUGMENTATION, augment, to_batch
from models.networks.resnet import ResNet
from models.networks.spread import MeanAndSpread
from models.taxonomy import groups
from models.transforms import Pixels, Transform

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int64]
Progress = Callable[[int, int], None]

STRENGTH = 0.1
"""Inverse weight of the penalty."""
_VIEWS = 2
"""The image as it is, and once as printing and PDF production change it."""
_BATCH = 32
_FOLDS = 5
_ITERATIONS = 200
_LEAST_SPREAD = 0.02
"""Of the median feature's: a channel that is all but dead must not get weights beyond float16."""


@dataclass(frozen=True, slots=True)
class Readout:
    """Where a head reads the trunk: the pooled features of some residual units; `spread` with their deviations.

    `group_unit` makes it the paper's hierarchical head: the group is read there, the class within it at `units`.
    """

    name: str
    units: tuple[str, ...]
    spread: bool = False
    group_unit: str | None = None


@dataclass(frozen=True, slots=True)
class Features:
    """What the trunk makes of N images in some views: `values` (views, N, D), `columns` the place of each unit's
    means and of its deviations among D."""

    values: npt.NDArray[np.float16]
    columns: dict[tuple[str, bool], slice]

    def of(self, units: Sequence[str], spread: bool, view: int = 0) -> Floats:
        """(N, d) features of one view: the means of each unit, then their deviations where asked for."""
        wanted = [
            (unit, deviation) for deviation in ((False, True) if spread else (False,)) for unit in units
        ]
        parts = [self.values[view][:, self.columns[key]] for key in wanted]
        return np.concatenate(parts, axis=1, dtype=np.float32)

    @property
    def views(self) -> int:
        """How often each image was seen."""
        return len(self.values)


@dataclass(frozen=True, slots=True)
class LabelledFeatures:
    """N images to learn from or to be judged by."""

    codes: npt.NDArray[np.str_]
    """(N,) the class of each."""
    groups: npt.NDArray[np.str_]
    """(N,) article or source: what must not be parted."""
    weights: Floats
    """(N,) how much each counts in training; 0 for what is not learned from."""
    judged: npt.NDArray[np.bool_]
    """(N,) published panels, which cross-validation is over; the others only ever train."""
    unsure: npt.NDArray[np.bool_]
    """(N,) labels that people would argue about: they train, and are not scored."""


@dataclass(frozen=True, slots=True)
class Head:
    """A fitted readout: (N, d) features -> (N, classes) log-probabilities."""

    readout: Readout
    classes: tuple[str, ...]
    weight: Floats
    bias: Floats
    group: Head | None = None

    def logits(self, features: Features, view: int = 0) -> Floats:
        """(N, classes), normalised to log-probabilities."""
        x = features.of(self.readout.units, self.readout.spread, view)
        logits: Floats = log_softmax(x @ self.weight.T + self.bias, axis=1).astype(np.float32)
        if self.group is None:
            return logits
        names, numbers = groups(self.classes)
        member = np.array(numbers)
        above = self.group.logits(features, view)[:, [self.group.classes.index(names[g]) for g in member]]
        within: Floats = np.stack(
            [np.logaddexp.reduce(logits[:, member == g], axis=1) for g in range(len(names))], axis=1
        )
        joint: Floats = logits - within[:, member] + above
        return joint


def compute_trunk_features(
    network: ResNet,
    canvases: Pixels,
    tintable: npt.NDArray[np.bool_],
    transform: Transform,
    seed: int,
    views: int = _VIEWS,
    progress: Progress | None = None,
) -> Features:
    """Means and deviations after every residual unit of (N, S, S, 3) canvases, as they are and augmented."""
    network.eval()
    generator = torch.Generator().manual_seed(seed)
    values: list[list[npt.NDArray[np.float16]]] = [[] for _ in range(views)]
    columns: dict[tuple[str, bool], slice] = {}
    for start in range(0, len(canvases), _BATCH):
        pixels = torch.from_numpy(np.array(canvases[start : start + _BATCH]))
        tints = torch.from_numpy(tintable[start : start + _BATCH])
        for view in range(views):
            x = (
                augment(pixels, transform, PRINT_AUGMENTATION, generator, tints)
                if view
                else to_batch(pixels, transform)
            )
            found = dict(_statistics(network, x))
            columns = _columns(found)
            values[view].append(np.concatenate(list(found.values()), axis=1))
        if progress:
            progress(min(start + _BATCH, len(canvases)), len(canvases))
    return Features(np.stack([np.concatenate(parts) for parts in values]), columns)


@torch.inference_mode()
def _statistics(
    network: ResNet, x: torch.Tensor
) -> Iterator[tuple[tuple[str, bool], npt.NDArray[np.float16]]]:
    pool = MeanAndSpread()
    for unit, maps in network.maps(x):
        mean, spread = pool(maps).half().numpy().reshape(len(x), 2, -1).swapaxes(0, 1)
        yield (unit, False), mean
        yield (unit, True), spread


def _columns(found: dict[tuple[str, bool], npt.NDArray[np.float16]]) -> dict[tuple[str, bool], slice]:
    ends = np.cumsum([part.shape[1] for part in found.values()]).tolist()
    return {
        key: slice(end - part.shape[1], end) for (key, part), end in zip(found.items(), ends, strict=True)
    }


def fit_head(readout: Readout, features: Features, examples: LabelledFeatures, rows: Indices) -> Head:
    """Fits a readout to some of the examples, all views of each.

    Standardised by the published panels among them, so that the penalty means the same for every feature.
    """
    rows = rows[examples.weights[rows] > 0]
    head = _fit(readout, features, examples, rows, examples.codes)
    if readout.group_unit is None:
        return head
    above = Readout(readout.group_unit, (readout.group_unit,), readout.spread)
    names, numbers = groups(examples.codes.tolist())
    targets = np.array(names)[list(numbers)]
    return Head(readout, head.classes, head.weight, head.bias, _fit(above, features, examples, rows, targets))


def _fit(
    readout: Readout,
    features: Features,
    examples: LabelledFeatures,
    rows: Indices,
    targets: npt.NDArray[np.str_],
) -> Head:
    from sklearn.linear_model import LogisticRegression

    seen = [features.of(readout.units, readout.spread, view)[rows] for view in range(features.views)]
    standard = seen[0][examples.judged[rows]] if examples.judged[rows].any() else seen[0]
    mean, std = standard.mean(axis=0), standard.std(axis=0)
    std = np.maximum(std, _LEAST_SPREAD * np.median(std) + 1e-6)
    model = LogisticRegression(C=STRENGTH, max_iter=_ITERATIONS)
    model.fit(
        (np.concatenate(seen) - mean) / std,
        np.tile(targets[rows], features.views),
        sample_weight=np.tile(examples.weights[rows], features.views) / features.views,
    )
    coefficients, intercepts = model.coef_, model.intercept_
    if len(model.classes_) == 2:  # scikit-learn gives one row, for the second
        coefficients = np.concatenate([-coefficients, coefficients]) / 2
        intercepts = np.concatenate([-intercepts, intercepts]) / 2
    weight = (coefficients / std).astype(np.float32)
    bias = (intercepts - weight @ mean).astype(np.float32)
    return Head(readout, tuple(map(str, model.classes_)), weight, bias)


def cross_validate(
    readout: Readout, features: Features, examples: LabelledFeatures
) -> tuple[tuple[str, ...], Floats]:
    """The classes, and (N, classes) log-probabilities of each judged image by a head that saw nothing of its article.

    Rows of the others are NaN.
    """
    from sklearn.model_selection import GroupKFold

    classes = tuple(sorted(set(examples.codes[examples.weights > 0].tolist())))
    held_out = np.full((len(examples.codes), len(classes)), np.nan, np.float32)
    judged = np.flatnonzero(examples.judged)
    for _, fold in GroupKFold(_FOLDS).split(judged, groups=examples.groups[judged]):
        rows = judged[fold]
        head = fit_head(readout, features, examples, np.setdiff1d(np.arange(len(held_out)), rows))
        places = [classes.index(code) for code in head.classes]
        held_out[rows] = -30.0  # a class that only this fold's articles show
        held_out[np.ix_(rows, places)] = head.logits(features)[rows]
    return classes, held_out


def leave_source_out(
    readout: Readout,
    features: Features,
    examples: LabelledFeatures,
    sources: Sequence[str],
    never: Sequence[str] = (),
    least: int = 10,
) -> list[tuple[str, int, float]]:
    """(source, images, accuracy) of each of the sources by a head trained without it, where its classes remain.

    `never` names classes that are neither asked for nor given as a label.
    """
    found = []
    for source in sources:
        there = examples.groups == source
        rows = np.flatnonzero(~there)
        taught = set(examples.codes[rows][examples.weights[rows] > 0].tolist()) - set(never)
        asked = np.flatnonzero(there & np.isin(examples.codes, list(taught)))
        if len(asked) >= least:
            head = fit_head(readout, features, examples, rows)
            known = [place for place, code in enumerate(head.classes) if code not in never]
            guess = np.array(head.classes)[known][head.logits(features)[asked][:, known].argmax(axis=1)]
            found.append((source, len(asked), float((guess == examples.codes[asked]).mean())))
    return found
