import json
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch

from models.bundle.bundle import (
    Calibration,
    ExtraOutputs,
    Hashing,
    Rejection,
    SetThresholds,
    WordsCalibration,
    resolve_bundle,
)
from models.bundle.description import Description
from models.bundle.serialization import load_bundle, save_bundle
from models.bundle.text_model import TextModel
from models.devices import DeviceError, choose_device
from models.inference.opening import Runtime
from models.inference.predict import load_predictor
from models.inference.words import Words, hash_text
from models.networks.build import build_network
from models.transforms import Transform
from tests.models.pictures import encoded, picture


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    torch.manual_seed(1)
    network = build_network("resnet18:b2-1", 4)
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(module.running_mean, -0.3, 0.3)
            torch.nn.init.uniform_(module.running_var, 0.5, 2.0)
    description = Description(
        name="small",
        model="resnet18:b2-1",
        classes=("DMEL", "DMFL", "DMLI", "DMTR"),
        transform=Transform(size=64, fit="stretch"),
        calibration=Calibration(temperature=2.0),
        rejection=Rejection(threshold=0.3),
    )
    save_bundle(tmp_path, description, network, "card")
    return tmp_path


@pytest.mark.parametrize("runtime", ["eager", "fp32"])
def test_images_of_different_shapes_are_classified_in_their_order(folder: Path, runtime: Runtime) -> None:
    """Each as if it came alone: the others only decide with which it is stacked."""
    file = folder / "model.json"
    told = json.loads(file.read_text())
    told["transform"] |= {"fit": "proportions", "size": 224}
    file.write_text(json.dumps(told))
    predictor = load_predictor(folder, "cpu", runtime)
    sizes = [(90, 90), (200, 80), (90, 91), (60, 170), (210, 80), (99, 70), (90, 90)]
    images = [
        predictor.prepare(encoded(picture("DMLI", seed).resize(size))) for seed, size in enumerate(sizes)
    ]
    assert len({image.shape for image in images}) == 4
    together = predictor.predict(images)
    for row, image in enumerate(images):
        alone = predictor.predict([image])
        assert np.allclose(together.probabilities[row], alone.probabilities[0], atol=1e-5)
        assert np.allclose(together.embeddings[row], alone.embeddings[0], rtol=1e-2, atol=1e-2)
    assert np.ptp(together.embeddings, axis=0).max() > 0.01


def test_blank_images_are_found_among_others_of_every_shape(tmp_path: Path) -> None:
    torch.manual_seed(1)
    extra = ExtraOutputs(background=True)
    description = Description(
        name="x",
        model="resnet18:b1-0",
        classes=("a", "b"),
        transform=Transform(fit="proportions"),
        extra=extra,
    )
    save_bundle(tmp_path, description, build_network("resnet18:b1-0", 3), "")
    predictor = load_predictor(tmp_path, "cpu", "fp32")
    noise = np.random.default_rng(0).integers(0, 256, (384, 384, 3), np.uint8)
    shapes = [predictor.transform.shapes[number] for number in (0, 1, 0, 5, 1, 0)]
    images = [noise[:rows, :columns].copy() for rows, columns in shapes]
    plain = predictor.predict(images).rejected
    images[2][:] = images[4][:] = 255
    assert predictor.predict(images).rejected.tolist() == [False, False, True, False, True, False]
    assert not plain.any()


def test_predictions_are_the_networks_own(folder: Path) -> None:
    predictor, bundle = load_predictor(folder, "cpu", "fp32"), load_bundle(folder)
    images = np.stack([predictor.prepare(encoded(picture("DMLI", seed))) for seed in range(3)])
    predictions = predictor.predict(images)
    scaled = torch.from_numpy(images).permute(0, 3, 1, 2) / 255
    mean = torch.tensor(bundle.info.transform.mean).reshape(1, 3, 1, 1)
    std = torch.tensor(bundle.info.transform.std).reshape(1, 3, 1, 1)
    with torch.inference_mode():
        features = bundle.network.features((scaled - mean) / std)
        expected = (bundle.network.head(features) / 2.0).softmax(dim=1)
    assert np.allclose(predictions.probabilities, expected, atol=1e-4)
    assert np.allclose(predictions.embeddings, features, rtol=2e-2, atol=1e-2)
    assert np.array_equal(predictions.rejected, predictions.probabilities.max(axis=1) < 0.3)


