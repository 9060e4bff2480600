"""What all drawings share: a seeded style, a page-like canvas, and text that reads like a paper's."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Random = np.random.Generator
_Item = TypeVar("_Item")

_FONTS = ("DejaVu Sans", "DejaVu Serif", "DejaVu Sans Mono", "STIXGeneral", "cmr10")
_WORDS = tuple(
    """
    baseline control treated placebo dose response patients excluded included screening enrolled randomised
    follow-up analysed assessed eligible week month survival mean median ratio age years female male weight
    height pressure glucose insulin mortality cohort group outcome expression protein gene cell density
    temperature time concentration absorbance intensity frequency sample tissue buffer extract filter wash
    centrifuge incubate sequence align cluster network model training validation sensor signal output input
    receptor kinase pathway activation inhibition nucleus ligand transport diffusion membrane layer
    """.split()  # noqa: SIM905 (a list of this length is easier to read as words)
)


def pick(random: Random, items: Sequence[_Item]) -> _Item:
    """One of the items, each as likely."""
    return items[int(random.integers(len(items)))]


def words(random: Random, least: int, most: int) -> str:
    """A phrase of `least` to `most` words."""
    chosen = [pick(random, _WORDS) for _ in range(int(random.integers(least, most + 1)))]
    return " ".join(chosen).capitalize() if random.random() < 0.7 else " ".join(chosen)


def number(random: Random) -> str:
    """A number as tables print it."""
    value = float(random.lognormal(1.5, 1.6))
    if random.random() < 0.3:
        return f"{value:.1f} ± {value * random.uniform(0.05, 0.4):.1f}"
    return f"{value:.{int(random.integers(0, 4))}f}"


def new_figure(random: Random, width: float = 4.0, height: float = 3.0) -> Figure:
    """An empty figure of about this size in inches, in one of the fonts of papers."""
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    mpl.rcParams.update(
        {
            "font.family": pick(random, _FONTS),
            "font.size": float(random.uniform(6, 11)),
            "axes.formatter.use_mathtext": True,
            "axes.unicode_minus": False,
        }
    )
    size = (width * float(random.uniform(0.75, 1.3)), height * float(random.uniform(0.75, 1.3)))
    figure = Figure(figsize=size, dpi=float(random.uniform(70, 160)))
    FigureCanvasAgg(figure)
    return figure


def blank_axes(figure: Figure) -> Axes:
    """Axes over the whole figure, 0..1 both ways, without frame or ticks."""
    axes: Axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_axis_off()
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    return axes


def to_image(figure: Figure, tight: bool = True) -> Image.Image:
    """The drawn figure as RGB, cut to its ink with a thin margin where `tight`."""
    stream = io.BytesIO()
    figure.savefig(stream, format="png", bbox_inches="tight" if tight else None, pad_inches=0.03)
    stream.seek(0)
    return Image.open(stream).convert("RGB")
