"""A bundle's predictions of labelled images, scored; with the bundle that ships."""

from dataclasses import replace

import numpy as np
import pytest

from models.bundle.bundle import resolve_bundle
from models.data import experiment
from models.data.experiment import Prepared
from models.data.imageclef import DataError, read_data
from models.inference.predict import Predictor, load_predictor
from models.inference.scoring import score_images
from tests.models.pictures import class_folders


@pytest.fixture(scope="module")
def predictor() -> Predictor:
    return load_predictor(resolve_bundle("default"), "cpu", "fp32")


@pytest.fixture(scope="module")
def prepared(predictor: Predictor, tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    root = tmp_path_factory.mktemp("set")
    data = experiment.test_only(read_data([class_folders(root / "images", 2)]))
    return experiment.prepare(data, predictor.transform, root / "cache", classes=predictor.classes)


def test_every_image_is_predicted_in_its_place(predictor: Predictor, prepared: Prepared) -> None:
    scored = score_images(prepared, predictor)
    assert len(scored.predicted) == len(prepared.images) == 8
    for place, image in enumerate(prepared.images):
        alone = predictor.predict(predictor.prepare(image.path.read_bytes())[None])
        assert np.allclose(scored.predictions.probabilities[place], alone.probabilities[0], atol=1e-4)
        assert scored.predicted[place] == predictor.classes[alone.probabilities[0].argmax()]


def test_unsure_images_are_predicted_and_not_scored(predictor: Predictor, prepared: Prepared) -> None:
    first, *others = prepared.images
    scored = score_images(replace(prepared, images=(replace(first, unsure=True), *others)), predictor)
    assert (len(scored.predicted), scored.evaluation.images) == (8, 7)
    unsure = replace(prepared, images=tuple(replace(image, unsure=True) for image in prepared.images))
    with pytest.raises(DataError, match="every image is marked unsure"):
        score_images(unsure, predictor)
