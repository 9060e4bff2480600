import numpy as np

from models.caption_features import TEXT_SIZE, caption_features


def test_captions_on_one_subject_are_alike_and_an_empty_one_is_zero() -> None:
    texts = (
        "Electron microscope images of nanoparticles",
        "Nanoparticles in electron microscope images",
        "Survival",
        "",
    )
    features = caption_features(texts)
    assert features.shape == (4, TEXT_SIZE)
    assert features[0] @ features[1] > 0.5 > abs(features[0] @ features[2])
    assert not features[3].any()
    assert np.array_equal(features, caption_features(texts))
