"""Captions in the text of a paper: where they stand, what they label and what they say."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from tasks import boxes
from tasks.pdf.pages import Line, PageContent, is_bold
from tasks.records import Box


def _spaced(word: str) -> str:
    """A pattern for a word that may be letterspaced, as in "FI G U R E 2"."""
    return r"\s?".join(word)


_LABEL = re.compile(
    r"^\W{0,2}(?P<supplement>supp(?:l(?:ement(?:al|ary)?)?|orting)?(?:\s+information)?\.?\s+|extended\s+data\s+|"
    r"additional\s+|appendix\s+)?"
    rf"(?P<word>{_spaced('figure')}|figura|e?fig(?:ure)?|abb(?:ildung)?|рис(?:унок)?|"
    rf"{_spaced('scheme')}|{_spaced('plate')}|{_spaced('chart')}|e?{_spaced('table')}|box|algorithm)(?P<dot>\.?)[\s-]*"
    r"(?P<number>(?:[SAE]\.?\s?-?)?\d{1,3}(?:\.\d{1,2}|[–-]\d{1,2}(?=[.:]))?[A-Za-z]?|[IVX]{1,5})(?![\w%])"
    r"(?P<child>\s?[—–-]\s?figure\s+supplement\s+\d{1,2}\b)?"
    r"(?P<rest>.*)$",
    re.IGNORECASE | re.DOTALL,
)
_SEPARATOR = re.compile(r"^\s*[.:|│∣–—-]\s*|^\s*$")
_CONTINUED = re.compile(r"^\W*cont(?:inued|[.’']?d?)\b\W*$", re.IGNORECASE)
_TITLE = re.compile(r"^\s*[A-Z][a-z]")
_RUNS_ON = re.compile(r"^\s*(?:[,;)\]]|and\b|or\b|to\b|[a-z]{2,})")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_TRAILER = re.compile(r"^(?:https?://|doi:)\S+$", re.IGNORECASE)
_TERMS = dict.fromkeys(("fig", "figura", "figure", "abb", "abbildung", "рис", "рисунок"), "Figure")
_TERMS |= {"efig": "eFigure", "efigure": "eFigure", "etable": "eTable"}  # as JAMA counts in its supplements


@dataclass(frozen=True, slots=True)
class Style:
    """How a paper sets its body: font, size in points, and the width of a full line (a column) in points."""

    font: str
    size: float
    column: float

    def sets(self, line: Line) -> bool:
        """Whether a line is set as the body is."""
        return line.text_font == self.font and abs(line.size - self.size) < 0.3


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


def body_style(pages: Sequence[PageContent]) -> Style:
    """The style that most letters of the paper are set in."""
    letters: Counter[tuple[str, float]] = Counter()
    for line in _lines(pages):
        letters[line.text_font, line.size] += len(line.text)
    if not letters:
        return Style("", 10.0, 240.0)
    (font, size), _ = letters.most_common(1)[0]
    widths: Counter[int] = Counter()
    for line in _lines(pages):
        if line.text_font == font and abs(line.size - size) < 0.3:
            widths[round(boxes.width(line.bbox) / 4) * 4] += len(line.text)
    return Style(font, size, float(widths.most_common(1)[0][0]))


def find_captions(pages: Sequence[PageContent], style: Style) -> list[CaptionBlock]:
    """Every caption of a figure or table in reading order; sentences that merely begin "Figure 3 shows" are not."""
    vocabulary = Counter(word.lower() for line in _lines(pages) for word in _WORD.findall(line.text))
    found = []
    for page in pages:
        starts = {i: start for i in range(len(page.lines)) if (start := _starts_caption(page, i, style))}
        for first, (match, certainty) in starts.items():
            found.append(_read_caption(page, first, match, certainty, set(starts), style, vocabulary))
    return _without_doubles(found)


def parse_label(text: str) -> tuple[str, str] | None:
    """A caption's normalised label and the text after it; None where the text begins with no label.

    >>> parse_label("FI G U R E 2 | Survival of mice.")
    ('Figure 2', 'Survival of mice.')
    """
    match = _LABEL.match(text)
    return (_normal_label(match), _after_label(match)) if match else None


def join_lines(lines: Iterable[str], vocabulary: Counter[str]) -> str:
    """Printed lines as one paragraph; a hyphen at a line's end goes unless the paper elsewhere spells it so."""
    text = ""
    for line in lines:
        line = re.sub(r"-\xad", "-", line)
        if not text:
            text = line
        elif text.endswith("\xad"):
            text = text[:-1] + line.lstrip()
        elif re.search(r"\w[-‐]$", text) and line[:1].islower():
            text = _undo_hyphen(text, line, vocabulary)
        elif re.search(r"\w[-‐–/]$", text):
            text += line
        else:
            text += " " + line
    return re.sub(r"\s+", " ", text.replace("\xad", "")).strip()


