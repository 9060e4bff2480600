from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from models.bundle.sentence_model import SentenceModel
from models.default.sentences import prepare_sentences
from models.inference.sentences import reading
from models.inference.sentences.encoders import Encoder, open_encoder
from models.inference.sentences.reading import SentenceReader
from tests.models.small_sentences import SIZE, publish

TEXTS = ("plot of cells", "", "tem", "plot of cells", "a longer text with, say, ten pieces or more")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> SentenceModel:
    folder = tmp_path_factory.mktemp("sentences")
    return prepare_sentences(publish(folder / "published"), folder / "sentences.safetensors")


@pytest.fixture
def counted(model: SentenceModel) -> tuple[Encoder, list[int]]:
    """An encoder, and how many texts it was asked for each time."""
    encoder, asked = open_encoder(model, "cpu"), []

    def encode(begun: np.ndarray, weights: np.ndarray) -> np.ndarray:
        asked.append(len(begun))
        return encoder.encode(begun, weights)

    return replace(encoder, encode=encode), asked


def weighing(model: SentenceModel, weights: dict[str, float], others: float = 1.0) -> SentenceModel:
    """The model with these weights of pieces."""
    rarity = np.array([weights.get(piece, others) for piece in model.vocabulary], np.float32)
    return replace(model, tensors={**model.tensors, "pieces.rarity": rarity})


def read(model: SentenceModel, text: str) -> np.ndarray:
    return SentenceReader(model, open_encoder(model, "cpu")).read([text])[0]


def test_a_file_without_weights_reads_as_one_whose_pieces_all_count_alike(model: SentenceModel) -> None:
    assert "pieces.rarity" not in model.tensors
    for text in filter(None, TEXTS):
        assert np.array_equal(read(model, text), read(weighing(model, {}), text))
        assert np.allclose(read(model, text), read(weighing(model, {}, 0.25), text), atol=1e-6)


def test_pieces_of_little_weight_leave_the_mean_to_the_others(model: SentenceModel) -> None:
    text = "plot of cells"
    of_plot = read(weighing(model, {"plot": 1}, 1e-6), text)
    of_rest = read(weighing(model, {"plot": 1e-6}), text)
    between = read(weighing(model, {"plot": 0.5}), text)
    assert of_plot @ of_rest < 0.99
    assert of_plot @ between > of_plot @ of_rest
    assert of_plot @ read(weighing(model, {"plot": 1}, 0.01), text) > of_plot @ between
    assert np.array_equal(read(weighing(model, {"tem": 1e-6, "z": 1e-6}), text), read(model, text))


def test_weighted_texts_share_a_batch_and_say_the_same(model: SentenceModel) -> None:
    other = weighing(model, {"plot": 0.9, "[CLS]": 0.05, "[SEP]": 0.05, "cell": 0.5}, 0.1)
    alone = SentenceReader(other, open_encoder(other, "cpu")).read(TEXTS)
    together = SentenceReader(other, replace(open_encoder(other, "cpu", eager=True), batch=3)).read(TEXTS)
    assert np.allclose(alone, together, atol=1e-5)


def test_a_text_is_computed_once(model: SentenceModel, counted: tuple[Encoder, list[int]]) -> None:
    encoder, asked = counted
    reader = SentenceReader(model, encoder)
    found = reader.read(TEXTS)
    assert found.shape == (5, SIZE)
    assert np.array_equal(found[0], found[3])
    assert not found[1].any()
    assert np.allclose(np.linalg.norm(found[[0, 2, 4]], axis=1), 1)
    assert np.array_equal(reader.read(TEXTS[::-1]), found[::-1])
    assert asked == [1, 1, 1]


def test_texts_of_like_length_share_a_batch_and_say_the_same(model: SentenceModel) -> None:
    alone = SentenceReader(model, open_encoder(model, "cpu")).read(TEXTS)
    together = SentenceReader(model, replace(open_encoder(model, "cpu", eager=True), batch=2)).read(TEXTS)
    assert np.allclose(alone, together, atol=1e-5)


def test_threads_may_share_the_work(model: SentenceModel) -> None:
    reader = SentenceReader(model, open_encoder(model, "cpu"))
    with ThreadPoolExecutor(3) as threads:
        found = reader.read([f"plot {number}" for number in range(20)], threads.map)
    assert np.array_equal(
        found, SentenceReader(model, open_encoder(model, "cpu")).read([f"plot {n}" for n in range(20)])
    )


def test_more_texts_than_are_kept_stay_until_others_are_read(
    model: SentenceModel, counted: tuple[Encoder, list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_KEPT", 2)
    encoder, asked = counted
    reader = SentenceReader(model, encoder)
    texts = ["one", "two", "three"]
    assert (np.abs(reader.read(texts)).sum(axis=1) > 0).all()
    reader.read(texts)
    reader.read(["three"])
    assert len(asked) == 3
    reader.read(["one"])
    assert len(asked) == 4


def test_no_texts_are_no_rows(model: SentenceModel) -> None:
    assert SentenceReader(model, open_encoder(model, "cpu")).read([]).shape == (0, SIZE)
