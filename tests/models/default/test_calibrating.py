from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.bundle.description import Description
from models.default.calibrating import Calibrated, HeldOut, calibrate, decide_held_out, hold_out
from models.default.panels import TORN, PanelArrays
from models.default.text_model import HASHING, gather_words, prepare_fitter
from models.inference.words import find_told
from tests.models.panel_arrays import arrays, training_panels


@pytest.fixture(scope="module")
def data() -> PanelArrays:
    return arrays(training_panels())


@pytest.fixture(scope="module")
def held_out(data: PanelArrays) -> HeldOut:
    return hold_out(data, prepare_fitter(gather_words(data, []), data.classes))[0]


@pytest.fixture(scope="module")
def calibrated(data: PanelArrays, held_out: HeldOut) -> Calibrated:
    return calibrate(data, held_out, HASHING, "made")


@pytest.fixture(scope="module")
def described(calibrated: Calibrated) -> Description:
    return calibrated.described


def test_the_description_says_how_every_output_is_read(described: Description) -> None:
    assert described.extra.names == ("background", "torn", "compound", "kind:bar", "kind:line")
    assert described.calibration.words
    assert described.sets
    assert len(described.sets.picture) == 2


def test_words_are_corrected_only_where_there_are_some(calibrated: Calibrated, held_out: HeldOut) -> None:
    moved = (calibrated.held_out.log_ratios != held_out.log_ratios).any(axis=1)
    assert moved.any()
    assert not moved[~find_told(held_out.words)].any()


@pytest.mark.parametrize("told", [True, False])
def test_few_good_panels_are_rejected_and_most_torn_ones(
    told: bool, described: Description, held_out: HeldOut, data: PanelArrays
) -> None:
    rejected = decide_held_out(described, held_out, told).rejected
    good = np.isin(held_out.rows, data.judged)
    assert rejected[good].mean() < 0.1
    assert rejected[data.codes[held_out.rows] == TORN].mean() > 0.5


@pytest.mark.parametrize("told", [True, False])
def test_a_rejected_panel_shows_at_most_how_many_such_are_right(
    told: bool, described: Description, held_out: HeldOut
) -> None:
    decided = decide_held_out(described, held_out, told)
    rejection = described.rejection
    assert rejection.most is not None
    assert 0.5 < rejection.most < 1  # all of these few are named right
    odd = held_out.panels(told, rejection.novelty).odd
    sure = decided.rejected & ~odd & (decided.probabilities.max(axis=1) > 0.5)
    assert sure.any()
    threshold = (rejection.words_threshold if told else rejection.threshold) or 0
    assert decided.probabilities[sure].max() <= max(rejection.most, threshold) + 1e-6


def test_the_more_that_look_torn_are_named_wrong_the_less_such_show(
    described: Description, held_out: HeldOut, data: PanelArrays
) -> None:
    good = np.flatnonzero(np.isin(held_out.rows, data.judged))
    torn = held_out.logits[:, len(data.classes) + 1]
    worst = good[np.argsort(torn[good])[-3:]]
    logits, ratios = held_out.logits.copy(), held_out.log_ratios.copy()
    logits[worst, :2] = logits[worst, 1::-1]
    ratios[worst] = ratios[worst, ::-1]
    changed = calibrate(data, replace(held_out, logits=logits, log_ratios=ratios), HASHING, "made").described
    assert changed.rejection.most is not None
    assert described.rejection.most is not None
    assert changed.rejection.most < 0.5 < described.rejection.most


def test_sets_hold_the_class_of_panels_held_out(
    described: Description, held_out: HeldOut, data: PanelArrays
) -> None:
    good = held_out.select(np.isin(held_out.rows, data.judged))
    members = decide_held_out(described, good, told=True).members
    labels = [data.classes.index(code) for code in data.codes[good.rows]]
    assert members is not None
    assert members[np.arange(len(labels)), labels].mean() >= 0.95