def test_read_only_images_are_taken_without_a_warning(folder: Path) -> None:
    predictor = load_predictor(folder, "cpu")
    image = predictor.prepare(encoded(picture("DMLI", 0)))[None]
    image.flags.writeable = False
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        predictor.predict(image)


def test_shapes_and_types_hold_for_any_number_of_images(folder: Path) -> None:
    predictor = load_predictor(folder, "cpu")
    for count in (0, 1, 70):
        predictions = predictor.predict(np.zeros((count, 64, 64, 3), np.uint8))
        assert predictions.probabilities.shape == (count, 4)
        assert predictions.probabilities.dtype == np.float32
        assert predictions.embeddings.shape == (count, predictor.embedding_size)
        assert predictions.embeddings.dtype == np.float16
        assert predictions.rejected.shape == (count,)
        assert np.allclose(predictions.probabilities.sum(axis=1), 1, atol=1e-5)


def test_a_predictor_is_loaded_once_per_process(folder: Path) -> None:
    assert load_predictor(folder, "cpu") is load_predictor(str(folder), "cpu")


def test_a_gpu_that_is_not_there_is_an_error(folder: Path) -> None:
    if torch.cuda.is_available():
        pytest.skip("this machine has a GPU")
    with pytest.raises(DeviceError, match="--device cpu"):
        load_predictor(folder, "cuda")
    assert choose_device("auto").type == "cpu"


def test_the_bundle_that_ships_loads_and_is_small() -> None:
    folder = resolve_bundle("default")
    predictor = load_predictor(folder, "cpu")
    assert (folder / "model.safetensors").stat().st_size < 20_000_000
    assert "figmill build-default" in predictor.card
    size = predictor.transform.size
    assert predictor.predict(np.zeros((1, size, size, 3), np.uint8)).embeddings.shape == (
        1,
        predictor.embedding_size,
    )


def test_a_bundle_with_words_and_further_outputs_says_all_of_it(tmp_path: Path) -> None:
    """The first features are the embedding; a text speaks for its class, and no text changes nothing."""
    torch.manual_seed(1)
    extra = ExtraOutputs(background=True, torn=True, compound=True, kinds=("bar", "map"))
    hashing, classes = Hashing(buckets=64), ("DMEL", "GFIG")
    weight = np.zeros((128, 2), np.float32)
    weight[hash_text("electron micrograph", hashing).buckets] = 1, -1
    text = TextModel(weight, np.ones(64, np.float32), np.zeros(2, np.float32), np.full(2, 0.5, np.float32))
    description = Description(
        name="full",
        model="resnet18:b1-0",
        classes=classes,
        transform=Transform(size=64, resize=64),
        embedding_size=40,
        extra=extra,
        calibration=Calibration(words=WordsCalibration(temperature=1.0, own=1.0, caption=1.0)),
        hashing=hashing,
        sets=SetThresholds(coverage=0.9, picture=(0.1, 0.1), words=(0.1, 0.1)),
    )
    save_bundle(tmp_path, description, build_network("resnet18:b1-0", 7), "", text=text)
    predictor = load_predictor(tmp_path, "cpu", "fp32")
    images = np.stack([predictor.prepare(encoded(picture("DMEL", 0)))] * 2)
    alone = predictor.predict(images)
    told = predictor.predict(images, [Words("An electron micrograph", None), None])
    assert told.probabilities[0, 0] > alone.probabilities[0, 0]
    assert np.array_equal(told.probabilities[1], alone.probabilities[1])
    assert told.embeddings.shape == (2, 40)
    assert told.compound is not None
    assert told.members is not None
    assert told.members.any(axis=1).all()
    assert len(told.paths) == 2


def test_no_batch_is_larger_than_what_an_engine_takes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a GPU an engine has pinned memory for so many images, and no more."""
    predictor, sizes = load_predictor(folder, "cpu", "fp32"), []
    forward = predictor._forward

    def counted(images: np.ndarray, texts: object) -> tuple[np.ndarray, np.ndarray]:
        sizes.append(len(images))
        return forward(images, None)

    monkeypatch.setattr(predictor, "_forward", counted)
    predictor.predict(np.zeros((2 * predictor.chunk + 1, 64, 64, 3), np.uint8))
    assert sorted(sizes) == [1, predictor.chunk, predictor.chunk]
