"""Subcaptions: a caption cut at its own markers, with the text that is common to all parts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from tasks.panels.markers import Marker, find_markers, named

_SPELT_OUT = re.compile(
    r"\b(?:panels?|parts?|figs?\.?|in|of|from|with|than|see|to|and|for)\s*$", re.IGNORECASE
)
_LEAD_OUT = re.compile(r"\b(?:panels?|and)\s*$")
_POINTER_LENGTH = 12
"""Characters before a marker in which a word may stand that points back with it."""

_FOR_ALL = re.compile(
    r"(?<=[.;)])\s*(?=(?:scale\s+bars?|bars?\s*[=:,]|error\s+bars|data\s+(?:are|were)|values\s+are|results\s+(?:are|were)|"
    r"each\s+(?:value|dot|bar|point)|abbreviations?\b|statistical|significance|magnification|all\s+(?:images|data|values)|"
    r"n\s*=|notes?:|\*+\s*[pP]\s*[<=]))",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[.:]\s+(?=[A-Z])")
_STOP = re.compile(r"\s?[.;:,]")


def split_caption(caption: str, labels: Sequence[str]) -> dict[str, str]:
    """The part of `caption` for each of `labels` that it names, with the text that is common to all parts.

    A label that the caption does not name is left out. `Ai` falls back to the part for `A`, and `a` to that too,
    unless `labels` holds both `a` and `A`.
    """
    parts = _caption_parts(caption)
    if len({label.lower() for label in labels}) == len(set(labels)):
        parts |= {label.swapcase(): text for label, text in parts.items() if label.swapcase() not in parts}
    lettered = all(len(label) == 1 or label[0].lower() in "abcdefgh" for label in parts)
    found = {label: parts.get(label) or (parts.get(label[:1]) if lettered else None) for label in labels}
    return {label: text for label, text in found.items() if text}


def _caption_parts(caption: str) -> dict[str, str]:
    """What the caption says of each label it names, with the common text before and after it."""
    markers = find_markers(caption)
    if not markers:
        return {}
    texts: dict[str, list[str]] = {}
    if _stand_before_text(caption, markers):
        lead, pieces, common = _cut_after(caption, markers)
    else:
        lead, pieces, common = _cut_before(caption, markers)
    for marker, piece in pieces:
        for label in marker.labels:
            texts.setdefault(label, []).append(piece)
    return {
        label: " ".join(text for text in (lead, *own, common) if text).rstrip(" ,;:")
        for label, own in texts.items()
        if any(own)
    }


def _stand_before_text(caption: str, markers: Sequence[Marker]) -> bool:
    """Whether markers precede their text (`(A) Control.`) rather than end it (`control (A).`)."""
    before = after = 0
    for marker in markers:
        head = caption[max(0, marker.start - _POINTER_LENGTH) : marker.start].rstrip()
        tail = caption[marker.stop : marker.stop + _POINTER_LENGTH].lstrip()
        after += not tail or tail[0] in ".,;)" or tail.startswith("and ")
        before += not head or head[-1] in ".;:," or head.endswith(" and")
    return before >= after


def _cut_after(caption: str, markers: list[Marker]) -> tuple[str, list[tuple[Marker, str]], str]:
    """Lead, pieces and common end of a caption whose markers stand before their text."""
    cuts = _without_references(caption, markers)
    pieces = [
        (here, caption[here.stop : following.start])
        for here, following in pairwise([*cuts, Marker((), len(caption), 0)])
    ]
    last, tail = pieces[-1]
    common = _FOR_ALL.search(tail)
    if common:
        pieces[-1] = (last, tail[: common.start()])
    lead = caption[: cuts[0].start]
    spelt_out = _LEAD_OUT.search(lead, max(0, len(lead) - _POINTER_LENGTH))
    return (
        _tidy(lead[: spelt_out.start()] if spelt_out else lead),
        [(marker, _tidy(text)) for marker, text in pieces],
        _tidy(tail[common.end() :] if common else ""),
    )


def _cut_before(caption: str, markers: list[Marker]) -> tuple[str, list[tuple[Marker, str]], str]:
    """Lead, pieces and common end of a caption whose markers end their text; a label counts once.

    The stop behind a marker is that of its piece.
    """
    cuts: list[Marker] = []
    for marker in markers:
        if not named(cuts).issuperset(marker.labels):
            cuts.append(marker)
    head = caption[: cuts[0].start]
    sentence = max((match.end() for match in _SENTENCE.finditer(head)), default=0)
    stops = [match[0].strip() if (match := _STOP.match(caption, cut.stop)) else "" for cut in cuts]
    starts = [sentence, *(cut.stop + len(stop) for cut, stop in zip(cuts, stops, strict=True))]
    pieces = [
        (cut, _tidy(caption[start : cut.start]) + stop)
        for start, cut, stop in zip(starts[:-1], cuts, stops, strict=True)
    ]
    return _tidy(head[:sentence]), pieces, _tidy(caption[starts[-1] :])


def _without_references(caption: str, markers: list[Marker]) -> list[Marker]:
    """`markers` less those that only point back to a panel already described (`compared with (A)`)."""
    kept: list[Marker] = []
    seen: set[str] = set()
    for marker in markers:
        pointer = _SPELT_OUT.search(caption, max(0, marker.start - _POINTER_LENGTH), marker.start)
        if pointer and seen.issuperset(marker.labels):
            continue
        kept.append(marker)
        seen.update(marker.labels)
    return kept


def _tidy(text: str) -> str:
    """`text` without the stops before it and the joints that a cut leaves at its end; its own stops stay."""
    text = text.lstrip(" \t\n,;:.–—)-").removeprefix("and ").lstrip()
    text = text.rstrip(" \t\n(–—-")
    return text.removesuffix(" and").rstrip()
