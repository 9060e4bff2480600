"""The figures of a JATS article, wherever it keeps their labels, captions and graphics.

Mostly all are in `fig`. But a `fig-group` may have the label and its parts the letters, a graphic may stand in a
paragraph, with a label of its own or with the caption in the paragraph after it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element

from tasks.article.jats_captions import (
    begins_with_label,
    cut_label,
    figure_label,
    is_in,
    label_of,
    loose_words,
    words_of,
)
from tasks.article.jats_front import doi_in, language_of
from tasks.article.jats_graphics import CHEMICAL, each_once, graphics_of, href, is_picture
from tasks.article.jats_prose import prose
from tasks.wording.labels import parse_label

_LETTER = re.compile(r"(?:panel\s)?\W*([A-Za-z]|[ivx]{1,4}|\d{1,2})\W*", re.IGNORECASE)
_OWN_LETTER = re.compile(r"\W*([A-Za-z])\W*")
"""What makes of a figure's label that of its part: "Figure 1A", "Figure 1 (a)"."""
_OWN = ("front", "body", "back", "floats-group", "floats-wrap")
"""The parts of an article that are its own; a sub-article (a translation, a reply) has the same labels again."""
_LANGUAGE = "en"
"""Of an article that does not say in which it is, by the DTDs of JATS."""
_LONGEST_ALT = 10_000
"""Letters of what is said to those who cannot see a figure."""
_SUPPLEMENT = "supplementary-material"
_LABELLED = frozenset(("table-wrap", "bio", _SUPPLEMENT))
"""Elements in which a figure has the label of one: other graphics there are tables, portraits and files."""
_CLOSED = frozenset(
    ("disp-formula", "inline-formula", "chem-struct", *CHEMICAL, "sub-article", "response", "trans-abstract")
)
"""Elements whose graphics are no figures, or the same again."""
_BOXES = (*CHEMICAL, "boxed-text", _SUPPLEMENT)
"""Elements that are a figure where they have its label and a graphic."""
_ASIDE = frozenset(
    ("inline-graphic", "inline-formula", "disp-formula", "table-wrap", "fig", "fig-group", _SUPPLEMENT)
)
"""Elements in a figure whose descriptions and rights are not the figure's."""


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
    supplementary: bool = False
    """It stands in the article's supplement, which the article as printed does not have."""


class _Place(NamedTuple):
    """An element, the one behind it, and the one of `_LABELLED` that it stands in."""

    element: Element
    after: Element | None
    within: str | None
    boxed: bool = False
    """It stands in a box that is labelled as a figure and shows none, in which no other box is looked through."""


def find_figures(article: Element) -> Iterator[JatsFigure]:
    """The article's figures in the order of the XML. Tags are without namespace."""
    language = language_of(article) or _LANGUAGE
    for name in _OWN:
        for part in article.findall(name):
            yield from _within(part, language)


def _within(part: Element, language: str) -> Iterator[JatsFigure]:
    """The figures below an element; by a stack, for an XML may be nested deeper than Python calls."""
    stack = [_Place(part, None, None)]
    while stack:
        place = stack.pop()
        element, after, within, _ = place
        within = element.tag if element.tag in _LABELLED else within
        figure = _figure(place, language)
        if figure is not None:
            yield figure
            inner = [child for child in element if child.tag in ("fig", "fig-group")]
            if inner and element.tag == "fig" and not _is_group(element, language):
                stack += [_Place(child, None, within) for child in reversed(inner)]
        elif element.tag not in _CLOSED:
            children = list(element)
            following = [*children[1:], after if element.tag == "p" else None]
            boxed = place.boxed or (element.tag in _BOXES and figure_label(label_of(element)) is not None)
            stack += reversed(
                [_Place(*pair, within, boxed) for pair in zip(children, following, strict=False)]
            )


def _figure(place: _Place, language: str) -> JatsFigure | None:
    """What an element is as a figure, None where it is none."""
    element, after, within, boxed = place
    supplementary = _SUPPLEMENT in (within, element.tag)
    if element.tag in _BOXES:
        figure = None if boxed else _boxed(element, language)
    elif element.tag == "fig-group" or (element.tag == "fig" and next(_parts(element), None) is not None):
        figure = _translated(element, language) or _group(element, language)
        if figure is None and element.tag == "fig":
            figure = _single(element, after, language)
    elif element.tag == "fig" or (element.tag in ("graphic", "media") and not within and _is_shown(place)):
        figure = _single(element, after, language)
    else:
        return None
    if figure is None or (within and figure_label(figure.label) is None):
        return None
    return replace(figure, supplementary=True) if supplementary else figure


def _is_shown(place: _Place) -> bool:
    """Whether a picture is a figure by itself: by a label or a caption of its own, or by the paragraph after it."""
    element, after = place.element, place.after
    if element.tag == "media":
        return is_picture(element) and figure_label(label_of(element)) is not None
    labelled = element.find("label") is not None or element.find("caption") is not None
    return labelled or _captioned(None, after) is not None


def _boxed(element: Element, language: str) -> JatsFigure | None:
    """A box or a scheme that is labelled as a figure and shows a graphic."""
    label = label_of(element)
    if element.tag in CHEMICAL:
        return _single(element, None, language) if parse_label(label or "") else None
    if figure_label(label) is None or not graphics_of(element):
        return None
    shown = next(element.iter("graphic"), None) is not None and next(element.iter("fig"), None) is None
    return _single(element, None, language) if shown else None


