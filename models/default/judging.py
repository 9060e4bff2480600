"""How well a bundle names panels that nothing was fitted to, asked as users ask it: through its predictor."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.default.panels import CHART, COMPOUND, TORN, Codes, Flags, Kind, LabelledPanel
from models.evaluation.calibration import expected_calibration_error
from models.evaluation.conformal import set_coverage
from models.inference.decisions import Decisions
from models.inference.predict import Predictions, Predictor
from models.inference.words import Words
from models.taxonomy import MICROSCOPY, SEVERAL_PANELS

Interval = tuple[float, float]
Measured = tuple[float, Interval]
"""A value with its 95% bootstrap interval over articles."""
Rows = npt.NDArray[np.intp]

LEAST = 6
"""Panels below which a class is not tested: its F1 is chance."""
_RESAMPLES = 1000
_BATCH = 64


@dataclass(frozen=True, slots=True)
class Judged:
    """What a bundle says of N panels."""

    panels: tuple[LabelledPanel, ...]
    codes: Codes
    groups: Codes
    guesses: Codes
    confidence: npt.NDArray[np.float32]
    rejected: Flags
    compound: Flags
    """(N,): flagged as holding several panels."""
    members: Flags | None
    """(N, classes): the conformal sets."""
    places: npt.NDArray[np.int64]
    """(N,): the number of the true class; -1 where the bundle lacks it."""
    kinds: Codes
    """(N,): the kind of chart; empty where none was said."""

    def select(self, chosen: Flags) -> Judged:
        """Some of the panels."""
        return Judged(
            tuple(itertools.compress(self.panels, chosen.tolist())),
            self.codes[chosen],
            self.groups[chosen],
            self.guesses[chosen],
            self.confidence[chosen],
            self.rejected[chosen],
            self.compound[chosen],
            None if self.members is None else self.members[chosen],
            self.places[chosen],
            self.kinds[chosen],
        )

    @property
    def sound(self) -> Judged:
        """Panels with one class that people are sure of."""
        return self.select(
            np.array([not p.unsure and p.code not in ("", TORN, COMPOUND) for p in self.panels], bool)
        )

    @property
    def faulty(self) -> Judged:
        """Torn pieces, and cuts that hold several panels, as far as people are sure."""
        return self.select(np.array([not p.unsure and p.code in (TORN, COMPOUND) for p in self.panels], bool))


@dataclass(frozen=True, slots=True)
class PanelScores:
    """One way of labelling; each value with its interval, None where the bundle does not say."""

    panels: int
    articles: int
    accuracy: Measured
    macro_f1: Measured
    microscopy_f1: Measured
    ece: Measured
    good_rejected: Measured
    faulty_found: Measured
    """Share of faulty cuts that are rejected or flagged as compound."""
    coverage: Measured | None
    set_size: Measured | None
    charts: Measured | None
    """Share of charts whose kind is right."""


def judge(predictor: Predictor, panels: Sequence[LabelledPanel], kind: Kind, told: bool) -> Judged:
    """What the bundle says of all panels of a kind, with what their papers say or without."""
    asked = [panel for panel in panels if panel.kind == kind]
    answers = [_ask(predictor, asked[start : start + _BATCH], told) for start in range(0, len(asked), _BATCH)]
    return collect(asked, predictor.classes, answers)


def collect(
    panels: Sequence[LabelledPanel], classes: Sequence[str], answers: Sequence[Predictions | Decisions]
) -> Judged:
    """What was said of panels, batch by batch, beside what is true of them."""
    probabilities = np.concatenate([answer.probabilities for answer in answers])
    known = {code: place for place, code in enumerate(classes)}
    members = [answer.members for answer in answers if answer.members is not None]
    return Judged(
        tuple(panels),
        np.array([panel.code for panel in panels]),
        np.array([panel.group for panel in panels]),
        np.array(classes)[probabilities.argmax(axis=1)],
        probabilities.max(axis=1),
        np.concatenate([answer.rejected for answer in answers]),
        np.concatenate([_flagged(answer) for answer in answers]),
        np.concatenate(members) if members else None,
        np.array([known.get(panel.code, -1) for panel in panels]),
        np.array([_kind_of_chart(path) for answer in answers for path in answer.paths]),
    )


def measure(judged: Judged) -> PanelScores:
    """The scores; the bootstrap draws whole articles and keeps the set of classes."""
    sound, faulty = judged.sound, judged.faulty
    right = sound.guesses == sound.codes
    common = [code for code, count in sorted(Counter(sound.codes.tolist()).items()) if count >= LEAST]
    charts = sound.select(_asked_for_kind(sound))
    return PanelScores(
        panels=len(sound.codes),
        articles=len(set(sound.groups.tolist())),
        accuracy=_measured(sound, lambda rows: float(right[rows].mean())),
        macro_f1=_measured(sound, lambda rows: mean_f1(sound.codes[rows], sound.guesses[rows], common)),
        microscopy_f1=_measured(
            sound, lambda rows: mean_f1(sound.codes[rows], sound.guesses[rows], MICROSCOPY)
        ),
        ece=_reflected(
            _measured(sound, lambda rows: expected_calibration_error(sound.confidence[rows], right[rows]))
        ),
        good_rejected=_measured(sound, lambda rows: float(sound.rejected[rows].mean())),
        faulty_found=_measured(faulty, lambda rows: float((faulty.rejected | faulty.compound)[rows].mean())),
        coverage=_sets(sound, 0),
        set_size=_sets(sound, 1),
        charts=_measured(charts, lambda rows: _right_kinds(charts, rows))
        if (judged.kinds != "").any()
        else None,
    )


def mean_f1(codes: Codes, guesses: Codes, classes: Sequence[str]) -> float:
    """Mean F1 of `classes`; one that neither occurs nor is guessed in the sample says nothing and is left out."""
    found = []
    for code in classes:
        true, guessed = codes == code, guesses == code
        if true.any() or guessed.any():
            found.append(2 * (true & guessed).sum() / (true.sum() + guessed.sum()))
    return float(np.mean(found)) if found else float("nan")


def count_confused(judged: Judged, most: int = 8) -> list[tuple[str, str, int]]:
    """The most frequent (true class, guess, how often) among wrong guesses."""
    pairs = zip(judged.codes.tolist(), judged.guesses.tolist(), strict=True)
    wrong = Counter((true, guess) for true, guess in pairs if true != guess)
    return [(true, guess, count) for (true, guess), count in wrong.most_common(most)]


def count_rejected(judged: Judged, names: Sequence[str] | Codes) -> dict[str, tuple[int, int]]:
    """How many there are of each name among N, and how many of them are rejected."""
    labels = np.asarray(names)
    return {
        str(name): (int((labels == name).sum()), int(judged.rejected[labels == name].sum()))
        for name in np.unique(labels)
    }


def _ask(predictor: Predictor, panels: Sequence[LabelledPanel], told: bool) -> Predictions:
    images = [predictor.prepare(panel.image) for panel in panels]
    words: list[Words | None] = [panel.words for panel in panels]
    return predictor.predict(images, words if told else None)


def _flagged(answer: Predictions | Decisions) -> Flags:
    if answer.compound is None:
        return np.zeros(len(answer.rejected), bool)
    flagged: Flags = answer.compound > SEVERAL_PANELS
    return flagged


def _kind_of_chart(path: Sequence[str]) -> str:
    return path[2].rpartition("/")[2] if len(path) > 2 else ""


def _asked_for_kind(judged: Judged) -> Flags:
    """Charts whose kind people are sure of, and that are one."""
    return np.array(
        [p.code == CHART and p.chart not in ("", "nochart") and not p.chart_unsure for p in judged.panels],
        bool,
    )


def _right_kinds(charts: Judged, rows: Rows) -> float:
    true = np.array([panel.chart for panel in charts.panels])
    return float((charts.kinds[rows] == true[rows]).mean())


def _sets(sound: Judged, which: int) -> Measured | None:
    """The coverage (0) or the mean size (1) of the conformal sets; a class that the bundle lacks is in none."""
    members, places = sound.members, sound.places
    if members is None:
        return None
    outside = np.zeros((len(members), 1), bool)
    whole = np.concatenate([members, outside], axis=1)
    return _measured(sound, lambda rows: set_coverage(whole[rows], places[rows])[which])


def _measured(judged: Judged, value: Callable[[Rows], float]) -> Measured:
    """The value on all panels, with the interval of its resamples."""
    if not len(judged.codes):
        return float("nan"), (float("nan"), float("nan"))
    numbers = np.unique(judged.groups, return_inverse=True)[1]
    members = [np.flatnonzero(numbers == number) for number in range(int(numbers.max()) + 1)]
    random = np.random.default_rng(0)
    samples = [
        np.concatenate([members[place] for place in random.integers(len(members), size=len(members))])
        for _ in range(_RESAMPLES)
    ]
    low, high = np.nanpercentile([value(rows) for rows in samples], [2.5, 97.5])
    return value(np.arange(len(judged.codes))), (float(low), float(high))


def _reflected(measured: Measured) -> Measured:
    """The basic bootstrap interval, for noise can only raise a calibration error (see `models.evaluation`)."""
    value, (low, high) = measured
    return value, (max(0.0, 2 * value - high), min(1.0, max(0.0, 2 * value - low)))
