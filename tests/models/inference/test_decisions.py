"""From a network's outputs to what a row says."""

from dataclasses import replace

import numpy as np
import pytest

from models.bundle.bundle import (
    Calibration,
    ExtraOutputs,
    Rejection,
    SetThresholds,
    WordsCalibration,
)
from models.bundle.description import Description
from models.inference.decisions import Decisions, Panels, class_probabilities, decide
from models.inference.words import Words
from models.transforms import Transform

CLASSES = ("DMEL", "DMFL", "GFIG")


def bundle(**settings: object) -> Description:
    plain = {"name": "x", "model": "resnet18:b1-0", "classes": CLASSES, "transform": Transform()}
    return Description(**(plain | settings))  # type: ignore[arg-type]


def logits(*rows: list[float]) -> np.ndarray:
    """Of probabilities, or of log-odds given as they are where there is more than the classes."""
    return np.array(rows, np.float32)


def said(description: Description, outputs: np.ndarray, odd: bool = False) -> Decisions:
    return decide(description, Panels(outputs, np.full(len(outputs), odd)))


SURE = [6.0, 0.0, 0.0]
FUSED = Calibration(
    temperature=2.0, words=WordsCalibration(temperature=1.0, own=1.0, caption=0.5, floor=-7.0)
)


def test_what_a_row_lacks_to_one_is_the_probability_of_being_no_panel() -> None:
    extra = ExtraOutputs(background=True, torn=True)
    decided = said(bundle(extra=extra), logits([0, 0, 0, 0, 0.0]))
    assert decided.probabilities == pytest.approx(np.full((1, 3), 0.125))


def test_outputs_a_bundle_does_not_have_are_none() -> None:
    decided = said(bundle(), logits(SURE))
    assert decided.compound is None
    assert decided.members is None


def test_the_compound_output_is_a_probability_of_its_own() -> None:
    extra = ExtraOutputs(torn=True, compound=True)
    decided = said(bundle(extra=extra), logits([*SURE, -30, 0.0], [*SURE, -30, 90.0]))
    assert decided.compound == pytest.approx([0.5, 1.0])
    assert decided.probabilities.max() > 0.9


def test_torn_pieces_are_rejected() -> None:
    description = bundle(extra=ExtraOutputs(torn=True), rejection=Rejection(torn=0.6))
    decided = said(description, logits([*SURE, 1.0], [*SURE, -1.0]))
    assert decided.rejected.tolist() == [True, False]


def test_words_move_the_kind_of_chart() -> None:
    description = bundle(extra=ExtraOutputs(kinds=("bar", "line")))
    panels = Panels(logits([0, 0, 9, 1, 0]), np.zeros(1, bool))
    assert decide(description, panels).paths[0][-1] == "illustration/chart/bar"
    told = replace(panels, kind_logits=np.array([[0, 2]], np.float32))
    assert decide(description, told).paths[0][-1] == "illustration/chart/line"


@pytest.mark.parametrize(("threshold", "most"), [(0.3, 0.3), (0.0, 0.5)])
def test_a_rejected_row_is_never_sure(threshold: float, most: float) -> None:
    decided = said(bundle(rejection=Rejection(threshold=threshold)), logits(SURE), odd=True)
    assert decided.rejected.all()
    assert decided.probabilities.max() == pytest.approx(most)
    assert decided.probabilities.argmax() == 0


LIKE_TORN = [*SURE, 2.0]


def test_a_confidence_is_that_of_the_name_whether_or_not_the_panel_is_whole() -> None:
    before = bundle(extra=ExtraOutputs(torn=True), rejection=Rejection(threshold=0.3, torn=0.6))
    description = replace(before, rejection=replace(before.rejection, most=0.8))
    whole, doubtful = [*SURE, -9.0], [*SURE, 0.0]
    now = said(description, logits(whole, doubtful))
    assert not now.rejected.any()
    assert now.probabilities.max(axis=1) == pytest.approx([0.995, 0.995], abs=1e-3)
    then = said(before, logits(whole, doubtful))
    assert then.probabilities.max(axis=1) == pytest.approx([0.995, 0.498], abs=1e-3)


