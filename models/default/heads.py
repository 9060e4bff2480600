"""The heads of the bundle that ships: one linear layer on what frozen trunks say, fitted by logistic regression.

Classes with the background, torn pieces, compound panels, and kinds of chart are read from the same features. Out of
fold means: by heads that saw nothing of the panel's article.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import log_softmax

from models.bundle.bundle import BACKGROUND
from models.default.discriminant import fit_discriminant
from models.default.panels import COMPOUND, TORN, Codes, Flags, Indices, PanelArrays
from models.default.regression import Floats, Linear, fit_softmax
from models.default.trunks import Features
from models.taxonomy import groups

FOLDS = 5
_WEIGHTS = {"published": 1.0, "assembled": 0.3, "drawn": 0.3, "photograph": 1.5}
"""Ready-made and drawn panels only look like what papers print. Photographs are few, and of few packages."""
_UNSURE = 0.7
_FAULT_STRENGTH, _FAULT_WEIGHT = 0.003, 4.0
_CHART_STRENGTH = 0.01
DRAWN_CHARTS = 0.1
"""How much a drawn chart counts beside a published one where kinds are learned. With words 0.893 of the charts are told
right out of fold by article and 0.885 with publishers held out (log-losses 0.384 and 0.395), with 0.2 0.890 and 0.884
(0.398 and 0.397)."""
_LEAST_CHARTS = 5
"""Of a kind, published ones that train; a rarer kind is no output."""


@dataclass(frozen=True, slots=True)
class Discriminant:
    """How a part's discriminant is fitted and scaled: see `models.default.discriminant`."""

    shrinkage: float
    sharpness: float
    """What its log-probabilities are multiplied by, so that they are about as sharp as the regression's."""


_DISCRIMINANT_SHARE = 0.4
"""Of the discriminant beside the regression. With shares of 0.35, 0.42 and 0.5, and a weight of 0.4 of the last
convolution, the picture alone names 0.886, 0.889 and 0.893 right out of fold by article (log-losses 0.369, 0.366 and
0.365), with words 0.932, 0.929 and 0.928 (0.203, 0.205 and 0.207); with publishers held out 0.860, 0.862 and 0.866
(0.439, 0.437 and 0.438), and 0.934, 0.932 and 0.927 (0.216, 0.217 and 0.220). As it ships, with a weight of 0.5, the
four are 0.887 (0.365), 0.930 (0.203), 0.862 (0.436) and 0.934 (0.215). Without any, before there was a third part,
0.813 instead of 0.837."""
_BACKGROUND_SCATTER = 0.3
"""How much photographs of anything count where the classes' scatter is estimated: they scatter like none of them. With
1, out of fold, 0.831 of the panels are named right, with this 0.837, with 0.1 0.840 and with 0 0.837; of photographs
of packages left out the confidence alone rejects 0.939, 0.929, 0.916 and 0.796."""
_CHART_DISCRIMINANT = Discriminant(shrinkage=0.6, sharpness=0.1)
"""Of the kinds of chart. Of 610 published charts, which are known to be charts, the picture alone names 0.826 instead
of 0.802 right out of fold by article, and with words 0.848 instead of 0.818."""


@dataclass(frozen=True, slots=True)
class Part:
    """Units of one trunk that a head of its own reads, with the inverse weight of its penalty."""

    units: tuple[str, ...]
    strength: float
    discriminant: Discriminant | None = None
    """What the regression is averaged with, if anything."""
    weight: float = 1.0
    """How much its logits count beside those of the other parts."""


