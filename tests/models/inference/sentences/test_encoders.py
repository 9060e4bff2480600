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


def test_onnx_runtime_and_torch_compute_the_same(model: SentenceModel) -> None:
    begun = model.begin(np.array([[2, 7, 8, 9, 20, 3]]))
    ended = np.zeros((1, 6), bool)
    graph, eager = open_encoder(model, "cpu"), open_encoder(model, "cpu", eager=True)
    assert np.allclose(graph.encode(begun, ended), eager.encode(begun, ended), atol=1e-5)


def test_what_stands_behind_a_texts_end_is_not_read(model: SentenceModel) -> None:
    encode = open_encoder(model, "cpu", eager=True).encode
    short, long = model.begin(np.array([[2, 7, 3]])), model.begin(np.array([[2, 9, 8, 30, 3]]))
    padded = np.full((2, 5, model.size), 7.0, np.float32)
    padded[0, :3], padded[1] = short[0], long[0]
    ended = np.array([[False, False, False, True, True], [False] * 5])
    found = encode(padded, ended)
    assert np.allclose(found[0], encode(short, ended[:1, :3])[0], atol=1e-5)
    assert np.allclose(found[1], encode(long, ended[1:])[0], atol=1e-5)


def test_without_onnx_runtime_torch_computes(model: SentenceModel, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, ended = model.begin(np.array([[2, 7, 3]])), np.zeros((1, 3), bool)
    wanted = open_encoder(model, "cpu").encode(begun, ended)
    monkeypatch.delitem(sys.modules, "models.inference.onnx.engine", raising=False)
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    assert np.allclose(open_encoder(model, "cpu").encode(begun, ended), wanted, atol=1e-5)


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
