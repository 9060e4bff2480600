"""An article's JATS XML, which PMC and many publishers ship beside the PDF: its metadata and its figures' captions."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import parse

from tasks.pdf.captions import parse_label
from tasks.pdf.pages import clean
from tasks.records import Metadata
from tasks.settings import MOST_JATS_BYTES

_LICENCE_URL = re.compile(
    r"creativecommons\.org/(?:licenses/([a-z-]+)/(\d\.\d)|publicdomain/(zero)/(\d\.\d))", re.I
)


@dataclass(frozen=True, slots=True)
class ArticleFigure:
    """A figure as the JATS has it: its label normalised, its caption as one paragraph."""

    label: str
    caption: str


@dataclass(frozen=True, slots=True)
class Artwork:
    """A figure with the image files that it consists of, as the JATS refers to them; it may have no label."""

    label: str | None
    caption: str | None
    graphics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Article:
    """What Figmill takes from a JATS file."""

    metadata: Metadata
    figures: tuple[ArticleFigure, ...]
    artworks: tuple[Artwork, ...] = ()


def read_article(path: Path) -> Article | None:
    """An article's metadata and figures; None where the file is no JATS, too large, too deep or not well-formed.

    Entities are refused (defusedxml), so that no XML can grow in memory or read other files.
    """
    try:
        if path.stat().st_size > MOST_JATS_BYTES:
            return None
        return _article(parse(path).getroot())
    except (OSError, ParseError, DefusedXmlException, ValueError, LookupError, RecursionError):
        return None


def _article(root: Element) -> Article | None:
    for element in root.iter():
        if isinstance(element.tag, str):  # within OAI-PMH, JATS stands in a namespace
            element.tag = element.tag.rpartition("}")[2]
    article = root if root.tag == "article" else root.find(".//article")
    meta = article.find("front/article-meta") if article is not None else None
    if article is None or meta is None:
        return None
    metadata = Metadata(
        pmcid=_pmcid(meta),
        doi=_text(meta.find("article-id[@pub-id-type='doi']")),
        title=_text(meta.find("title-group/article-title")),
        journal=_text(article.find("front/journal-meta//journal-title")),
        license=_licence(meta),
        published=_published(meta),
    )
    return Article(metadata, tuple(_figures(article)), tuple(_artworks(article)))


def _elements(article: Element) -> Iterator[Element]:
    """The article's figures; a sub-article (a translation, a reply) has some of its own under the same labels."""
    own = [part for name in ("front", "body", "back", "floats-group") for part in article.findall(name)]
    return (fig for part in own for fig in part.iter("fig"))


def _figures(article: Element) -> Iterator[ArticleFigure]:
    for element in _elements(article):
        parsed = parse_label(_text(element.find("label")) or "")
        if parsed:
            yield ArticleFigure(parsed[0], _caption(element))


def _artworks(article: Element) -> Iterator[Artwork]:
    for element in _elements(article):
        label = _text(element.find("label"))
        parsed = parse_label(label or "")
        graphics = tuple(_graphics(element))
        if graphics:
            yield Artwork(parsed[0] if parsed else label, _caption(element) or None, graphics)


def _graphics(figure: Element) -> Iterator[str]:
    """What the graphics of a figure refer to; of alternatives the first."""
    for child in figure:
        if child.tag == "graphic":
            yield from (value for name, value in child.attrib.items() if name.rpartition("}")[2] == "href")
        elif child.tag == "alternatives":
            yield from list(_graphics(child))[:1]


def _caption(figure: Element) -> str:
    caption = figure.find("caption")
    parts = [] if caption is None else [_prose(part) for part in caption]
    return clean(" ".join(part for part in parts if part))


def _prose(element: Element) -> str:
    """The text of an element as it is printed: of a formula's alternatives the MathML, not its TeX source."""
    pieces = [element.text or ""]
    for child in element:
        if child.tag not in ("tex-math", "object-id"):
            pieces.append(_prose(child))
        pieces.append(child.tail or "")
    return "".join(pieces)


def _text(element: Element | None) -> str | None:
    return (clean("".join(element.itertext())) or None) if element is not None else None


def _pmcid(meta: Element) -> str | None:
    for kind in ("pmcid", "pmc"):
        found = _text(meta.find(f"article-id[@pub-id-type='{kind}']"))
        if found:
            return found if found.upper().startswith("PMC") else f"PMC{found}"
    return None


def _licence(meta: Element) -> str | None:
    """The licence as `CC BY 4.0` or `CC0 1.0` where the JATS links to Creative Commons, else null."""
    licence = meta.find("permissions/license")
    if licence is None:
        return None
    addresses = [
        value for element in licence.iter() for value in (*element.attrib.values(), element.text or "")
    ]
    for match in map(_LICENCE_URL.search, addresses):
        if match:
            name, version, zero, zero_version = match.groups()
            return f"CC0 {zero_version}" if zero else f"CC {name.upper()} {version}"
    return None


def _published(meta: Element) -> dt.date | None:
    """The earliest complete date of publication; a missing day or month counts as the first."""
    dates = []
    for element in meta.findall("pub-date"):
        year, month, day = (element.findtext(part, "") for part in ("year", "month", "day"))
        try:
            dates.append(dt.date(int(year), int(month or 1), int(day or 1)))
        except ValueError:
            continue
    return min(dates, default=None)
