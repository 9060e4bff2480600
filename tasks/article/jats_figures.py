"""The figures of a JATS article, wherever it keeps their labels, captions and graphics.

Mostly all are in `fig`. But a `fig-group` may have the label and its parts the letters, a graphic may stand in a
paragraph, with a label of its own or with the caption in the paragraph after it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element

from tasks.article.jats_prose import prose
from tasks.wording.labels import parse_label, read_label

_LETTER = re.compile(r"\W*([A-Za-z]|[ivx]{1,4}|\d{1,2})\W*")
_NUMBER = re.compile(r"\W*(\d{1,3}[A-Za-z]?)\W*")
_AFTER_LABEL = re.compile(r"^[.:|–—-]\s+")
"""What some captions begin with, for their label stands in another element."""
_OWN = ("front", "body", "back", "floats-group", "floats-wrap")
"""The parts of an article that are its own; a sub-article (a translation, a reply) has the same labels again."""
_LONGEST_ALT = 10_000
"""Letters of what is said to those who cannot see a figure."""
CHEMICAL = ("chem-struct-wrap", "chem-struct-wrapper")
"""Schemes, where they have a label as such; else structures among the words."""
_CLOSED = frozenset(
    (
        "disp-formula",
        "inline-formula",
        "chem-struct",
        *CHEMICAL,
        "table-wrap",
        "sub-article",
        "response",
        "supplementary-material",
    )
)
"""Elements whose graphics are no figures."""


@dataclass(frozen=True, slots=True)
class JatsFigure:
    """A figure of the XML: what is printed as its label, its caption as one paragraph, its image files."""

    label: str | None
    caption: str
    graphics: tuple[str, ...]
    letters: tuple[str | None, ...]
    """For each graphic the letter of the part that it is, where the XML says so."""
    ids: tuple[str, ...] = ()
    """What refers to it by a link: its own id first, then those of its parts."""
    doi: str | None = None
    alt_text: str | None = None
    permissions: tuple[Element, ...] = ()
    """Its `permissions` and `attrib`."""


def find_figures(article: Element) -> Iterator[JatsFigure]:
    """The article's figures in the order of the XML. Tags are without namespace."""
    for name in _OWN:
        for part in article.findall(name):
            yield from _within(part)


def _within(part: Element) -> Iterator[JatsFigure]:
    """The figures below an element; by a stack, for an XML may be nested deeper than Python calls."""
    stack: list[tuple[Element, Element | None]] = [(part, None)]
    while stack:
        element, after = stack.pop()
        figure = _figure(element, after)
        if figure is not None:
            yield figure
            if element.tag == "fig" and not _is_group(element):
                stack += [(part, None) for part in reversed(element.findall("fig"))]
        elif element.tag not in _CLOSED:
            children = list(element)
            following = [*children[1:], after if element.tag == "p" else None]
            stack += reversed([*zip(children, following, strict=False)])


def _figure(element: Element, after: Element | None) -> JatsFigure | None:
    """What an element is as a figure, None where it is none; `after` is the element behind it."""
    if element.tag == "fig" and element.find("fig") is not None:
        return _group(element) or _single(element, after)
    if element.tag == "fig" or (element.tag in CHEMICAL and parse_label(_label(element) or "")):
        return _single(element, after)
    if element.tag == "fig-group":
        return _group(element)
    if element.tag == "graphic":
        labelled = element.find("label") is not None or element.find("caption") is not None
        return _single(element, after) if labelled or _captions_it(None, after) else None
    return None


def _single(element: Element, after: Element | None) -> JatsFigure | None:
    graphics = list(_hrefs(element)) if element.tag == "graphic" else list(_graphics(element))
    label = _label(element)
    if label is None and not graphics:
        return None
    label, caption = _without_label(label, _caption(element))
    if not caption and after is not None and _captions_it(label, after):
        label, caption = parse_label(prose(after)) or (label, "")
    return JatsFigure(label, caption, tuple(graphics), (None,) * len(graphics), **_facts(element))


def _without_label(label: str | None, caption: str) -> tuple[str | None, str]:
    """Label and caption where the caption itself begins with the label, which some XML has only there."""
    if not _begins_with(label, caption):
        return label, _AFTER_LABEL.sub("", caption) if label else caption
    found = parse_label(caption) or (label, caption)
    return label or found[0], found[1]


