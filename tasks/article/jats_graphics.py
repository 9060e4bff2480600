"""The image files of a JATS figure: its graphics, wherever it keeps them, each picture once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

CHEMICAL = ("chem-struct-wrap", "chem-struct-wrapper")
"""Schemes, where they have a label as such; else structures among the words."""

_HOLDERS = frozenset(
    (
        "p",
        "boxed-text",
        "disp-quote",
        "sec",
        "list",
        "list-item",
        "media",
        "chem-struct",
        *CHEMICAL,
    )
)
"""Elements of a figure in which its graphics may stand."""
_FORMULAS = frozenset(("disp-formula", "disp-formula-group"))
_PLACES = (
    ("graphic", _HOLDERS),
    ("media", _HOLDERS),
    ("graphic", _HOLDERS | _FORMULAS),
    ("graphic", _HOLDERS | {"caption"}),
    ("inline-graphic", _HOLDERS),
)
"""As what a figure's picture is tagged and within what; the next place counts where there is none in those before."""
_IMAGE = re.compile(r"\.(?:jpe?g|png|tiff?|webp|gif)$", re.IGNORECASE)
_SMALL = re.compile(r"\.gif$", re.IGNORECASE)
"""What is mostly a small form of the picture beside it."""
_OTHER_FORMAT = re.compile(r"\.(?:eps|ps|ai|svgz?|pdf|emf|wmf|zip|html?|mp4|avi|mov)$", re.IGNORECASE)
"""Formats that are not read, where another may be had."""


def graphics_of(figure: Element) -> list[str]:
    """What the pictures of a figure's element refer to, of each picture that comes in several forms to one."""
    for tag, holders in _PLACES:
        pictures = list(_pictures(figure, tag, holders))
        if pictures:
            return each_once([href(picture) for picture in _without_thumbnails(pictures)])
    return []


def each_once(references: list[str]) -> list[str]:
    """References to images without those that name the same picture in another format."""
    known: dict[str, str] = {}
    for name in references:
        stem = _IMAGE.sub("", name)
        if stem not in known or _SMALL.search(known[stem]):
            known[stem] = name
    return list(known.values())


def href(picture: Element) -> str:
    """What an element refers to; empty where to nothing."""
    found = (value.strip() for name, value in picture.attrib.items() if name.rpartition("}")[2] == "href")
    return next(filter(None, found), "")


def is_picture(element: Element) -> bool:
    """Whether an element is a picture that names its file: media may be a video or a table, too."""
    if element.tag != "media":
        return element.tag in ("graphic", "inline-graphic") and bool(href(element))
    kind = element.get("mimetype", "").lower()
    return bool(href(element)) and (kind.startswith("image") if kind else bool(_IMAGE.search(href(element))))


def _pictures(element: Element, tag: str, holders: frozenset[str]) -> Iterator[Element]:
    for child in element:
        if child.tag == tag and is_picture(child):
            yield child
        elif child.tag == "alternatives":
            forms = _without_thumbnails(list(_pictures(child, tag, holders)))
            yield from sorted(forms, key=_doubt)[:1]
        elif child.tag in holders:
            yield from _pictures(child, tag, holders)


def _doubt(form: Element) -> int:
    """How little a form of a picture is wanted."""
    name = href(form)
    return 2 if _OTHER_FORMAT.search(name) else 1 if _SMALL.search(name) else 0


def _without_thumbnails(pictures: list[Element]) -> list[Element]:
    """Pictures without the small forms of others."""
    large = [
        picture
        for picture in pictures
        if "thumb" not in f"{picture.get('specific-use')} {picture.get('content-type')}".lower()
    ]
    return large or pictures
