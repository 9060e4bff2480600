"""Accuracy where a whole source, a whole publisher or a whole package of photographs was left out of training."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from models.bundle.bundle import BACKGROUND
from models.default.heads import Readout, read_classes
from models.default.panels import Codes, Flags, Indices, PanelArrays

_LEAST = 10
_LEAST_OF_PUBLISHER = 30
_LEAST_PHOTOGRAPHS = 50


@dataclass(frozen=True, slots=True)
class LeftOut:
    """One source, with how many of its panels a head that never saw it names right."""

    name: str
    panels: int
    accuracy: float


def leave_sources_out(data: PanelArrays, readout: Readout) -> list[LeftOut]:
    """Each ready-made set, and the drawings."""
    sets = data.groups[data.rows("assembled", "drawn")]
    return [
        found
        for name in np.unique(sets)
        if (found := _leave_out(data, readout, str(name), data.groups == name))
    ]


def leave_publishers_out(data: PanelArrays, readout: Readout) -> list[LeftOut]:
    """Each publisher of published panels, named by the prefix of its DOIs, small ones together."""
    counts = Counter(data.publishers[data.judged].tolist())
    large = [name for name, count in counts.most_common() if count >= _LEAST_OF_PUBLISHER]
    asked = np.isin(np.arange(len(data.codes)), data.judged)
    found = [_leave_out(data, readout, name, data.publishers == name, asked) for name in large]
    others = (data.kinds == "published") & ~np.isin(data.publishers, large)
    found.append(_leave_out(data, readout, "all smaller ones", others, asked))
    return [left for left in found if left]


def leave_packages_out(data: PanelArrays, readout: Readout) -> list[LeftOut]:
    """Each package of photographs, small ones together: how many of its photographs are given to the background."""
    photographs = data.kinds == "photograph"
    counts = Counter(data.groups[photographs].tolist())
    large = sorted(name for name, count in counts.items() if count >= _LEAST_PHOTOGRAPHS)
    parts = {name: photographs & (data.groups == name) for name in large}
    parts["all smaller packages"] = photographs & ~np.isin(data.groups, large)
    return [found for name, there in parts.items() if (found := _leave_out(data, readout, name, there))]


def _leave_out(
    data: PanelArrays, readout: Readout, name: str, there: Flags, asked: Flags | None = None
) -> LeftOut | None:
    """None where too few panels are left to ask for; a class that no other source shows is not asked for."""
    others = np.flatnonzero(~there)
    taught = set(data.codes[others].tolist())
    wanted = there if asked is None else there & asked
    rows = np.flatnonzero(wanted & np.isin(data.codes, list(taught)) & np.isin(data.codes, _answers(data)))
    if len(rows) < _LEAST:
        return None
    guesses = _guess(data, readout, others, rows)
    return LeftOut(name, len(rows), float((guesses == data.codes[rows]).mean()))


def _answers(data: PanelArrays) -> list[str]:
    return [*data.classes, BACKGROUND]


def _guess(data: PanelArrays, readout: Readout, taught: Indices, rows: Indices) -> Codes:
    """The class, or the background, of the panels at `rows`."""
    logits = read_classes(data, readout, taught)(rows)
    if BACKGROUND not in data.codes[rows]:
        logits = logits[:, :-1]  # it is nobody's label, but a photograph's
    guesses: Codes = np.array(_answers(data))[logits.argmax(axis=1)]
    return guesses
