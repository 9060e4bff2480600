"""What a reader types, as terms of full text: phrases, stop words, and the many names of a modality.

"TEM of mitochondria" shall find a panel whose caption says "transmission electron micrograph", and one that says
nothing of the kind but was named DMTR: the modality's own words are indexed beside the captions.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from models import taxonomy
from tasks.texts import storable
from tasks.wording.words import clean

_SYNONYMS: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    # the names of one thing, and the classes whose pictures it usually is
    (("tem", "transmission electron microscopy", "transmission electron micrograph"), ("DMTR", "DMEL")),
    (("sem", "scanning electron microscopy", "scanning electron micrograph"), ("DMEL",)),
    (("electron microscopy", "electron micrograph", "ultrastructure"), ("DMEL", "DMTR")),
    (("fluorescence", "immunofluorescence", "fluorescent", "confocal", "dapi", "gfp"), ("DMFL",)),
    (("histology", "histological", "histopathology", "h&e", "haematoxylin", "hematoxylin"), ("DMLI",)),
    (("immunohistochemistry", "immunohistochemical", "ihc"), ("DMLI",)),
    (("light microscopy", "light micrograph", "photomicrograph", "bright field", "brightfield"), ("DMLI",)),
    (("western blot", "western blotting", "immunoblot", "immunoblotting"), ("GGEL",)),
    (("gel", "electrophoresis", "sds page", "agarose"), ("GGEL",)),
    (("ct", "computed tomography", "tomogram", "ct scan"), ("DRCT",)),
    (("mri", "magnetic resonance", "mr imaging"), ("DRMR",)),
    (("x ray", "xray", "radiograph", "radiography"), ("DRXR",)),
    (("ultrasound", "ultrasonography", "sonography", "sonogram", "echocardiography"), ("DRUS",)),
    (("angiography", "angiogram"), ("DRAN",)),
    (("pet", "positron emission tomography"), ("DRPE",)),
    (("ecg", "ekg", "electrocardiogram", "electrocardiography"), ("DSEC",)),
    (("eeg", "electroencephalogram", "electroencephalography"), ("DSEE",)),
    (("emg", "electromyogram", "electromyography"), ("DSEM",)),
    (("endoscopy", "endoscopic", "colonoscopy"), ("DVEN",)),
    (("skin", "dermatology", "cutaneous"), ("DVDM",)),
    (("chart", "graph", "plot", "histogram", "bar chart"), ("GFIG",)),
    (("flow chart", "flowchart", "flow diagram", "consort"), ("GFLO",)),
    (("scheme", "schematic", "diagram", "system overview"), ("GSYS",)),
    (("chemical structure", "structural formula", "molecular structure"), ("GCHE",)),
    (("sequence alignment", "gene sequence"), ("GGEN",)),
    (("3d reconstruction", "three dimensional"), ("D3DR",)),
    (("screenshot", "screen shot"), ("GSCR",)),
    (("photograph", "photo"), ("GNCP", "DVOR", "DVDM")),
    (("xrd", "x ray diffraction"), ()),
    (("ftir", "infrared", "fourier transform infrared"), ()),
    (("edx", "eds", "energy dispersive x ray"), ()),
    (("nmr", "nuclear magnetic resonance"), ()),
    (("uv vis", "uv visible", "ultraviolet visible"), ()),
    (("pca", "principal component analysis"), ()),
    (("afm", "atomic force microscopy"), ()),
    (("facs", "flow cytometry"), ()),
    (("qpcr", "real time pcr", "quantitative pcr"), ()),
    (("roc", "receiver operating characteristic"), ()),
    (("hplc", "high performance liquid chromatography"), ()),
    (("elisa", "enzyme linked immunosorbent assay"), ()),
    (("fna", "fine needle aspiration", "fine needle aspirate"), ()),
)

_STOP_WORDS = """
a an and are as at be been by can did do does for from had has have how in into is it its of on or
per  show showing shown shows than that the their them then there these they this those to under
using was were  what when where which while who why with without  figure figures image images panel
panels picture pictures
"""
_STOP = frozenset(_STOP_WORDS.split())
_WORD = re.compile(r"\"([^\"]+)\"|(\S+)")
_LATIN = re.compile(r"(\w{4,})i(?:a|al|um|on)")
_ENDINGS = ("ia", "ial", "ium", "ion")
"""Mitochondria, mitochondrial; epithelium, epithelial: a stemmer of English leaves their endings apart."""


def _by_name() -> dict[tuple[str, ...], tuple[str, ...]]:
    return {tuple(name.split()): names for names, _ in _SYNONYMS for name in names}


_NAMES: Mapping[tuple[str, ...], tuple[str, ...]] = MappingProxyType(_by_name())
_LONGEST = max(map(len, _NAMES))


def modality_words(code: str | None, path: Sequence[str] = ()) -> str:
    """The words by which people ask for a class's pictures; empty where there is none.

    With `path`, as `modality_path` has it, those of what stands there below the class too. DICOM's codes are left out:
    `US` and `MR` are everyday words.
    """
    if code is None:
        return ""
    usual = [name for names, codes in _SYNONYMS if code in codes[:1] for name in names]
    also = [names[0] for names, codes in _SYNONYMS if code in codes[1:]]
    slugs = (
        " ".join([taxonomy.path(code)[-1], *taxonomy.below(code, path)]).replace("/", " ").replace("-", " ")
    )
    known = taxonomy.identifiers(code)
    identifiers = filter(None, (known.umls, known.fbbi, known.ncit, known.mesh))
    return " ".join([code, taxonomy.name(code), slugs, *usual, *also, *identifiers])


Term = tuple[str, ...]
"""One thing asked for: the phrases that mean it, any of which will do."""


def parse(text: str) -> list[Term]:
    """The terms of a query, each once, in their order.

    Words in quotes stay together. Stop words go, unless nothing else is there. Letters are spelled as captions are
    stored, so that 5 µg with the micro sign finds 5 μg.
    """
    words = [(quoted or plain, bool(quoted)) for quoted, plain in _WORD.findall(clean(storable(text)))]
    words = [(bare, quoted) for word, quoted in words if (bare := _plain(word))]
    kept = [pair for pair in words if pair[1] or pair[0].lower() not in _STOP] or words
    terms, at = [], 0
    while at < len(kept):
        term, used = _term(kept, at)
        terms.append(term)
        at += used
    return list(dict.fromkeys(terms))


def _term(words: list[tuple[str, bool]], at: int) -> tuple[Term, int]:
    """The term that begins at a word, and how many words it takes."""
    word, quoted = words[at]
    if quoted:
        return (word,), 1
    for length in range(min(_LONGEST, len(words) - at), 0, -1):
        span = words[at : at + length]
        names = _NAMES.get(tuple(" ".join(_singular(one) for one, _ in span).split()))
        if names and not any(is_quoted for _, is_quoted in span):
            return names, length
    latin = _LATIN.fullmatch(word.lower())
    if latin and not word.lower().endswith(("tion", "sion")):
        return tuple(dict.fromkeys([word, *(latin[1] + ending for ending in _ENDINGS)])), 1
    return (word,), 1


def _singular(word: str) -> str:
    lower = word.lower().replace("-", " ")
    return lower[:-1] if len(lower) > 3 and lower.endswith("s") and not lower.endswith("ss") else lower


def _plain(word: str) -> str:
    """Without what no tokenizer keeps at the ends; empty where nothing is left."""
    bare = word.replace('"', " ").replace("\x00", " ")
    return bare.strip(" \t.,;:!?()[]{}<>'`*^") if any(map(str.isalnum, word)) else ""
