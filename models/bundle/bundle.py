"""A bundle: a trained network as a folder with all that using it needs. Loading runs no code from it.

    model.safetensors   the weights, in half precision but for vectors; perhaps what tells novelty, and the text model
    sentences.safetensors   perhaps a language model that reads words too: see `models.bundle.sentence_model`
    model.json          architecture, classes and tree, transform, outputs, calibration, words, rejection, conformal
                        sets, training, metrics
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
    from models.bundle.sentence_model import SentenceModel, Sentences
    from models.bundle.text_model import TextModel

PRETRAINED = Path(__file__).parents[1] / "pretrained"
"""The bundles that ship, one folder each."""

WEIGHTS_FILE, DESCRIPTION_FILE, CARD_FILE = "model.safetensors", "model.json", "README.md"
SENTENCES_FILE = "sentences.safetensors"
BACKGROUND, TORN, COMPOUND = "background", "torn", "compound"
"""Names of outputs beside the classes: no figure's panel, a torn piece of one, several panels in one cut."""
CAPTIONS = "+captions"
"""What the name of a network ends with that reads captions itself."""
KIND = "kind:"
"""What the names of the outputs for kinds of chart begin with."""


class BundleError(ModelError):
    """A bundle that is unknown, broken or of another kind; the message is one line that says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtraOutputs:
    """What the network says beside the classes' logits, in this order behind them."""

    background: bool = False
    """A logit for what is no figure's panel, in one softmax with the classes: its probability is nobody's.

    Such a bundle abstains on blank pictures too (see `models.inference.blankness`)."""
    torn: bool = False
    """The log-odds that the picture is a torn piece of a panel."""
    compound: bool = False
    """The log-odds that the picture still holds several panels."""
    kinds: tuple[str, ...] = ()
    """Logits of the kinds of chart (`bar`, `heat-map`, ...), in a softmax of their own."""

    @property
    def names(self) -> tuple[str, ...]:
        """A name for each."""
        single = {BACKGROUND: self.background, TORN: self.torn, COMPOUND: self.compound}
        return (*(name for name, there in single.items() if there), *(KIND + kind for kind in self.kinds))


@dataclass(frozen=True, slots=True, kw_only=True)
class WordsCalibration:
    """How a text moves logits: they are now logits / `temperature` + weight * max(log p(text) - log prior, `floor`)."""

    temperature: float
    own: float
    """The weight where the panel has a text of its own."""
    caption: float
    """The weight where there is but the caption that panels share."""
    floor: float = -7.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """What turns the network's logits into probabilities."""

    temperature: float = 1.0
    """What the logits are divided by where a panel comes without text."""
    words: WordsCalibration | None = None
    """How panels with text are scored; None for a bundle that reads none."""
    caption_weight: float = 0.0
    """In bundles of format 1, the log-odds that a modality named by the caption adds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hashing:
    """How the text model turns a text into numbers (see `models.inference.words`)."""

    buckets: int = 16384
    lexicon_gain: float = 4.0
    """How often a term of the lexicon counts."""
    sentences: Sentences | None = None
    """None where terms alone are read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """When the model abstains."""

    threshold: float = 0.0
    """Below this calibrated confidence, times the probability that the panel is whole."""
    words_threshold: float | None = None
    """The same for panels with text; None where it is the same."""
    novelty: float | None = None
    """Above this distance to the training images (see `models.bundle.novelty`); None where the bundle measures none."""
    torn: float | None = None
    """Above this probability of being a torn piece; None where the bundle does not reject these."""
    most: float | None = None
    """Confidence of a panel at most that is rejected, but not for its features: as many of such are named right.

    With it a confidence is the probability of the name alone. None in bundles up to 2026-11, whose temperatures were
    fitted to confidences that count a torn piece as wrong: at most the threshold is shown there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetThresholds:
    """Conformal sets: the classes with at least these probabilities hold the true one with probability `coverage`."""

    coverage: float
    picture: tuple[float, ...]
    """One for each class."""
    words: tuple[float, ...] | None = None
    """The same for panels with text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleInfo:
    """All of a bundle but its weights."""

    path: Path
    name: str
    model: str
    """The network's name in `models.networks.variants`, such as `resnet18:b3-1`."""
    classes: tuple[str, ...]
    transform: Transform
    embedding_size: int
    """How many of the network's features, the first ones, are the embedding."""
    extra: ExtraOutputs = field(default_factory=ExtraOutputs)
    calibration: Calibration = field(default_factory=Calibration)
    hashing: Hashing | None = None
    """Of the text model; None for a bundle without one."""
    rejection: Rejection = field(default_factory=Rejection)
    sets: SetThresholds | None = None
    sha256: str
    """Of the weights and of all in model.json that changes a score; of the weights alone in format 1."""
    card: str
    training: Mapping[str, Any] = field(default_factory=dict)
    metrics: Mapping[str, Any] = field(default_factory=dict)

    @property
    def model_id(self) -> str:
        """`<bundle name>@<first 12 of the SHA-256>`."""
        return f"{self.name}@{self.sha256[:12]}"

    @property
    def reads_words(self) -> bool:
        """Whether what a paper says of a panel counts beside the picture."""
        reads = self.hashing is not None or self.calibration.caption_weight > 0
        return reads or self.model.endswith(CAPTIONS)

    @property
    def outputs(self) -> tuple[str, ...]:
        """What the network's outputs stand for: the classes, then the others."""
        return (*self.classes, *self.extra.names)


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle with its network: float32, in evaluation mode, on the CPU."""

    info: BundleInfo
    network: nn.Module
    novelty: Novelty | None = None
    text: TextModel | None = None
    sentences: SentenceModel | None = None


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
    if name_or_dir != folder.name:  # `./mine` too
        raise BundleError(
            f"there is no bundle at {name_or_dir}; name a bundle's folder, or {', '.join(known)}"
        )
    close = near(name_or_dir, tuple(known)) or list(known)
    raise BundleError(
        f"unknown model {name_or_dir!r}; known: {', '.join(close) or 'none'}, or a bundle's folder"
    )


def shipped_bundles() -> dict[str, Path]:
    """Name -> folder of the bundles that ship."""
    return {file.parent.name: file.parent for file in sorted(PRETRAINED.glob(f"*/{DESCRIPTION_FILE}"))}
