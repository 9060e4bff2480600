"""An article's JATS XML, which PMC and many publishers ship beside the PDF: its metadata and its figures' captions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html.entities import html5
from itertools import islice
from pathlib import Path
from typing import cast
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from tasks.article.figure_rights import read_rights
from tasks.article.jats_figures import JatsFigure, find_figures
from tasks.article.jats_front import read_front
from tasks.article.jats_passages import read_passages
from tasks.article.mentions import CitingSentence, citing_sentences
from tasks.records import Metadata, Rights
from tasks.settings import MOST_JATS_BYTES
from tasks.wording.labels import parse_label

_BEFORE_XML = b" \t\r\n\xef\xbb\xbf"
"""What some servers put before the XML declaration, where nothing may stand."""
_PREFIXES = ("xlink", "mml", "ali", "xsi", "oasis", "m", "xml-model")
"""Prefixes that the DTDs of JATS declare, so that files without them were valid."""
_PREFIX = re.compile(rb"</?([A-Za-z_][\w.-]{0,30}):|\s([A-Za-z_][\w.-]{0,30}):[\w.-]{1,60}\s*=\s*[\"']")
_DECLARES = re.compile(rb"xmlns:([\w.-]+)\s*=")
_MOST_PREFIXED = 100_000
"""Names with prefixes that are looked at, for those that nothing declares."""
_ROOT = re.compile(rb"<[A-Za-z][\w.:-]*(?=[\s>/])")
_ENTITY = re.compile(rb"&([A-Za-z][A-Za-z0-9]{1,31});")
_DOCTYPE = re.compile(rb"<!DOCTYPE[^\[\]<>]{0,500}(?=\[)")
_END_OF_SUBSET = re.compile(rb"\]\s*>")
_UNPRINTABLE = re.compile(
    rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|&#(?:0*(?:[0-8]|1[1-2]|1[4-9]|2\d|3[01])|x0*(?:[0-8bcef]|1[0-9a-f]));",
    re.I,
)
"""Characters that no XML may hold."""
_AMPERSAND = re.compile(rb"&(?![#A-Za-z_:])")
_DECLARED = re.compile(rb"(<\?xml[^>]{0,80}?)\s+encoding=(?:\"[^\"]*\"|'[^']*')")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
"""How a file in UTF-16 begins."""
_GREEK_NAMES = "a b g d e z ee th i k l m n x o p r sf s t u ph kh ps oh"
_GREEK = dict(zip(_GREEK_NAMES.split(), "αβγδεζηθικλμνξοπρςστυφχψω", strict=True))
"""The names of Greek letters in ISO 8879, which the DTDs of JATS declare and HTML does not have, without their "gr"."""
_OF_WINDOWS = re.compile("[\udc80-\udcff]")
"""A byte that is no UTF-8, as Python's `surrogateescape` stands for it."""
_MENDINGS = 4
"""What may be wrong with one file, each by itself."""


_NO_RIGHTS = Rights()


@dataclass(frozen=True, slots=True)
class FigureFacts:
    """What the JATS says of a figure beside its caption."""

    id: str | None = None
    doi: str | None = None
    alt_text: str | None = None
    rights: Rights = _NO_RIGHTS


NO_FACTS = FigureFacts()


@dataclass(frozen=True, slots=True)
class ArticleFigure:
    """A figure as the JATS has it: its label normalised, its caption as one paragraph."""

    label: str
    caption: str
    facts: FigureFacts = NO_FACTS
    supplementary: bool = False
    """It stands in the article's supplement, which its PDF does not have."""


@dataclass(frozen=True, slots=True)
class Artwork:
    """A figure with the image files that it consists of, as the JATS refers to them; it may have no label."""

    label: str | None
    caption: str | None
    graphics: tuple[str, ...]
    letters: tuple[str | None, ...] = ()
    """For each graphic the letter of the panel that it is, where the XML says so."""
    facts: FigureFacts = NO_FACTS


@dataclass(frozen=True, slots=True)
class Article:
    """What Figmill takes from a JATS file."""

    metadata: Metadata
    figures: tuple[ArticleFigure, ...]
    artworks: tuple[Artwork, ...] = ()
    sentences: tuple[CitingSentence, ...] = ()
    """Those that cite a figure."""


class JatsError(ValueError):
    """An XML that cannot be read as an article; the message is what is wrong with it, in words after "it"."""


