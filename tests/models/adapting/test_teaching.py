"""What labels teach: they win where they speak, and nothing is forgotten where they do not."""

import numpy as np
import pytest

from models.adapting.teaching import Rows, examine, folds_of, teach


def _rows(
    chance: np.random.Generator, count: int, label: int, said: int, classes: int = 3
) -> tuple[Rows, np.ndarray]:
    """Rows around the corner of a class, of all of which the model says another one."""
    features = chance.normal(size=(count, 8)).astype(np.float32)
    features[:, label] += 4
    probabilities = np.full((count, classes), 0.1, np.float32)
    probabilities[:, said] = 1 - 0.1 * (classes - 1)
    return Rows.of(probabilities, features), np.full(count, label)


def _joined(*parts: tuple[Rows, np.ndarray]) -> tuple[Rows, np.ndarray]:
    rows = Rows(
        np.concatenate([part.log_probabilities for part, _ in parts]),
        np.concatenate([part.features for part, _ in parts]),
    )
    return rows, np.concatenate([labels for _, labels in parts])


def test_a_class_that_the_model_misses_is_learned_and_the_others_stay():
    chance = np.random.default_rng(0)
    named, labels = _joined(_rows(chance, 20, 2, said=0), _rows(chance, 5, 0, said=0))
    kept, _ = _joined(_rows(chance, 200, 0, said=0), _rows(chance, 200, 1, said=1))
    correction = teach(named, labels, kept)
    fresh, wanted = _joined(
        _rows(chance, 100, 2, said=0), _rows(chance, 100, 0, said=0), _rows(chance, 100, 1, said=1)
    )
    right = correction.apply(fresh).argmax(axis=1) == wanted
    assert right[:100].mean() > 0.8
    assert right[100:].mean() > 0.9


def test_nothing_to_learn_changes_next_to_nothing():
    chance = np.random.default_rng(1)
    named, labels = _joined(_rows(chance, 10, 0, said=0), _rows(chance, 10, 1, said=1))
    kept, _ = _rows(chance, 300, 1, said=1)
    after = teach(named, labels, kept).apply(kept)
    assert np.abs(np.exp(after) - np.exp(kept.log_probabilities)).max() < 0.15


def test_held_out_papers_say_whether_it_got_better():
    chance = np.random.default_rng(2)
    named, labels = _joined(_rows(chance, 30, 2, said=0), _rows(chance, 30, 1, said=1))
    kept, _ = _rows(chance, 100, 0, said=0)
    papers = np.array([str(row % 10) for row in range(60)])
    taught, _ = examine(named, labels, papers, kept)
    assert (taught.rows, taught.before) == (60, 0.5)
    assert taught.after > 0.9
    assert taught.is_better
    shuffled = chance.permutation(labels)  # labels that have nothing to do with the pictures
    assert examine(named, shuffled, papers, kept)[0].after < 0.7


def test_one_paper_cannot_judge_itself():
    chance = np.random.default_rng(3)
    named, labels = _rows(chance, 20, 2, said=0)
    kept, _ = _rows(chance, 50, 0, said=0)
    taught, after = examine(named, labels, np.array(["a"] * 20), kept)
    assert not taught.is_better
    assert np.array_equal(after, named.log_probabilities)


def test_scores_that_were_scaled_down_or_are_zero_are_probabilities_again():
    rows = Rows.of(np.array([[0.1, 0.0], [0.2, 0.2]], np.float32), np.zeros((2, 1), np.float32))
    assert np.exp(rows.log_probabilities).sum(axis=1) == pytest.approx([1, 1])
    assert np.isfinite(rows.log_probabilities).all()


def test_folds_hold_whole_papers_and_are_about_equally_large():
    papers = np.array([str(number) for number in np.random.default_rng(4).integers(0, 23, 200)])
    fold = folds_of(papers)
    assert all(len(set(fold[papers == one].tolist())) == 1 for one in set(papers.tolist()))
    assert max(np.bincount(fold)) - min(np.bincount(fold)) < 12
    assert len(np.bincount(fold)) == 5
    assert not folds_of(np.array(["a"] * 9)).any()


def test_a_new_class_ends_where_the_others_begin_though_some_of_them_are_its_own():
    chance = np.random.default_rng(5)
    named, labels = _rows(chance, 20, 3, said=0, classes=4)
    kept, _ = _joined(
        *(
            _rows(chance, count, label, said=min(label, 2), classes=4)
            for label, count in ((0, 150), (1, 150), (3, 30))
        )
    )
    fresh, wanted = _joined(
        *(_rows(chance, 100, label, said=min(label, 2), classes=4) for label in (0, 1, 3))
    )
    said = teach(named, labels, kept, new=1).apply(fresh).argmax(axis=1)
    assert (said[wanted == 3] == 3).mean() > 0.5
    assert (said[wanted != 3] == 3).mean() < 0.05