@dataclass(frozen=True, slots=True)
class Readout:
    """Where the trunks are read: the mean of the parts' logits, which is one linear layer on all their features.

    `group` makes it the paper's hierarchical head: the group of classes is read there, the class within it at `parts`.
    """

    name: str
    parts: tuple[Part, ...]
    spread: bool = True
    group: Part | None = None
    coarse: tuple[str, ...] = ()
    """Units that faults and kinds of chart are not read from: too deep for what is small or at an edge."""

    @property
    def units(self) -> tuple[str, ...]:
        """Of all parts, in the order of the network's features."""
        return tuple(unit for part in self.parts for unit in part.units)

    @property
    def fine(self) -> tuple[str, ...]:
        """Units that faults and kinds of chart are read from."""
        return tuple(unit for unit in self.units if unit not in self.coarse)


@dataclass(frozen=True, slots=True)
class Heads:
    """The fitted linear layers, all on the features of the same readout."""

    classes: Linear
    """The classes in their order, then the background."""
    torn: Linear
    compound: Linear
    """One output each: log-odds."""
    kinds: Linear
    kind_names: tuple[str, ...]

    def stacked(self) -> Linear:
        """One layer, in the order of a bundle's outputs."""
        layers = (self.classes, self.torn, self.compound, self.kinds)
        return Linear(
            np.concatenate([layer.weight for layer in layers]),
            np.concatenate([layer.bias for layer in layers]),
        )


def split_by_article(groups_: npt.NDArray[np.str_]) -> list[Indices]:
    """Places of each fold's panels: whole articles together, the folds about equally large."""
    from sklearn.model_selection import GroupKFold

    return [fold for _, fold in GroupKFold(FOLDS).split(groups_, groups=groups_)]


def out_of_fold(
    fit: Callable[[Indices], Callable[[Indices], Floats]], data: PanelArrays, rows: Indices
) -> Floats:
    """(len(rows), outputs): what `fit` on the other articles' rows says of each of `rows`.

    `fit` takes the places of what may be learned from and gives a function of places.
    """
    parts: dict[int, Floats] = {}
    everything = np.arange(len(data.codes))
    for fold in split_by_article(data.groups[rows]):
        held_out = rows[fold]
        others = everything[~np.isin(data.groups, data.groups[held_out])]
        said = fit(others)(held_out)
        parts |= dict(zip(fold.tolist(), said, strict=True))
    return np.stack([parts[place] for place in range(len(rows))])


def share_evidence(figures: Codes) -> Floats:
    """(N,): how much each panel counts, 1 on average, by the name of its figure.

    Panels of one figure look and read much alike: n of them count as much as the root of n that stand alone. With this
    and 120 drawn gels more, 0.859 instead of 0.856 of the panels held out by article are right with their words, and of
    the picture alone 0.816 instead of 0.812.
    """
    _, places, counts = np.unique(figures, return_inverse=True, return_counts=True)
    shares = counts[places] ** -0.5
    evidence: Floats = (shares * len(shares) / max(float(shares.sum()), 1.0)).astype(np.float32)
    return evidence


def number_codes(codes: npt.NDArray[np.str_], outputs: Sequence[str]) -> Indices:
    """(N,): the place of each code among the outputs."""
    places = {code: place for place, code in enumerate(outputs)}
    return np.array([places[code] for code in codes.tolist()], np.int64)


def fit_classes(data: PanelArrays, readout: Readout, rows: Indices) -> Linear:
    """The classes' and the background's layer on the panels at `rows`."""
    outputs = (*data.classes, BACKGROUND)
    rows = rows[np.isin(data.codes[rows], outputs)]
    targets = number_codes(data.codes[rows], outputs)
    layers = [_fit_part(data, part, readout.spread, rows, targets, len(outputs)) for part in readout.parts]
    return _average(layers, [part.weight for part in readout.parts])


def read_classes(data: PanelArrays, readout: Readout, rows: Indices) -> Callable[[Indices], Floats]:
    """Fits on `rows`, and gives the log-probabilities (N, classes and background) of panels."""
    layer = fit_classes(data, readout, rows)
    above = _fit_groups(data, readout.group, readout.spread, rows) if readout.group else None

    def say(places: Indices) -> Floats:
        features = Features(data.features.values[places], data.features.columns)
        logits = _log_softmax(layer(features.of(readout.units, readout.spread)))
        if above is None or readout.group is None:
            return logits
        return _join(logits, _log_softmax(above(features.of(readout.group.units, readout.spread))), data)

    return say


