"""A language model of few numbers, published as MiniLM is."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor

from models.bundle.bundle import SENTENCES_FILE
from models.bundle.sentence_model import SentenceModel
from models.default.sentences import prepare_sentences

SIZE, HEADS = 16, 4
SPELLED = "abcdefghijklmnopqrstuvwxyz0123456789.,-"
VOCABULARY = (
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    *SPELLED,
    *(f"##{letter}" for letter in SPELLED),
    "cell",
    "##s",
    "plot",
)


def publish(folder: Path, layers: int = 6, places: int = 80) -> Path:
    """Random weights, as large as to say something of a text, whose pieces stay apart through six layers."""
    folder.mkdir(parents=True, exist_ok=True)
    shapes = {
        "embeddings.word_embeddings.weight": (len(VOCABULARY), SIZE),
        "embeddings.position_embeddings.weight": (places, SIZE),
        "embeddings.token_type_embeddings.weight": (2, SIZE),
        "embeddings.LayerNorm.weight": (SIZE,),
        "embeddings.LayerNorm.bias": (SIZE,),
    }
    for number in range(layers):
        for name, outputs, inputs in (
            *((f"attention.self.{part}", SIZE, SIZE) for part in ("query", "key", "value")),
            ("attention.output.dense", SIZE, SIZE),
            ("intermediate.dense", 4 * SIZE, SIZE),
            ("output.dense", SIZE, 4 * SIZE),
        ):
            shapes[f"encoder.layer.{number}.{name}.weight"] = (outputs, inputs)
            shapes[f"encoder.layer.{number}.{name}.bias"] = (outputs,)
        for name in ("attention.output.LayerNorm", "output.LayerNorm"):
            shapes |= {f"encoder.layer.{number}.{name}.{part}": (SIZE,) for part in ("weight", "bias")}
    random = torch.Generator().manual_seed(0)
    tensors = {name: torch.randn(shape, generator=random) * 0.4 for name, shape in shapes.items()}
    for name in tensors:
        if name.endswith("LayerNorm.weight"):
            tensors[name] += 1
        if name.endswith("bias"):
            tensors[name] *= 0.2
        if "attention.self" in name or "attention.output.dense" in name:
            tensors[name] *= 0.3
    save_file(tensors, folder / "model.safetensors")
    (folder / "config.json").write_text(json.dumps({"num_attention_heads": HEADS}))
    (folder / "vocab.txt").write_text("\n".join(VOCABULARY) + "\n")
    return folder


def lay(folder: Path) -> SentenceModel:
    """The model in the file that a bundle in `folder` has it in."""
    return prepare_sentences(publish(folder.parent / f"{folder.name}-published"), folder / SENTENCES_FILE)


def compute(
    tensors: dict[str, Tensor], pieces: list[int], layers: int, heads: int, weights: Tensor | None = None
) -> Tensor:
    """(size,): BERT's mean over a text, written down once more from the paper's formulas.

    With (T,) weights of the pieces a weighted mean.
    """

    def linear(x: Tensor, name: str) -> Tensor:
        return x @ tensors[f"{name}.weight"].T + tensors[f"{name}.bias"]

    def normed(x: Tensor, name: str) -> Tensor:
        spread = x.var(dim=-1, unbiased=False, keepdim=True)
        x = (x - x.mean(dim=-1, keepdim=True)) / (spread + 1e-12).sqrt()
        return x * tensors[f"{name}.weight"] + tensors[f"{name}.bias"]

    x = tensors["embeddings.word_embeddings.weight"][pieces]
    x = x + tensors["embeddings.position_embeddings.weight"][: len(pieces)]
    x = normed(x + tensors["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
    for number in range(layers):
        name = f"encoder.layer.{number}"
        parts = [
            linear(x, f"{name}.attention.self.{part}").chunk(heads, -1) for part in ("query", "key", "value")
        ]
        seen = [
            ((query @ key.T) / key.shape[-1] ** 0.5).softmax(-1) @ value
            for query, key, value in zip(*parts, strict=True)
        ]
        x = normed(
            x + linear(torch.cat(seen, -1), f"{name}.attention.output.dense"),
            f"{name}.attention.output.LayerNorm",
        )
        wide = linear(x, f"{name}.intermediate.dense")
        wide = wide * 0.5 * (1 + torch.erf(wide / 2**0.5))
        x = normed(x + linear(wide, f"{name}.output.dense"), f"{name}.output.LayerNorm")
    return x.mean(dim=0) if weights is None else weights @ x / weights.sum()
