"""A bundle saved and loaded: its network to a folder and back, each tensor checked. Loading runs no code from it.

torch is imported only where a network is built or saved: ONNX Runtime computes the tensors without it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from models.bundle.bundle import (
    CARD_FILE,
    DESCRIPTION_FILE,
    SENTENCES_FILE,
    WEIGHTS_FILE,
    Bundle,
    BundleError,
    BundleInfo,
)
from models.bundle.description import Description, bundle_info, description_json
from models.bundle.values import IF_NEWER

if TYPE_CHECKING:
    from torch import Tensor, nn

    from models.bundle.novelty import Novelty
    from models.bundle.sentence_model import SentenceModel
    from models.bundle.text_model import TextModel

Weights = Mapping[str, npt.NDArray[Any]]

_NOVELTY, _WORDS = "novelty.", "words."
"""What the names of the tensors begin with that tell novelty, and of the text model's."""


@dataclass(frozen=True, slots=True)
class BundleWeights:
    """All tensors of a bundle."""

    network: Weights
    novelty: Novelty | None
    text: TextModel | None
    sentences: SentenceModel | None


def load_bundle(path: str | Path) -> Bundle:
    """Reads and checks a bundle with its network, whose tensors must fit. Raises BundleError."""
    info = bundle_info(path)
    weights = read_weights(info)
    network = _network(info, weights.network)
    return Bundle(info, network, weights.novelty, weights.text, weights.sentences)


def read_weights(info: BundleInfo) -> BundleWeights:
    """A bundle's tensors, all finite; needs no torch. Raises BundleError."""
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    file = info.path / WEIGHTS_FILE
    try:
        weights = load_file(file)
    except (OSError, SafetensorError, KeyError, TypeError) as error:
        raise BundleError(
            f"{file} is cut short or damaged ({error}): copy or train the bundle again"
        ) from error
    broken = [name for name, tensor in weights.items() if not np.isfinite(tensor).all()]
    if broken:
        raise BundleError(f"{file} holds values that are not finite, first in {broken[0]!r}")
    novelty, words = _taken(weights, _NOVELTY), _taken(weights, _WORDS)
    sentences = _sentences(info)
    size = sentences.size if sentences else 0
    return BundleWeights(weights, _novelty(info, novelty), _text(info, words, size), sentences)


def check_weights(
    info: BundleInfo, weights: Weights, expected: Mapping[str, tuple[int, ...]], size: int
) -> None:
    """Raises BundleError where tensors are not those of the bundle's network, or its features are too few."""
    wrong = sorted(
        name
        for name in expected.keys() | weights.keys()
        if name not in expected or name not in weights or weights[name].shape != expected[name]
    )
    if wrong:
        raise BundleError(
            f"{info.path / WEIGHTS_FILE} does not fit {info.model} with {len(info.classes)} classes: "
            f"{len(wrong)} tensors are missing, unknown or of another shape, first {wrong[0]!r}"
        )
    if size < info.embedding_size:
        raise BundleError(
            f"{info.path / DESCRIPTION_FILE} says embedding_size {info.embedding_size}, "
            f"{info.model} has {size} features"
        )


def unbuildable(info: BundleInfo, error: ValueError) -> BundleError:
    """Why there is no such network as a bundle's: its name is unknown, or newer than this version."""
    return BundleError(f"{info.path / DESCRIPTION_FILE}: {error}; {IF_NEWER}")


def save_bundle(
    folder: str | Path,
    description: Description,
    network: nn.Module,
    card: str,
    novelty: Novelty | None = None,
    text: TextModel | None = None,
) -> BundleInfo:
    """Writes a bundle into `folder`, which may exist, and reads it back.

    Where sentences are read, their file is there already. The description goes last, for it is what makes a folder a
    bundle.
    """
    import torch
    from safetensors.torch import save_file

    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    (target / DESCRIPTION_FILE).unlink(missing_ok=True)
    weights = {name: _narrow(tensor) for name, tensor in network.state_dict().items()}
    for prefix, part in ((_NOVELTY, novelty), (_WORDS, text)):
        for name, array in (part.tensors() if part else {}).items():
            weights[prefix + name] = torch.from_numpy(np.ascontiguousarray(array))
    save_file(weights, target / WEIGHTS_FILE)
    (target / WEIGHTS_FILE).chmod(0o644)  # safetensors writes for the owner alone
    (target / CARD_FILE).write_text(card, encoding="utf-8")
    size = int(network.embedding_size)  # type: ignore[arg-type]
    (target / DESCRIPTION_FILE).write_text(description_json(description, size), encoding="utf-8")
    return bundle_info(target)


