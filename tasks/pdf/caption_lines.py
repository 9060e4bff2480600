"""Which lines a caption takes up: below and beside its first one, under the picture, in the next column or page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence, Set
from dataclasses import dataclass

from tasks import boxes
from tasks.pdf.lines import Line, is_bold
from tasks.pdf.pages import PageContent
from tasks.pdf.styles import Style, family
from tasks.records import Box
from tasks.rules.layout import rules
from tasks.wording.labels import Label

_ENDS = (".", "!", "?", ")", "]", "。")
"""How the last line of a caption ends that does not go on."""


@dataclass(frozen=True, slots=True)
class NextPage:
    """The page after that of a caption, the lines at which captions begin there, and the texts of running heads."""

    page: PageContent
    starts: set[int]
    running: Set[str]


def caption_lines(
    page: PageContent, start: int, label: Label, starts: set[int], style: Style, trailers: set[int]
) -> list[int]:
    """The lines of the caption that begins at `start`: on through its block, then through those below and beside.

    `trailers` are lines that stand between or under captions and belong to none.
    """
    lines = page.lines
    taken = [start]
    fragments: list[int] = []
    sizes = {lines[start].size}
    alone = not label.words
    listed = style.spaced and len(starts) > 1 and not _has_artwork(page, style)
    for i in range(start + 1, len(lines)):
        line, last = lines[i], lines[taken[-1]]
        if i in starts and line.block == last.block:
            break
        if not line.upright or i in starts | page.numbers | trailers or _is_anothers(lines, i, start, starts):
            continue
        first_words = len(taken) == 1 and (
            line.block == last.block or (alone and _is_right_below(line, last))
        )
        if first_words:
            sizes.add(line.size)
        titled = listed and _is_under_title(lines, taken, line, style)
        if (first_words and alone) or titled or _continues(lines, taken, line, sizes, style):
            taken.append(i)
            fragments = []
        elif _continues(lines, [*taken, *fragments], line, sizes, style) and fragments:
            taken += [*fragments, i]
            fragments = []
        elif _is_fragment(line, last) and len(fragments) < rules().captions.fragments:
            fragments.append(i)
    return taken


def trailing_lines(page: PageContent, taken: Sequence[int], trailers: Set[int]) -> list[int]:
    """Those of the lines `trailers` (addresses, DOIs) close below a caption: no words of it, nor of a picture."""
    box, size = boxes.hull(page.lines[i].bbox for i in taken), page.lines[taken[0]].size
    places = ((i, page.lines[i].bbox) for i in trailers)
    reach = rules().captions.trailer * size
    return [i for i, (x0, y0, x1, _) in places if -1 < y0 - box[3] < reach and x0 < box[2] and x1 > box[0]]


def words_under_picture(
    page: PageContent, start: int, starts: set[int], style: Style, *, told: bool = False
) -> list[int]:
    """The lines under a picture whose label alone stands above it; empty where there are none.

    Where its words are `told` under the same label elsewhere, type of the body is running text here.
    """
    label, reach = page.lines[start].bbox, rules().captions.words_under_picture
    below = [
        i
        for i, line in enumerate(page.lines)
        if line.upright and line.bbox[1] > label[3] and i not in page.numbers
    ]
    own = _set_apart(page, below, start, style) or (
        set() if told else _rest_of_plate(page, below, start, style)
    )
    stops = [
        page.lines[i].bbox[1]
        for i in below
        if i in starts or (_is_body(page.lines[i], style) and i not in own)
    ]
    stop = min(stops, default=page.size[1])
    pictures = [p.bbox for p in page.paints if p.image or boxes.height(p.bbox) > 2 * reach]
    bottom = max((box[3] for box in pictures if label[1] - 2 < box[1] < stop), default=None)
    if bottom is None:
        return []
    words = [i for i in below if bottom - 2 < page.lines[i].bbox[1] < min(stop, bottom + reach)]
    words = [i for i in words if i in own or not style.sets(page.lines[i])]
    first = next((i for i in words if len(page.lines[i].text.split()) >= rules().captions.phrase), None)
    if first is None:
        return []
    taken = [first]
    for i in range(first + 1, len(page.lines)):
        if (
            i in below
            and i not in starts
            and (i in own or first not in own)
            and _continues(page.lines, taken, page.lines[i], {page.lines[first].size}, style)
        ):
            taken.append(i)
    return taken


def _set_apart(page: PageContent, below: Sequence[int], label: int, style: Style) -> set[int]:
    """Those of the lines `below` that begin where a label does, where lines of the body begin elsewhere."""
    left, size = page.lines[label].bbox[0], page.lines[label].size
    edges = Counter(round(line.bbox[0]) for line in page.lines if line.upright and style.sets(line))
    if not edges or abs(edges.most_common(1)[0][0] - left) <= size:
        return set()
    return {i for i in below if abs(page.lines[i].bbox[0] - left) < size / 2}


def _rest_of_plate(page: PageContent, below: Sequence[int], label: int, style: Style) -> set[int]:
    """The lines in the body's type where a page has few, all `below` its label: of a supplement of figures alone.

    None where they begin within a sentence: that is the end of running text under a picture.
    """
    body = {
        i
        for i, line in enumerate(page.lines)
        if i != label and line.upright and i not in page.numbers and style.sets(line)
    }
    highest = min(body, key=lambda i: page.lines[i].bbox[1], default=label)
    alone = len(body) <= rules().captions.plate_lines and body <= set(below)
    return body if alone and not page.lines[highest].text[:2].islower() else set()


def lines_on_next_page(
    page: PageContent, taken: Sequence[int], following: NextPage, style: Style, *, sure: bool = False
) -> list[int]:
    """The first lines of the page `following` where the caption of the lines `taken` goes on there; else empty.

    It does where it ends its page within a sentence, or is `sure` to for it says so, and the next page begins with
    lines in the same type, which is not that of the body.
    """
    last = page.lines[taken[-1]]
    if (_is_whole(page, taken, style) and not sure) or style.sets(last) or not _is_lowest(page, taken, style):
        return []
    upright = [
        i for i, line in enumerate(following.page.lines) if line.upright and i not in following.page.numbers
    ]
    lines = following.page.lines
    same = [i for i in upright if _is_like(lines[i], last) and lines[i].text not in following.running]
    first = min(same, key=lambda i: lines[i].bbox[1], default=None)
    if first is None or first in following.starts or _is_under_others(following, first, style):
        return []
    more = [first]
    for i in range(first + 1, len(lines)):
        if (
            i in upright
            and i not in following.starts
            and _continues(lines, more, lines[i], {last.size}, style)
        ):
            more.append(i)
    return more


def lines_in_next_column(
    page: PageContent, taken: Sequence[int], starts: set[int], style: Style
) -> list[int]:
    """The first lines of the column to the right where the caption of the lines `taken` goes on there; else empty.

    It does under the same conditions as on the next page.
    """
    last, lines = page.lines[taken[-1]], page.lines
    if _is_whole(page, taken, style) or style.sets(last) or not _is_lowest(page, taken, style):
        return []
    box = boxes.hull(lines[i].bbox for i in taken)
    reach = box[2] + rules().captions.next_column * last.size
    beside = [
        i
        for i, line in enumerate(lines)
        if line.upright
        and i not in page.numbers
        and box[2] < line.bbox[0] < reach
        and line.bbox[3] < box[1]
        and (i in starts or _is_like(line, last) or _is_body(line, style))
    ]
    first = min(beside, key=lambda i: lines[i].bbox[1], default=None)
    if first is None or first in starts or not _is_like(lines[first], last):
        return []
    # The rows of a table are set in that type too, but fill no line.
    if boxes.width(lines[first].bbox) < rules().captions.full_line * boxes.width(box):
        return []
    more = [first]
    for i in range(first + 1, len(lines)):
        if i in beside and i not in starts and _continues(lines, more, lines[i], {last.size}, style):
            more.append(i)
    return more


def _is_whole(page: PageContent, taken: Sequence[int], style: Style) -> bool:
    """Whether a caption's last line ends a sentence, or ends early."""
    last = page.lines[taken[-1]]
    width = boxes.width(boxes.hull(page.lines[i].bbox for i in taken))
    width = width if len(taken) > 1 else max(width, style.column)
    return last.text.endswith(_ENDS) or boxes.width(last.bbox) < rules().captions.full_line * width


