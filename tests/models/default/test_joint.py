import numpy as np

from models.default.heads import share_evidence
from models.default.joint import fit_joint, split_rows
from models.inference.joint_view import correct


def test_the_layer_learns_where_words_are_right() -> None:
    """Words that name the first class mean the second where the picture hesitates towards it."""
    random = np.random.default_rng(0)
    labels = random.integers(0, 2, 400)
    logits = np.stack([np.zeros(400), labels * 1.0], axis=1).astype(np.float32)
    ratios = np.tile(np.array([1.0, -1.0], np.float32), (400, 1))
    base, weights = logits + ratios, np.ones(400, np.float32)
    assert (base.argmax(axis=1) == labels).mean() < 0.6
    layer = fit_joint(logits, ratios, base, weights, labels, np.arange(400).astype(str))
    corrected = correct(ratios, logits, layer, np.ones(400, bool))
    assert ((logits + corrected).argmax(axis=1) == labels).all()


def test_an_output_beside_the_classes_is_left_as_it_is() -> None:
    labels, ratios = np.array([0, 1] * 10), np.zeros((20, 2), np.float32)
    logits = np.eye(3, dtype=np.float32)[labels]
    assert fit_joint(logits, ratios, logits, np.ones(20, np.float32), labels, labels.astype(str)).shape == (
        5,
        2,
    )


def test_many_panels_of_one_figure_count_less_than_as_many_of_their_own() -> None:
    evidence = share_evidence(np.array(["one"] * 16 + ["two", "three"]))
    assert np.isclose(evidence.mean(), 1)
    assert np.isclose(evidence[16], 4 * evidence[0])
    labels = np.array([0] * 16 + [1, 1])
    logits, ratios = np.zeros((18, 2), np.float32), np.zeros((18, 2), np.float32)
    ones = np.ones(18, np.float32)
    alike, apart = (
        correct(ratios, logits, fit_joint(logits, ratios, logits, ones, labels, figures), np.ones(18, bool))[
            0
        ]
        for figures in (np.array(["one"] * 16 + ["two", "three"]), np.arange(18).astype(str))
    )
    assert apart[0] - apart[1] > alike[0] - alike[1] > 0


def test_a_panel_is_corrected_by_layers_that_saw_nothing_of_its_article() -> None:
    groups = np.array([f"article {number // 3}" for number in range(30)])
    fitting = np.arange(30) % 2 == 0
    folds = split_rows(groups, fitting)
    assert sorted(np.concatenate([fold for _, fold in folds]).tolist()) == list(range(30))
    for others, fold in folds:
        assert fitting[others].all()
        assert not set(groups[others].tolist()) & set(groups[fold].tolist())
