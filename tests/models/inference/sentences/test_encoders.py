from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from models.bundle.sentence_model import SentenceModel
from models.default.sentences import prepare_sentences
from models.inference.sentences import encoders
from models.inference.sentences.encoders import open_encoder
from models.inference.sentences.reading import SentenceReader
from tests.models.small_sentences import publish


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> SentenceModel:
    folder = tmp_path_factory.mktemp("sentences")
    return prepare_sentences(publish(folder / "published"), folder / "sentences.safetensors")


@pytest.mark.parametrize("weights", [[1, 1, 1, 1, 1, 1], [0.05, 1, 0.3, 0.001, 0.5, 0.05]])
def test_onnx_runtime_and_torch_compute_the_same(model: SentenceModel, weights: list[float]) -> None:
    begun, given = model.begin(np.array([[2, 7, 8, 9, 20, 3]])), np.array([weights], np.float32)
    graph, eager = open_encoder(model, "cpu"), open_encoder(model, "cpu", eager=True)
    assert np.allclose(graph.encode(begun, given), eager.encode(begun, given), atol=1e-5)


@pytest.mark.parametrize("eager", [False, True])
def test_a_piece_counts_as_its_weight_says(model: SentenceModel, eager: bool) -> None:
    encode, begun = open_encoder(model, "cpu", eager).encode, model.begin(np.array([[2, 7, 3]]))

    def mean(*weights: float) -> np.ndarray:
        return encode(begun, np.array([weights], np.float32))

    each = [mean(1, 1e-9, 1e-9), mean(1e-9, 1, 1e-9), mean(1e-9, 1e-9, 1)]
    assert np.allclose(mean(1, 1, 1), sum(each) / 3, atol=1e-5)
    assert np.allclose(mean(0.2, 0.7, 0.1), 0.2 * each[0] + 0.7 * each[1] + 0.1 * each[2], atol=1e-5)
    assert np.allclose(mean(0.2, 0.7, 0.1), mean(0.1, 0.35, 0.05), atol=1e-5)
    assert not np.allclose(each[0], each[1], atol=0.1)


def test_what_stands_behind_a_texts_end_is_not_read(model: SentenceModel) -> None:
    encode = open_encoder(model, "cpu", eager=True).encode
    short, long = model.begin(np.array([[2, 7, 3]])), model.begin(np.array([[2, 9, 8, 30, 3]]))
    padded = np.full((2, 5, model.size), 7.0, np.float32)
    padded[0, :3], padded[1] = short[0], long[0]
    weights = np.array([[0.1, 1, 0.1, 0, 0], [0.1, 0.5, 1, 1, 0.1]], np.float32)
    found = encode(padded, weights)
    assert np.allclose(found[0], encode(short, weights[:1, :3])[0], atol=1e-5)
    assert np.allclose(found[1], encode(long, weights[1:])[0], atol=1e-5)
    padded[0, 3:] = np.nan
    assert np.isfinite(encode(padded, weights)[1]).all()
    graph = open_encoder(model, "cpu").encode
    assert np.allclose(graph(padded[:1], weights[:1]), found[0], atol=1e-5)


def test_without_onnx_runtime_torch_computes(model: SentenceModel, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, weights = model.begin(np.array([[2, 7, 3]])), np.ones((1, 3), np.float32)
    wanted = open_encoder(model, "cpu").encode(begun, weights)
    monkeypatch.delitem(sys.modules, "models.inference.onnx.engine", raising=False)
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    assert np.allclose(open_encoder(model, "cpu").encode(begun, weights), wanted, atol=1e-5)


def test_the_first_text_opens_what_computes_once_for_all_threads(
    model: SentenceModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, build = [], encoders._onnx

    def count(model: SentenceModel) -> encoders.Encode:
        opened.append(model)
        return build(model)

    monkeypatch.setattr(encoders, "_onnx", count)
    reader = SentenceReader(model, open_encoder(model, "cpu"))
    assert not reader.read(["", ""]).any()
    assert not opened
    with ThreadPoolExecutor(4) as threads:
        reader.read([f"plot {number}" for number in range(8)], threads.map)
    assert opened == [model]
