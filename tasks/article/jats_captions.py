"""Label and caption of a JATS figure, be the label an element of its own or the first words of the caption."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import accumulate, islice
from xml.etree.ElementTree import Element

from tasks.article.jats_front import language_of
from tasks.article.jats_prose import prose
from tasks.wording.labels import Label, parse_label, read_label
from tasks.wording.words import clean

_NUMBER = re.compile(r"\W*(\d{1,3}[A-Za-z]?)\W*")
_AFTER_LABEL = re.compile(r"^[.:|–—-]\s+")
"""What some captions begin with, for their label stands in another element."""
_WORDS = re.compile(r"[^\W\d_]{3}")
"""What tells words from the letters of panels and from signs."""
_BLOCKS = ("title", "p", "sec")
_EMPHASIS = (
    "b",
    "bold",
    "italic",
    "sc",
    "sans-serif",
    "strong",
    "styled-content",
    "named-content",
    "underline",
)
_DEEPEST_HEAD = 6
"""Elements in one another of which the last may be a caption's label; more would cost the square of a hostile one."""
_LONGEST_LABEL = 60
"""Letters."""
_FIRST_TEXTS = 20
"""Pieces of a caption between its marks, in which its label stands."""
_OBJECTS = ("fig", "fig-group", "media", "supplementary-material")
"""What may stand in a caption with a label and words of its own."""


def label_of(element: Element) -> str | None:
    """What the element of an element's label says; a bare number is a figure's."""
    label = element.find("label")
    if label is None:
        label = element.find("caption/label")
    text = prose(label) if label is not None else _of_graphic(element)
    bare = _NUMBER.fullmatch(text)
    return (
        f"Figure {bare[1]}"
        if bare and element.tag in ("fig", "fig-group") and bare[1][:1].isdigit()
        else text or None
    )


def _of_graphic(figure: Element) -> str:
    """The label within a figure's graphic; that of a panel is none of the figure's."""
    label = figure.find("graphic/label")
    text = prose(label) if label is not None else ""
    return text if figure_label(text) else ""


def figure_label(text: str | None) -> Label | None:
    """The label that a text begins with, where it is a figure's."""
    found = read_label(text) if text else None
    return found if found is not None and found.kind == "figure" else None


def words_of(figure: Element, language: str) -> tuple[str | None, str]:
    """Label and caption of a figure's element, of several languages that of the article."""
    label = label_of(figure)
    captions = _captions(figure, language)
    caption = clean(" ".join(prose(part, _OBJECTS) for part in captions))
    cut = cut_label(caption, captions[0] if captions else None, label)
    if cut is not None:
        return label or cut[0], cut[1]
    return label, _with_title(label, _AFTER_LABEL.sub("", caption) if label else caption)


def loose_words(figure: Element, label: str | None) -> tuple[str | None, str]:
    """Label and caption of a figure's element that has its words beside its graphics, not in a caption."""
    pieces = [figure.text or ""]
    for child in figure:
        pieces += [
            prose(child, (*_OBJECTS, "graphic")) if child.tag in ("p", "title") else "",
            child.tail or "",
        ]
    text = clean(" ".join(pieces))
    return cut_label(text, None, label) or (label, text if _WORDS.search(text) else "")


def cut_label(
    text: str, element: Element | None, label: str | None, *, alone: bool = False
) -> tuple[str, str] | None:
    """Label and words of a text that begins with a figure's label, with `label` where that is known; else None.

    `element` is where the text stands: a title or bold letters tell a label from a reference. An element that stands
    `alone` may as well be a paragraph of the article, whose bold references go on in small letters.
    """
    found = figure_label(text)
    own = parse_label(label) if label else None
    told = found is not None and not found.refers and not found.tells
    if found is not None and told and (found.separated or found.titled):
        return (found.name, found.words) if own is None or own[0] == found.name else None
    for head in _heads(element) if element is not None else ():
        said = prose(head) if _is_short(head) else ""
        its = figure_label(said)
        if its is not None and not its.words and text.startswith(said):
            apart = head.tag in _BLOCKS or (told and not (alone and found is not None and found.runs_on))
            words = _AFTER_LABEL.sub("", text[len(said) :].lstrip())
            return (its.name, words) if apart and (own is None or own[0] == its.name) else None
    return None


def begins_with_label(figure: Element) -> bool:
    """Whether a figure's caption begins with a label, without reading all of it."""
    caption = figure.find("caption")
    first = "".join(islice(caption.itertext(), _FIRST_TEXTS)) if caption is not None else ""
    return figure_label(clean(first)) is not None


def _heads(element: Element) -> Iterator[Element]:
    """What an element begins with: a title or a paragraph, what is emphasised in that."""
    for _ in range(_DEEPEST_HEAD):
        first = _first(element)
        if first is None or (first.tag not in _BLOCKS and first.tag not in _EMPHASIS):
            return
        yield first
        element = first


def _first(element: Element) -> Element | None:
    """The first element with words in an element, None where words stand before it."""
    before = element.text
    for child in element:
        if before and before.strip():
            return None
        if any(text.strip() for text in child.itertext()):
            return child
        before = child.tail
    return None


def _is_short(element: Element) -> bool:
    """Whether an element has no more words than a label may have."""
    letters = accumulate(len(text.strip()) for text in element.itertext())
    return all(count <= _LONGEST_LABEL for count in letters)


def _captions(figure: Element, language: str) -> list[Element]:
    """The captions of a figure, which some keep within its graphic, and its legends."""
    own = [child for child in figure if child.tag in ("caption", "legend")]
    if not own:
        holders = (
            child for child in figure if child.tag not in ("fig", "fig-group", "supplementary-material")
        )
        inner = (caption for child in holders for caption in child.iter("caption"))
        return [caption for caption in [next(inner, None)] if caption is not None]
    return [_told_in(language, one) for one in own if is_in(one, language)] or own[:1]


def _told_in(language: str, caption: Element) -> Element:
    """A caption without its paragraphs in other languages than that of the article."""
    told = [child for child in caption if is_in(child, language)]
    if not told or len(told) == len(caption):
        return caption
    own = Element(caption.tag)
    own.text = caption.text
    own.extend(told)
    return own


def is_in(element: Element, language: str) -> bool:
    """Whether an element is in a language, or does not say in which."""
    said = language_of(element)
    return not said or said.partition("-")[0].lower() == language.partition("-")[0].lower()


def _with_title(label: str | None, caption: str) -> str:
    """A caption behind its title, where that stands in the label's element: "Figure 1. Growth of cells."."""
    found = read_label(label) if label else None
    if found is None or not (found.separated or found.titled) or not _WORDS.search(found.words):
        return caption
    return caption if caption.startswith(found.words) else f"{found.words} {caption}".strip()
