"""The running text of a JATS article, paragraph by paragraph, with its links to figures; captions are none of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element

from tasks.article.jats_graphics import CHEMICAL
from tasks.article.jats_prose import prose
from tasks.article.mentions import Passage

_FLOATS = frozenset(("fig", "fig-group", "table-wrap", "table-wrap-group", "graphic", "media", *CHEMICAL))
"""What stands within a paragraph without being part of its text."""
_OTHER = _FLOATS | {"ref-list", "sub-article", "response", "supplementary-material"}
"""What holds no running text of the article."""
_PARTS = ("body", "back", "floats-group")
_MARK = "\ue000"
"""Stands in the text for a link to a figure until its place is known: of the private use area, so no paper's own."""


def read_passages(article: Element, labels: Mapping[str, str]) -> Iterator[Passage]:
    """An article's paragraphs in its order; `labels` are those of its figures by id. Tags are without namespace.

    The tree is changed on the way: what is read of captions and figures comes before.
    """
    for name in _PARTS:
        for part in article.findall(name):
            yield from _within(part, labels)


def _within(part: Element, labels: Mapping[str, str]) -> Iterator[Passage]:
    """The passages below an element; by a stack, for an XML may be nested deeper than Python calls."""
    stack: list[tuple[Element, str | None]] = [(part, None)]
    while stack:
        element, section = stack.pop()
        if element.tag in _OTHER:
            continue
        title = element.find("title")
        if title is not None and element.tag in ("sec", "app", "ack", "boxed-text"):
            section = prose(title) or section
        if element.tag == "p":
            yield _passage(element, section, labels)
        elif element.tag != "title":
            stack += [(child, section) for child in reversed(element)]


def _passage(paragraph: Element, section: str | None, labels: Mapping[str, str]) -> Passage:
    cited = _mark_links(paragraph, labels) if labels else []
    try:
        marked = prose(paragraph, _FLOATS)
    except RecursionError:  # nested without end: one paragraph, not the article
        return Passage(section, "")
    first, *pieces = marked.split(_MARK)
    text, links = first, []
    sound = len(pieces) == len(cited)  # else a mark of the paper's own, or a link that is not printed
    for place, piece in enumerate(pieces):
        links += [(len(text), label) for label in cited[place]] if sound else []
        text += piece.lstrip() if text.endswith(" ") else piece
    return Passage(section, text, tuple(links))


def _mark_links(paragraph: Element, labels: Mapping[str, str]) -> list[list[str]]:
    """Puts a mark before each link to a figure, and returns the labels that it leads to."""
    cited = []
    stack = [paragraph]
    while stack:
        element = stack.pop()
        if element.tag == "xref" and element.get("ref-type", "fig") == "fig":
            its = [labels[id_] for id_ in (element.get("rid") or "").split() if id_ in labels]
            if its:
                cited.append(its)
                element.text = _MARK + (element.text or "")
        stack += [child for child in reversed(element) if child.tag not in _FLOATS]
    return cited
