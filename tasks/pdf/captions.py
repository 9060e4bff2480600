"""Captions in the text of a paper: where they stand, what they label and what they say."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Literal

from tasks import boxes
from tasks.pdf.caption_lines import (
    NextPage,
    caption_lines,
    lines_in_next_column,
    lines_on_next_page,
    trailing_lines,
    words_under_picture,
)
from tasks.pdf.furniture import running_texts
from tasks.pdf.pages import PageContent
from tasks.pdf.styles import Style, upright_lines
from tasks.records import Box
from tasks.rules.layout import rules
from tasks.wording.labels import Label, read_label, without_note
from tasks.wording.words import join_lines, split_words, vocabulary

_NAMES_A_FILE = re.compile(
    r"\((?:tiff?|eps|pdf|docx?|xlsx?|png|jpe?g|pptx?|zip|csv|txt|mp4|avi|mov)\)\W*$", re.IGNORECASE
)
"""How the entries of a list of supporting files end; what they name is not in the PDF."""

_TRAILER = re.compile(r"^(?:https?://|doi:)\S+$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CaptionBlock:
    """A caption as printed: `label` normalised, `text` without it; `bbox` in its page's upright frame."""

    kind: Literal["figure", "table"]
    label: str
    text: str
    page: int
    bbox: Box
    lines: frozenset[int]
    """Which of the page's lines it takes up."""
    certainty: int
    """How many signs (bold label, separator, style) speak for a caption and against a sentence."""
    turn: int = 0
    """The turn of the view of its page that it was read in, as PageContent has it."""
    continued: bool = False
    """It says that it goes on from an earlier part."""
    label_bbox: Box | None = None
    """Where its label stands: apart from `bbox` where that is above the picture and the words are below."""
    next_lines: frozenset[int] = frozenset()
    """Which lines of the next page it takes up."""
    elsewhere: bool = False
    """It says that it stands, or goes on, on another page, and no such words were found to follow it there."""


@dataclass(frozen=True, slots=True)
class _Start:
    label: Label
    certainty: int


def find_captions(pages: Sequence[PageContent], style: Style) -> list[CaptionBlock]:
    """Every caption of a figure or table in reading order; sentences that merely begin "Figure 3 shows" are not."""
    words = vocabulary(line.text for line in upright_lines(pages))
    starts = [_starts(page, style) for page in pages]
    running = running_texts(pages)
    upright = {
        page.number: NextPage(page, set(own), running)
        for page, own in zip(pages, starts, strict=True)
        if not page.turn
    }
    told = {start.label.name for own in starts for start in own.values() if start.label.words}
    found = []
    for page, own in zip(pages, starts, strict=True):
        following = upright.get(page.number + 1) if not page.turn else None
        found += [_read_caption(page, first, own, following, style, words, told) for first in own]
    return _without_doubles(found)


def _starts(page: PageContent, style: Style) -> dict[int, _Start]:
    lines = range(len(page.lines))
    return {i: start for i in lines if i not in page.numbers and (start := _starts_caption(page, i, style))}


def _starts_caption(page: PageContent, index: int, style: Style) -> _Start | None:
    line = page.lines[index]
    label = read_label(line.text) if line.upright else None
    if label is None or label.refers or not _starts_paragraph(page, index):
        return None
    aside = label.bracketed and not (line.bold and label.titled)
    if (aside or (label.tells and not label.separated)) and style.sets(line):
        return None  # "Figure 3 shows", be it with a label in bold
    signs = rules().captions
    certainty = signs.bold * line.bold + signs.separated * label.separated
    certainty += label.titled + (not style.sets(line))
    if label.runs_on and not (label.separated or line.bold):
        certainty -= signs.runs_on
    if label.ordinary and not (line.bold and label.separated):
        certainty -= signs.ordinary
    return _Start(label, certainty) if certainty >= 1 else None


def _starts_paragraph(page: PageContent, index: int) -> bool:
    """Whether a line opens its block, or follows one that ends early, further above or in another style."""
    line = page.lines[index]
    before = next((page.lines[i] for i in range(index - 1, -1, -1) if i not in page.numbers), None)
    if before is None or before.block != line.block:
        return True
    signs = rules().captions
    short = before.bbox[2] < line.bbox[2] - signs.early_end * line.size
    apart = line.bbox[1] - before.bbox[3] > signs.apart * line.size
    return (
        short or apart or abs(before.size - line.size) > signs.other_size or (line.bold and not before.bold)
    )


def _read_caption(
    page: PageContent,
    first: int,
    starts: Mapping[int, _Start],
    following: NextPage | None,
    style: Style,
    words: Counter[str],
    told: Set[str],
) -> CaptionBlock:
    label, others = starts[first].label, set(starts)
    notes = {i for i, line in enumerate(page.lines) if without_note(line.text) == ("", True)}
    trailers = {i for i, line in enumerate(page.lines) if _TRAILER.match(line.text)} | notes
    taken = caption_lines(page, first, label, others, style, trailers)
    under: list[int] = []
    if taken == [first] and not label.words:
        under = words_under_picture(page, first, others, style, told=label.name in told)
    trailing = trailing_lines(page, under or taken, trailers)
    goes_on = not notes.isdisjoint(trailing)
    beside = lines_in_next_column(page, taken, others, style) if not under else []
    more = lines_on_next_page(page, taken, following, style, sure=goes_on) if following and not beside else []
    texts = [label.words, *(page.lines[i].text for i in (*taken[1:], *under, *beside))]
    texts += [following.page.lines[i].text for i in more] if following else []
    text, noted = without_note(split_words(join_lines((t for t in texts if t), words), words))
    return CaptionBlock(
        kind=label.kind,
        label=label.name,
        text=text,
        page=page.number,
        bbox=boxes.hull(page.lines[i].bbox for i in under or taken),
        lines=frozenset((*taken, *under, *beside, *trailing)),
        certainty=starts[first].certainty,
        turn=page.turn,
        continued=label.continued,
        label_bbox=page.lines[first].bbox,
        next_lines=frozenset(more),
        elsewhere=(goes_on or noted) and not more,
    )


def _without_doubles(captions: list[CaptionBlock]) -> list[CaptionBlock]:
    """The surest captions with words of each label, and those without words.

    Two equally sure ones may both be true: two articles in one file, or a manuscript's list beside its pictures.
    A part that says "(continued)", or a label alone on a picture page, shows where artwork stands while another
    page has the words.
    """
    surest: Counter[tuple[str, str]] = Counter()
    for caption in captions:
        surest[_key(caption)] = max(surest[_key(caption)], caption.certainty if caption.text else 0)
    return [
        c
        for c in captions
        if not _NAMES_A_FILE.search(c.text) and (not c.text or c.continued or c.certainty >= surest[_key(c)])
    ]


def words_of(caption: CaptionBlock, captions: Sequence[CaptionBlock]) -> str:
    """The text of a caption, taken from the one of the same label where it has none itself or says so."""
    others = [c.text for c in captions if c.text and _key(c) == _key(caption)]
    if caption.elsewhere:
        return max((caption.text, *others), key=len)
    return caption.text or next(iter(others), "")


def _key(caption: CaptionBlock) -> tuple[str, str]:
    return caption.kind, caption.label.lower()
