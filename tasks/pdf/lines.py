"""The lines of text on a page as they are printed: pieces joined, doubles and hidden words left out.

Boxes are in MuPDF's unrotated page space, points; tasks.pdf.pages turns them into the page's upright frame.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

import pymupdf

from tasks import boxes
from tasks.pdf.painting.raw_lines import (
    Raw,
    Run,
    by_place,
    is_partly_unpainted,
    is_unpainted,
    numbers_apart,
    seen_lines,
)
from tasks.records import Box
from tasks.rules.layout import rules
from tasks.wording.labels import read_label
from tasks.wording.letterspacing import is_letterspaced, letter_gap, parts_words, stands_apart
from tasks.wording.words import clean, from_symbol_font

MOST_LETTERS = 100_000
"""Letters of a page whose places are asked for, at some 600 bytes each; no printed page has more."""

OBLIQUE = -1
"""The turn of a line that runs along neither axis, as a watermark does."""

_TEXT_FLAGS = pymupdf.TEXT_MEDIABOX_CLIP  # no TEXT_PRESERVE_LIGATURES: "ﬁ" comes out as "fi"
_BOLD_FLAG: int = pymupdf.TEXT_FONT_BOLD
_LETTER = re.compile(r"[^\W\d_]")
_LEFTWARDS = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
"""Letters of Hebrew and Arabic, whose lines go on to the left."""
_BOLD_NAME = re.compile(
    r"bold|black|heavy|demi|-(?:hv|blk)(?:cn|ex|it|obl)*$|[-.,]bd?$|(?<=[a-z])bd?$|(?<=Times)B$|\.B$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text. `size` is in points; `bold` and `font` are those of its first letters."""

    text: str
    bbox: Box
    size: float
    font: str
    bold: bool
    upright: bool
    block: int
    text_font: str
    """The font of most of its letters."""
    turn: int = 0
    """Degrees, clockwise, from upright to how it reads: 0, 90, 180, 270, or OBLIQUE."""
    unmarked: str | None = None
    """The text with an asterisk for every letter that is raised as a mark, where there is one."""
    unseen: bool = False
    """No reader sees it: it is not painted, or was painted over. Such a line never counts as upright."""


def read_lines(
    page: pymupdf.Page, shows_white: Callable[[Box], bool], numbered: Set[Run] = frozenset()
) -> list[Line]:
    """The lines of a page, each with the turn it has in the unrotated page.

    White and unpainted words count only where `shows_white` says that something lies under them: white letters on a
    micrograph, the recognised text of a scan. The numbers `numbered` are lines of their own, apart from their words.
    """
    blocks = _printed(page, shows_white)
    printed = [line for lines in blocks for line in lines]
    if (numbered or any(map(_is_letterspaced, printed))) and sum(map(_length, printed)) <= MOST_LETTERS:
        blocks = _printed(page, shows_white, numbered, each_letter=True)
    found: list[Line] = []
    seen: dict[tuple[str, bool], list[Box]] = {}
    for number, lines in enumerate(blocks):
        for raw in lines:
            line = _read_line(raw, number)
            if line is None or _is_double(line, seen.setdefault((line.text, line.unseen), [])):
                continue
            seen[line.text, line.unseen].append(line.bbox)
            found.append(line)
    return _with_their_labels(found)


def _printed(
    page: pymupdf.Page,
    shows_white: Callable[[Box], bool],
    numbered: Set[Run] = frozenset(),
    *,
    each_letter: bool = False,
) -> list[list[Raw]]:
    """The printed lines of each block.

    With `each_letter` MuPDF tells the place of each, at more cost: letterspaced lines are closed up by it, and the
    numbers `numbered` put apart.
    """
    blocks = page.get_text("rawdict" if each_letter else "dict", flags=_TEXT_FLAGS)["blocks"]
    printed, numbers = [], by_place(numbered)
    for number, block in enumerate(blocks):
        lines = block.get("lines", [])
        if each_letter:
            _set_texts(lines)
        lines = _downwards(seen_lines(lines, shows_white))
        lines = _joined(list(numbers_apart(lines, number, numbers)))
        printed.append(_closed_up(lines) if each_letter else lines)
    return printed


def _set_texts(lines: Iterable[Raw]) -> None:
    for span in (span for line in lines for span in line["spans"]):
        span["text"] = "".join(letter["c"] for letter in span["chars"])


def _length(line: Raw) -> int:
    return sum(len(span["text"]) for span in line["spans"])


def _is_letterspaced(line: Raw) -> bool:
    return line["dir"][0] > 0.9 and is_letterspaced(_text(line))


def _closed_up(lines: list[Raw]) -> list[Raw]:
    """The lines of a block, the letterspaced ones and what goes on with them without spaces between letters."""
    own = {id(line): letter_gap(_gaps(line)) for line in lines if _is_letterspaced(line)}
    tracked = [gap for gap in own.values() if gap is not None]
    if not tracked:
        return lines
    usual = median(tracked)
    return [
        _with_spaces(line, own.get(id(line)) or usual)
        if line["dir"][0] > 0.9 and stands_apart(_text(line))
        else line
        for line in lines
    ]


