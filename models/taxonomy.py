"""The 30 modalities of the ImageCLEF 2016 subfigure classification task, with their names and their tree.

Source: García Seco de Herrera, Schaer, Bromuri, Müller: "Overview of the ImageCLEF 2016 medical task".
Light on purpose: the standard library alone.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

SEVERAL_PANELS = 0.11
"""Above this probability (`compound`) readers are told that a cut may hold several panels: so say 6% of good panels.

One cut in 25 does, and few of these are known by their looks, so that an honest probability is seldom large."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Identifiers:
    """What a modality is called in other vocabularies; None where none is known that means the same."""

    umls: str | None = None
    """Concept of the UMLS Metathesaurus, https://uts.nlm.nih.gov. For radiology those by which ImageCLEFmedical Caption
    and ROCOv2 name modalities (Rückert et al., Scientific Data 2024, doi:10.1038/s41597-024-03496-6)."""
    dicom: str | None = None
    """Defined term of Modality (0008,0060): DICOM PS3.3 C.7.3.1.1.1, PS3.16 CID 29 (images), CID 34 (waveforms)."""
    fbbi: str | None = None
    """Biological Imaging Methods Ontology, http://purl.obolibrary.org/obo/fbbi.owl."""
    ncit: str | None = None
    """NCI Thesaurus, as the DICOM modalities are mapped to it in https://linkml.io/valuesets (DICOMModalityEnum)."""
    mesh: str | None = None
    """Descriptor of Medical Subject Headings, https://meshb.nlm.nih.gov."""


_IDENTIFIERS: Mapping[str, Identifiers] = MappingProxyType(
    {
        "microscopy": Identifiers(dicom="GM", ncit="C16853", mesh="D008853"),
        "DMEL": Identifiers(fbbi="FBbi:00000256", mesh="D008854"),
        "DMFL": Identifiers(fbbi="FBbi:00000246"),
        "DMLI": Identifiers(fbbi="FBbi:00000345"),
        # ImageCLEF's word is short: its examples, and those that the default model learns from, are of electrons.
        "DMTR": Identifiers(fbbi="FBbi:00000258"),
        "DRAN": Identifiers(umls="C0002978", dicom="XA", ncit="C20080", mesh="D000792"),
        "DRCT": Identifiers(umls="C0040405", dicom="CT", ncit="C17204", mesh="D014057"),
        "DRMR": Identifiers(umls="C0024485", dicom="MR", ncit="C16809", mesh="D008279"),
        "DRPE": Identifiers(umls="C0032743", dicom="PT", ncit="C17007", mesh="D049268"),
        "DRUS": Identifiers(umls="C0041618", dicom="US", ncit="C17230", mesh="D014463"),
        # DICOM tells films (RG), phosphor plates (CR) and detectors (DX) apart; a figure does not.
        "DRXR": Identifiers(umls="C1306645", dicom="DX", ncit="C38101"),
        "DSEC": Identifiers(umls="C0013798", dicom="ECG", mesh="D004562"),
        "DSEE": Identifiers(umls="C0013819", dicom="EEG", mesh="D004569"),
        "DSEM": Identifiers(umls="C0013839", dicom="EMG", mesh="D004576"),
        "DVEN": Identifiers(umls="C0014245", dicom="ES", ncit="C16546", mesh="D004724"),
    }
)
"""By code or group. The others, drawings above all, have no concept that means the same: `GGEL` holds chromatograms,
gels and blots, each of which has one of its own."""
_UNIDENTIFIED = Identifiers()

MICROSCOPY: tuple[str, ...] = ("DMEL", "DMFL", "DMLI", "DMTR")
"""The four classes of the paper, in the order of its tables."""


def name(code: str) -> str:
    """What a code stands for, in English; a class of another taxonomy is its own name."""
    return _LEAVES[code][0] if code in _LEAVES else below_another(code)[1]


def identifiers(code: str) -> Identifiers:
    """What a class, or a group such as `microscopy`, is called in other vocabularies."""
    return _IDENTIFIERS.get(code, _UNIDENTIFIED)


def path(code: str) -> tuple[str, ...]:
    """Every ancestor of a class and the class itself as slugs, from the root.

    `path("DMLI") == ("microscopy", "microscopy/light")`.
    A class of another taxonomy hangs directly under the root: `path("My class") == ("my-class",)`; or below one of
    these, where it is called so: `path("GGEL/Ponceau")[-1] == "illustration/gel/ponceau"`.
    """
    parent, own = below_another(code)
    slug = _LEAVES[code][1] if code in _LEAVES else re.sub(r"[^\w]+", "-", own.lower()).strip("-")
    if parent:
        slug = f"{_LEAVES[parent][1]}/{slug}"
    parts = slug.split("/")
    return tuple("/".join(parts[: depth + 1]) for depth in range(len(parts)))


def below_another(code: str) -> tuple[str | None, str]:
    """The class below which one is, by its name, and its own name: `("GGEL", "Ponceau")` of `GGEL/Ponceau`."""
    parent, slash, own = code.partition("/")
    return (parent, own) if slash and own and parent in _LEAVES else (None, code)


def below(code: str, ancestors: Sequence[str]) -> tuple[str, ...]:
    """What a path names below the class, from the class down, as slugs: the kind of a chart.

    `below("GFIG", ("illustration", "illustration/chart", "illustration/chart/bar")) == ("bar",)`; the last of the path
    says it all: `below("GFIG", ("illustration/chart/bar",))` is the same.
    """
    leaf = path(code)[-1] + "/"
    last = ancestors[-1] if ancestors else ""
    return tuple(last.removeprefix(leaf).split("/")) if last.startswith(leaf) else ()


def groups(classes: Sequence[str]) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """The groups (`microscopy`, ...) of the classes in order of appearance, and the number of each class's own."""
    roots = [path(code)[0] for code in classes]
    names = tuple(dict.fromkeys(roots))
    return names, tuple(names.index(root) for root in roots)


def near(word: str, known: Sequence[str], count: int = 3) -> list[str]:
    """The known words most like `word`, best first: for error messages that help."""
    return difflib.get_close_matches(word, known, n=count, cutoff=0.4)
