"""Caption text as numbers: hashed words and word pairs, without a vocabulary to keep."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

TEXT_SIZE = 2048
"""Features of a caption."""


def caption_features(captions: Sequence[str]) -> npt.NDArray[np.float32]:
    """(N, TEXT_SIZE) of unit length; an empty caption is all zero."""
    from sklearn.feature_extraction.text import HashingVectorizer

    vectorizer = HashingVectorizer(n_features=TEXT_SIZE, ngram_range=(1, 2), stop_words="english")
    features: npt.NDArray[np.float32] = vectorizer.transform(captions).toarray().astype(np.float32)
    return features
