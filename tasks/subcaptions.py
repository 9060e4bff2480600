"""Subcaptions: a caption cut at its own panel markers, `(A)`, `a,`, `(a–c)`, `(A, B)`, `B:`, bare `a`.

A caption uses one style of marker in one case. The style is taken whose letters run from A (or a) without a
hole; where none does, the caption has no parts, and nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

_LETTER = r"[A-Za-z](?:iv|v|i{1,3}|[1-9])?"
_JOINT = r"\s*(?:[-–—‐‑−,;&+/]|\band\b|\bto\b)+\s*"
_LIST = rf"{_LETTER}(?:{_JOINT}{_LETTER})*"
_BOUNDARY = r"(?:^|(?<=[.;:,)])\s*|(?<=[.;:,]\s)|(?<=\band\s))"
_STYLES = (
    re.compile(rf"[(\[]\s*({_LIST})\s*[)\]]"),
    re.compile(rf"(?<![\w(\[])({_LIST})\)"),
    re.compile(rf"{_BOUNDARY}({_LIST})\s?[.:](?=\s)"),
    re.compile(rf"{_BOUNDARY}({_LIST}),(?=\s)"),
    re.compile(rf"(?:^|(?<=[.;:)]\s))({_LIST})(?=\s+\S)"),
    re.compile(
        r"(?:(?:^|(?<=[.;:,)]\s))(?=[a-h]\s+\w)|(?<=\band\s)(?=[b-h]\s+\w)|(?<=[a-z]\s)(?=[a-h]\s+[A-Z]{2}))([a-h])\b"
    ),
)
_SPELT_OUT = re.compile(
    r"\b(?:panels?|parts?|figs?\.?|in|of|from|with|than|see|to|and|for)\s*$", re.IGNORECASE
)
_SIDES = ("left", "right", "top", "bottom", "upper", "lower", "middle", "center", "centre")
_SIDE = re.compile(rf"(?:^|(?<=[.;,]\s)|\()({'|'.join(_SIDES)})(?:\s+panels?)?(?:\)|:|,)", re.IGNORECASE)
_FOR_ALL = re.compile(
    r"(?<=[.;)])\s*(?=(?:scale\s+bars?|bars?\s*[=:,]|error\s+bars|data\s+(?:are|were)|values\s+are|results\s+(?:are|were)|"
    r"each\s+(?:value|dot|bar|point)|abbreviations?\b|statistical|significance|magnification|all\s+(?:images|data|values)|"
    r"n\s*=|notes?:|\*+\s*[pP]\s*[<=]))",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Marker:
    """A place `start:stop` in a caption that names the panels `labels`."""

    labels: tuple[str, ...]
    start: int
    stop: int


def expected_labels(caption: str) -> tuple[str, ...]:
    """The panel labels that `caption` names, in alphabetical order; empty where it names none.

    Small letters that subdivide capitals, as in `(A) ... (a) ... (b)`, come after these.
    """
    outer = sorted(_letters(find_markers(caption)))
    inner = sorted(_letters(_markers_of_case(caption, upper=False))) if outer and outer[0].isupper() else []
    return (*outer, *inner)


def split_caption(caption: str, labels: Sequence[str]) -> dict[str, str]:
    """The part of `caption` for each of `labels` that it names, with the text that is common to all parts.

    A label that the caption does not name is left out. `Ai` falls back to the part for `A`, and `a` to that too,
    unless `labels` holds both `a` and `A`.
    """
    parts = _caption_parts(caption)
    if len({label.lower() for label in labels}) == len(set(labels)):
        parts |= {label.swapcase(): text for label, text in parts.items() if label.swapcase() not in parts}
    found = {label: parts.get(label) or parts.get(label[:1]) for label in labels}
    return {label: text for label, text in found.items() if text}


def find_markers(caption: str) -> list[Marker]:
    """The markers that cut `caption`: capitals, or else small letters; empty unless it names two."""
    upper, lower = (_markers_of_case(caption, upper) for upper in (True, False))
    return upper or lower


def _markers_of_case(caption: str, upper: bool) -> list[Marker]:
    """The markers of one case, of the first style that names two panels or more, in order."""
    for style in _STYLES:
        if markers := _consistent(list(_markers(style, caption, upper))):
            return markers
    return []


def find_sides(caption: str) -> list[Marker]:
    """The markers `Left:`, `(right)`, `top,` of a caption that names its panels by where they stand."""
    found = [Marker((match[1].lower(),), match.start(), match.end()) for match in _SIDE.finditer(caption)]
    return found if len(_letters(found)) > 1 else []


def _markers(style: re.Pattern[str], caption: str, upper: bool) -> Iterator[Marker]:
    for match in style.finditer(caption):
        labels = _labels(match[1])
        if labels and all(label[0].isupper() == upper for label in labels):
            yield Marker(labels, match.start(), match.end())


def _labels(text: str) -> tuple[str, ...]:
    """`A, B` as A and B, `a–c` as a, b and c."""
    letters = re.findall(_LETTER, re.sub(r"\b(?:and|to)\b", ",", text))
    joints = re.split(_LETTER, re.sub(r"\bto\b", "–", re.sub(r"\band\b", ",", text)))[1:-1]
    labels = letters[:1]
    for joint, letter in zip(joints, letters[1:], strict=False):
        if re.search(r"[-–—‐‑−]", joint):
            labels += [chr(code) for code in range(ord(labels[-1][0]) + 1, ord(letter[0]))]
        labels.append(letter)
    return tuple(dict.fromkeys(labels))


def _consistent(markers: list[Marker]) -> list[Marker]:
    """`markers` less those beyond the unbroken run of letters from A; empty if that leaves one label."""
    letters = {label[0].lower() for marker in markers for label in marker.labels}
    run = next((count for count in range(27) if chr(ord("a") + count) not in letters), 0)
    named = {label for marker in markers for label in marker.labels}
    if run < 2 and len(named) < 2:
        return []
    last = chr(ord("a") + run - 1)
    kept = [marker for marker in markers if all("a" <= label[0].lower() <= last for label in marker.labels)]
    return kept if len(_letters(kept)) > 1 else []


def _letters(markers: Sequence[Marker]) -> set[str]:
    return {label for marker in markers for label in marker.labels}


def _caption_parts(caption: str) -> dict[str, str]:
    """What the caption says of each label it names, with the common text before it."""
    markers = find_markers(caption) or find_sides(caption)
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
        label: " ".join(text for text in (lead, *own, common) if text)
        for label, own in texts.items()
        if any(own)
    }


def _stand_before_text(caption: str, markers: Sequence[Marker]) -> bool:
    """Whether markers precede their text (`(A) Control.`) rather than end it (`control (A).`)."""
    before = after = 0
    for marker in markers:
        head, tail = caption[: marker.start].rstrip(), caption[marker.stop :].lstrip()
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
    lead = re.sub(r"\b(?:panels?|and)\s*$", "", caption[: cuts[0].start])
    return (
        _tidy(lead),
        [(marker, _tidy(text)) for marker, text in pieces],
        _tidy(tail[common.end() :] if common else ""),
    )


def _cut_before(caption: str, markers: list[Marker]) -> tuple[str, list[tuple[Marker, str]], str]:
    """Lead, pieces and common end of a caption whose markers end their text; a label counts once."""
    cuts: list[Marker] = []
    for marker in markers:
        if not _letters(cuts).issuperset(marker.labels):
            cuts.append(marker)
    head = caption[: cuts[0].start]
    sentence = max((match.end() for match in re.finditer(r"[.:]\s+(?=[A-Z])", head)), default=0)
    starts = [sentence, *(marker.stop for marker in cuts[:-1])]
    pieces = [
        (marker, _tidy(caption[start : marker.start])) for start, marker in zip(starts, cuts, strict=True)
    ]
    return _tidy(head[:sentence]), pieces, _tidy(caption[cuts[-1].stop :])


def _without_references(caption: str, markers: list[Marker]) -> list[Marker]:
    """`markers` less those that only point back to a panel already described (`compared with (A)`)."""
    kept: list[Marker] = []
    seen: set[str] = set()
    for marker in markers:
        pointer = _SPELT_OUT.search(caption[: marker.start])
        if pointer and seen.issuperset(marker.labels):
            continue
        kept.append(marker)
        seen.update(marker.labels)
    return kept


def _tidy(text: str) -> str:
    """`text` without the separators and joints that a cut leaves at its ends."""
    text = re.sub(r"^[\s,;:.–—)-]+(?:and\s+)?", "", text)
    return re.sub(r"(?:[\s,;:(–—-]|\band)+$", "", text).strip()