def fit_fault(data: PanelArrays, readout: Readout, code: str, rows: Indices) -> Linear:
    """The log-odds that a panel is `code`, a kind of fault, against the published panels among `rows`."""
    rows = rows[fault_rows(data, code)[rows]]
    targets = (data.codes[rows] == code).astype(np.int64)
    weights = np.where(targets == 1, _FAULT_WEIGHT, 1.0).astype(np.float32)
    features = Features(data.features.values[rows], data.features.columns).of(readout.fine)
    both = fit_softmax(features, targets, weights, 2, _FAULT_STRENGTH)
    odds = Linear(both.weight[1:] - both.weight[:1], both.bias[1:] - both.bias[:1])
    return _on_all_units(odds, data, readout)


def fault_rows(data: PanelArrays, code: str) -> Flags:
    """(N,): panels of articles that are sound, or faulty in this way."""
    rows: Flags = (data.kinds == "published") | (data.codes == code)
    return rows


def kind_names(data: PanelArrays) -> tuple[str, ...]:
    """The kinds of chart of which enough are published."""
    counts = Counter(data.charts[data.kinds == "published"].tolist())
    return tuple(
        sorted(
            kind for kind, count in counts.items() if kind not in ("", "nochart") and count >= _LEAST_CHARTS
        )
    )


def fit_kinds(data: PanelArrays, readout: Readout, rows: Indices, drawn: float = DRAWN_CHARTS) -> Linear:
    """The layer of the kinds of chart; a drawn chart counts `drawn`."""
    names = kind_names(data)
    rows = rows[np.isin(data.charts[rows], names)]
    weights = np.where(data.kinds[rows] == "published", 1.0, drawn).astype(np.float32)
    rows, weights = rows[weights > 0], weights[weights > 0]
    examples = _with_views(data, rows, weights, readout.fine)
    targets = number_codes(data.charts[rows[examples.panels]], names)
    standard = (data.kinds[rows[examples.panels]] == "published") & examples.originals
    regression = fit_softmax(
        examples.features, targets, examples.weights, len(names), _CHART_STRENGTH, standard
    )
    found = fit_discriminant(
        examples.features, targets, examples.weights, len(names), _CHART_DISCRIMINANT.shrinkage, standard
    )
    return _on_all_units(_mix(regression, found, _CHART_DISCRIMINANT.sharpness), data, readout)


def fit_heads(data: PanelArrays, readout: Readout) -> Heads:
    """Every head on all that trains."""
    rows = np.arange(len(data.codes))
    return Heads(
        fit_classes(data, readout, rows),
        fit_fault(data, readout, TORN, rows),
        fit_fault(data, readout, COMPOUND, rows),
        fit_kinds(data, readout, rows),
        kind_names(data),
    )


def _fit_part(
    data: PanelArrays, part: Part, spread: bool, rows: Indices, targets: Indices, outputs: int
) -> Linear:
    weights = np.array([_WEIGHTS[kind] for kind in data.kinds[rows]]) * np.where(
        data.unsure[rows], _UNSURE, 1
    )
    published = data.kinds[rows] == "published"
    weights[published] *= share_evidence(data.figures[rows[published]])
    examples = _with_views(data, rows, weights, part.units, spread)
    targets, standard = targets[examples.panels], published[examples.panels] & examples.originals
    regression = fit_softmax(examples.features, targets, examples.weights, outputs, part.strength, standard)
    if part.discriminant is None:
        return regression
    background = data.codes[rows[examples.panels]] == BACKGROUND
    scatter = examples.weights * np.where(background, _BACKGROUND_SCATTER, 1).astype(np.float32)
    found = fit_discriminant(
        examples.features, targets, examples.weights, outputs, part.discriminant.shrinkage, standard, scatter
    )
    return _mix(regression, found, part.discriminant.sharpness)


