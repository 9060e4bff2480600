"""The running text of a PDF under its headings, in the order of print; no captions, tables, running heads, figures."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from tasks import boxes
from tasks.article.mentions import Passage
from tasks.pdf.captions import CaptionBlock
from tasks.pdf.found_figure import FoundFigure
from tasks.pdf.furniture import in_margin, numberless, running_texts
from tasks.pdf.lines import Line
from tasks.pdf.pages import PageContent
from tasks.pdf.styles import family, upright_lines
from tasks.records import Box
from tasks.wording.labels import read_label
from tasks.wording.words import join_lines, vocabulary

LEAST_SHARE = 0.03
"""Share of a paper's letters that a type must set to be one of running text: methods are often set smaller."""
LONGEST_HEADING = 120
"""Letters."""
CHUNK = 12
"""Lines that are joined at a time, at the least: a whole section at once would be slow."""

_REFERENCES = re.compile(
    r"^(?:\d+\.?\s*)?(?:references?(?:\s+and\s+notes)?|bibliography|literature(?:\s+cited)?|works\s+cited|literatur)\W*$",
    re.IGNORECASE,
)
_ENDS = (".", "?", "!", ":")


def read_passages(
    pages: Sequence[PageContent], found: Sequence[FoundFigure], others: Sequence[CaptionBlock] = ()
) -> Iterator[Passage]:
    """What stands under each heading, as one text. `found` are the paper's figures, `others` captions without one."""
    types = _types(pages)
    body = max(types, key=lambda kind: types[kind], default=None)
    captions = [figure.caption for figure in found if figure.caption] + list(others)
    running = frozenset(map(numberless, running_texts(pages)))
    words = vocabulary(line.text for line in upright_lines(pages))
    section: str | None = None
    heading: list[str] = []
    text: list[str] = []
    in_table = False
    for page in pages:
        block = table = -1
        own = [figure.bbox for figure in found if figure.page.number == page.number and not figure.page.turn]
        for line in _text_lines(page, own, captions, running):
            block, starts = line.block, line.block != block
            if starts or line.bold:
                table = block if _heads_table(line) else table
            in_table = block == table or (in_table and _type(line) != body)
            if in_table:
                continue
            if _is_heading(line, body, bool(text) and not text[-1].endswith(_ENDS)):
                if text:
                    yield Passage(section, _joined(text, words))
                heading, text = [*heading, line.text] if not text else [line.text], []
            elif _type(line) in types:
                if heading:
                    section, heading = " ".join(heading)[:LONGEST_HEADING], []
                if not (section and _REFERENCES.match(section)):
                    text.append(line.text)
    if text:
        yield Passage(section, _joined(text, words))


def _types(pages: Sequence[PageContent]) -> dict[tuple[str, float], int]:
    """The types that set running text, by family and size, with how many letters each sets."""
    letters: Counter[tuple[str, float]] = Counter()
    for line in upright_lines(pages):
        if letters and _REFERENCES.match(line.text):
            break
        letters[_type(line)] += len(line.text)
    return {kind: count for kind, count in letters.items() if count >= LEAST_SHARE * letters.total()}


def _type(line: Line) -> tuple[str, float]:
    return family(line.text_font), round(line.size)


def _text_lines(
    page: PageContent,
    figures: Sequence[Box],
    captions: Sequence[CaptionBlock],
    running: frozenset[str],
) -> Iterator[Line]:
    """The lines of a page that may be running text or headings."""
    left_out = {i for c in captions if c.page == page.number and not c.turn for i in c.lines} | set(
        page.numbers
    )
    left_out |= {i for c in captions if c.page == page.number - 1 and not c.turn for i in c.next_lines}
    for number, line in enumerate(page.lines):
        if number in left_out or not line.upright:
            continue
        if in_margin(line.bbox, page) and numberless(line.text) in running:
            continue
        if not any(boxes.share_inside(line.bbox, box) > 0.5 for box in figures):
            yield line


def _heads_table(line: Line) -> bool:
    """Whether a table's caption begins with a line; what follows in other type than the body's is the table."""
    label = read_label(line.text)
    return label is not None and label.kind == "table" and not (label.refers or label.runs_on or label.tells)


def _is_heading(line: Line, body: tuple[str, float] | None, within_sentence: bool) -> bool:
    """Whether a line is one: bold or larger than the body, short, and no caption's."""
    text = line.text
    larger = body is not None and round(line.size) > body[1]
    if not (line.bold or larger) or len(text) > LONGEST_HEADING:
        return False
    if within_sentence or text.endswith((".", ",", ";")) or not any(map(str.isalpha, text)):
        return False
    return read_label(text) is None


def _joined(lines: Sequence[str], words: Counter[str]) -> str:
    """Lines as one text; joined some at a time, at ends of sentences."""
    pieces: list[str] = []
    chunk: list[str] = []
    for line in lines:
        chunk.append(line)
        if len(chunk) >= CHUNK and line.endswith("."):
            pieces.append(join_lines(chunk, words))
            chunk = []
    return " ".join((*pieces, join_lines(chunk, words))).strip()
