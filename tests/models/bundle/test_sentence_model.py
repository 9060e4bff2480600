from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from models.bundle.sentence_model import SentenceModel, names_of, quantise, read_sentences
from models.default.sentences import prepare_sentences
from tests.models.small_sentences import SIZE, VOCABULARY, publish


@pytest.fixture
def model(tmp_path: Path) -> SentenceModel:
    return prepare_sentences(publish(tmp_path / "published"), tmp_path / "sentences.safetensors")


def test_int8_is_off_by_half_a_step_of_its_row_at_most() -> None:
    matrix = np.random.default_rng(0).normal(size=(5, 40)).astype(np.float32)
    matrix[1], matrix[2] = 0, matrix[2] * 1e-4
    kept = quantise({"layer.weight": matrix, "layer.bias": matrix[0]}, ("a", "b"))
    back = kept["layer.weight"] * kept["layer.weight.scale"][:, None]
    assert (np.abs(back - matrix) <= np.abs(matrix).max(axis=1, keepdims=True) / 127 * 0.501 + 1e-12).all()
    assert np.array_equal(kept["layer.bias"], matrix[0])


def test_a_model_begins_with_its_pieces_and_their_places(model: SentenceModel) -> None:
    assert model.vocabulary == VOCABULARY
    begun = model.begin(np.array([[4, 5], [5, 4]]))
    assert np.allclose(
        begun[0, 0] - begun[1, 1], model.read("positions")[0] - model.read("positions")[1], atol=1e-6
    )


@pytest.mark.parametrize("other", [{"layers": 5}, {"layers": 7}, {"heads": 3}, {"pieces": 12}])
def test_a_file_of_other_sizes_is_refused(
    model: SentenceModel, tmp_path: Path, other: dict[str, int]
) -> None:
    with pytest.raises(ValueError, match="does not fit the bundle's description"):
        read_sentences(tmp_path / "sentences.safetensors", replace(model.sentences, **other))


def test_a_damaged_file_is_named(model: SentenceModel, tmp_path: Path) -> None:
    file = tmp_path / "sentences.safetensors"
    whole = load_file(file)
    save_file(whole | {"norm.bias": np.full_like(whole["norm.bias"], np.nan)}, file)
    with pytest.raises(ValueError, match=r"sentences\.safetensors holds values that are not finite"):
        read_sentences(file, model.sentences)
    save_file({name: tensor for name, tensor in whole.items() if name != "pieces.weight.scale"}, file)
    with pytest.raises(ValueError, match="does not fit"):
        read_sentences(file, model.sentences)
    save_file(whole | {"vocabulary": np.frombuffer(b"a" + b"\na" * (len(VOCABULARY) - 1), np.uint8)}, file)
    with pytest.raises(ValueError, match=r"has a vocabulary without \[CLS\], \[SEP\], \[UNK\]"):
        read_sentences(file, model.sentences)
    for content in (b"", b"garbage" * 100):
        file.write_bytes(content)
        with pytest.raises(ValueError, match=r"sentences\.safetensors is cut short or damaged"):
            read_sentences(file, model.sentences)


def test_numbers_of_another_kind_are_refused(model: SentenceModel, tmp_path: Path) -> None:
    file = tmp_path / "sentences.safetensors"
    whole = load_file(file)
    kinds: list[dict[str, np.ndarray]] = [
        {"norm.bias": np.full(SIZE, 1e300)},
        {"norm.bias": np.ones(SIZE, np.int32)},
        {"norm.bias": np.ones(SIZE, np.int8), "norm.bias.scale": np.ones(SIZE, np.float32)},
    ]
    for other in kinds:
        save_file(whole | other, file)
        with pytest.raises(ValueError, match="does not fit"):
            read_sentences(file, model.sentences)


def test_a_file_may_weigh_its_pieces(model: SentenceModel, tmp_path: Path) -> None:
    file = tmp_path / "sentences.safetensors"
    weights = np.linspace(0.01, 1, len(VOCABULARY), dtype=np.float32)
    save_file(load_file(file) | {"pieces.rarity": weights}, file)
    found = read_sentences(file, model.sentences)
    assert (found.weigh(np.array([[2, 5], [5, 3]])) == weights[[[2, 5], [5, 3]]]).all()
    assert (model.weigh(np.array([[2, 5]])) == 1).all()


@pytest.mark.parametrize("value", [0, 1e-40, -0.5, 1.5, np.nan, np.inf])
def test_weights_of_pieces_that_are_none_are_refused(
    model: SentenceModel, tmp_path: Path, value: float
) -> None:
    file = tmp_path / "sentences.safetensors"
    weights = np.ones(len(VOCABULARY), np.float32)
    weights[7] = value
    save_file(load_file(file) | {"pieces.rarity": weights}, file)
    with pytest.raises(ValueError, match=r"not between 1e-06 and 1|not finite"):
        read_sentences(file, model.sentences)


@pytest.mark.parametrize(
    "weights",
    [
        np.ones(len(VOCABULARY) - 1, np.float32),
        np.ones((len(VOCABULARY), 1), np.float32),
        np.ones(len(VOCABULARY)),
        np.ones(len(VOCABULARY), np.int8),
    ],
    ids=["too few", "a matrix", "float64", "int8"],
)
def test_weights_of_pieces_of_another_form_are_refused(
    model: SentenceModel, tmp_path: Path, weights: np.ndarray
) -> None:
    file = tmp_path / "sentences.safetensors"
    save_file(load_file(file) | {"pieces.rarity": weights}, file)
    with pytest.raises(ValueError, match="does not fit"):
        read_sentences(file, model.sentences)


def test_a_model_without_numbers_for_a_text_is_refused(model: SentenceModel, tmp_path: Path) -> None:
    file = tmp_path / "sentences.safetensors"
    shapes = names_of(model.sentences, 0) | {"pieces.weight": (len(VOCABULARY), 0)}
    tensors = {name: np.zeros(shape, np.float32) for name, shape in shapes.items()}
    scale = {"pieces.weight.scale": np.ones(len(VOCABULARY), np.float32)}
    save_file(tensors | scale | {"vocabulary": load_file(file)["vocabulary"]}, file)
    with pytest.raises(ValueError, match="does not fit"):
        read_sentences(file, model.sentences)
