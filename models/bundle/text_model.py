"""The text model's numbers, as a bundle keeps them; `models.inference.words` computes with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class TextModel:
    """A multinomial logistic regression on hashed terms, perhaps one on what a language model makes of the texts."""

    weight: Floats
    """(2 * buckets, classes): the terms of the panel's own text, then those of the caption."""
    idf: Floats
    """(buckets,): how rare a term is."""
    bias: Floats
    """(classes,)."""
    prior: Floats
    """(classes,): the share of each class in what the model was fitted to."""
    joint: Floats | None = None
    """(2 * classes + 1, classes): corrects what the words say in the light of the picture, see
    `models.inference.joint_view`; None where words are taken as they are."""
    kinds: Floats | None = None
    """(2 * buckets, kinds): what terms add to the logits of the kinds of chart; None where they do not bear on them."""
    kinds_bias: Floats | None = None
    """(kinds,), where terms or sentences bear on them."""
    sentences: Floats | None = None
    """(2 * size, classes): the language model's numbers of the panel's own text, then those of the caption."""
    sentences_bias: Floats | None = None
    """(classes,)."""
    sentence_kinds: Floats | None = None
    """(2 * size, kinds): what these numbers add to the logits of the kinds of chart."""

    def tensors(self) -> Mapping[str, npt.NDArray[np.floating]]:
        """What a bundle keeps: in half precision what is large."""
        half = np.float16
        tensors: dict[str, npt.NDArray[np.floating]] = {
            "weight": self.weight.astype(half),
            "idf": self.idf.astype(half),
            "bias": self.bias,
            "prior": self.prior,
        }
        if self.joint is not None:
            tensors["joint"] = self.joint
        large = {"kinds": self.kinds, "sentences": self.sentences, "sentence_kinds": self.sentence_kinds}
        tensors |= {name: tensor.astype(half) for name, tensor in large.items() if tensor is not None}
        biases = {"kinds_bias": self.kinds_bias, "sentences_bias": self.sentences_bias}
        tensors |= {name: bias for name, bias in biases.items() if bias is not None}
        return tensors