def _is_like(line: Line, other: Line) -> bool:
    return line.text_font == other.text_font and abs(line.size - other.size) < rules().text.same_size


def _is_lowest(page: PageContent, taken: Sequence[int], style: Style) -> bool:
    """Whether no running text stands below lines in their column."""
    box = boxes.hull(page.lines[i].bbox for i in taken)
    below = [
        line
        for line in page.lines
        if line.bbox[1] > box[3] and line.bbox[0] < box[2] and line.bbox[2] > box[0]
    ]
    return not any(
        _is_body(line, style) or len(line.text.split()) > 2 * rules().captions.phrase for line in below
    )


def _is_under_others(following: NextPage, first: int, style: Style) -> bool:
    """Whether a picture, a caption or running text stands above a line."""
    page = following.page
    top = page.lines[first].bbox[1]
    least, most = rules().captions.words_under_picture, rules().page.whole_page * boxes.area(page.bounds)
    pictures = [p.bbox for p in page.paints if p.image or boxes.height(p.bbox) > least]
    above = any(box[1] < top and boxes.area(box) < most for box in pictures)
    others = (line for i, line in enumerate(page.lines) if i in following.starts or _is_body(line, style))
    return above or any(line.bbox[1] < top for line in others)


def _is_body(line: Line, style: Style) -> bool:
    return line.upright and style.sets(line) and len(line.text.split()) >= rules().captions.phrase


