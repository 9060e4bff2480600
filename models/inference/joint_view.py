"""What picture and words say together that neither says alone.

A caption that names gels speaks for a gel where the picture hesitates between gel and chart, and hardly where it shows
a curve. One linear layer reads the picture's log-probabilities and the words' log-ratios side by side and corrects the
latter. Known as stacked generalisation: Wolpert, 1992.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from models.evaluation.calibration import softmax

Floats = npt.NDArray[np.float32]

_LEAST = -7.0
"""Log-probabilities below it tell nothing more."""
_CONSTANT = 3.0
"""The input that every panel has: large, so that a penalty on the layer bears little on it."""


def joint_size(classes: int) -> int:
    """Inputs of the layer."""
    return 2 * classes + 1


def joint_inputs(logits: Floats, log_ratios: Floats) -> Floats:
    """(N, joint_size) of (N, classes or more) logits and (N, classes) log-ratios."""
    count = log_ratios.shape[1]
    seen = np.log(np.maximum(softmax(logits[:, :count]), np.exp(_LEAST)))
    constant = np.full((len(logits), 1), _CONSTANT)
    return np.concatenate([seen, log_ratios, constant], axis=1).astype(np.float32)


def correct(log_ratios: Floats, logits: Floats, layer: Floats, told: npt.NDArray[np.bool_]) -> Floats:
    """The (N, classes) log-ratios, of the panels that were `told` corrected by the (joint_size, classes) layer."""
    corrections = joint_inputs(logits, log_ratios) @ layer
    corrected: Floats = log_ratios + np.where(told[:, None], corrections, np.float32(0))
    return corrected
