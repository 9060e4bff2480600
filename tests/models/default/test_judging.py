from __future__ import annotations

import numpy as np
import pytest

from models.default.judging import Judged, collect, count_confused, count_rejected, mean_f1, measure
from models.default.panels import LabelledPanel
from models.inference.decisions import Decisions
from tests.models.panel_arrays import panel

CLASSES = ("DMTR", "GFIG")


def judged() -> Judged:
    """Twelve panels of three articles: one light micrograph, which the bundle lacks; one torn piece, rejected."""
    panels: list[LabelledPanel] = [
        panel("GFIG" if n % 2 else "DMTR", "dev", f"article {n % 3}", n) for n in range(10)
    ]
    panels += [panel("DMLI", "dev", "article 0"), panel("BAD", "faulty", "article 1")]
    probabilities = np.tile(np.array([[0.9, 0.1], [0.2, 0.8]], np.float32), (6, 1))
    rejected = np.arange(12) == 11
    kinds = [("illustration", "illustration/chart", "illustration/chart/bar")] * 12
    members = probabilities > 0.5
    return collect(panels, CLASSES, [Decisions(probabilities, rejected, None, members, tuple(kinds))])


def test_classes_that_the_bundle_lacks_are_wrong_and_faults_are_apart() -> None:
    scores = measure(judged())
    assert (scores.panels, scores.articles) == (11, 3)
    assert scores.accuracy[0] == pytest.approx(10 / 11)
    assert scores.accuracy[1][0] < 10 / 11
    assert scores.faulty_found[0] == 1
    assert scores.good_rejected[0] == 0
    assert scores.charts
    assert scores.charts[0] == 1
    assert scores.coverage
    assert scores.coverage[0] == pytest.approx(10 / 11)
    assert scores.set_size
    assert scores.set_size[0] == 1


def test_f1_leaves_out_what_neither_occurs_nor_is_guessed() -> None:
    codes, guesses = np.array(["A", "A", "B"]), np.array(["A", "B", "B"])
    assert mean_f1(codes, guesses, ["A", "B", "C"]) == pytest.approx(2 / 3)
    assert np.isnan(mean_f1(codes, guesses, ["C"]))


def test_mistakes_and_rejections_are_counted() -> None:
    found = judged()
    assert count_confused(found.sound) == [("DMLI", "DMTR", 1)]
    assert count_rejected(found, found.codes)["BAD"] == (1, 1)
