"""Further classes of a bundle: each begins as the class that it is most like, a little less likely.

A class below one of ImageCLEF's is called `GGEL/Western blot, Ponceau` (see `models.taxonomy`), one beside them as it
is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from models.bundle.text_model import TextModel

Floats = npt.NDArray[np.float32]

_LESS = 2.0
"""What a new class begins below the class that it is like, in log-odds: one picture in eight is its own."""


@dataclass(frozen=True, slots=True)
class NewClass:
    """A class that a bundle has not."""

    code: str
    like: int
    """The number of the class that it begins as."""


def widen(
    weight: Floats, bias: Floats, classes: int, new: Sequence[NewClass], temperature: float
) -> tuple[Floats, Floats]:
    """A head of (outputs, d) and (outputs,), the classes first, with an output for each new class behind them."""
    like = [one.like for one in new]
    return (
        np.concatenate([weight[:classes], weight[like], weight[classes:]]),
        np.concatenate([bias[:classes], bias[like] - np.float32(_LESS * temperature), bias[classes:]]),
    )


def widen_text(text: TextModel, new: Sequence[NewClass]) -> TextModel:
    """A text model that says of a new class what it says of the one that it is like."""
    if not new:
        return text
    like, classes = [one.like for one in new], text.weight.shape[1]
    joint = text.joint
    if joint is not None:
        blank = np.zeros(
            (len(new), classes), joint.dtype
        )  # of a new class no picture says anything about others
        seen, told, constant = joint[:classes], joint[classes : 2 * classes], joint[2 * classes :]
        joint = np.concatenate([seen, blank, told, blank, constant])
        joint = np.concatenate([joint, joint[:, like]], axis=1)
    return replace(
        text,
        weight=np.concatenate([text.weight, text.weight[:, like]], axis=1),
        bias=np.concatenate([text.bias, text.bias[like]]),
        prior=np.concatenate([text.prior, text.prior[like]]),
        joint=joint,
        sentences=_widened(text.sentences, like),
        sentences_bias=_widened(text.sentences_bias, like),
    )


def _widened(array: Floats | None, like: Sequence[int]) -> Floats | None:
    """(..., classes) with further columns that repeat those of the classes `like`."""
    return None if array is None else np.concatenate([array, array[..., like]], axis=-1)


def widen_scores(log_probabilities: Floats, new: Sequence[NewClass]) -> Floats:
    """(N, classes) log-probabilities with a column for each new class, as the widened head gives them."""
    like = [one.like for one in new]
    wide = np.concatenate([log_probabilities, log_probabilities[:, like] - np.float32(_LESS)], axis=1)
    normalised: Floats = wide - np.logaddexp.reduce(wide, axis=1, keepdims=True)
    return normalised