def _undo_hyphen(text: str, line: str, vocabulary: Counter[str]) -> str:
    head = (re.findall(r"[^\W\d_]+(?=[-‐]$)", text) or [""])[-1].lower()
    tail = (re.findall(r"^[^\W\d_]+", line) or [""])[0].lower()
    # A number or symbol before the hyphen ("12-week") is no broken word.
    keeps = not head or vocabulary[f"{head}-{tail}"] > vocabulary[head + tail]
    return text + line if keeps else text[:-1] + line


def _lines(pages: Sequence[PageContent]) -> Iterable[Line]:
    return (line for page in pages for line in page.lines if line.upright)


def _normal_label(match: re.Match[str]) -> str:
    word = re.sub(r"\s", "", match["word"]).lower()
    number = re.sub(r"[\s.](?=\d)", "", match["number"]) if match["number"][0] in "SAE" else match["number"]
    supplement = re.sub(r"\W+", " ", match["supplement"] or "").strip().lower()
    prefix = ""
    if supplement.startswith("supp"):
        prefix = "Supplementary "
    elif supplement:
        prefix = supplement.title() + " "
    child = re.sub(r"\W+", " ", match["child"] or "").strip().lower()
    label = f"{prefix}{_TERMS.get(word, word.capitalize())} {number}"
    return f"{label}—{child}" if child else label  # as eLife prints it


def _after_label(match: re.Match[str]) -> str:
    return _SEPARATOR.sub("", match["rest"], count=1).strip()


def _starts_caption(page: PageContent, index: int, style: Style) -> tuple[re.Match[str], int] | None:
    line = page.lines[index]
    match = _LABEL.match(line.text) if line.upright else None
    if match is None or not _starts_paragraph(page, index):
        return None
    separated = bool(_SEPARATOR.match(match["rest"]))
    titled = bool(_TITLE.match(match["rest"]))  # "Fig. 1 Growth of cells", not "Fig. 1 shows"
    certainty = 2 * line.bold + 2 * separated + titled + (not style.sets(line))
    if _RUNS_ON.match(match["rest"]) and not (separated or line.bold):
        certainty -= 3
    if match["word"].lower() in ("box", "chart", "plate", "algorithm") and not (line.bold and separated):
        certainty -= 2
    return (match, certainty) if certainty >= 1 else None


def _starts_paragraph(page: PageContent, index: int) -> bool:
    """Whether a line opens its block, or follows one that ends early, further above or in another style."""
    line = page.lines[index]
    before = page.lines[index - 1] if index else None
    if before is None or before.block != line.block:
        return True
    short = before.bbox[2] < line.bbox[2] - 4 * line.size
    apart = line.bbox[1] - before.bbox[3] > 0.5 * line.size
    return short or apart or abs(before.size - line.size) > 0.5 or (line.bold and not before.bold)


def _read_caption(
    page: PageContent,
    start: int,
    match: re.Match[str],
    certainty: int,
    starts: set[int],
    style: Style,
    vocabulary: Counter[str],
) -> CaptionBlock:
    taken = _caption_lines(page, start, starts, style)
    texts = [_after_label(match), *(page.lines[i].text for i in taken[1:])]
    text = join_lines((t for t in texts if t), vocabulary)
    word = re.sub(r"\s", "", match["word"]).lower()
    return CaptionBlock(
        kind="table" if word in ("table", "etable", "box", "algorithm") else "figure",
        label=_normal_label(match),
        text="" if _CONTINUED.match(text) and len(text) < 20 else text,  # the words stand with the first part
        page=page.number,
        bbox=boxes.hull(page.lines[i].bbox for i in taken),
        lines=frozenset(taken),
        certainty=certainty,
    )


