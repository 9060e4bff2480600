"""The panels that the default bundle is built from, one by one and as arrays."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from models.data.canvases import Progress, default_cache
from models.data.views import draw_view
from models.default.drawings.charts.kinds import draw_charts
from models.default.drawings.kept import keep_drawings
from models.default.drawings.negatives import NOISE
from models.default.drawings.panels import draw_panels
from models.default.trunks import Features, Trunk, cached_features
from models.inference.words import Words
from models.taxonomy import CODES
from models.transforms import Pixels, Transform

Kind = Literal["published", "faulty", "assembled", "drawn", "photograph", "dev", "gold", "stranger"]
Codes = npt.NDArray[np.str_]
Flags = npt.NDArray[np.bool_]
Indices = npt.NDArray[np.int64]
Say = Callable[[str], None]

TRANSFORM = Transform(fit="proportions")
"""With squares, stretched or with margins, fewer panels are named right: see the card."""
TAUGHT: tuple[Kind, ...] = ("published", "faulty", "assembled", "drawn", "photograph")
"""What trains; the other kinds are only ever judged."""
_LOTS: tuple[tuple[Kind, ...], ...] = (("published", "faulty", "assembled"), ("drawn",), ("photograph",))
"""In the order of `TAUGHT`; what is kept of one lot stays when another changes."""
TORN, COMPOUND, CHART = "BAD", "COMP", "GFIG"
"""A piece of a panel, several panels that were not parted, and the class whose kinds are told apart."""

VIEWED: tuple[Kind, ...] = ("published", "assembled")
"""What is seen once more, as other papers might have cut and printed it."""

_PER_DRAWER = 20
_PER_CHART = 20
_NOISE_IMAGES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledPanel:
    """An encoded image with its class and where it comes from.

    `group` is the article or the source, `publisher` the prefix of its DOI; `chart` its kind where it is a chart that
    people have named. A `stranger` is no panel at all: its `group` names its kind, and it is only there to be rejected.
    """

    image: bytes
    code: str
    kind: Kind
    group: str
    publisher: str = ""
    unsure: bool = False
    words: Words | None = None
    chart: str = ""
    chart_unsure: bool = False
    source: str = ""
    licence: str = ""


@dataclass(frozen=True, slots=True)
class PanelArrays:
    """The N panels that train, as arrays, with what the trunks make of them."""

    panels: tuple[LabelledPanel, ...]
    features: Features
    codes: Codes
    kinds: Codes
    groups: Codes
    publishers: Codes
    charts: Codes
    """The kind of each chart; empty where it is none or people could not tell."""
    unsure: Flags
    views: Features
    """What the trunks make of another view of M of the panels (see `models.data.views`), which teaches classes and
    kinds of chart, not what a torn piece looks like.

    Out of fold by article 0.904 instead of 0.895 are named right with it, with publishers held out 0.899 instead of
    0.892; log-losses fall from 0.299 to 0.282 and from 0.359 to 0.329. Views that show more (0.55 to 0.8 of a side at
    least) gain less, one that shows a quarter no more; two views of each, changes of light, colour and print nothing.
    """
    viewed: Indices
    """(M,): the place of the panel that each view shows."""

    def rows(self, *kinds: Kind) -> Indices:
        """Places of the panels of these kinds."""
        return np.flatnonzero(np.isin(self.kinds, kinds))

    @property
    def judged(self) -> Indices:
        """Places of the published panels whose class people are sure of: what cross-validation is over."""
        return np.flatnonzero((self.kinds == "published") & ~self.unsure)

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes that have images, in the order of the taxonomy."""
        found = set(self.codes.tolist())
        return tuple(code for code in CODES if code in found)

    @property
    def figures(self) -> Codes:
        """The figure of each panel: those of one article or source that share a caption are of one."""
        captions = ((words and words.caption) or "" for words in self.words)
        pairs = zip(self.groups.tolist(), captions, strict=True)
        return np.array([f"{group}: {caption}" for group, caption in pairs])

    @property
    def words(self) -> list[Words | None]:
        """What the papers say of each panel."""
        return [panel.words for panel in self.panels]


