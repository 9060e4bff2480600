"""The sentences of an article that cite its figures, for each panel those that mean it.

A sentence comes with the section that it stands in, be it from a JATS or from the PDF's own words. One that names
panels ("Fig. 2B") goes to those; where the letters of a figure's panels are not known, to the panels without a letter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tasks.records import Mention
from tasks.wording.citations import find_citations
from tasks.wording.labels import label_key
from tasks.wording.sentences import spans

LONGEST = 2_000
"""Letters of a sentence; what is longer is no sentence but a list or a table that lost its lines."""
MOST = 2_000
"""Sentences of an article that are kept."""
MOST_OF_PANEL = 100
"""Of these, for one panel."""

_NUMBERED = re.compile(r"\d|\b[A-Z]\b|[IVX]{2}")
"""What has nothing of these cites no figure; most headings and short paragraphs are told so at little cost."""
_SEVERAL = re.compile(r"\d\s?[–,&+/-]\s?[A-Z]{0,2}\d")
"""How a label reads that is one of several figures."""
_NUMBERS = re.compile(r"(?P<words>.*?[^\W\d_]) (?P<numbers>[A-Za-z]{0,3}\.?\d[^:—]*)$")
"""A label's words, which may have a number of their own ("Additional file 1: Figure"), and its numbers."""


@dataclass(frozen=True, slots=True)
class Passage:
    """Running text of an article: a paragraph, or all that stands under a heading."""

    section: str | None
    text: str
    links: tuple[tuple[int, str], ...] = ()
    """Where the text refers to a figure by a link, and the figure's label."""


@dataclass(frozen=True, slots=True)
class CitingSentence:
    """A sentence, and by `label_key` the figures that it cites with the panels that it names; none means all."""

    mention: Mention
    panels: Mapping[str, frozenset[str]]


def citing_sentences(passages: Iterable[Passage]) -> tuple[CitingSentence, ...]:
    """The sentences of an article that cite a figure, in its order."""
    found: list[CitingSentence] = []
    for passage in passages:
        for sentence in _of(passage):
            found.append(sentence)
            if len(found) >= MOST:
                return tuple(found)
    return tuple(found)


def mentions_by_panel(
    label: str | None, panels: Sequence[str | None], sentences: Sequence[CitingSentence]
) -> list[tuple[Mention, ...]]:
    """For each panel of a figure, by the letters that they bear, the sentences that mean it."""
    keys = _keys(label) if label else frozenset()
    found: list[list[Mention]] = [[] for _ in panels]
    for sentence in sentences:
        cited = [letters for key, letters in sentence.panels.items() if key in keys]
        if cited:
            named = frozenset() if not all(cited) else frozenset().union(*cited)
            for place in _meant(panels, named):
                found[place].append(sentence.mention)
    return [tuple(dict.fromkeys(mentions))[:MOST_OF_PANEL] for mentions in found]


def _of(passage: Passage) -> Iterator[CitingSentence]:
    links = list(passage.links)
    if not links and not _NUMBERED.search(passage.text):
        return
    for start, end in spans(passage.text):
        if end - start > LONGEST:
            continue
        panels = _panels(passage.text[start:end])
        for place, label in links:
            if start <= place <= end and not any(key in panels for key in _keys(label)):
                panels[label_key(label)] = frozenset()
        if panels:
            yield CitingSentence(Mention(passage.section, passage.text[start:end]), panels)


def _panels(sentence: str) -> dict[str, frozenset[str]]:
    """The figures that a sentence cites; one that it cites with and without letters is cited whole."""
    found: dict[str, frozenset[str]] = {}
    for citation in find_citations(sentence):
        key = label_key(citation.label)
        before = found.get(key)
        both = before is None or (before and citation.letters)
        found[key] = (before or frozenset()) | citation.letters if both else frozenset()
    return found


def _keys(label: str) -> frozenset[str]:
    """What a figure may be cited by: `Supplementary Figure 1–3` by each of its numbers, behind the same words."""
    split = _NUMBERS.match(label)
    if split is None or not _SEVERAL.search(split["numbers"]):
        return frozenset({label_key(label)})
    numbers = (one.label.partition(" ")[2] for one in find_citations(f"Figures {split['numbers']}"))
    return frozenset({label_key(label), *(label_key(f"{split['words']} {number}") for number in numbers)})


def _meant(panels: Sequence[str | None], named: frozenset[str]) -> list[int]:
    """Which panels a sentence means that names these letters; all of them where it names none."""
    if not named:
        return list(range(len(panels)))
    own = [place for place, label in enumerate(panels) if label and _letter(label) in named]
    return own or [place for place, label in enumerate(panels) if not label]


def _letter(label: str) -> str:
    """The letter of a panel: `a` of `A`, of `a1` and of `A′`."""
    plain = label.lower()
    return plain if plain[1:].isalpha() else plain[:1]
