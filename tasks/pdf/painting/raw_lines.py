"""Lines as MuPDF gives them: what nobody can see left out, line numbers that stand in them cut off.

Boxes are in MuPDF's unrotated page space, points.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import pymupdf

from tasks import boxes
from tasks.records import Box
from tasks.rules.layout import rules

Raw = dict[str, Any]
"""A line or a span as `Page.get_text("dict")` gives it; a line that is a manuscript's number has the key `number`."""

_FIRST = re.compile(r"\s*(\d+)")
_LAST = re.compile(r"(\d+)\s*$")
_CUT_OUT: int = pymupdf.mupdf.FZ_STEXT_CLIPPED


class Run(NamedTuple):
    """A line number that its line begins with, or ends with."""

    block: int
    digits: str
    """All that stand there, those of the words behind or before the number too, where no blank parts them."""
    ends: bool
    number: str


Numbers = Mapping[tuple[int, str, bool], str]
"""Runs by what is found in a line: its block, its first or last digits, and which of these."""


def by_place(runs: Iterable[Run]) -> Numbers:
    """The line numbers `runs`, to be found in the lines."""
    return {(run.block, run.digits, run.ends): run.number for run in runs}


def numbers_apart(lines: Iterable[Raw], block: int, numbers: Numbers) -> Iterator[Raw]:
    """The lines of a block, those that begin or end with a line number in pieces."""
    for line in lines:
        text = "".join(span["text"] for span in line["spans"]) if numbers else ""
        first, last = _FIRST.match(text), _LAST.search(text)
        start, stop = 0, len(text)
        if first and (own := numbers.get((block, first[1], False))):
            start = first.start(1) + len(own)
            yield {**_part(line, 0, start), "number": True}
        if last and last.start() >= start and (own := numbers.get((block, last[1], True))):
            stop = last.end(1) - len(own)
        words = text[start:stop].strip()
        if (start, stop) == (0, len(text)):
            yield line
        elif words:
            at = text.index(words, start)
            yield _part(line, at, at + len(words))
        if stop < len(text):
            yield {**_part(line, stop, None), "number": True}


def _part(line: Raw, start: int, stop: int | None) -> Raw:
    """A line from one of its letters up to another."""
    spans, at = [], 0
    for span in line["spans"]:
        own = span["chars"][max(0, start - at) : None if stop is None else max(0, stop - at)]
        at += len(span["chars"])
        if own:
            text, bbox = "".join(c["c"] for c in own), boxes.hull(c["bbox"] for c in own)
            spans.append({**span, "chars": own, "text": text, "bbox": bbox})
    return {**line, "spans": spans, "bbox": boxes.hull(span["bbox"] for span in spans)}


def seen_lines(lines: Iterable[Raw], shows_white: Callable[[Box], bool]) -> list[Raw]:
    """The lines with only those spans that a reader may see; the unpainted ones of a line are one of their own."""
    seen = []
    for line in lines:
        if not any(map(_is_faint, line["spans"])):
            seen.append(line)
            continue
        spans = [span for span in line["spans"] if not _is_faint(span) or shows_white(span["bbox"])]
        if is_partly_unpainted(spans):
            seen += [_of_spans(line, _blank_where(spans, unpainted)) for unpainted in (True, False)]
        elif len(spans) == len(line["spans"]):
            seen.append(line)
        elif spans:
            seen.append(_of_spans(line, spans))
    return seen


def _blank_where(spans: Iterable[Raw], unpainted: bool) -> list[Raw]:
    """The spans with a blank for each that is `unpainted`, or that is painted; none at the ends."""
    kept: list[Raw] = []
    for span in spans:
        if is_unpainted(span) != unpainted:
            kept.append(span)
        elif kept and not _is_blank(kept[-1]):
            own = [{"c": " ", "bbox": span["bbox"]}]
            kept.append({**span, "text": " ", **({"chars": own} if "chars" in span else {})})
    while _is_blank(kept[-1]):
        kept.pop()
    return kept


def _of_spans(line: Raw, spans: Sequence[Raw]) -> Raw:
    return {**line, "spans": spans, "bbox": boxes.hull([tuple(span["bbox"]) for span in spans])}


def _is_faint(span: Raw) -> bool:
    """Whether a span is white or not painted at all."""
    colour: int = span["color"]
    if _is_clear(span):
        return True
    return bool(colour) and min(colour >> 16, colour >> 8 & 0xFF, colour & 0xFF) >= rules().text.faintest


def is_partly_unpainted(spans: Iterable[Raw]) -> bool:
    """Whether some of the spans that are no blanks are unpainted, and some are not."""
    return len({is_unpainted(span) for span in spans if not _is_blank(span)}) > 1


def _is_blank(span: Raw) -> bool:
    return not span["text"].strip()


def _is_clear(span: Raw) -> bool:
    alpha: int = span.get("alpha", 255)
    return alpha < rules().text.least_alpha


def is_unpainted(span: Raw) -> bool:
    """Whether a span is not painted at all, or nearly so, as the words recognised in a scan are.

    Letters that something is painted through, as a gradient, are, though MuPDF calls them clear.
    """
    return _is_clear(span) and not span.get("char_flags", 0) & _CUT_OUT