def _letters(line: Raw) -> Iterator[tuple[Raw, Raw]]:
    """Each letter of a line that is no blank, with its span."""
    for span in line["spans"]:
        if not span["text"].isspace():
            yield from ((span, letter) for letter in span["chars"] if not letter["c"].isspace())


def _gaps(line: Raw) -> list[float]:
    """From letter to letter, how far they stand apart, in sizes."""
    return [
        (letter["bbox"][0] - before["bbox"][2]) / (span["size"] or 1)
        for (_, before), (span, letter) in pairwise(_letters(line))
    ]


def _with_spaces(line: Raw, usual: float) -> Raw:
    """A line with spaces only where letters stand further apart than is `usual`; as it is where that gives no words."""
    parted = parts_words(_gaps(line), usual)
    if parted is None:
        return line
    texts: dict[int, str] = {}
    for (span, letter), space in zip(_letters(line), [False, *parted], strict=True):
        texts[id(span)] = texts.get(id(span), "") + " " * space + letter["c"]
    return {**line, "spans": [{**s, "text": texts[id(s)]} for s in line["spans"] if id(s) in texts]}


def _with_their_labels(lines: list[Line]) -> list[Line]:
    """The lines, with a label that was drawn behind its words (all bold type last) put before them again."""
    labels = [at for at, line in enumerate(lines) if line.upright and _is_label_alone(line.text)]
    if not labels:
        return lines
    put: dict[int, Line] = dict(enumerate(lines))
    rising = sorted(put, key=lambda i: lines[i].bbox[3])
    bottoms = [lines[i].bbox[3] for i in rising]
    # twice, for a label put there may have moved the words once
    reach = 2 * rules().text.level * max(line.size for line in lines)
    for at in labels:
        label, bottom = lines[at], lines[at].bbox[3]
        level = rising[bisect_left(bottoms, bottom - reach) : bisect_right(bottoms, bottom + reach)]
        before = (i for i in level if i < at and i in put and _stands_before(label, put[i]))
        first = min(before, default=None)
        if first is not None:
            put[first] = _put_before(label, put[first])
            del put[at]
    return list(put.values())


def _put_before(label: Line, words: Line) -> Line:
    return replace(
        words,
        text=f"{label.text} {words.text}",
        bbox=boxes.hull((label.bbox, words.bbox)),
        font=label.font,
        bold=label.bold,
        unmarked=f"{label.text} {words.unmarked}" if words.unmarked else None,
    )


def _is_label_alone(text: str) -> bool:
    label = read_label(text) if len(text) < rules().text.longest_label else None
    return label is not None and not (label.words or label.refers or label.bracketed)


def _stands_before(label: Line, words: Line) -> bool:
    """Whether a label stands just left of a line, on its height."""
    gap, size = words.bbox[0] - label.bbox[2], words.size
    level = abs(words.bbox[3] - label.bbox[3]) < rules().text.level * size
    alike = words.upright and words.unseen == label.unseen
    return alike and level and -1 < gap < rules().text.number_gap * size


def _downwards(lines: list[Raw]) -> list[Raw]:
    """The lines of a block, from the top where they were drawn from the bottom."""
    bottoms = [line["bbox"][3] for line in lines]
    rising = len(lines) > 1 and all(
        before["dir"][0] > 0.9 and below - above > (below - before["bbox"][1]) / 2
        for before, below, above in zip(lines, bottoms, bottoms[1:], strict=False)
    )
    return lines[::-1] if rising else lines


def is_bold(font: str, flags: int) -> bool:
    """Whether a span is set in bold, by its flags or by its font's name (`MinionPro-Bold`, `AdvTTaf7f9f4f.B`)."""
    return bool(flags & _BOLD_FLAG) or bool(_BOLD_NAME.search(font))


def _is_double(line: Line, same: Sequence[Box]) -> bool:
    """Whether the line was printed just here already, as fonts without a bold face are made bold."""
    near = max(1.0, rules().text.doubled * line.size)
    return any(all(abs(a - b) < near for a, b in zip(line.bbox, box, strict=True)) for box in same)