def _is_anothers(lines: Sequence[Line], index: int, start: int, starts: set[int]) -> bool:
    """Whether a line stands in the block of another caption, or straight below one that begins beside."""
    line, first = lines[index], lines[start]
    if line.block == first.block:
        return False
    reach = rules().captions.beside * first.size
    for other in starts - {start}:
        head = lines[other]
        beside = head.bbox[0] > first.bbox[2] and abs(head.bbox[1] - first.bbox[1]) < reach
        below = head.bbox[1] < line.bbox[1] and head.bbox[0] - 2 * line.size < line.bbox[0] < head.bbox[2]
        if (head.block == line.block and other < index) or (beside and below):
            return True
    return False


def _is_right_below(line: Line, last: Line) -> bool:
    gap = line.bbox[1] - last.bbox[3]
    settings = rules().captions
    near = -settings.next_up < gap / last.size < settings.words_below_label
    return near and abs(line.bbox[0] - last.bbox[0]) < settings.indent * last.size


def _has_artwork(page: PageContent, style: Style) -> bool:
    """Whether something higher than two lines is painted on a page: no mere list of captions, as manuscripts have."""
    heights = (boxes.height(paint.bbox) for paint in page.paints)
    return any(2 * style.lead < height < rules().page.whole_page * page.size[1] for height in heights)


def _is_under_title(lines: Sequence[Line], taken: Sequence[int], line: Line, style: Style) -> bool:
    """Whether a line in the body's type follows a bold title that ends early, as in a manuscript's list of captions."""
    last = lines[taken[-1]]
    regular = abs(line.bbox[3] - last.bbox[3] - style.lead) < rules().captions.regular * last.size
    level = abs(line.bbox[0] - lines[taken[0]].bbox[0]) < last.size / 2
    return regular and level and _is_title(lines, taken, line, style)


def _is_title(lines: Sequence[Line], taken: Sequence[int], line: Line, style: Style) -> bool:
    """Whether lines are in bold, and another in the plain type that a double-spaced manuscript's body is set in."""
    bold = all(lines[i].bold and not style.sets(lines[i]) for i in taken)
    kin = family(lines[taken[-1]].text_font) == family(line.text_font)
    same = abs(lines[taken[-1]].size - line.size) < rules().text.same_size
    return style.spaced and bold and kin and same and style.sets(line) and not line.bold


def _is_fragment(line: Line, last: Line) -> bool:
    """Whether a line is a piece of a formula in or just under the line before."""
    settings = rules().captions
    offset = abs(line.bbox[1] - last.bbox[1])
    inside = line.bbox[0] > last.bbox[0] - 1 and offset < settings.fragment_height * last.size
    return len(line.text.split()) < settings.phrase and inside


def _continues(
    lines: Sequence[Line], taken: Sequence[int], line: Line, sizes: set[float], style: Style
) -> bool:
    """Whether a line goes on with the caption whose lines are `taken`."""
    last, first, settings = lines[taken[-1]], lines[taken[0]], rules().captions
    if min(abs(line.size - size) for size in sizes) > settings.other_type:
        return False
    if line.block == last.block:
        return line.bbox[1] - last.bbox[3] < settings.block_gap * max(boxes.height(last.bbox), first.size)
    return _is_set_alike(lines, taken, line, style) and _stands_next(lines, taken, line, style)


