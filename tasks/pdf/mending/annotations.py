"""Annotations that are pictures: the still of a 3D model or a film, a button with a picture, a stamped image.

Figmill leaves annotations out, which are what readers wrote on a paper. These were put there with it, and become
content of their page before anything is read. Stamps and buttons are readers' marks and signs more often than figures:
they count where they stand on bare paper, and once.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache

import pymupdf

from tasks.pdf.mending.layers import is_hidden

LEAST_SIDE = 72.0
"""Points, an inch: what is smaller in either direction is a sign, a logo or a button."""

MOST_PICTURES = 200
"""A file with more of them was not made to be read, and none is drawn."""

_STILLS = ("/3D", "/RichMedia", "/Screen", "/Movie")
_PUSHED = 1 << 16
"""The flag of a button that keeps no state (ISO 32000-2, table 229)."""
_UNSEEN = 1 << 1 | 1 << 5
"""The flags of what is hidden, or not for screens (table 167)."""
_EDGE = 0.1
"""Of a picture's width and height: as far in, the lines around it may reach."""
_PRINTED = ("text", "image", "imgmask")
"""How the operations end on which no picture is stamped."""
_REFERENCE = re.compile(r"(\d+)\s+\d+\s+R")
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)")


def draw_pictures(document: pymupdf.Document) -> None:
    """Make content of the annotations that are pictures; the others stay what they are."""
    written = {number: _written(document, number) for number in range(document.page_count)}
    places = {
        xref: number
        for number, annotations in written.items()
        for xref in _references(document, annotations)
        if _is_picture(document, xref)
    }
    if not 0 < len(places) <= MOST_PICTURES:
        return
    pictures = set[int]()
    try:
        _attach(document, dict.fromkeys(written, ()))
        pictures |= _authors(document, places)
        drawn = {number: [x for x in places if x in pictures and places[x] == number] for number in written}
        if pictures:
            _attach(document, drawn)
            document.bake()
    finally:
        for number, annotations in written.items():
            others = _REFERENCE.sub(lambda found: "" if int(found[1]) in pictures else found[0], annotations)
            document.xref_set_key(document.page_xref(number), "Annots", others or "null")


def _written(document: pymupdf.Document, number: int) -> str:
    """The array of a page's annotations; empty where it has none."""
    kind, value = document.xref_get_key(document.page_xref(number), "Annots")
    if kind == "xref":
        value = document.xref_object(int(value.split()[0]), True)
    return value if value.startswith("[") else ""


def _references(document: pymupdf.Document, text: str) -> list[int]:
    """The objects of the file that an array or a dictionary names."""
    named = [int(found[1]) for found in _REFERENCE.finditer(text)]
    return [xref for xref in named if 0 < xref < document.xref_length()]


def _attach(document: pymupdf.Document, annotations: Mapping[int, Iterable[int]]) -> None:
    """Give each page these annotations and no others."""
    for number, xrefs in annotations.items():
        kept = " ".join(f"{xref} 0 R" for xref in xrefs)
        document.xref_set_key(document.page_xref(number), "Annots", f"[{kept}]" if kept else "null")


def _authors(document: pymupdf.Document, places: Mapping[int, int]) -> set[int]:
    """Of pictures and the pages on which they stand, those that are the paper's own. No annotations are attached."""

    @cache
    def printed(number: int) -> list[pymupdf.Rect]:
        log = document[number].get_bboxlog()
        return [pymupdf.Rect(box) for kind, box in log if kind.endswith(_PRINTED)]

    def stands_bare(xref: int) -> bool:
        box = pymupdf.Rect(_box(document, xref)) * document[places[xref]].transformation_matrix
        across, down = _EDGE * box.width, _EDGE * box.height
        inner = pymupdf.Rect(box.x0 + across, box.y0 + down, box.x1 - across, box.y1 - down)
        return not any(inner.intersects(one) for one in printed(places[xref]))

    uses = Counter(document.xref_get_key(xref, "AP/N")[1] for xref in places)
    return {
        xref
        for xref in places
        if document.xref_get_key(xref, "Subtype")[1] in _STILLS
        or (uses[document.xref_get_key(xref, "AP/N")[1]] == 1 and stands_bare(xref))
    }


def _is_picture(document: pymupdf.Document, xref: int) -> bool:
    kind: str = document.xref_get_key(xref, "Subtype")[1]
    if kind not in (*_STILLS, "/Widget", "/Stamp") or _is_unseen(document, xref):
        return False
    appearance = document.xref_get_key(xref, "AP/N")
    if appearance[0] != "xref" or not _is_large(document, xref):
        return False
    if kind in _STILLS:
        return True
    if kind == "/Widget" and not _flags(document, xref, "Ff") & _PUSHED:
        return False
    return _holds_image(document, int(appearance[1].split()[0]))


def _is_unseen(document: pymupdf.Document, xref: int) -> bool:
    """Whether an annotation is hidden by its flags or by its layer."""
    kind, layer = document.xref_get_key(xref, "OC")
    return bool(_flags(document, xref, "F") & _UNSEEN) or (
        kind == "xref" and is_hidden(document, int(layer.split()[0]))
    )


def _flags(document: pymupdf.Document, xref: int, key: str) -> int:
    kind, value = document.xref_get_key(xref, key)
    return int(value) if kind == "int" else 0


def _is_large(document: pymupdf.Document, xref: int) -> bool:
    box = pymupdf.Rect(_box(document, xref))
    return bool(min(box.width, box.height) >= LEAST_SIDE)


def _box(document: pymupdf.Document, xref: int) -> tuple[float, ...]:
    """Where an annotation stands, in the PDF's own space; nowhere if that makes no sense."""
    numbers = [float(number) for number in _NUMBER.findall(document.xref_get_key(xref, "Rect")[1])]
    if len(numbers) != 4:
        return (0.0,) * 4
    (x0, x1), (y0, y1) = sorted(numbers[::2]), sorted(numbers[1::2])
    return x0, y0, x1, y1


def _holds_image(document: pymupdf.Document, form: int) -> bool:
    """Whether an image is drawn by an appearance, or by a form that it draws."""
    drawn = _drawn(document, form)
    return any(
        document.xref_is_image(one) or any(document.xref_is_image(inner) for inner in _drawn(document, one))
        for one in drawn
    )


def _drawn(document: pymupdf.Document, form: int) -> list[int]:
    """What a form may draw, by its resources."""
    kind, value = document.xref_get_key(form, "Resources/XObject")
    if kind == "xref":
        value = document.xref_object(int(value.split()[0]), True)
    return _references(document, value)