def _caption_lines(page: PageContent, start: int, starts: set[int], style: Style) -> list[int]:
    """The lines of the caption that begins at `start`: on through its block, then through those below and beside."""
    lines = page.lines
    taken = [start]
    sizes = {lines[start].size}
    alone = not _after_label(_match(lines[start].text))
    for i in range(start + 1, len(lines)):
        line, last = lines[i], lines[taken[-1]]
        if i in starts and line.block == last.block:
            break
        if not line.upright or i in starts or _TRAILER.match(line.text):
            continue
        first_words = len(taken) == 1 and (
            line.block == last.block or (alone and _is_right_below(line, last))
        )
        if first_words:
            sizes.add(line.size)
        if (first_words and alone) or _continues_caption(lines, taken, line, sizes, style):
            taken.append(i)
    return taken


def _match(text: str) -> re.Match[str]:
    match = _LABEL.match(text)
    assert match is not None, "a caption begins with a label"  # noqa: S101 (what the caller has just seen)
    return match


def _is_right_below(line: Line, last: Line) -> bool:
    gap = line.bbox[1] - last.bbox[3]
    return -0.3 * last.size < gap < 1.2 * last.size and abs(line.bbox[0] - last.bbox[0]) < 3 * last.size


def _continues_caption(
    lines: Sequence[Line], taken: Sequence[int], line: Line, sizes: set[float], style: Style
) -> bool:
    last, first = lines[taken[-1]], lines[taken[0]]
    if min(abs(line.size - size) for size in sizes) > 0.6:
        return False
    gap = line.bbox[1] - last.bbox[3]
    pitch = max(boxes.height(last.bbox), first.size)
    if line.block == last.block:
        return gap < 0.9 * pitch
    if style.sets(line) and not style.sets(last):
        return False
    fonts = {lines[i].text_font for i in taken}
    # Under a title that is all bold, the words follow in plain type.
    titled = all(is_bold(font, 0) for font in fonts) and not style.sets(line)
    if line.text_font not in fonts | {first.font} and not titled:
        return False
    whole = boxes.hull(lines[i].bbox for i in taken)
    on_the_line = -0.7 * pitch < gap < -0.3 * pitch and 0 <= line.bbox[0] - last.bbox[2] < 6 * first.size
    aligned = min(abs(line.bbox[0] - left) for left in (whole[0], last.bbox[0])) < 3 * first.size
    centred = abs(line.bbox[0] + line.bbox[2] - whole[0] - whole[2]) < first.size
    below = -0.3 * pitch < gap < 0.55 * pitch and (aligned or centred)
    # A caption set in two columns goes on at the height where it began, in type that is not the body's.
    beside = 0 < line.bbox[0] - whole[2] < 4 * first.size and abs(line.bbox[1] - first.bbox[1]) < 0.5 * pitch
    return on_the_line or below or (beside and not style.sets(line) and len(taken) > 1)


def _without_doubles(captions: list[CaptionBlock]) -> list[CaptionBlock]:
    """The surest captions with words of each label, and those without words.

    Two equally sure ones may both be true: two articles in one file, or a manuscript's list beside its pictures.
    A part that says "(continued)", or a label alone on a picture page, shows where artwork stands while another
    page has the words.
    """
    surest: Counter[tuple[str, str]] = Counter()
    for caption in captions:
        surest[_key(caption)] = max(surest[_key(caption)], caption.certainty if caption.text else 0)
    return [c for c in captions if not c.text or c.certainty >= surest[_key(c)]]


def words_of(caption: CaptionBlock, captions: Sequence[CaptionBlock]) -> str:
    """The text of a caption, taken from the one of the same label where it has none itself."""
    return caption.text or next((c.text for c in captions if c.text and _key(c) == _key(caption)), "")


def _key(caption: CaptionBlock) -> tuple[str, str]:
    return caption.kind, caption.label.lower()
