"""A bundle: a trained network as a folder with all that using it needs. Loading runs no code from it.

    model.safetensors   the weights, in half precision but for the BatchNorm tensors; perhaps what tells novelty
    model.json          architecture, classes and tree, transform, calibration, rejection, training, metrics
    README.md           the model card

`models.bundle.description` reads and writes model.json, `models.bundle.serialization` saves and loads the whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.errors import ModelError
from models.taxonomy import near
from models.transforms import Transform

if TYPE_CHECKING:
    from torch import nn

    from models.bundle.novelty import Novelty

PRETRAINED = Path(__file__).parents[1] / "pretrained"
"""The bundles that ship, one folder each."""

WEIGHTS_FILE, DESCRIPTION_FILE, CARD_FILE = "model.safetensors", "model.json", "README.md"
BACKGROUND = "background"
"""Name of the output for what is no figure's panel. It is no class of the bundle."""


class BundleError(ModelError):
    """A bundle that is unknown, broken or of another kind; the message is one line that says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """When the model abstains."""

    threshold: float = 0.0
    """Below this calibrated confidence."""
    background: bool = False
    """The network has one more output after the classes, for what is no figure's panel: its probability is nobody's.

    Such a bundle abstains on blank pictures too (see `models.inference.blankness`)."""
    novelty: float | None = None
    """Above this distance to the training images (see `models.bundle.novelty`); None where the bundle measures none."""


@dataclass(frozen=True, slots=True)
class BundleInfo:
    """All of a bundle but its weights."""

    path: Path
    name: str
    model: str
    """The network's name in `models.networks.variants`, such as `resnet18:b3-1`."""
    classes: tuple[str, ...]
    transform: Transform
    embedding_size: int
    temperature: float
    rejection: Rejection
    caption_weight: float
    """Log-odds that a modality named by the caption adds (`models.inference.caption_view`); 0 leaves captions aside."""
    weights_sha256: str
    card: str
    training: Mapping[str, Any] = field(default_factory=dict)
    metrics: Mapping[str, Any] = field(default_factory=dict)

    @property
    def model_id(self) -> str:
        """`<bundle name>@<first 12 of the weights' SHA-256>`."""
        return f"{self.name}@{self.weights_sha256[:12]}"

    @property
    def outputs(self) -> tuple[str, ...]:
        """What the network's outputs stand for: the classes, and perhaps what is no figure's panel."""
        return (*self.classes, BACKGROUND) if self.rejection.background else self.classes


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle with its network: float32, in evaluation mode, on the CPU."""

    info: BundleInfo
    network: nn.Module
    novelty: Novelty | None = None


def resolve_bundle(name_or_dir: str) -> Path:
    """The folder of a bundle that ships (by name) or of one's own (by path). Raises BundleError."""
    known = shipped_bundles()
    if name_or_dir in known:
        return known[name_or_dir]
    folder = Path(name_or_dir)
    if (folder / DESCRIPTION_FILE).is_file():
        return folder
    if folder.is_dir():
        raise BundleError(
            f"{name_or_dir} holds no {DESCRIPTION_FILE}, so it is no bundle; name the bundle's folder"
        )
    close = near(name_or_dir, tuple(known)) or list(known)
    raise BundleError(
        f"unknown model {name_or_dir!r}; known: {', '.join(close) or 'none'}, or a bundle's folder"
    )


def shipped_bundles() -> dict[str, Path]:
    """Name -> folder of the bundles that ship."""
    return {file.parent.name: file.parent for file in sorted(PRETRAINED.glob(f"*/{DESCRIPTION_FILE}"))}
