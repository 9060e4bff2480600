import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from models.bundle.bundle import BundleError, Calibration, ExtraOutputs, Hashing, Rejection, WordsCalibration
from models.bundle.description import Description
from models.bundle.serialization import load_bundle, save_bundle
from models.bundle.text_model import TextModel
from models.networks.build import build_network
from models.transforms import Transform
from tests.models.small_sentences import SIZE, VOCABULARY, lay


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    torch.manual_seed(0)
    network = build_network("resnet18:b1-0", 3)
    description = Description(
        name="small",
        model="resnet18:b1-0",
        classes=("DMEL", "DMFL", "other"),
        transform=Transform(size=64, fit="stretch"),
        calibration=Calibration(temperature=1.5),
        rejection=Rejection(threshold=0.4),
    )
    save_bundle(tmp_path / "small", description, network, "# A card")
    return tmp_path / "small"


def test_what_is_saved_comes_back(folder: Path) -> None:
    torch.manual_seed(0)
    network = build_network("resnet18:b1-0", 3)
    bundle = load_bundle(folder)
    assert bundle.info.classes == ("DMEL", "DMFL", "other")
    assert bundle.info.transform == Transform(size=64, fit="stretch")
    assert (bundle.info.calibration.temperature, bundle.info.rejection.threshold, bundle.info.card) == (
        1.5,
        0.4,
        "# A card",
    )
    assert bundle.info.model_id == f"small@{bundle.info.sha256[:12]}"
    for name, tensor in network.state_dict().items():
        assert torch.allclose(bundle.network.state_dict()[name].float(), tensor.float(), rtol=1e-3, atol=1e-6)


def test_a_bundle_without_its_card_loads(folder: Path) -> None:
    (folder / "README.md").unlink()
    assert "without a model card" in load_bundle(folder).info.card


def test_weights_cut_short_say_what_to_do(folder: Path) -> None:
    file = folder / "model.safetensors"
    file.write_bytes(file.read_bytes()[:1000])
    with pytest.raises(BundleError, match=r"is cut short or damaged \(.*copy or train the bundle again"):
        load_bundle(folder)


def test_large_weights_are_kept_in_half_precision_and_vectors_in_full(folder: Path) -> None:
    weights = load_file(folder / "model.safetensors")
    assert weights["conv1.weight"].dtype == torch.float16
    assert weights["bn1.running_var"].dtype == torch.float32


@pytest.mark.parametrize(
    ("entries", "says"),
    [
        (
            {"architecture": "resnet18:b9-9"},
            "unknown model.*if a newer Figmill wrote the bundle, update Figmill",
        ),
        ({"architecture": "resnet34:b2-0"}, "does not fit"),
        ({"classes": ["DMEL", "DMFL"]}, "does not fit"),
        ({"embedding_size": 128}, "embedding_size"),
    ],
)
def test_a_description_of_another_network_is_refused(
    folder: Path, entries: dict[str, object], says: str
) -> None:
    file = folder / "model.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | entries))
    with pytest.raises(BundleError, match=says) as caught:
        load_bundle(folder)
    assert "\n" not in str(caught.value)


def test_weights_of_another_shape_or_not_finite_are_refused(folder: Path) -> None:
    weights = load_file(folder / "model.safetensors")
    save_file(weights | {"fc.bias": torch.full((3,), float("nan"))}, folder / "model.safetensors")
    with pytest.raises(BundleError, match="not finite"):
        load_bundle(folder)
    save_file(weights | {"fc.bias": torch.zeros(4)}, folder / "model.safetensors")
    with pytest.raises(BundleError, match="does not fit"):
        load_bundle(folder)


@pytest.mark.parametrize("content", [b"", b"garbage" * 100])
def test_damaged_weights_are_named(folder: Path, content: bytes) -> None:
    (folder / "model.safetensors").write_bytes(content)
    with pytest.raises(BundleError, match=r"model\.safetensors"):
        load_bundle(folder)