@dataclass(frozen=True, slots=True)
class _Examples:
    """What a head learns from: panels and their other views, n in all."""

    features: Floats
    """(n, d)."""
    weights: Floats
    """(n,): a panel and its views share what the panel counts."""
    panels: Indices
    """(n,): which of the panels asked for each shows."""
    originals: Flags
    """(n,): the panel itself, not a view of it."""


def _with_views(
    data: PanelArrays,
    rows: Indices,
    weights: npt.NDArray[np.floating],
    units: Sequence[str],
    spread: bool = True,
) -> _Examples:
    """The panels at `rows`, which count (len(rows),) `weights`, and then their views."""
    order = np.full(len(data.codes), -1)
    order[rows] = np.arange(len(rows))
    views = np.flatnonzero(order[data.viewed] >= 0)
    panels = np.concatenate([np.arange(len(rows)), order[data.viewed[views]]])
    shared = (weights / np.bincount(panels, minlength=len(rows)))[panels]
    originals = np.arange(len(panels)) < len(rows)
    features = [data.features.of(units, spread)[rows], data.views.of(units, spread)[views]]
    return _Examples(np.concatenate(features), shared.astype(np.float32), panels, originals)


def _mix(regression: Linear, discriminant: Linear, sharpness: float) -> Linear:
    """One layer that gives the weighted mean of both logits."""
    share = _DISCRIMINANT_SHARE * sharpness
    return Linear(
        (1 - _DISCRIMINANT_SHARE) * regression.weight + share * discriminant.weight,
        (1 - _DISCRIMINANT_SHARE) * regression.bias + share * discriminant.bias,
    )


def _on_all_units(layer: Linear, data: PanelArrays, readout: Readout) -> Linear:
    """A layer on the fine units as one on all: nothing comes of the others."""
    weights, read = [], 0
    for unit in readout.units:
        columns = data.features.columns[unit]
        size = columns.stop - columns.start
        if unit in readout.fine:
            weights.append(layer.weight[:, read : read + size])
            read += size
        else:
            weights.append(np.zeros((len(layer.bias), size), np.float32))
    return Linear(np.concatenate(weights, axis=1), layer.bias)


def _average(layers: Sequence[Linear], weights: Sequence[float]) -> Linear:
    """One layer on the features side by side that gives the weighted mean of the layers' logits."""
    shares = [weight / sum(weights) for weight in weights]
    weight = np.concatenate(
        [share * layer.weight for share, layer in zip(shares, layers, strict=True)], axis=1
    )
    bias = np.stack([share * layer.bias for share, layer in zip(shares, layers, strict=True)]).sum(axis=0)
    return Linear(weight.astype(np.float32), bias.astype(np.float32))


def _fit_groups(data: PanelArrays, part: Part, spread: bool, rows: Indices) -> Linear:
    """The layer of the groups of classes."""
    outputs = (*data.classes, BACKGROUND)
    rows = rows[np.isin(data.codes[rows], outputs)]
    names, members = groups(outputs)
    targets = np.array(members)[number_codes(data.codes[rows], outputs)]
    return _fit_part(data, part, spread, rows, targets, len(names))


def _join(logits: Floats, above: Floats, data: PanelArrays) -> Floats:
    """Log-probabilities of classes within their groups, by those of the groups."""
    names, numbers = groups((*data.classes, BACKGROUND))
    member = np.array(numbers)
    within = np.stack(
        [np.logaddexp.reduce(logits[:, member == group], axis=1) for group in range(len(names))], axis=1
    )
    joint: Floats = logits - within[:, member] + above[:, member]
    return joint


def _log_softmax(logits: Floats) -> Floats:
    result: Floats = log_softmax(logits, axis=1).astype(np.float32)
    return result
