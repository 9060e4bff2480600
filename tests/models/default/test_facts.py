from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.bundle.bundle import Rejection
from models.default import facts
from models.default.facts import (
    count_confused,
    count_images,
    count_rejected,
    count_rejected_classes,
    count_rejected_unseen,
    count_sources,
    judge,
    list_sets,
    measure_scores,
)
from models.default.head import cross_validate
from models.default.model import CHOSEN, DefaultModel, fit_chosen_head, fit_model
from models.default.panels import PanelArrays, as_examples
from tests.models.panel_arrays import arrays, panel, training_panels

OTHERS = [
    panel("GFIG", "assembled", "plots", source="plots"),
    panel("GFIG", "drawn", "drawn", source="drawings"),
    *(panel("GFIG", "test", "t 0") for _ in range(10)),
    panel("DMTR", "test", "t 1"),
    panel("DMTR", "test", "t 1", unsure=True),
    panel("D3DR", "test", "t 2"),
    panel("", "stranger", "noise"),
    panel("", "stranger", "noise"),
]


WITH_SCREENS = arrays(
    [
        *training_panels(),
        *(
            panel("background", "drawn", "drawn") for _ in range(5)
        ),  # what a head without photographs learns from
        *(panel("background", "photograph", "screens") for _ in range(8)),
    ]
)


@pytest.fixture(scope="module")
def data() -> PanelArrays:
    return arrays([*training_panels(), *OTHERS])


@pytest.fixture(scope="module")
def model(data: PanelArrays) -> DefaultModel:
    examples = as_examples(data)
    return fit_model(data, examples, *cross_validate(CHOSEN, data.features, examples))


def test_images_and_sources_are_counted(data: PanelArrays) -> None:
    counts = count_images(data)
    assert counts["published"] == {"DMTR": 16, "GFIG": 16}
    assert counts["test"] == {"GFIG": 10, "DMTR": 2, "D3DR": 1}
    assert "stranger" not in counts
    assert count_sources(data) == [("", "", 48), ("drawings", "", 1), ("plots", "", 1)]
    assert list_sets(data) == ["drawn", "plots"]


def test_a_class_that_the_model_does_not_know_counts_as_wrong(data: PanelArrays, model: DefaultModel) -> None:
    judgement = judge(data, model)
    assert judgement.evaluation.accuracy == pytest.approx(11 / 12)
    scores = measure_scores(data, as_examples(data), judgement)
    assert [found.accuracy[0] for found in scores.values()] == pytest.approx([11 / 12] * 3)


def test_the_most_frequent_confusion_comes_first() -> None:
    codes = np.array(["GFIG", "DMTR", "DMTR", "DMTR"])
    guesses = np.array(["DMTR", "GFIG", "GFIG", "DMTR"])
    assert count_confused(codes, guesses) == [("DMTR", "GFIG", 2), ("GFIG", "DMTR", 1)]


def test_rejections_are_counted_by_kind_and_by_class(data: PanelArrays) -> None:
    rejected = np.zeros(len(data.panels), bool)
    rejected[data.rows("stranger")[0]] = True
    rejected[data.rows("test")] = True
    assert count_rejected(data, rejected) == {"test panels": (12, 12), "noise": (2, 1)}
    assert count_rejected_classes(data, rejected) == {"D3DR": (1, 1), "DMTR": (1, 1), "GFIG": (10, 10)}


@pytest.mark.parametrize(
    ("least", "names"), [(8, ["games", "screens", "walls"]), (9, ["all smaller packages"])]
)
def test_small_packages_are_judged_together(
    model: DefaultModel, monkeypatch: pytest.MonkeyPatch, least: int, names: list[str]
) -> None:
    monkeypatch.setattr(facts, "_SMALL_PACKAGE", least)
    found = count_rejected_unseen(WITH_SCREENS, as_examples(WITH_SCREENS), model)
    assert list(found) == [f"photographs of {name}, left out of training" for name in names]
    assert sum(count for count, _ in found.values()) == 24


def test_a_package_is_judged_by_a_head_that_did_not_see_it(
    model: DefaultModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facts, "_SMALL_PACKAGE", 8)
    examples = as_examples(WITH_SCREENS)
    by_head = replace(model, rejection=Rejection(threshold=0.5))
    seen = replace(
        by_head, head=fit_chosen_head(WITH_SCREENS.features, examples, np.arange(len(examples.codes)))
    )
    screens = WITH_SCREENS.groups == "screens"
    assert seen.predict(WITH_SCREENS, WITH_SCREENS.texts)[1][screens].all()
    found = count_rejected_unseen(WITH_SCREENS, examples, by_head)
    assert found["photographs of screens, left out of training"] == (8, 0)
    assert found["photographs of walls, left out of training"] == (8, 8)