def _single(element: Element, after: Element | None, language: str) -> JatsFigure | None:
    picture = element.tag in ("graphic", "media")
    graphics = ([href(element)] if href(element) else []) if picture else graphics_of(element)
    if not graphics and label_of(element) is None and not begins_with_label(element):
        return None
    label, caption = words_of(element, language)
    if not caption:
        label, caption = _captioned(label, after) or (label, "")
    if not caption and graphics and element.tag == "fig":
        label, caption = loose_words(element, label)
    if label is None and not graphics:
        return None
    return JatsFigure(label, caption, tuple(graphics), (None,) * len(graphics), **_facts(element))


def _captioned(label: str | None, after: Element | None) -> tuple[str, str] | None:
    """Label and caption in the element behind a graphic: a paragraph that begins with its label, or with any."""
    if after is None or after.tag not in ("p", "caption", "title"):
        return None
    return cut_label(prose(after), after, label, alone=True)


def _parts(group: Element) -> Iterator[Element]:
    """The figures in a figure or a group, those in groups of it too."""
    for child in group:
        if child.tag == "fig":
            yield child
        elif child.tag == "fig-group":
            yield from child.findall("fig")


def _is_group(element: Element, language: str) -> bool:
    """Whether an element is labelled as a figure and the figures in it are not, or as parts of it."""
    label = label_of(element)
    if label is None and begins_with_label(element):  # else groups in one another would all read one caption
        label = words_of(element, language)[0]
    own = parse_label(label or "")
    return own is not None and not any(
        _is_apart(words_of(part, language)[0], own[0]) for part in _parts(element)
    )


def _is_apart(label: str | None, own: str) -> bool:
    """Whether a label within a figure is one of another figure."""
    return parse_label(label or "") is not None and _letter(label, own) is None


def _letter(label: str | None, own: str) -> str | None:
    """The letter of a part of the figure that is labelled `own`."""
    found = parse_label(label or "")
    if found is None:
        letter = _LETTER.fullmatch(label or "")
    elif found[0] == own:
        letter = _OWN_LETTER.fullmatch(found[1])
    else:
        letter = _OWN_LETTER.fullmatch(found[0].removeprefix(own)) if found[0].startswith(own) else None
    return letter[1] if letter else None


def _group(group: Element, language: str) -> JatsFigure | None:
    """A group that is one figure of lettered parts; None where its parts are figures by themselves."""
    if not _is_group(group, language):
        return None
    label, caption = words_of(group, language)
    own = (parse_label(label or "") or ("", ""))[0]
    parts, captions, graphics = list(_parts(group)), [caption], graphics_of(group)
    letters: list[str | None] = [None] * len(graphics)
    for part in parts:
        its_label, said = words_of(part, language)
        letter = _letter(its_label, own)
        captions.append(f"({letter}) {said}".strip() if letter else said)
        its = graphics_of(part)
        graphics += its
        letters += [letter] * len(its)
    caption = " ".join(filter(None, captions)).strip()
    return JatsFigure(label, caption, tuple(graphics), tuple(letters), **_facts(group, parts))


def _translated(group: Element, language: str) -> JatsFigure | None:
    """A group of one figure in several languages, each with the same label: the one in the article's."""
    parts = list(_parts(group))
    languages = [language_of(part) for part in parts]
    labels = {(parse_label(label_of(part) or "") or ("", ""))[0] for part in parts}
    if None in languages or len(set(languages)) < 2 or len(labels) > 1 or "" in labels:
        return None
    chosen = next((part for part in parts if is_in(part, language)), parts[0])
    label, caption = words_of(chosen, language)
    graphics = each_once([name for part in parts for name in graphics_of(part)])
    facts = _facts(chosen) | {"ids": tuple(_ids([chosen, group, *parts]))}
    return JatsFigure(label, caption, tuple(graphics), (None,) * len(graphics), **facts)


def _facts(figure: Element, parts: Sequence[Element] = ()) -> dict[str, Any]:
    """What the elements of a figure and of its parts say beside label, caption and graphics."""
    inside = [found for element in (figure, *parts) for found in _inside(element)]
    return {
        "ids": tuple(_ids([figure, *parts])),
        "doi": doi_in(figure.find("object-id[@pub-id-type='doi']")),
        "alt_text": _alt_text(inside),
        "permissions": tuple(found for found in inside if found.tag in ("permissions", "attrib")),
    }


def _ids(elements: Iterable[Element]) -> Iterator[str]:
    yield from dict.fromkeys(filter(None, (element.get("id") for element in elements)))


def _inside(figure: Element) -> Iterator[Element]:
    """The elements of a figure in their order, without those of other figures, formulas, tables and files in it."""
    stack = [*reversed(figure)]
    while stack:
        element = stack.pop()
        yield element
        if element.tag not in _ASIDE:
            stack += reversed(element)


def _alt_text(inside: Sequence[Element]) -> str | None:
    """What is said to those who cannot see it; the bare label or a file's name, as some repeat there, says nothing."""
    said = [prose(found) for found in inside if found.tag in ("alt-text", "long-desc")]
    telling = [text for text in said if " " in text and not _is_label(text)]
    return " ".join(dict.fromkeys(telling))[:_LONGEST_ALT] or None


def _is_label(text: str) -> bool:
    found = parse_label(text)
    return found is not None and not found[1]