def _captions_it(label: str | None, after: Element | None) -> bool:
    """Whether the element behind a graphic is its caption: a paragraph that begins with its label, or with any."""
    return after is not None and after.tag in ("p", "caption", "title") and _begins_with(label, prose(after))


def _begins_with(label: str | None, text: str) -> bool:
    """Whether a text begins with a figure's label, or with any where it has none, as a caption does."""
    found = read_label(text)
    if found is None or found.kind != "figure" or found.refers or found.tells:
        return False
    own = parse_label(label) if label else None
    return (found.separated or found.titled) and (own is None or own[0] == found.name)


def _is_group(element: Element) -> bool:
    """Whether an element is labelled as a figure and the figures in it are not."""
    parts = element.findall("fig")
    own = parse_label(_label(element) or "")
    return own is not None and not any(parse_label(_label(part) or "") for part in parts)


def _group(group: Element) -> JatsFigure | None:
    """A group that is one figure of lettered parts; None where its parts are figures by themselves."""
    if not _is_group(group):
        return None
    label, parts = _label(group), group.findall("fig")
    captions = [_caption(group)]
    graphics = list(_graphics(group))
    letters: list[str | None] = [None] * len(graphics)
    for part in parts:
        letter = _LETTER.fullmatch(_label(part) or "")
        own = list(_graphics(part))
        captions.append(f"({letter[1]}) {_caption(part)}".strip() if letter else _caption(part))
        graphics += own
        letters += [letter[1] if letter else None] * len(own)
    caption = " ".join(filter(None, captions)).strip()
    return JatsFigure(label, caption, tuple(graphics), tuple(letters), **_facts(group))


def _facts(figure: Element) -> dict[str, Any]:
    """What a figure's element says beside label, caption and graphics."""
    parts = [figure, *(part for part in figure.iter("fig") if part is not figure)]
    doi = figure.find("object-id[@pub-id-type='doi']")
    return {
        "ids": tuple(filter(None, (part.get("id") for part in parts))),
        "doi": (prose(doi) or None) if doi is not None else None,
        "alt_text": _alt_text(figure),
        "permissions": tuple(found for found in figure.iter() if found.tag in ("permissions", "attrib")),
    }


def _alt_text(figure: Element) -> str | None:
    """What is said to those who cannot see it; the bare label or a file's name, as some repeat there, says nothing."""
    said = [prose(found) for found in figure.iter() if found.tag in ("alt-text", "long-desc")]
    telling = [text for text in said if " " in text and not _is_label(text)]
    return " ".join(dict.fromkeys(telling))[:_LONGEST_ALT] or None


def _is_label(text: str) -> bool:
    found = parse_label(text)
    return found is not None and not found[1]


def _label(element: Element) -> str | None:
    label = element.find("label")
    if label is None:
        label = element.find("caption/label")
    text = prose(label) if label is not None else ""
    bare = _NUMBER.fullmatch(text)
    return (
        f"Figure {bare[1]}"
        if bare and element.tag in ("fig", "fig-group") and bare[1][:1].isdigit()
        else text or None
    )


def _caption(figure: Element) -> str:
    """The caption of a figure, which some keep within its graphic."""
    caption = figure.find("caption")
    if caption is None:
        caption = next(
            (found for child in figure if child.tag != "fig" for found in child.iter("caption")), None
        )
    return prose(caption) if caption is not None else ""


def _graphics(figure: Element) -> Iterator[str]:
    """What the graphics of a figure refer to, in paragraphs too; of alternatives the first."""
    for child in figure:
        if child.tag == "graphic":
            yield from _hrefs(child)
        elif child.tag == "alternatives":
            yield from list(_graphics(child))[:1]
        elif child.tag in ("p", "boxed-text", "disp-quote", "sec", "chem-struct"):
            yield from _graphics(child)


def _hrefs(graphic: Element) -> Iterator[str]:
    yield from (
        value for name, value in graphic.attrib.items() if name.rpartition("}")[2] == "href" and value.strip()
    )