def load_article(path: Path) -> Article:
    """An article's metadata, figures and the sentences that cite them.

    Raises JatsError where the file cannot be opened, is too large, too deep, not well-formed or no JATS.
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
    for _ in range(_MENDINGS):
        try:
            return cast(Element, fromstring(data))
        except ParseError as error:
            mended = _mended(data, str(error))
            if mended == data:
                raise
            data = mended
        except DefusedXmlException:
            mended = _without_subset(data)
            if mended == data:
                raise
            return _without_entities(mended)
    return cast(Element, fromstring(data))


def _without_subset(data: bytes) -> bytes:
    """The file without what it declares for itself: entities, which are refused, and notations of its images."""
    start = _DOCTYPE.search(data)
    end = _END_OF_SUBSET.search(data, start.end()) if start else None
    return data[: start.end()] + b">" + data[end.end() :] if start and end else data


def _without_entities(data: bytes) -> Element:
    """The root of an XML whose own declarations were taken away. Raises DefusedXmlException if it needs them."""
    try:
        return cast(Element, fromstring(data))
    except ParseError as error:
        try:
            return cast(Element, fromstring(_mended(data, str(error))))
        except ParseError:
            raise DefusedXmlException from error


def _mended(data: bytes, fault: str) -> bytes:
    """The file without that fault, as far as its words do not depend on it; else as it is."""
    if data[:2] in _UTF16:
        return _DECLARED.sub(rb"\1", data.decode("utf-16").encode(), count=1)
    if "encoding specified" in fault:
        return _DECLARED.sub(rb"\1", data, count=1)
    if ("invalid token" in fault or "invalid character" in fault) and _claims_utf8(data):
        data = _AMPERSAND.sub(b"&amp;", _UNPRINTABLE.sub(b"", data))
        return _OF_WINDOWS.sub(_letter_of_windows, data.decode(errors="surrogateescape")).encode()
    if "undefined entity" not in fault and "unbound prefix" not in fault:
        return data
    data = _ENTITY.sub(lambda name: _character(name[1].decode()), data)
    root = _ROOT.search(data)
    return data[: root.end()] + _declarations(data, root) + data[root.end() :] if root else data


def _declarations(data: bytes, root: re.Match[bytes]) -> bytes:
    """Declarations of the prefixes that a file uses, and of those that DTDs declare, without those at its root."""
    used = (found[1] or found[2] for found in _PREFIX.finditer(data))
    known = {name.encode() for name in _PREFIXES} | set(islice(used, _MOST_PREFIXED))
    start = data[root.end() : data.find(b">", root.end())]
    missing = sorted(known - set(_DECLARES.findall(start)) - {b"xml", b"xmlns"})
    return b"".join(b" xmlns:%b='%b'" % (name, name) for name in missing)


def _claims_utf8(data: bytes) -> bool:
    """Whether a file is in UTF-8 by its declaration, or by having none."""
    declared = _DECLARED.match(data)
    return b"\0" not in data[:4] and (declared is None or b"utf-8" in declared[0].lower())


def _letter_of_windows(byte: re.Match[str]) -> str:
    """What a byte that is no UTF-8 stands for in Windows' own encoding; the bytes around it may be UTF-8."""
    return byte[0].encode(errors="surrogateescape").decode("cp1252", "replace")


def _character(name: str) -> bytes:
    known = None if name in ("amp", "lt", "gt", "quot", "apos") else html5.get(f"{name};") or _greek(name)
    return "".join(f"&#{ord(letter)};" for letter in known).encode() if known else f"&{name};".encode()


def _greek(name: str) -> str | None:
    stem = name.removesuffix("gr") if name.endswith("gr") else ""
    small = _GREEK.get(stem.lower())
    return small.upper() if small and stem.isupper() else small


def _article(root: Element) -> Article:
    for element in root.iter():
        if isinstance(element.tag, str):  # within OAI-PMH, JATS stands in a namespace
            element.tag = element.tag.rpartition("}")[2]
    article = root if root.tag == "article" else root.find(".//article")
    meta = article.find("front/article-meta") if article is not None else None
    if article is None or meta is None:
        raise JatsError("is no JATS article")
    found = list(find_figures(article))
    labels = _labels(found)
    metadata = read_front(article, meta)
    permissions = meta.findall("permissions")
    facts = [_facts(figure, permissions, metadata.license) for figure in found]
    known = list(zip(found, labels, facts, strict=True))
    by_id = {id_: label[0] for figure, label, _ in reversed(known) if label for id_ in figure.ids}
    return Article(
        metadata,
        tuple(ArticleFigure(label[0], f.caption, its, f.supplementary) for f, label, its in known if label),
        tuple(
            Artwork(label[0] if label else f.label, f.caption or None, f.graphics, f.letters, its)
            for f, label, its in known
            if f.graphics
        ),
        citing_sentences(read_passages(article, by_id)),
    )


def _labels(figures: Sequence[JatsFigure]) -> list[tuple[str, str] | None]:
    """Label and words behind it of each figure; a supplement that numbers anew has its own "Figure 1"."""
    labels = [parse_label(figure.label or "") for figure in figures]
    known = list(zip(figures, labels, strict=True))
    own = {label[0] for figure, label in known if label and not figure.supplementary}
    return [
        (f"Supplementary {label[0]}", label[1])
        if label and figure.supplementary and label[0] in own
        else label
        for figure, label in known
    ]


def _facts(figure: JatsFigure, permissions: Sequence[Element], license_: str | None) -> FigureFacts:
    rights = read_rights(figure.caption or None, figure.permissions, permissions, license_)
    return FigureFacts(figure.ids[0] if figure.ids else None, figure.doi, figure.alt_text, rights)