def _read_line(raw: Raw, block: int) -> Line | None:
    pieces = _printed_once(raw["spans"])
    spans = [span for span in pieces if span["text"].strip()]
    if not spans:
        return None
    pieces = _without_false_spaces(pieces)
    texts = [from_symbol_font(span["text"], span["font"]) for span in pieces]
    text = clean("".join(texts))
    widest = max(spans, key=lambda span: len(span["text"]))
    first = spans[0]
    turn = _turn(raw["dir"])
    raised = [turn == 0 and _is_raised(span, widest) for span in pieces]
    marked = [_LETTER.sub("*", said) if up else said for said, up in zip(texts, raised, strict=True)]
    return Line(
        text=text,
        bbox=boxes.hull(tuple(span["bbox"]) for span in spans),
        size=round(widest["size"], 1),
        font=first["font"],
        bold=is_bold(first["font"], first["flags"]),
        upright=turn == 0,
        block=block,
        text_font=widest["font"],
        turn=turn,
        unmarked=clean("".join(marked)) if marked != texts else None,
        unseen=all(map(is_unpainted, spans)),
    )


def _is_raised(span: Raw, beside: Raw) -> bool:
    """Whether a span is set smaller and higher than another of its upright line, as a superscript is."""
    higher: float = beside["origin"][1] - span["origin"][1]
    return bool(span["size"] < 0.8 * beside["size"] and higher > 0.15 * beside["size"])


def _turn(direction: tuple[float, float]) -> int:
    x, y = direction
    return 0 if x > 0.9 else 90 if y > 0.9 else 180 if x < -0.9 else 270 if y < -0.9 else OBLIQUE


def _printed_once(spans: Sequence[Raw]) -> list[Raw]:
    """The spans less those that repeat the one before in its very place."""
    if len(spans) == 1:
        return list(spans)
    kept: list[Raw] = []
    for span in spans:
        before = kept[-1] if kept else None
        again = before is not None and before["text"] == span["text"] and not span["text"].isspace()
        if (
            before is None
            or not again
            or boxes.share_inside(tuple(span["bbox"]), tuple(before["bbox"])) < rules().text.span_again
        ):
            kept.append(span)
    return kept


def _without_false_spaces(spans: Sequence[Raw]) -> list[Raw]:
    """The spans less those of blanks that take up no room between the letters beside them."""
    blanks = [span["text"].isspace() for span in spans]
    if len(spans) < 3 or not any(blanks):
        return list(spans)
    kept = []
    for i, span in enumerate(spans):
        between = blanks[i] and 0 < i < len(spans) - 1 and not blanks[i - 1] and not blanks[i + 1]
        if not (between and _abut(spans[i - 1], spans[i + 1])):
            kept.append(span)
    return kept


def _abut(before: Raw, after: Raw) -> bool:
    ends = before["text"][-1:].isalnum() and after["text"][:1].isalnum()
    gap: float = after["bbox"][0] - before["bbox"][2]
    return bool(
        ends and before["size"] == after["size"] and abs(gap) < rules().text.false_space * before["size"]
    )


def _joined(lines: list[Raw]) -> list[Raw]:
    """Pieces of one printed line, which MuPDF splits at wide spaces, put together again."""
    joined: list[Raw] = []
    for line in lines:
        before = joined[-1] if joined else None
        if before is not None and _continues(before, line):
            gap = [{**line["spans"][0], "text": " ", "bbox": line["bbox"]}] if _apart(before, line) else []
            joined[-1] = {
                **before,
                "spans": before["spans"] + gap + line["spans"],
                "bbox": boxes.hull([tuple(before["bbox"]), tuple(line["bbox"])]),
            }
        else:
            joined.append(line)
    return joined


def _continues(before: Raw, line: Raw) -> bool:
    if before["dir"] != line["dir"] or _turn(line["dir"]) == OBLIQUE:
        return False
    if "number" in before or "number" in line:
        return False
    (_, top, right, bottom), (x0, y0, _, y1) = _along(before), _along(line)
    size, text = min(bottom - top, y1 - y0), rules().text
    if _text(before).isdigit() or (_text(line).isdigit() and x0 - right > text.number_gap * size):
        return False  # a manuscript's line number
    common = min(bottom, y1) - max(top, y0)
    near = -text.joined_back * size < _gap(before, line) < text.joined_gap * size
    if not near or common <= text.joined_height * size:
        return False
    return not is_partly_unpainted((*before["spans"], *line["spans"]))


def _gap(before: Raw, line: Raw) -> float:
    """Points from a piece to the next one in the direction in which its letters run."""
    (left, _, right, _), (x0, _, x1, _) = _along(before), _along(line)
    return left - x1 if x1 < right and _LEFTWARDS.search(_text(before)) else x0 - right


def _along(line: Raw) -> Box:
    """A line's box with x in the direction in which it reads and y downwards from it."""
    x0, y0, x1, y1 = line["bbox"]
    turned = {0: (x0, y0, x1, y1), 90: (y0, -x1, y1, -x0), 180: (-x1, -y1, -x0, -y0), 270: (-y1, x0, -y0, x1)}
    return turned[_turn(line["dir"])]


def _text(line: Raw) -> str:
    return "".join(span["text"] for span in line["spans"]).strip()


def _apart(before: Raw, line: Raw) -> bool:
    return not before["spans"][-1]["text"].endswith(" ") and _gap(before, line) > rules().text.true_space
