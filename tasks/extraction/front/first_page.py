"""What the first pages of a PDF say of their article where no JATS is at hand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from tasks.extraction.front.authors import read_authors
from tasks.extraction.front.dates import read_published
from tasks.extraction.front.journals import read_journal
from tasks.pdf.lines import Line
from tasks.pdf.pages import PageContent
from tasks.records import Metadata
from tasks.wording.labels import read_label
from tasks.wording.license_statements import stated_license
from tasks.wording.words import join_lines, vocabulary

DOI = re.compile(r"\b10\.\d{4,9}/[^\s\"<>]+[^\s\"<>.,;:)\]]")

TITLE_WORDS = (3, 60)
"""Words of a title; what is set as large and has fewer is a journal's name or a heading."""
MOST_LINES = 12
"""Lines of one type; more are no title."""
HEAD = 0.05
"""Share of the page's height at its top where running heads stand."""
EDGE = 0.11
"""Share of the page's height at its top and bottom where its journal stands."""
UPPER_PART = 0.6
"""Share of the first page, from its top, in which its title begins."""

_PMCID = re.compile(r"PMC\d{3,9}(?!\d)", re.IGNORECASE)
_KIND = re.compile(
    r"^(?:(?:open|free)\s+access|(?:original|research|review|regular|full|short)\s+(?:research\s+)?"
    r"(?:article|paper|communication)s?|case\s+reports?|brief\s+report|clinical\s+study|accepted\s+manuscript|"
    r"supplementary\s+\w+|contents|abstract)(?:\W+|$)",
    re.IGNORECASE,
)
"""What kind of article it is, which some set as large as its title."""
_PARTICLES = ("and", "de", "del", "van", "von", "der", "den", "la", "el", "di", "da", "dos", "du", "y", "e")
_OF_AUTHORS = re.compile(r"[*∗⇑†‡§¶]")


def read_first_page(pages: Sequence[PageContent]) -> Metadata:
    """What a PDF prints of its article; null where it is not sure. `pages` as they were read, upright."""
    if not pages or pages[0].number != 1:
        return Metadata()
    page = pages[0]
    title = title_lines(page)
    upright = [line for line in page.lines if line.upright]
    published = read_published("\n".join(line.text for line in upright))
    return Metadata(
        doi=_doi(page),
        title=_title(title, page),
        authors=read_authors(title, upright),
        journal=read_journal(page.handle.parent.metadata.get("subject"), _at_the_edge(page)),
        license=_license(pages),
        published=published,
        published_precision="day" if published else None,
    )


def _at_the_edge(page: PageContent) -> Iterator[str]:
    """The lines at the head and the foot of a page."""
    height = page.size[1]
    return (line.text for line in page.lines if line.upright and not EDGE < line.bbox[1] / height < 1 - EDGE)


def pmcid_of(uri: str) -> str | None:
    """The PMCID by which a file is named: `PMC8019218` of `papers/PMC8019218.pdf` and of `PMC8019218_main.pdf`."""
    found = _PMCID.match(PurePosixPath(uri).name)
    return found[0].upper() if found else None


def _doi(page: PageContent) -> str | None:
    """The first DOI that the first page prints: its own, for references come later."""
    for place, line in enumerate(page.lines):
        found = DOI.search(line.text)
        if found and place + 1 < len(page.lines) and _goes_on(found[0], line.text[found.end() :]):
            found = DOI.search(line.text + page.lines[place + 1].text)
        if found:
            return found[0]
    return None


def _goes_on(doi: str, rest: str) -> bool:
    """Whether a DOI at the end of its line goes on in the next: at a hyphen, or where it has no number yet."""
    return rest in ("-", "_", "/") or (rest == "." and not any(map(str.isdigit, doi.partition("/")[2])))


def _license(pages: Sequence[PageContent]) -> str | None:
    """The licence that the first page states of the article, else the last two, where some publishers put it."""
    ends = [pages[0], *(page for page in pages[-2:] if page is not pages[0])]
    for page in ends:
        lines = [line.text for line in page.lines if line.upright]
        found = stated_license(join_lines(lines, {}))
        if found:
            return found
    return None


def _title(lines: Sequence[Line], page: PageContent) -> str | None:
    """The words of the title's lines."""
    if not lines:
        return None
    known = vocabulary(line.text for line in page.lines if line.upright)
    return _KIND.sub("", join_lines([line.text for line in lines], known))


def title_lines(page: PageContent) -> list[Line]:
    """The largest type in the upper part of the first page, where it says as much as a title does; else nothing."""
    lines = [
        line
        for line in page.lines
        if line.upright
        and HEAD * page.size[1] < line.bbox[1] < UPPER_PART * page.size[1]
        and any(map(str.isalpha, line.text))
    ]
    for size in sorted({round(line.size) for line in lines}, reverse=True)[:4]:
        set_so = [line for line in lines if round(line.size) == size]
        if len(set_so) > MOST_LINES:
            return []  # the body's type
        together = _together(set_so)
        text = join_lines([line.text for line in together], vocabulary(x.text for x in lines))
        if _is_title(_KIND.sub("", text)):
            return together
    return []


def _is_title(text: str) -> bool:
    words = text.split()
    if not TITLE_WORDS[0] <= len(words) <= TITLE_WORDS[1] or read_label(text):
        return False
    names = all(word in _PARTICLES or not word[:1].islower() for word in words)
    return not ("," in text and names) and not _OF_AUTHORS.search(text)


def _together(lines: Sequence[Line]) -> list[Line]:
    """The first lines that follow each other: what is set as large further down is another thing."""
    taken: list[Line] = []
    for line in lines:
        if taken and not 0 <= line.bbox[1] - taken[-1].bbox[1] < 2.2 * line.size:
            break
        taken.append(line)
    return taken
