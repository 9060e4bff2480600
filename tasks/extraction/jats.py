"""An article's JATS XML, which PMC and many publishers ship beside the PDF: its metadata and its figures' captions."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from html.entities import html5
from pathlib import Path
from typing import cast
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from tasks.extraction.jats_figures import find_figures
from tasks.records import Metadata
from tasks.settings import MOST_JATS_BYTES
from tasks.wording.labels import parse_label
from tasks.wording.words import clean

_BEFORE_XML = b" \t\r\n\xef\xbb\xbf"
"""What some servers put before the XML declaration, where nothing may stand."""
_PREFIXES = ("xlink", "mml", "ali", "xsi", "oasis", "m", "xml-model")
"""Prefixes that the DTDs of JATS declare, so that files without them were valid."""
_ROOT = re.compile(rb"<[A-Za-z][\w.:-]*(?=[\s>/])")
_ENTITY = re.compile(rb"&([A-Za-z][A-Za-z0-9]{1,31});")

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
    letters: tuple[str | None, ...] = ()
    """For each graphic the letter of the panel that it is, where the XML says so."""


@dataclass(frozen=True, slots=True)
class Article:
    """What Figmill takes from a JATS file."""

    metadata: Metadata
    figures: tuple[ArticleFigure, ...]
    artworks: tuple[Artwork, ...] = ()


class JatsError(ValueError):
    """An XML that cannot be read as an article; the message is what is wrong with it, in words after "it"."""


def read_article(path: Path) -> Article | None:
    """An article's metadata and figures; None where the file is no JATS, too large, too deep or not well-formed."""
    try:
        return load_article(path)
    except JatsError:
        return None


def load_article(path: Path) -> Article:
    """An article's metadata and figures. Raises JatsError.

    Entities are refused (defusedxml), so that no XML can grow in memory or read other files.
    """
    try:
        if path.stat().st_size > MOST_JATS_BYTES:
            raise JatsError(f"has more than {MOST_JATS_BYTES >> 20} MB")
        return _article(_parse(path.read_bytes().lstrip(_BEFORE_XML)))
    except OSError as error:
        raise JatsError(f"cannot be opened ({error.strerror})") from error
    except DefusedXmlException as error:
        raise JatsError("declares entities, which are refused") from error
    except RecursionError as error:
        raise JatsError("is nested too deeply") from error
    except JatsError:
        raise
    except (ParseError, LookupError, ValueError) as error:  # ValueError: an encoding that expat does not read
        raise JatsError(f"is not well-formed ({error})") from error


def _parse(data: bytes) -> Element:
    """The root of an XML; what its DTD would have declared, prefixes and the names of characters, is known here too."""
    try:
        return cast(Element, fromstring(data))
    except ParseError as error:
        mended = _mended(data, str(error))
        if mended is None:
            raise
        return cast(Element, fromstring(mended))


def _mended(data: bytes, fault: str) -> bytes | None:
    if "undefined entity" not in fault and "unbound prefix" not in fault:
        return None
    data = _ENTITY.sub(lambda name: _character(name[1].decode()), data)
    missing = [
        f" xmlns:{name}='{name}'".encode() for name in _PREFIXES if f"xmlns:{name}=".encode() not in data
    ]
    return _ROOT.sub(lambda root: root[0] + b"".join(missing), data, count=1)


def _character(name: str) -> bytes:
    known = None if name in ("amp", "lt", "gt", "quot", "apos") else html5.get(f"{name};")
    return "".join(f"&#{ord(letter)};" for letter in known).encode() if known else f"&{name};".encode()


def _article(root: Element) -> Article:
    for element in root.iter():
        if isinstance(element.tag, str):  # within OAI-PMH, JATS stands in a namespace
            element.tag = element.tag.rpartition("}")[2]
    article = root if root.tag == "article" else root.find(".//article")
    meta = article.find("front/article-meta") if article is not None else None
    if article is None or meta is None:
        raise JatsError("is no JATS article")
    metadata = Metadata(
        pmcid=_pmcid(meta),
        doi=_text(meta.find("article-id[@pub-id-type='doi']")),
        title=_text(meta.find("title-group/article-title")),
        journal=_text(article.find("front/journal-meta//journal-title")),
        license=_licence(meta),
        published=_published(meta),
    )
    found = list(find_figures(article))
    labels = [parse_label(figure.label or "") for figure in found]
    return Article(
        metadata,
        tuple(ArticleFigure(label[0], f.caption) for f, label in zip(found, labels, strict=True) if label),
        tuple(
            Artwork(label[0] if label else f.label, f.caption or None, f.graphics, f.letters)
            for f, label in zip(found, labels, strict=True)
            if f.graphics
        ),
    )


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
        except (ValueError, OverflowError):
            continue
    return min(dates, default=None)
