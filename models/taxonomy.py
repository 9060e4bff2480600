"""The 30 modalities of the ImageCLEF 2016 subfigure classification task, with their names and their tree.

Source: García Seco de Herrera, Schaer, Bromuri, Müller: "Overview of the ImageCLEF 2016 medical task".
Light on purpose: the standard library alone.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

_LEAVES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "D3DR": ("3D reconstruction", "reconstruction"),
        "DMEL": ("electron microscopy", "microscopy/electron"),
        "DMFL": ("fluorescence microscopy", "microscopy/fluorescence"),
        "DMLI": ("light microscopy", "microscopy/light"),
        "DMTR": ("transmission microscopy", "microscopy/transmission"),
        "DRAN": ("angiography", "radiology/angiography"),
        "DRCO": ("combined modalities in one image", "radiology/combined"),
        "DRCT": ("computed tomography", "radiology/ct"),
        "DRMR": ("magnetic resonance", "radiology/mri"),
        "DRPE": ("positron emission tomography", "radiology/pet"),
        "DRUS": ("ultrasound", "radiology/ultrasound"),
        "DRXR": ("X-ray, 2D radiography", "radiology/xray"),
        "DSEC": ("electrocardiography", "signal/ecg"),
        "DSEE": ("electroencephalography", "signal/eeg"),
        "DSEM": ("electromyography", "signal/emg"),
        "DVDM": ("dermatology, skin", "visible-light/skin"),
        "DVEN": ("endoscopy", "visible-light/endoscopy"),
        "DVOR": ("other organs in visible light", "visible-light/other"),
        "GCHE": ("chemical structure", "illustration/chemical-structure"),
        "GFIG": ("statistical figure, graph, chart", "illustration/chart"),
        "GFLO": ("flow chart", "illustration/flow-chart"),
        "GGEL": ("chromatography, gel, blot", "illustration/gel"),
        "GGEN": ("gene sequence", "illustration/gene-sequence"),
        "GHDR": ("hand-drawn sketch", "illustration/sketch"),
        "GMAT": ("mathematics, formula", "illustration/mathematics"),
        "GNCP": ("non-clinical photo", "illustration/photo"),
        "GPLI": ("program listing", "illustration/program-listing"),
        "GSCR": ("screenshot", "illustration/screenshot"),
        "GSYS": ("system overview", "illustration/system-overview"),
        "GTAB": ("table, form", "illustration/table"),
    }
)

CODES: tuple[str, ...] = tuple(_LEAVES)
"""The codes in alphabetical order."""

MICROSCOPY: tuple[str, ...] = ("DMEL", "DMFL", "DMLI", "DMTR")
"""The four classes of the paper, in the order of its tables."""


def name(code: str) -> str:
    """What a code stands for, in English; a class of another taxonomy is its own name."""
    return _LEAVES[code][0] if code in _LEAVES else code


def path(code: str) -> tuple[str, ...]:
    """Every ancestor of a class and the class itself as slugs, from the root.

    `path("DMLI") == ("microscopy", "microscopy/light")`.
    A class of another taxonomy hangs directly under the root: `path("My class") == ("my-class",)`.
    """
    slug = _LEAVES[code][1] if code in _LEAVES else re.sub(r"[^\w]+", "-", code.lower()).strip("-")
    parts = slug.split("/")
    return tuple("/".join(parts[: depth + 1]) for depth in range(len(parts)))


def groups(classes: Sequence[str]) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """The groups (`microscopy`, ...) of the classes in order of appearance, and the number of each class's own."""
    roots = [path(code)[0] for code in classes]
    names = tuple(dict.fromkeys(roots))
    return names, tuple(names.index(root) for root in roots)


def is_imageclef(classes: Iterable[str]) -> bool:
    """Whether every class is one of the 30 codes."""
    return all(code in _LEAVES for code in classes)


def near(word: str, known: Sequence[str], count: int = 3) -> list[str]:
    """The known words most like `word`, best first: for error messages that help."""
    return difflib.get_close_matches(word, known, n=count, cutoff=0.4)