def text_model(classes: int) -> TextModel:
    generator = np.random.default_rng(0)
    shapes = {"weight": (2 * 64, classes), "idf": (64,), "bias": (classes,), "prior": (classes,)}
    return TextModel(**{name: generator.random(shape, dtype=np.float32) for name, shape in shapes.items()})


def with_words(
    folder: Path,
    text: TextModel | None,
    extra: ExtraOutputs | None = None,
    hashing: Hashing = Hashing(buckets=64),  # noqa: B008 (frozen)
) -> None:
    description = Description(
        name="told",
        model="resnet18:b1-0",
        classes=("DMEL", "DMFL"),
        transform=Transform(size=64),
        embedding_size=48,
        calibration=Calibration(words=WordsCalibration(temperature=1.0, own=0.7, caption=0.8)),
        hashing=hashing,
        extra=extra or ExtraOutputs(),
    )
    outputs = 2 + len(description.extra.names)
    save_bundle(folder, description, build_network("resnet18:b1-0", outputs), "", text=text)


def test_a_text_model_comes_back_in_half_precision(tmp_path: Path) -> None:
    with_words(tmp_path, text_model(2))
    bundle = load_bundle(tmp_path)
    assert bundle.text is not None
    for name, tensor in vars_of(text_model(2)).items():
        assert np.allclose(vars_of(bundle.text)[name], tensor, atol=1e-3)
    assert load_file(tmp_path / "model.safetensors")["words.weight"].dtype == torch.float16
    assert bundle.info.embedding_size == 48  # of 64 features


def test_what_words_say_of_kinds_and_beside_the_picture_comes_back(tmp_path: Path) -> None:
    joint, kinds = np.full((5, 2), 0.3, np.float32), np.full((128, 1), 0.5, np.float32)
    text = replace(text_model(2), joint=joint, kinds=kinds, kinds_bias=np.ones(1, np.float32))
    with_words(tmp_path, text, ExtraOutputs(kinds=("bar",)))
    found = load_bundle(tmp_path).text
    assert found is not None
    assert (found.joint == joint).all()
    assert (found.kinds == kinds).all()


def test_a_text_model_of_other_kinds_is_refused(tmp_path: Path) -> None:
    kinds, bias = np.zeros((128, 2), np.float32), np.zeros(2, np.float32)
    with_words(tmp_path, replace(text_model(2), kinds=kinds, kinds_bias=bias), ExtraOutputs(kinds=("bar",)))
    with pytest.raises(BundleError, match="text model that does not fit"):
        load_bundle(tmp_path)


@pytest.mark.parametrize("given", ["the file and its layer", "the file alone", "the layer alone"])
def test_a_language_model_and_what_reads_it_come_together(tmp_path: Path, given: str) -> None:
    sentences = None if given == "the layer alone" else lay(tmp_path / "told")
    text = text_model(2)
    if given != "the file alone":
        layer, bias = np.full((2 * SIZE, 2), 0.5, np.float32), np.ones(2, np.float32)
        text = replace(text, sentences=layer, sentences_bias=bias)
    with_words(
        tmp_path / "told", text, hashing=Hashing(buckets=64, sentences=sentences and sentences.sentences)
    )
    if given != "the file and its layer":
        with pytest.raises(BundleError, match="text model that does not fit"):
            load_bundle(tmp_path / "told")
        return
    found = load_bundle(tmp_path / "told")
    assert found.text is not None
    assert found.sentences is not None
    assert (found.text.sentences == 0.5).all()
    assert found.sentences.vocabulary == VOCABULARY


def vars_of(model: TextModel) -> dict[str, np.ndarray]:
    return {name: getattr(model, name) for name in ("weight", "idf", "bias", "prior")}


@pytest.mark.parametrize("text", [None, text_model(3)])
def test_a_text_model_that_is_missing_or_of_other_classes_is_refused(
    tmp_path: Path, text: TextModel | None
) -> None:
    with_words(tmp_path, text)
    with pytest.raises(BundleError, match="text model that does not fit"):
        load_bundle(tmp_path)
