"""Gold of others, read as its authors ship it: figures as image files with the boxes of their panels.

ImageCLEF's figure separation (2013 to 2016) is one XML file for a folder of JPEGs: `annotation/filename` without its
ending, and for each panel an `object` of four `point`s. PanelSeg (Zou, Antani and Thoma 2020) has beside each picture
`<name>_data.xml` of iPhotoDraw, where a shape called `panel A` is a panel and one called `label A` its letter.
Pictures of both stay with those who ask their authors for them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from PIL import Image, UnidentifiedImageError

from models.transforms import FORMATS
from tasks.developing.panel_gold import GoldFigure, figure_image
from tasks.errors import InputError
from tasks.records import Box

POINTS_WIDE = 500.0
"""Such files do not say how large a figure was printed: about as wide as a page's text."""

ENDINGS = (".jpg", ".jpeg", ".png", ".gif")

Marked = tuple[Box, str | None]
"""A panel's box in pixels and its letter."""


def read_imageclef(annotations: Path, pictures: Path) -> Iterator[GoldFigure]:
    """The figures that `annotations` names and `pictures` holds.

    Raises InputError for a file that is no such XML, or if none of its pictures is there.
    """
    named = parse(annotations).findall("./annotation")
    found = False
    for item in named:
        name = (item.findtext("filename") or "").strip()
        picture = find_picture(pictures, name)
        panels = [panel for panel in map(points_box, item.findall("object")) if panel]
        if picture and panels:
            found = True
            yield gold_figure(picture, [(panel, None) for panel in panels])
    if not found:
        raise InputError(f"{pictures} holds none of the {len(named)} figures that {annotations} annotates")


def read_panelseg(folder: Path) -> Iterator[GoldFigure]:
    """The pictures of `folder` and of its folders that have `<name>_data.xml` beside them.

    Raises InputError for a file that is no XML, or if there is none.
    """
    files = sorted(folder.rglob("*_data.xml"))
    if not files:
        raise InputError(f"{folder} holds no <picture>_data.xml of iPhotoDraw")
    for file in files:
        picture = find_picture(file.parent, file.name.removesuffix("_data.xml"))
        panels = [panel for panel in map(shape_panel, parse(file).iterfind(".//Shape")) if panel]
        if picture and panels:
            yield gold_figure(picture, panels)


def parse(file: Path) -> Any:
    """The root of an XML file without entities of its own. Raises InputError."""
    try:
        return fromstring(file.read_bytes())
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror}") from error
    except (SyntaxError, LookupError, ValueError, DefusedXmlException) as error:
        raise InputError(f"{file} is no XML that can be read: {error}") from error


def find_picture(folder: Path, name: str) -> Path | None:
    """The picture `name` of `folder`, with or without its ending; None where it is not there."""
    if not name or Path(name).name != name:
        return None
    candidates = (folder / name, *(folder / f"{name}{ending}" for ending in ENDINGS))
    return next((file for file in candidates if file.suffix.lower() in ENDINGS and file.is_file()), None)


def points_box(item: Any) -> Box | None:
    """The box around the `point`s of an `object`; None where they make none."""
    try:
        points = [(float(point.get("x", "")), float(point.get("y", ""))) for point in item.findall("point")]
    except ValueError:
        return None
    if not points:
        return None
    across, down = zip(*points, strict=True)
    return checked((min(across), min(down), max(across), max(down)))


def shape_panel(shape: Any) -> Marked | None:
    """The panel that a `Shape` of iPhotoDraw marks; None for a label and for what has no extent."""
    kind, _, letter = (shape.findtext("./BlockText/Text") or "").strip().partition(" ")
    extent = shape.find("./Data/Extent")
    if kind.lower() != "panel" or extent is None:
        return None
    try:
        x, y, width, height = (float(extent.get(name, "")) for name in ("X", "Y", "Width", "Height"))
    except ValueError:
        return None
    box = checked((x, y, x + width, y + height))
    return (box, letter.strip() or None) if box else None


def checked(box: Box) -> Box | None:
    """`box` unless it is empty or not finite."""
    return box if 0 < box[2] - box[0] < float("inf") and 0 < box[3] - box[1] < float("inf") else None


def gold_figure(picture: Path, panels: list[Marked]) -> GoldFigure:
    """A picture with its panels, in points of a figure of `POINTS_WIDE`. Raises InputError for what is no picture."""
    try:
        pixels = Image.open(picture, formats=FORMATS).convert("RGB")
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise InputError(f"{picture} is no picture that can be read: {error}") from error
    unit = pixels.width / POINTS_WIDE
    whole = (0.0, 0.0, POINTS_WIDE, pixels.height / unit)
    boxes: list[Box] = [(a / unit, b / unit, c / unit, d / unit) for (a, b, c, d), _ in panels]
    return GoldFigure(
        picture.stem, figure_image(pixels, (whole,), (), (), unit), boxes, [letter for _, letter in panels]
    )