def _narrow(tensor: Tensor) -> Tensor:
    """Half precision for what is large; a vector (BatchNorm, bias) or a counter is small and stays exact."""
    plain = tensor.detach().cpu().contiguous()
    return plain.half() if plain.is_floating_point() and plain.dim() > 1 else plain.clone()


def _network(info: BundleInfo, weights: Weights) -> nn.Module:
    import torch

    from models.networks.build import build_network

    # Built for real and not on the meta device, which would import torch._dynamo (4 s).
    try:
        network = build_network(info.model, info.outputs)
    except ValueError as error:
        raise unbuildable(info, error) from error
    shapes = {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}
    check_weights(info, weights, shapes, int(network.embedding_size))  # type: ignore[arg-type]
    tensors = {name: torch.from_numpy(np.array(tensor)) for name, tensor in weights.items()}
    network.load_state_dict(tensors)  # into float32
    return network.eval()


def _taken(weights: dict[str, npt.NDArray[Any]], prefix: str) -> Weights:
    """Takes the tensors out whose names begin with `prefix`, which they lose."""
    return {name.removeprefix(prefix): weights.pop(name) for name in list(weights) if name.startswith(prefix)}


def _novelty(info: BundleInfo, tensors: Weights) -> Novelty | None:
    """The distance that the bundle measures. Raises BundleError where it is not whole."""
    from models.bundle.novelty import Novelty

    if info.rejection.novelty is None and not tensors:
        return None
    if info.rejection.novelty is None or tensors.keys() != {"whitening", "means"}:
        raise BundleError(f"{info.path} does not fit together: its weights and rejection.novelty differ")
    size, (whitening, means) = info.embedding_size, (tensors["whitening"], tensors["means"])
    if whitening.shape != (size, size) or means.ndim != 2 or means.shape[1] != size:
        raise BundleError(f"{info.path / WEIGHTS_FILE} holds novelty tensors that do not fit {info.model}")
    return Novelty(whitening.astype(np.float32), means.astype(np.float32))


def _sentences(info: BundleInfo) -> SentenceModel | None:
    from models.bundle.sentence_model import read_sentences

    if info.hashing is None or info.hashing.sentences is None:
        return None
    try:
        return read_sentences(info.path / SENTENCES_FILE, info.hashing.sentences)
    except ValueError as error:
        raise BundleError(str(error)) from error


def _text(info: BundleInfo, tensors: Weights, size: int) -> TextModel | None:
    """The bundle's text model, beside a language model of so many numbers; 0 for none.

    Raises BundleError where it is not whole.
    """
    from models.bundle.text_model import TextModel

    if info.hashing is None and not tensors:
        return None
    if info.hashing is None:
        raise BundleError(f"{info.path} does not fit together: its weights hold words, its description none")
    count, buckets = len(info.classes), info.hashing.buckets
    shapes: dict[str, tuple[int, ...]] = {
        "weight": (2 * buckets, count),
        "idf": (buckets,),
        "bias": (count,),
        "prior": (count,),
    }
    if "joint" in tensors:
        shapes["joint"] = (2 * count + 1, count)
    kinds = len(info.extra.kinds)
    if "kinds" in tensors:
        shapes |= {"kinds": (2 * buckets, kinds), "kinds_bias": (kinds,)}
    if size:
        shapes |= {"sentences": (2 * size, count), "sentences_bias": (count,)}
    if "sentence_kinds" in tensors:
        shapes |= {"sentence_kinds": (2 * size, kinds), "kinds_bias": (kinds,)}
    if {name: tensor.shape for name, tensor in tensors.items()} != shapes:
        raise BundleError(f"{info.path / WEIGHTS_FILE} holds a text model that does not fit the description")
    return TextModel(**{name: tensor.astype(np.float32) for name, tensor in tensors.items()})
