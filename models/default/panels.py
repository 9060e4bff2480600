"""The panels that the default bundle is built from, one by one and as arrays."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from models.data.canvases import Progress
from models.default.card import Codes
from models.default.drawings.negatives import NOISE
from models.default.drawings.panels import draw_panels
from models.default.head import Features, Indices, LabelledFeatures
from models.default.trunk_features import cached_features
from models.inference.blankness import blank
from models.networks.resnet import ResNet
from models.networks.variants import parse_variant
from models.networks.weights import load_file, start_from
from models.transforms import Transform

Kind = Literal["published", "assembled", "drawn", "photograph", "test", "stranger"]
Flags = npt.NDArray[np.bool_]
Say = Callable[[str], None]

TRUNK = "resnet18:b3-1"
TRANSFORM = Transform(fit="stretch")
TAUGHT: tuple[Kind, ...] = ("published", "assembled", "drawn", "photograph")
_WEIGHTS = {"published": 1.0, "assembled": 0.3, "drawn": 0.3, "photograph": 1.0}
"""A published panel counts most: the others only look like what papers print, or like none of it."""
_LEAST_IMAGES = 5
_PER_DRAWER = 60
_NOISE_IMAGES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledPanel:
    """An encoded image with its class and where it comes from.

    `group` is the article or the source; `text` what the paper says of it. A `stranger` is no panel at all: its `group`
    names its kind, and it is only there to be rejected.
    """

    image: bytes
    code: str
    kind: Kind
    group: str
    unsure: bool = False
    text: str = ""
    source: str = ""
    licence: str = ""


@dataclass(frozen=True, slots=True)
class PanelArrays:
    """Panels as arrays, with what the trunk makes of them."""

    panels: tuple[LabelledPanel, ...]
    features: Features
    codes: Codes
    kinds: Codes
    groups: Codes
    unsure: Flags
    blank: Flags

    def rows(self, *kinds: Kind) -> Indices:
        """Places of the panels of these kinds."""
        return np.flatnonzero(np.isin(self.kinds, kinds))

    @property
    def tested(self) -> Indices:
        """Places of the test panels that are scored."""
        return self.rows("test")[~self.unsure[self.rows("test")]]

    @property
    def texts(self) -> list[str]:
        """What the papers say of each panel, empty where they say nothing."""
        return [panel.text for panel in self.panels]


def drawn_panels(seed: int) -> list[LabelledPanel]:
    """What the project draws itself, and fifty images of each kind of noise that training does not see."""
    drawn = [
        LabelledPanel(
            image=image,
            code=code,
            kind="drawn",
            group="drawn",
            source="models/default/drawings",
            licence="AGPL-3.0-or-later",
        )
        for code, image in draw_panels(_PER_DRAWER, seed)
    ]
    for name, draw in NOISE.items():
        for number in range(_NOISE_IMAGES):
            random = np.random.default_rng([seed + 1, number])
            stream = io.BytesIO()
            draw(random, (int(random.integers(64, 420)), int(random.integers(64, 420)))).save(stream, "PNG")
            drawn.append(LabelledPanel(image=stream.getvalue(), code="", kind="stranger", group=name))
    return drawn


def gather(
    panels: Sequence[LabelledPanel], weights: str, seed: int, say: Say, cache: Path | None
) -> PanelArrays:
    """Panels as arrays, with their features, which `cache` keeps. Raises WeightsError.

    Classes too small to learn stay out of training, and remain in the test, where they count as wrong.
    """
    counts = Counter(p.code for p in panels if p.kind in _WEIGHTS)
    kept = tuple(p for p in panels if p.kind not in _WEIGHTS or counts[p.code] >= _LEAST_IMAGES)
    with ThreadPoolExecutor() as threads:
        canvases = np.stack(list(threads.map(lambda panel: TRANSFORM.prepare(panel.image), kept)))
    codes = np.array([panel.code for panel in kept])
    trunk = ResNet("resnet18", 2, parse_variant(TRUNK).unit)
    start_from(trunk, load_file(weights), weights)
    say(f"{len(kept)} images through the trunk")
    return PanelArrays(
        kept,
        cached_features(trunk, canvases, codes == "DMFL", TRANSFORM, seed, cache, _steps(say)),
        codes,
        np.array([panel.kind for panel in kept]),
        np.array([panel.group for panel in kept]),
        np.array([panel.unsure for panel in kept]),
        blank(canvases),
    )


def as_examples(data: PanelArrays) -> LabelledFeatures:
    """All rows keep their places; what is not to be learned from has no weight and is never asked for."""
    weights = np.array([_WEIGHTS.get(kind, 0.0) for kind in data.kinds], np.float32)
    return LabelledFeatures(data.codes, data.groups, weights, data.kinds == "published", data.unsure)


def _steps(say: Say) -> Progress:
    """Says every tenth of the way."""
    said = 0

    def progress(done: int, of: int) -> None:
        nonlocal said
        if done * 10 // of > said:
            said = done * 10 // of
            say(f"  {done} of {of}")

    return progress
