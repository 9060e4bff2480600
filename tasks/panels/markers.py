"""The markers by which a caption names its panels: `(A)`, `a,`, `(a–c)`, `(A, B)`, `B:`, bare `a`, `(ii)`, `Left:`.

A caption uses one style of marker in one case. The style is taken whose letters run from A (or a) without a
hole; where none does, the caption has no parts, and nothing is guessed. Numbers, small ones as `(ii)` too, count
only where each begins a sentence: within one they number compounds and steps.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

MOST_CHARACTERS = 20_000
"""Beyond these a caption is not searched for markers; the longest in print have about half as many."""

# Every repetition is bounded, so that no caption, whatever its length, takes more than linear time.
_LETTER = r"[A-Za-z](?:iv|v|i{1,3}|[1-9])?"
_JOINT = r"\s{0,2}(?:[-–—‐‑−,;&+/]|\band\b|\bto\b|\bthrough\b){1,3}\s{0,2}(?:and\s)?"
_ITEM = rf"(?:[A-Za-z][1-9](?:{_JOINT}[1-9](?![\w.%])){{1,8}}|{_LETTER})"
"""A panel's letter, or several of one letter that is said once: `A1–3`."""
_LIST = rf"{_ITEM}(?:{_JOINT}{_ITEM}){{0,25}}"
_BOUNDARY = r"(?:^|(?<=[.;:,)])\s{0,3}|(?<=[.;:,]\s)|(?<=\band\s))"
_COLON = re.compile(r"(?<![\w'’-])([A-Z]):(?=\s)")
_STYLES = (
    re.compile(rf"[(\[]\s?({_LIST})\s?[)\]]"),
    re.compile(rf"(?<![\w(\[])({_LIST})\)"),
    re.compile(rf"{_BOUNDARY}({_LIST})\s?[.:](?=\s)"),
    re.compile(rf"{_BOUNDARY}({_LIST}),(?=\s)"),
    _COLON,
    re.compile(rf"(?:^|(?<=[.;:)]\s))({_LIST})(?=\s+\S)"),
    re.compile(
        r"(?:(?:^|(?<=[.;:,)]\s))(?=[a-h]\s+\w)|(?<=\band\s)(?=[b-h]\s+\w)|(?<=[a-z]\s)(?=[a-h]\s+[A-Z]{2}))([a-h])\b"
    ),
)
_TO = r"\s?(?:[-–—‐‑−]|to|through)\s?"
_AND = r"\s?(?:,|&|and|,\s?and)\s?"
_UP_TO, _BESIDE = re.compile(_TO), re.compile(_AND)
"""Between markers that are one: `(a)–(c)`; where they begin a sentence, `(a) and (b)`."""
_RATIO = re.compile(r"\b(?:ratios?|distances?|changes?)\s(?:of|from)\s$", re.IGNORECASE)
"""Before two markers with `to` between them that are no range."""
_SEQUENCES = (
    ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x"),
    tuple(str(number) for number in range(1, 21)),
)
_COUNT = r"[ivx]{1,4}|[0-9]{1,2}"
_ORDINAL = re.compile(
    rf"(?:^|(?<=[.;:])\s?)\s?[(\[]({_COUNT})(?:(?:[)\]]{_TO}[(\[]|[-–—])({_COUNT})|[)\]]{_AND}[(\[]({_COUNT}))?[)\]](?=\s)"
)
"""`(i)`, `(i)–(iii)`, `(i–iii)`, `(i) and (ii)` at a sentence's beginning."""
_STEPS = re.compile(
    r"(?<!\bof\s)\b(?:reagents?(?:\s(?:and|&)\s(?:reaction\s)?conditions?)?|reaction\sconditions?|conditions?\sand\sreagents?)"
    r"\s?[:.]\s?[(\[]?([ai1])[)\]]",
    re.IGNORECASE,
)
"""Where the steps of a synthesis begin, and what they count from; the `effect of reaction conditions` is none."""
_WORD_BEFORE = re.compile(r"([^\W\d_]{2,30})\s$")
_PANEL = re.compile(r"(?:panel|part|plot|graph|chart|image|picture|photo|figure|fig|scheme)s?")
_OF_LETTERS = re.compile(r"\b(?:letters?|superscripts?|subscripts?)\s?[:(]?\s?$", re.IGNORECASE)
"""Before letters that mark something within a panel, as which means differ."""
_EXPLAINED = re.compile(r"\s?(?:refers?\sto|denotes?|stands?\sfor)\b")
"""After bare letters that do."""
_ACROSS = {"left": "left", "right": "right", "middle": "middle", "center": "middle", "centre": "middle"}
_DOWN = {"top": "top", "upper": "top", "bottom": "bottom", "lower": "bottom"}
_SIDE = re.compile(
    rf"(?:^|(?<=[.;,]\s)|\()(?:({'|'.join(_DOWN)})[\s-]?)?({'|'.join(_ACROSS)})?(?:\s(?:panels?|images?|rows?|columns?))?"
    r"(?:\)|:|,)",
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
    lettered = _find_lettered(caption)
    if not lettered:
        return tuple(label for marker in _find_ordinals(caption) for label in marker.labels)
    outer = sorted(named(lettered))
    inner = sorted(named(_markers_of_case(caption, upper=False))) if outer[0].isupper() else []
    return (*outer, *inner)


def find_markers(caption: str) -> list[Marker]:
    """The markers that cut `caption`: letters, or else numbers, or else sides; empty unless it names two."""
    return _find_lettered(caption) or _find_ordinals(caption) or find_sides(caption)


def _find_lettered(caption: str) -> list[Marker]:
    """The markers that are letters: capitals, or else small ones."""
    upper, lower = (_markers_of_case(caption, upper) for upper in (True, False))
    return upper or lower


def find_sides(caption: str) -> list[Marker]:
    """The markers `Left:`, `(right)`, `Top left,` of a caption that names its panels by where they stand.

    Their labels are `left`, `middle`, `right`, `top`, `bottom`, and two of them as in `top left`.
    """
    found = []
    for match in _SIDE.finditer(caption, 0, MOST_CHARACTERS):
        down, across = _DOWN.get((match[1] or "").lower()), _ACROSS.get((match[2] or "").lower())
        if down or across:
            found.append(Marker((" ".join(filter(None, (down, across))),), match.start(), match.end()))
    return found if len(named(found)) > 1 else []


def named(markers: Sequence[Marker]) -> set[str]:
    """Every label of `markers`."""
    return {label for marker in markers for label in marker.labels}


def _markers_of_case(caption: str, upper: bool) -> list[Marker]:
    """The markers of one case, of the first style that names two panels or more, in order."""
    for style in _STYLES:
        found = _joined(caption, list(_markers(style, caption, upper)))
        if style is _COLON and _of_one_word(caption, found):
            continue
        if markers := _consistent(found):
            return markers
    return []


def _markers(style: re.Pattern[str], caption: str, upper: bool) -> Iterator[Marker]:
    for match in style.finditer(caption, 0, _stop(caption, "A" if upper else "a")):
        labels = _labels(match[1])
        of_case = labels and all(label[0].isupper() == upper for label in labels)
        if of_case and not _is_note(caption, match):
            yield Marker(labels, match.start(), match.end())


def _joined(caption: str, markers: list[Marker]) -> list[Marker]:
    """`markers`, those as one that name their panels together: `(a)–(d)` all four, `(a) and (b)` both."""
    joined: list[Marker] = []
    for marker in markers:
        last = joined[-1] if joined else None
        between = caption[last.stop : marker.start] if last else ""
        head = caption[max(0, last.start - 20) : last.start] if last else ""
        begins = not head.strip() or head.rstrip()[-1] in ".;:"
        labels: tuple[str, ...] = ()
        if last and _UP_TO.fullmatch(between) and (begins or _is_range(head, last, between, marker)):
            labels = (*_labels(f"{last.labels[-1]}–{marker.labels[0]}"), *marker.labels)
        elif last and _BESIDE.fullmatch(between) and begins:
            labels = marker.labels
        if last and labels:  # each once, or a caption of nothing else would take quadratic time
            marker = Marker(tuple(dict.fromkeys((*last.labels, *labels))), joined.pop().start, marker.stop)
        joined.append(marker)
    return joined


def _is_range(head: str, first: Marker, between: str, last: Marker) -> bool:
    """Whether two markers within a sentence are the ends of a range, and not as in `ratio of (a) to (b)`."""
    neighbours = ord(last.labels[0][0]) - ord(first.labels[-1][0]) == 1
    return between.strip() != "to" or not (neighbours or _RATIO.search(head))


def _of_one_word(caption: str, markers: list[Marker]) -> bool:
    """Whether one word other than `panel` stands before all of the markers, which are its own: `group A: 3 mice`."""
    words = [_WORD_BEFORE.search(caption, max(0, own.start - 40), own.start) for own in markers]
    named = {word[1].casefold() if word else "" for word in words}
    return len(named) == 1 and not any(not word or _PANEL.fullmatch(word) for word in named)


def _stop(caption: str, first: str) -> int:
    """Where markers that count from `first` end: at the steps of a synthesis that do so too."""
    steps = _STEPS.search(caption, 0, MOST_CHARACTERS)
    return steps.start() if steps and steps[1] == first else MOST_CHARACTERS


def _is_note(caption: str, match: re.Match[str]) -> bool:
    """Whether the letters of `match` mark something within a panel: `different letters (a, b)`, `a and b refer to`."""
    before = caption[max(0, match.start() - 20) : match.start(1)]
    bare = match[0].strip() == match[1]
    return bool(_OF_LETTERS.search(before) or (bare and _EXPLAINED.match(caption, match.end())))


def _labels(text: str) -> tuple[str, ...]:
    """`A, B` as A and B, `a–c` as a, b and c, `A1–3` as A1, A2 and A3."""
    text = re.sub(r"\b(?:to|through)\b", "–", re.sub(r"\band\b", ",", text))
    letters = re.findall(rf"{_LETTER}|[1-9]", text)
    joints = re.split(rf"{_LETTER}|[1-9]", text)[1:-1]
    labels = letters[:1]
    for joint, letter in zip(joints, letters[1:], strict=False):
        letter = letter if letter[0].isalpha() else labels[-1][0] + letter
        if re.search(r"[-–—‐‑−]", joint):
            labels += _between(labels[-1], letter)
        labels.append(letter)
    return tuple(dict.fromkeys(labels))


def _between(first: str, last: str) -> list[str]:
    """The labels between two: B of A and C, `A2` of `A1` and `A3`, `Aii` of `Ai` and `Aiii`."""
    for sequence in _SEQUENCES:
        if first[0] == last[0] and first[1:] in sequence and last[1:] in sequence:
            between = sequence[sequence.index(first[1:]) + 1 : sequence.index(last[1:])]
            return [f"{first[0]}{number}" for number in between]
    return [chr(code) for code in range(ord(first[0]) + 1, ord(last[0]))]


def _consistent(markers: list[Marker]) -> list[Marker]:
    """`markers` less those beyond the unbroken run of letters from A; empty if that leaves one label."""
    letters = {label[0].lower() for label in named(markers)}
    run = next((count for count in range(27) if chr(ord("a") + count) not in letters), 0)
    if run < 1:
        return []
    last = chr(ord("a") + run - 1)
    kept = [marker for marker in markers if all("a" <= label[0].lower() <= last for label in marker.labels)]
    return kept if len(named(kept)) > 1 else []


def _find_ordinals(caption: str) -> list[Marker]:
    """The markers `(i)`, `(ii)` ... or `(1)`, `(2)` ... that each begin a sentence, if they count up from one."""
    for sequence in _SEQUENCES:
        markers = [
            Marker(labels, match.start(), match.end())
            for match in _ORDINAL.finditer(caption, 0, _stop(caption, sequence[0]))
            if (labels := _ordinals(match, sequence))
        ]
        counted = tuple(label for marker in markers for label in marker.labels)
        if len(markers) > 1 and counted == sequence[: len(counted)]:
            return markers
    return []


def _ordinals(match: re.Match[str], sequence: tuple[str, ...]) -> tuple[str, ...]:
    """The numbers of a sequence that a marker names: one, two, or all of a range; none where one is of another."""
    first, last, second = match[1], match[2] or match[1], match[3]
    if not {first, last, second or first} <= set(sequence):
        return ()
    return (*sequence[sequence.index(first) : sequence.index(last) + 1], *([second] if second else []))
