import numpy as np
import pytest

from models.inference.joint_view import correct, joint_inputs, joint_size

LOGITS = np.array([[0, 50, 7], [2, 2, 7]], np.float32)
"""Two classes and the background."""
RATIOS = np.array([[1, -1], [0, 2]], np.float32)


def test_the_layer_reads_picture_and_words_and_nothing_of_the_background() -> None:
    inputs = joint_inputs(LOGITS, RATIOS)
    assert inputs.shape == (2, joint_size(2))
    assert inputs[1] == pytest.approx([np.log(0.5), np.log(0.5), 0, 2, 3])
    other = LOGITS + np.array([0, 0, 9], np.float32)
    assert (joint_inputs(other, RATIOS) == inputs).all()


def test_what_the_picture_all_but_excludes_counts_no_less_than_a_limit() -> None:
    assert joint_inputs(LOGITS, RATIOS)[0, 0] == pytest.approx(-7)


def test_panels_without_text_keep_their_ratios() -> None:
    layer = np.full((joint_size(2), 2), 0.5, np.float32)
    corrected = correct(RATIOS, LOGITS, layer, np.array([True, False]))
    assert (corrected[0] != RATIOS[0]).all()
    assert (corrected[1] == RATIOS[1]).all()
