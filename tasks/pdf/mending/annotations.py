"""Annotations that are pictures: the still of a 3D model or a film, a button with a picture, a stamped image.

Figmill leaves annotations out, which are what readers wrote on a paper. These were put there with it, and become
content of their page before anything is read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import pymupdf

LEAST_SIDE = 40.0
"""Points: what is smaller in either direction is a sign or a button."""

_STILLS = ("/3D", "/RichMedia", "/Screen", "/Movie")
_PUSHED = 1 << 16
"""The flag of a button that keeps no state (ISO 32000-2, table 229)."""
_UNSEEN = 1 << 1 | 1 << 5
"""The flags of what is hidden, or not for screens (table 167)."""
_REFERENCE = re.compile(r"(\d+)\s+\d+\s+R")
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)")


def draw_pictures(document: pymupdf.Document) -> None:
    """Make content of the annotations that are pictures; the others stay what they are."""
    annotations = {number: _annotations(document, number) for number in range(document.page_count)}
    pictures = {xref for xrefs in annotations.values() for xref in xrefs if _is_picture(document, xref)}
    if not pictures:
        return
    _attach(document, {number: [x for x in xrefs if x in pictures] for number, xrefs in annotations.items()})
    document.bake()
    _attach(
        document, {number: [x for x in xrefs if x not in pictures] for number, xrefs in annotations.items()}
    )


def _annotations(document: pymupdf.Document, number: int) -> list[int]:
    """The annotations of a page, by reference."""
    kind, value = document.xref_get_key(document.page_xref(number), "Annots")
    if kind == "xref":
        value = document.xref_object(int(value.split()[0]), True)
    return [int(found[1]) for found in _REFERENCE.finditer(value)] if value.startswith("[") else []


def _attach(document: pymupdf.Document, annotations: Mapping[int, Sequence[int]]) -> None:
    """Give each page these annotations and no others."""
    for number, xrefs in annotations.items():
        kept = " ".join(f"{xref} 0 R" for xref in xrefs)
        document.xref_set_key(document.page_xref(number), "Annots", f"[{kept}]" if kept else "null")


def _is_picture(document: pymupdf.Document, xref: int) -> bool:
    kind: str = document.xref_get_key(xref, "Subtype")[1]
    if kind not in (*_STILLS, "/Widget", "/Stamp") or _flags(document, xref, "F") & _UNSEEN:
        return False
    appearance = document.xref_get_key(xref, "AP/N")
    if appearance[0] != "xref" or not _is_large(document, xref):
        return False
    if kind in _STILLS:
        return True
    if kind == "/Widget" and not _flags(document, xref, "Ff") & _PUSHED:
        return False
    return _holds_image(document, int(appearance[1].split()[0]))


def _flags(document: pymupdf.Document, xref: int, key: str) -> int:
    kind, value = document.xref_get_key(xref, key)
    return int(value) if kind == "int" else 0


def _is_large(document: pymupdf.Document, xref: int) -> bool:
    numbers = [float(number) for number in _NUMBER.findall(document.xref_get_key(xref, "Rect")[1])]
    return len(numbers) == 4 and min(abs(numbers[2] - numbers[0]), abs(numbers[3] - numbers[1])) >= LEAST_SIDE


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
    return [int(found[1]) for found in _REFERENCE.finditer(value)]