def _is_set_alike(lines: Sequence[Line], taken: Sequence[int], line: Line, style: Style) -> bool:
    if style.sets(line) and not style.sets(lines[taken[-1]]):
        full = boxes.width(lines[taken[-1]].bbox) > rules().captions.full_line * boxes.width(line.bbox)
        return full and _is_title(lines, taken, line, style)
    fonts = {lines[i].text_font for i in taken} | {lines[taken[0]].font}
    if line.text_font in fonts:
        return True
    # Under a title in another face, or all bold, the words follow in plain type.
    kin = family(line.text_font) in {family(font) for font in fonts}
    return not style.sets(line) and (kin or all(is_bold(font, 0) for font in fonts))


def _stands_next(lines: Sequence[Line], taken: Sequence[int], line: Line, style: Style) -> bool:
    last, first, settings = lines[taken[-1]], lines[taken[0]], rules().captions
    pitch = max(boxes.height(last.bbox), settings.line_height * first.size)
    gap = (line.bbox[3] - last.bbox[3] - pitch) / pitch
    whole = boxes.hull(lines[i].bbox for i in taken)
    right = line.bbox[0] - last.bbox[2]
    level = -settings.on_line_up < gap < -settings.next_up
    on_the_line = level and 0 <= right < settings.on_line_gap * first.size
    if on_the_line:
        return True
    below = -settings.next_up < gap < settings.next_down
    aligned = (
        _is_in_column(line.bbox, last.bbox, whole, first.size)
        or (_is_flush(line, last, whole) and not style.sets(line))
        or (len(taken) == 1 and below and _hangs(line, first))
    )
    if aligned and (below or (gap > 0 and _is_spaced(lines, taken, line, gap, style))):
        return True
    # A caption set in two columns goes on at the height where it began, in type that is not the body's.
    level = abs(line.bbox[1] - first.bbox[1]) < settings.second_column_top * pitch
    beside = level and 0 < line.bbox[0] - whole[2] < settings.second_column * first.size
    wide = boxes.width(line.bbox) > settings.second_column_width * boxes.width(whole)
    return beside and wide and not style.sets(line) and len(taken) > 1


def _is_flush(line: Line, last: Line, whole: Box) -> bool:
    """Whether a line of a caption set flush right goes on; behind a full stop it is a note that stands at the edge."""
    flush = abs(line.bbox[2] - whole[2]) < rules().captions.flush * last.size
    return flush and not last.text.endswith(_ENDS)


def _hangs(line: Line, first: Line) -> bool:
    """Whether the second line of a caption is indented as far as the words stand behind its label."""
    indent = line.bbox[0] - first.bbox[0]
    alike = line.text_font == first.text_font and line.size == first.size
    within = line.bbox[2] < first.bbox[2] + first.size
    return alike and within and 0 < indent < rules().captions.hanging * first.size


def _is_spaced(lines: Sequence[Line], taken: Sequence[int], line: Line, gap: float, style: Style) -> bool:
    """Whether a line that stands low follows in a double-spaced caption, as those of manuscripts are.

    Behind a first line it does where that is full and ends within a sentence, or where the paper is spaced just so;
    then at the same distance. In a paper that is not set so, only lines in other type than the body's do.
    """
    settings, last = rules().captions, lines[taken[-1]]
    indented = line.bbox[0] - last.bbox[0] > last.size
    centred = abs(line.bbox[0] + line.bbox[2] - last.bbox[0] - last.bbox[2]) < last.size
    body = style.sets(line)
    if gap >= settings.spaced_down or (body and not style.spaced) or (indented and (body or not centred)):
        return False
    whole = boxes.width(boxes.hull(lines[i].bbox for i in taken))
    ended = last.text.endswith(_ENDS)
    if ended and line.bold and line.text[:2].isalpha():
        return False  # a paragraph with its heading run in
    full = boxes.width(last.bbox) > settings.full_line * max(whole, boxes.width(line.bbox))
    rows = sorted({round(lines[i].bbox[3], 1) for i in taken})
    down = line.bbox[3] - rows[-1]
    if len(rows) == 1:
        as_body = style.spaced and abs(down - style.lead) < settings.regular * last.size
        return full and (as_body or not ended)
    return abs(down - rows[-1] + rows[-2]) < settings.regular * last.size and (full or not ended)


def _is_in_column(box: Box, last: Box, whole: Box, size: float) -> bool:
    aligned = min(abs(box[0] - left) for left in (whole[0], last[0])) < rules().captions.indent * size
    centred = abs(box[0] + box[2] - whole[0] - whole[2]) < size
    return aligned or centred
