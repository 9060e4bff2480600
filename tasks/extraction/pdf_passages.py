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
_RUN_IN = re.compile(r"(?=[^.:]*[^\W\d_]{3})([^.:]{3,80})[.:]\s+(\S.*)$")
"""A heading at the beginning of its paragraph: "Study design. In this study, ..."."""
_ENDS = (".", "?", "!", ":")


def read_passages(
    pages: Sequence[PageContent], found: Sequence[FoundFigure], others: Sequence[CaptionBlock] = ()
) -> Iterator[Passage]:
    """What stands under each heading, as one text. `found` are the paper's figures, `others` captions without one."""
    types = _types(pages)
    body = max(types, key=lambda kind: types[kind], default=None)
    captions = [figure.caption for figure in found if figure.caption] + list(others)
    sections = _Sections(vocabulary(line.text for line in upright_lines(pages)))
    for line in _text_lines(pages, found, captions, body):
        run_in = _RUN_IN.match(line.text) if line.bold and line.font != line.text_font else None
        if run_in and not sections.within_sentence:
            yield from sections.head(run_in[1])
            sections.add(run_in[2])
        elif _is_heading(line, body) and not sections.within_sentence:
            yield from sections.head(line.text)
        elif _type(line) in types:
            sections.add(line.text)
    yield from sections.passage()


class _Sections:
    """Takes headings and lines of text in their order, and gives what stands under each heading."""

    def __init__(self, words: Counter[str]) -> None:
        self._words = words
        self._section: str | None = None
        self._heading: list[str] = []
        self._text: list[str] = []

    @property
    def within_sentence(self) -> bool:
        """Whether the text does not end with the end of a sentence: no heading follows."""
        return bool(self._text) and not self._text[-1].endswith(_ENDS)

    def head(self, text: str) -> Iterator[Passage]:
        """Takes a heading, or the next line of one; gives what stood under the one before."""
        yield from self.passage()
        self._heading.append(text)

    def add(self, text: str) -> None:
        """Takes a line of text; what stands under the heading of the references is left out."""
        if self._heading:
            self._section = join_lines(self._heading, self._words)[:LONGEST_HEADING]
            self._heading = []
        if not (self._section and _REFERENCES.match(self._section)):
            self._text.append(text)

    def passage(self) -> Iterator[Passage]:
        """What was taken since the last heading."""
        if self._text:
            yield Passage(self._section, _joined(self._text, self._words))
        self._text = []


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
    pages: Sequence[PageContent],
    found: Sequence[FoundFigure],
    captions: Sequence[CaptionBlock],
    body: tuple[str, float] | None,
) -> Iterator[Line]:
    """The lines of a paper that may be running text or headings; `body` is the type of most of it."""
    running = frozenset(map(numberless, running_texts(pages)))
    in_table = False
    for page in pages:
        block = table = -1
        figures = [one.bbox for one in found if one.page.number == page.number and not one.page.turn]
        for line in _without_captions(page, captions):
            if in_margin(line.bbox, page) and numberless(line.text) in running:
                continue
            if any(boxes.share_inside(line.bbox, box) > 0.5 for box in figures):
                continue
            block, starts = line.block, line.block != block
            if starts or line.bold:
                table = block if _heads_table(line) else table
            in_table = block == table or (in_table and _type(line) != body)
            if not in_table:
                yield line


def _without_captions(page: PageContent, captions: Sequence[CaptionBlock]) -> Iterator[Line]:
    """The upright lines of a page that are no caption's and no numbers of lines."""
    taken = {i for c in captions if c.page == page.number and not c.turn for i in c.lines} | set(page.numbers)
    taken |= {i for c in captions if c.page == page.number - 1 and not c.turn for i in c.next_lines}
    return (line for i, line in enumerate(page.lines) if i not in taken and line.upright)


def _heads_table(line: Line) -> bool:
    """Whether a table's caption begins with a line; what follows in other type than the body's is the table."""
    label = read_label(line.text)
    return label is not None and label.kind == "table" and not (label.refers or label.runs_on or label.tells)


def _is_heading(line: Line, body: tuple[str, float] | None) -> bool:
    """Whether a line is one: bold or larger than the body, short, and no caption's."""
    text = line.text
    larger = body is not None and round(line.size) > body[1]
    if not (line.bold or larger) or len(text) > LONGEST_HEADING:
        return False
    if text.endswith((".", ",", ";")) or not any(map(str.isalpha, text)):
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