def test_a_rejected_panel_shows_no_more_than_such_are_right() -> None:
    rejection = Rejection(threshold=0.3, torn=0.6, most=0.8)
    description = bundle(extra=ExtraOutputs(torn=True), rejection=rejection)
    decided = said(description, logits(LIKE_TORN, [0.1, 0, 0, -9]))
    assert decided.rejected.tolist() == [True, False]
    assert decided.probabilities[0].max() == pytest.approx(0.8)
    unlike = said(description, logits(LIKE_TORN), odd=True)
    assert unlike.probabilities.max() == pytest.approx(0.3)


def test_a_panel_that_is_perhaps_torn_is_rejected_where_its_name_is_doubtful() -> None:
    rejection = Rejection(threshold=0.4, torn=0.6, most=0.8)
    description = bundle(extra=ExtraOutputs(torn=True), rejection=rejection)
    decided = said(description, logits([1, 0, 0, -9], [1, 0, 0, 0]))
    assert decided.rejected.tolist() == [False, True]
    assert decided.probabilities[1].max() == pytest.approx(decided.probabilities[0].max())


def test_words_move_the_picture_by_their_weight_and_have_their_own_temperature() -> None:
    ratios = np.array([[-1, 2, 0], [-1, 2, 0], [0, 0, 0]], np.float32)
    texts = [Words("a", "b"), Words(None, "b"), None]
    outputs = logits([1, 0, 0], [1, 0, 0], [1, 0, 0])
    found = class_probabilities(bundle(calibration=FUSED), Panels(outputs, np.zeros(3, bool), texts, ratios))
    odds = np.log(found[:, 1] / found[:, 0])
    assert odds == pytest.approx([3 - 1, 1.5 - 1, -0.5], abs=1e-5)


def test_words_have_their_own_threshold_and_sets() -> None:
    description = bundle(
        calibration=FUSED,
        rejection=Rejection(threshold=0.1, words_threshold=0.9),
        sets=SetThresholds(coverage=0.9, picture=(0.9,) * 3, words=(0.01,) * 3),
    )
    texts, ratios = [Words("a", None), None], np.zeros((2, 3), np.float32)
    decided = decide(description, Panels(logits([1, 0, 0], [1, 0, 0]), np.zeros(2, bool), texts, ratios))
    assert decided.rejected.tolist() == [True, False]
    assert decided.members is not None
    assert decided.members.sum(axis=1).tolist() == [3, 1]  # never empty


def test_a_bundle_of_format_1_reads_captions_with_the_lexicon() -> None:
    description = bundle(calibration=Calibration(caption_weight=2.0))
    texts = [Words(None, "Confocal images"), None]
    found = class_probabilities(description, Panels(logits([0, 0, 0], [0, 0, 0]), np.zeros(2, bool), texts))
    assert found[0].argmax() == 1
    assert found[1] == pytest.approx(np.full(3, 1 / 3))


def test_the_path_ends_at_the_group_where_only_the_leaf_is_unsure() -> None:
    description = bundle(rejection=Rejection(threshold=0.6))
    sure, unsure, lost = [9.0, 0, 0], [1.1, 1, -2.0], [0.1, 0, 0.2]
    assert said(description, logits(sure, unsure, lost)).paths == (
        ("microscopy", "microscopy/electron"),
        ("microscopy",),
        ("illustration", "illustration/chart"),
    )


def test_charts_have_a_kind_and_others_none() -> None:
    description = bundle(extra=ExtraOutputs(kinds=("bar", "heat-map")))
    paths = said(description, logits([0, 0, 9, 0, 1], [9, 0, 0, 0, 1.0])).paths
    assert paths[0][-1] == "illustration/chart/heat-map"
    assert paths[1][-1] == "microscopy/electron"


def test_no_panels_are_decided_too() -> None:
    description = bundle(
        extra=ExtraOutputs(background=True, torn=True, kinds=("bar",)),
        sets=SetThresholds(coverage=0.9, picture=(0.9,) * 3),
    )
    decided = said(description, np.zeros((0, 6), np.float32))
    assert decided.probabilities.shape == (0, 3)
    assert decided.paths == ()
