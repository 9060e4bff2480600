"""MiniLM's numbers, in a bundle's file of their own: bytes that stay where the rest of the bundle is built anew.

    vocabulary                     the pieces' spellings, UTF-8, one a line
    pieces.weight, positions       what the model begins with for each piece and for each place in the text
    pieces.rarity                  how much each piece counts in a text's mean; in a file without it all count alike
    norm.*, layers.<number>.*      as torch's TransformerEncoderLayer names them

Matrices are kept as int8, each row with a scale of its own (`<name>.scale`). Needs no torch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from models.files import written_whole
from models.networks.sentence_plan import WIDER

Floats = npt.NDArray[np.float32]
Tensors = Mapping[str, npt.NDArray[Any]]

PIECES, RARITY, POSITIONS, NORM = "pieces.weight", "pieces.rarity", "positions", "norm."
MARKS = ("[CLS]", "[SEP]", "[UNK]")
"""The pieces that stand for a text's start, its end and words that cannot be spelled."""
_LEAST_RARITY = 1e-6
"""Of a piece: far below any that is written, far above where floats lose their digits."""
_VOCABULARY, _SCALE = "vocabulary", ".scale"
EVEN_SHARE = 0.5
"""Of sentences, in a bundle that does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentences:
    """The language model beside the hashed terms, whose numbers lie in a file of their own."""

    sha256: str
    """Of the file, in hex."""
    layers: int
    heads: int
    pieces: int
    """Of a text that are read at most; what stands behind them is not."""
    share: float = EVEN_SHARE
    """How much of what words say of the class is the language model's; the rest is the hashed terms'."""


@dataclass(frozen=True)
class SentenceModel:
    """The model as it is kept; `read` gives a tensor as it is computed with."""

    sentences: Sentences
    vocabulary: tuple[str, ...]
    tensors: Tensors

    @cached_property
    def size(self) -> int:
        """Numbers that a text comes to."""
        return int(self.tensors[POSITIONS].shape[1])

    def read(self, name: str) -> Floats:
        """A tensor in float32."""
        tensor = self.tensors[name]
        if tensor.dtype == np.int8:
            return tensor.astype(np.float32) * self.tensors[name + _SCALE][:, None]
        return tensor.astype(np.float32)

    def begin(self, pieces: npt.NDArray[np.int64]) -> Floats:
        """(N, T) numbers of pieces -> (N, T, size) that the first layer reads, before its normalisation."""
        scales = self.tensors[PIECES + _SCALE][pieces]
        begun: Floats = self.tensors[PIECES][pieces].astype(np.float32) * scales[..., None]
        return begun + self.read(POSITIONS)[: pieces.shape[1]]

    def weigh(self, pieces: npt.NDArray[np.int64]) -> Floats:
        """How much pieces of these numbers count in the mean over their text."""
        rarity = self.tensors.get(RARITY)
        return np.ones(pieces.shape, np.float32) if rarity is None else rarity[pieces]


def names_of(sentences: Sentences, size: int) -> dict[str, tuple[int, ...]]:
    """The shape of every tensor but those of the vocabulary and its pieces."""
    layer: dict[str, tuple[int, ...]] = {
        "self_attn.in_proj_weight": (3 * size, size),
        "self_attn.in_proj_bias": (3 * size,),
        "self_attn.out_proj.weight": (size, size),
        "self_attn.out_proj.bias": (size,),
        "linear1.weight": (WIDER * size, size),
        "linear1.bias": (WIDER * size,),
        "linear2.weight": (size, WIDER * size),
        "linear2.bias": (size,),
    }
    norms = ("norm1.weight", "norm1.bias", "norm2.weight", "norm2.bias")
    layer |= dict.fromkeys(norms, (size,))
    shapes = {
        f"layers.{number}.{name}": shape
        for number in range(sentences.layers)
        for name, shape in layer.items()
    }
    ends: dict[str, tuple[int, ...]] = {NORM + "weight": (size,), NORM + "bias": (size,)}
    return shapes | ends | {POSITIONS: (sentences.pieces, size)}


def quantise(tensors: Mapping[str, Floats], vocabulary: tuple[str, ...]) -> dict[str, npt.NDArray[Any]]:
    """Tensors as they are kept."""
    kept: dict[str, npt.NDArray[Any]] = {_VOCABULARY: np.frombuffer("\n".join(vocabulary).encode(), np.uint8)}
    for name, tensor in tensors.items():
        if tensor.ndim < 2 or name == POSITIONS:
            kept[name] = tensor.astype(np.float32)
            continue
        scale = np.maximum(np.abs(tensor).max(axis=1), 1e-12).astype(np.float32) / 127
        kept[name] = np.rint(tensor / scale[:, None]).astype(np.int8)
        kept[name + _SCALE] = scale
    return kept


def _is_kept(tensor: npt.NDArray[Any]) -> bool:
    """Whether `quantise` gives such numbers."""
    return tensor.dtype == np.float32 or (tensor.dtype == np.int8 and tensor.ndim == 2)


def write_sentences(tensors: Tensors, file: Path) -> None:
    """Tensors that `quantise` gave, to a file."""
    from safetensors.numpy import save_file

    with written_whole(file) as aside:
        save_file({name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}, aside)
        aside.chmod(0o644)


def read_sentences(file: Path, sentences: Sentences) -> SentenceModel:
    """The model of a file. Raises ValueError where it is not whole, or of other sizes than `sentences` says."""
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        tensors = load_file(file)
        vocabulary = tuple(tensors.pop(_VOCABULARY).tobytes().decode().split("\n"))
        size = tensors[POSITIONS].shape[-1]
    except (OSError, SafetensorError, KeyError, TypeError, UnicodeDecodeError, IndexError) as error:
        raise ValueError(f"{file} is cut short or damaged ({error}): copy the bundle again") from error
    shapes = names_of(sentences, size) | {PIECES: (len(vocabulary), size)}
    if RARITY in tensors:
        shapes[RARITY] = (len(vocabulary),)
    narrow = {PIECES, *(name for name, tensor in tensors.items() if tensor.dtype == np.int8)}
    shapes |= {name + _SCALE: shapes.get(name, ())[:1] for name in narrow}
    fits = (
        {name: tensor.shape for name, tensor in tensors.items()} == shapes
        and size
        and not size % sentences.heads
    )
    if not fits or not all(map(_is_kept, tensors.values())):
        raise ValueError(f"{file} does not fit the bundle's description")
    if missing := set(MARKS) - set(vocabulary):
        raise ValueError(f"{file} has a vocabulary without {', '.join(sorted(missing))}")
    if not all(np.isfinite(tensor).all() for tensor in tensors.values()):
        raise ValueError(f"{file} holds values that are not finite")
    if RARITY in tensors and not ((tensors[RARITY] >= _LEAST_RARITY) & (tensors[RARITY] <= 1)).all():
        raise ValueError(f"{file} has weights of pieces that are not between {_LEAST_RARITY:g} and 1")
    return SentenceModel(sentences, vocabulary, tensors)
