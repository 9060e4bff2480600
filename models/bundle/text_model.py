"""The text model's numbers, as a bundle keeps them; `models.inference.words` computes with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class TextModel:
    """A multinomial logistic regression on hashed terms."""

    weight: Floats
    """(2 * buckets, classes): the terms of the panel's own text, then those of the caption."""
    idf: Floats
    """(buckets,): how rare a term is."""
    bias: Floats
    """(classes,)."""
    prior: Floats
    """(classes,): the share of each class in what the model was fitted to."""

    def tensors(self) -> Mapping[str, npt.NDArray[np.floating]]:
        """What a bundle keeps: in half precision what is large."""
        half = np.float16
        return {
            "weight": self.weight.astype(half),
            "idf": self.idf.astype(half),
            "bias": self.bias,
            "prior": self.prior,
        }
