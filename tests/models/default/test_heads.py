from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.default.heads import (
    Discriminant,
    Part,
    Readout,
    fit_classes,
    fit_fault,
    fit_heads,
    fit_kinds,
    kind_names,
    out_of_fold,
    read_classes,
    split_by_article,
)
from models.default.network import CHOSEN
from models.default.panels import TORN, PanelArrays
from models.default.trunks import Features
from tests.models.panel_arrays import arrays, training_panels


@pytest.fixture(scope="module")
def data() -> PanelArrays:
    return arrays(training_panels())


def test_articles_are_never_parted(data: PanelArrays) -> None:
    groups = data.groups[data.judged]
    folds = split_by_article(groups)
    assert sorted(np.concatenate(folds)) == list(range(len(groups)))
    for fold in folds:
        assert not set(groups[fold]) & set(np.delete(groups, fold))


@pytest.mark.parametrize(
    "readout",
    [
        CHOSEN,
        Readout("means", (Part(("b3-1",), 0.1),), spread=False),
        Readout("two", (Part(("b3-1",), 0.1),), group=Part(("b2-1",), 0.1)),
    ],
)
def test_classes_are_named_out_of_fold(readout: Readout, data: PanelArrays) -> None:
    said = out_of_fold(lambda others: read_classes(data, readout, others), data, data.judged)
    assert np.allclose(np.exp(said).sum(axis=1), 1, atol=1e-3)
    guesses = np.array([*data.classes, "background"])[said.argmax(axis=1)]
    assert (guesses == data.codes[data.judged]).mean() > 0.95


def test_a_discriminant_is_averaged_with_the_regression(data: PanelArrays) -> None:
    def logits(discriminant: Discriminant | None) -> np.ndarray:
        readout = Readout("one", (Part(("b3-0",), 0.1, discriminant),))
        return fit_classes(data, readout, np.arange(len(data.codes)))(data.features.of(("b3-0",)))

    alone, silent, sharp, sharper = (
        logits(found) for found in (None, *(Discriminant(0.1, sharpness) for sharpness in (0, 1, 2)))
    )
    assert silent == pytest.approx(0.6 * alone, abs=1e-4)
    assert sharper - silent == pytest.approx(2 * (sharp - silent), abs=1e-3)
    assert (sharp - silent).argmax(axis=1)[data.judged].tolist() == alone.argmax(axis=1)[data.judged].tolist()


def test_a_panel_and_its_views_count_as_much_as_the_panel_alone(data: PanelArrays) -> None:
    features = data.features
    same = np.arange(len(data.codes))
    unseen = replace(data, views=Features(features.values[:0], features.columns), viewed=same[:0])
    copied = replace(data, views=features, viewed=same)
    readout = Readout("one", (Part(("b3-0",), 0.1, Discriminant(0.1, 1)),))
    alone, twice, shaken = (
        fit_classes(found, readout, same[::2])(features.of(("b3-0",))) for found in (unseen, copied, data)
    )
    assert twice == pytest.approx(alone, abs=0.02)
    assert np.abs(shaken - alone).max() > 0.1
    kinds = [fit_kinds(found, readout, same)(features.of(("b3-0",))) for found in (unseen, copied)]
    assert kinds[1] == pytest.approx(kinds[0], abs=0.02)


def test_views_of_held_out_panels_teach_nothing(data: PanelArrays) -> None:
    spoilt = data.views.values.copy()
    rows = np.flatnonzero(data.groups != "article 3")
    spoilt[data.groups[data.viewed] == "article 3"] = 100
    layers = [
        fit_classes(found, CHOSEN, rows)
        for found in (data, replace(data, views=Features(spoilt, data.views.columns)))
    ]
    assert np.array_equal(layers[0].weight, layers[1].weight)
    kinds = [
        fit_kinds(found, CHOSEN, rows).weight
        for found in (data, replace(data, views=Features(spoilt, data.views.columns)))
    ]
    assert np.array_equal(kinds[0], kinds[1])


def test_torn_pieces_get_higher_odds(data: PanelArrays) -> None:
    layer = fit_fault(data, CHOSEN, TORN, np.arange(len(data.codes)))
    odds = layer(data.features.of(CHOSEN.units))[:, 0]
    assert np.median(odds[data.codes == TORN]) > np.quantile(odds[data.judged], 0.9)


def test_kinds_of_chart_are_learned_from_charts(data: PanelArrays) -> None:
    assert kind_names(data) == ("bar", "line")
    layer = fit_kinds(data, CHOSEN, np.arange(len(data.codes)))
    charts = np.flatnonzero(data.charts != "")
    guesses = np.array(["bar", "line"])[layer(data.features.of(CHOSEN.units)[charts]).argmax(axis=1)]
    assert (guesses == data.charts[charts]).mean() > 0.95


def test_all_heads_stack_in_the_order_of_the_outputs(data: PanelArrays) -> None:
    layer = fit_heads(data, CHOSEN).stacked()
    assert layer.weight.shape == (2 + 1 + 1 + 1 + 2, 18)
    assert layer.bias.shape == (7,)


def test_faults_and_kinds_are_not_read_from_coarse_units(data: PanelArrays) -> None:
    layer = fit_heads(data, CHOSEN).stacked()
    assert CHOSEN.units == ("b3-0", "lite2:x6", "lite2:top")
    assert CHOSEN.fine == ("b3-0", "lite2:x6")
    classes, others = layer.weight[:3], layer.weight[3:]
    assert classes[:, 12:].any(axis=1).all()
    assert others[:, :12].any(axis=1).all()
    assert not others[:, 12:].any()


def test_parts_count_by_their_weights(data: PanelArrays) -> None:
    rows = np.arange(len(data.codes))
    one, other = Part(("b3-0",), 0.01), Part(("b2-1",), 0.01, weight=3)
    parts = [fit_classes(data, Readout("of one", (part,)), rows) for part in (one, other)]
    both = fit_classes(data, Readout("of both", (one, other)), rows)
    np.testing.assert_allclose(both.bias, (parts[0].bias + 3 * parts[1].bias) / 4, rtol=1e-4)
    joined = np.concatenate([parts[0].weight / 4, parts[1].weight * 3 / 4], axis=1)
    np.testing.assert_allclose(both.weight, joined, rtol=1e-4, atol=1e-6)
