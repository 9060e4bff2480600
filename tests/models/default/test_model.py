from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.bundle.bundle import BACKGROUND
from models.default.head import cross_validate, fit_head
from models.default.model import CHOSEN, DefaultModel, fit_chosen_head, fit_model
from models.default.panels import PanelArrays, as_examples
from tests.models.panel_arrays import arrays, panel, training_panels


@pytest.fixture(scope="module")
def data() -> PanelArrays:
    others = [
        panel("GFIG", "test", "t"),
        panel("DMTR", "test", "t"),
        panel("", "stranger", "noise"),
        panel("background", "stranger", "walls"),
    ]
    return arrays([*training_panels(), *others])


@pytest.fixture(scope="module")
def model(data: PanelArrays) -> DefaultModel:
    examples = as_examples(data)
    return fit_model(data, examples, *cross_validate(CHOSEN, data.features, examples))


def test_the_background_takes_probability_and_is_no_class(data: PanelArrays, model: DefaultModel) -> None:
    known, _ = model.predict(data, data.texts)
    assert model.classes == ("DMTR", "GFIG")
    assert known.shape == (len(data.panels), 2)
    assert known[data.rows("photograph")].sum(axis=1).max() < 0.5
    assert [model.classes[row.argmax()] for row in known[data.tested]] == ["GFIG", "DMTR"]


def test_what_is_far_or_background_or_blank_is_rejected(data: PanelArrays, model: DefaultModel) -> None:
    _, rejected = model.predict(data, data.texts)
    assert rejected[data.rows("stranger")].all()
    assert not rejected[data.tested].any()
    blank = replace(data, blank=np.ones(len(data.panels), bool))
    assert model.predict(blank, data.texts)[1].all()


def test_a_caption_moves_its_class(data: PanelArrays, model: DefaultModel) -> None:
    alone, told = (model.predict(data, [text] * len(data.panels))[0][:, 0] for text in ("", "TEM of cells"))
    assert (told > alone).any()
    assert (told >= alone).all()


def test_the_limits_reject_few_of_the_held_out_panels(data: PanelArrays, model: DefaultModel) -> None:
    _, rejected = model.predict(data, data.texts)
    assert 0 < model.rejection.threshold < 1
    assert (model.rejection.novelty or 0) > 0
    assert rejected[data.rows("published")].mean() < 0.2


def test_the_chosen_head_holds_the_background_less_likely(data: PanelArrays) -> None:
    examples, rows = as_examples(data), data.rows("published", "photograph")
    plain = fit_head(CHOSEN, data.features, examples, rows)
    chosen = fit_chosen_head(data.features, examples, rows)
    lowered = plain.bias - chosen.bias
    assert [code for code, by in zip(chosen.classes, lowered, strict=True) if by > 0] == [BACKGROUND]