def draw_all(seed: int, cache: Path | None) -> Iterator[LabelledPanel]:
    """What the project draws itself, panels and charts of known kinds; `cache` keeps the drawings."""
    folder = (cache or default_cache()) / "drawings"
    panels = partial(draw_panels, _PER_DRAWER, seed)
    for code, image in keep_drawings(panels, f"panels-{_PER_DRAWER}-{seed}", folder):
        yield _drawn(image, code, "drawn panels")
    charts = partial(draw_charts, _PER_CHART, seed)
    for chart, image in keep_drawings(charts, f"charts-{_PER_CHART}-{seed}", folder):
        yield _drawn(image, CHART, "drawn charts", chart)


def _drawn(image: bytes, code: str, group: str, chart: str = "") -> LabelledPanel:
    return LabelledPanel(
        image=image,
        code=code,
        kind="drawn",
        group=group,
        chart=chart,
        source="models/default/drawings",
        licence="AGPL-3.0-or-later",
    )


def draw_noise(seed: int, cache: Path | None) -> Iterator[LabelledPanel]:
    """Fifty images of each kind of noise, which training does not see; `cache` keeps them."""
    folder = (cache or default_cache()) / "drawings"
    for name, image in keep_drawings(partial(_draw_noise, seed), f"noise-{_NOISE_IMAGES}-{seed}", folder):
        yield LabelledPanel(image=image, code="", kind="stranger", group=name)


def _draw_noise(seed: int) -> Iterator[tuple[str, bytes]]:
    for name, draw in NOISE.items():
        for number in range(_NOISE_IMAGES):
            random = np.random.default_rng([seed + 1, number])
            stream = io.BytesIO()
            draw(random, (int(random.integers(64, 420)), int(random.integers(64, 420)))).save(stream, "PNG")
            yield name, stream.getvalue()


def gather(
    panels: Sequence[LabelledPanel], trunks: Sequence[Trunk], cache: Path | None, say: Say, seed: int = 0
) -> PanelArrays:
    """The panels that train as arrays, with their features, which `cache` keeps."""
    taught = tuple(panel for kind in TAUGHT for panel in panels if panel.kind == kind)
    say(f"{len(taught)} images through the trunks")
    lots = [[panel for panel in taught if panel.kind in kinds] for kinds in _LOTS]
    features = [
        cached_features(trunks, prepare(lot), TRANSFORM, cache, _say_tenths(say)) for lot in lots if lot
    ]
    return PanelArrays(
        taught,
        Features(np.concatenate([lot.values for lot in features]), features[0].columns),
        np.array([panel.code for panel in taught]),
        np.array([panel.kind for panel in taught]),
        np.array([panel.group for panel in taught]),
        np.array([panel.publisher for panel in taught]),
        np.array(["" if panel.chart_unsure else panel.chart for panel in taught]),
        np.array([panel.unsure for panel in taught]),
        *_view(taught, trunks, cache, say, seed),
    )


def _view(
    panels: Sequence[LabelledPanel], trunks: Sequence[Trunk], cache: Path | None, say: Say, seed: int
) -> tuple[Features, Indices]:
    """What the trunks make of another view of panels, and the place of the panel that each shows."""
    places = [place for place, panel in enumerate(panels) if panel.kind in VIEWED]
    say(f"{len(places)} of them once more, in another view")
    draw = partial(draw_view, transform=TRANSFORM, seed=seed)
    with ThreadPoolExecutor() as threads:
        canvases = list(threads.map(draw, (panels[place].image for place in places)))
    return cached_features(trunks, canvases, TRANSFORM, cache, _say_tenths(say)), np.array(places, np.int64)


def prepare(panels: Sequence[LabelledPanel]) -> list[Pixels]:
    """The canvases of encoded panels."""
    with ThreadPoolExecutor() as threads:
        return list(threads.map(lambda panel: TRANSFORM.prepare(panel.image), panels))


def _say_tenths(say: Say) -> Progress:
    """Says every tenth of the way, of each trunk anew."""
    said = 0

    def progress(done: int, of: int) -> None:
        nonlocal said
        tenth = done * 10 // of
        if tenth > said:
            say(f"  {done} of {of}")
        said = tenth % 10

    return progress
