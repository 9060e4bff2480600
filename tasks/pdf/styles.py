"""How a paper is set: the type of its body, by which captions and headings are told from running text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tasks import boxes
from tasks.pdf.lines import Line
from tasks.pdf.pages import PageContent
from tasks.rules.layout import rules


@dataclass(frozen=True, slots=True)
class Style:
    """How a paper sets its body: font, size in points, and the width of a full line (a column) in points."""

    font: str
    size: float
    column: float
    lead: float = 0.0
    """Points from one line of the body to the next; 0 where no two follow each other."""

    @property
    def spaced(self) -> bool:
        """Whether the lines stand so far apart as those of a manuscript."""
        return self.lead > rules().text.spaced * self.size

    def sets(self, line: Line) -> bool:
        """Whether a line is set as the body is."""
        return line.text_font == self.font and abs(line.size - self.size) < rules().text.same_size


def body_style(pages: Sequence[PageContent]) -> Style:
    """The style that most letters of the paper are set in."""
    text = rules().text
    letters: Counter[tuple[str, float]] = Counter()
    for line in upright_lines(pages):
        letters[line.text_font, line.size] += len(line.text)
    if not letters:
        return Style("", text.usual_size, text.usual_column)
    (font, size), _ = letters.most_common(1)[0]
    widths: Counter[int] = Counter()
    leads: Counter[float] = Counter()
    before: Line | None = None
    for line in upright_lines(pages):
        if line.text_font == font and abs(line.size - size) < text.same_size:
            widths[round(boxes.width(line.bbox) / text.column_step) * text.column_step] += len(line.text)
            if before is not None and 0 < line.bbox[3] - before.bbox[3] < text.most_lead * size:
                leads[round(line.bbox[3] - before.bbox[3], 1)] += 1
            before = line
    lead = leads.most_common(1)[0][0] if leads else 0.0
    return Style(font, size, float(widths.most_common(1)[0][0]), lead)


def upright_lines(pages: Sequence[PageContent]) -> Iterable[Line]:
    """The lines of all pages that read from left to right."""
    return (line for page in pages for line in page.lines if line.upright)


def family(font: str) -> str:
    """What the faces of one family have in common: `HelveticaNeueLTStd` of `HelveticaNeueLTStd-Hv`."""
    return font.partition("-")[0].partition(",")[0]
