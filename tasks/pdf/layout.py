"""What a page's ink consists of: text of the body, captions, tables and page furniture, and the rest.

The rest, cut into connected components, is what figures are put together from (tasks.pdf.figures).
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Sequence, Set
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from tasks import boxes
from tasks.pdf.captions import CaptionBlock
from tasks.pdf.furniture import Furniture, in_margin, is_bar, numberless
from tasks.pdf.lines import OBLIQUE, Line
from tasks.pdf.pages import PageContent, Paint
from tasks.pdf.painting.look import stands_out
from tasks.pdf.styles import Style
from tasks.records import Box
from tasks.rules.layout import rules

_LIKE_LABEL = re.compile(r"[^\W\d_]{2,15}\.?\s?\d{1,3}[A-Za-z]?\s?[.:：|]\s+[^\W\d_]")
"""A word, a number and a separator, as captions begin in any language."""


@dataclass(frozen=True, slots=True)
class Component:
    """A connected piece of ink that is no body text, caption, table or furniture."""

    bbox: Box
    graphic: bool
    """An image or a path has a part in it; otherwise it is loose text."""
    rule: bool
    """A lone straight line."""
    frame: bool
    """Lines around an empty middle, drawn about other things."""


@dataclass(frozen=True, slots=True)
class PageLayout:
    """A page with its parts told apart, all boxes in the page's upright frame, points."""

    page: PageContent
    captions: tuple[CaptionBlock, ...]
    barriers: tuple[Box, ...]
    """Body text, headings and tables: no figure reaches across one."""
    components: tuple[Component, ...]
    images: tuple[Box, ...]
    frames: tuple[Box, ...]
    """Frames and tints about text without a caption in them: an abstract's box, or a chart made of words."""
    headings: tuple[Box, ...] = ()
    """Lines in bold or in larger type than the body's that are no part of it."""


def read_layout(
    page: PageContent,
    captions: Sequence[CaptionBlock],
    style: Style,
    furniture: Furniture,
    claimed: Sequence[Box] = (),
    run_over: Set[int] = frozenset(),
) -> PageLayout:
    """Tell a page's parts apart. `captions` are those of this page.

    What lies in the boxes `claimed` belongs to something else: text and figures that another view of the page reads.
    The lines `run_over` are those of a caption that began on the page before.
    """
    paints = [p for p in page.paints if not furniture.has(p, page)]
    frames = [p.bbox for p in paints if _frames_text(p, page, captions, style)]
    paints = [p for p in paints if p.bbox not in frames]
    in_caption = {i for caption in captions for i in caption.lines} | run_over
    running = {
        i
        for i, line in enumerate(page.lines)
        if in_margin(line.bbox, page) and numberless(line.text) in furniture.texts
    } | page.numbers
    body = _body_lines(page, style, paints, in_caption | running)
    body |= _foreign_captions(page, style, paints, in_caption | running | body)
    loose = [
        line
        for i, line in enumerate(page.lines)
        if i not in in_caption | running | body and not _is_watermark(line, style)
    ]
    tables = [_table_box(c, loose, page, paints, captions) for c in captions if c.kind == "table"]
    barriers = [page.lines[i].bbox for i in body] + [t for t in tables if t] + list(claimed)
    barriers += [c.label_bbox for c in captions if c.label_bbox and not boxes.overlaps(c.label_bbox, c.bbox)]
    settings = rules().layout
    most = rules().page.whole_page * boxes.area(page.bounds)
    images = tuple(p.bbox for p in paints if p.image and boxes.area(p.bbox) < most)
    ink = _ink(page, frames)
    if furniture.watermark:
        furniture.watermark.erase(page, ink, images)
    erased = (
        [page.lines[i].bbox for i in in_caption | running | body] + [t for t in tables if t] + list(claimed)
    )
    erased += [p.bbox for p in page.paints if furniture.has(p, page) and in_margin(p.bbox, page)]
    bars = [p.bbox for p in paints if body and is_bar(p, page)]
    erased += bars
    for box in erased:
        ink[page.pixels(boxes.grown(box, settings.erased_margin))] = False
    if bars:
        _erase_rim(ink)
    return PageLayout(
        page=page,
        captions=tuple(captions),
        barriers=tuple(barriers),
        components=tuple(_whole_images(_components(page, ink, paints, loose), images, captions)),
        images=images,
        headings=tuple(line.bbox for line in loose if _is_heading(line, style)),
        frames=tuple(
            f for f in frames if not any(boxes.share_inside(c.bbox, f) > settings.mostly for c in captions)
        ),
    )


def _frames_text(paint: Paint, page: PageContent, captions: Sequence[CaptionBlock], style: Style) -> bool:
    """Whether a path is a frame or a tint behind text: it encloses a caption, or body text in good part."""
    settings, frame = rules().layout, paint.bbox
    if (
        paint.image
        or boxes.height(frame) < settings.frame_height
        or boxes.width(frame) < settings.frame_width
    ):
        return False
    titles = [box for c in captions for box in (c.bbox, c.label_bbox) if box]
    if any(boxes.share_inside(box, frame) > settings.enclosed for box in titles):
        return True
    sentences = [line for line in page.lines if len(line.text.split()) >= settings.sentence and line.upright]
    inside = sum(boxes.share_inside(line.bbox, frame) > settings.inside for line in sentences)
    return inside >= settings.sentences


def _body_lines(page: PageContent, style: Style, paints: Sequence[Paint], other: set[int]) -> set[int]:
    """Paragraphs in the body's style, other long paragraphs (references, notes) and the headings among them."""
    blocks: dict[int, list[int]] = {}
    for i, line in enumerate(page.lines):
        if i not in other:
            blocks.setdefault(line.block, []).append(i)
    graphics = _graphics(page, paints)
    body: set[int] = set()
    for members in blocks.values():
        lines = [page.lines[i] for i in members]
        plain = all(style.sets(x) and not _on_graphic(x, graphics) for x in lines)
        if _is_paragraph(lines, style) or (plain and not _heads_a_panel(lines, style, graphics)):
            body.update(members)
    lefts = Counter(round(page.lines[i].bbox[0]) for i in body)
    settings = rules().layout
    edges = [x for x, count in lefts.items() if count >= settings.heading_edges]
    for members in blocks.values():
        first = page.lines[members[0]]
        heads = _stands_out(first, style) and len(members) <= settings.heading_lines
        at_edge = any(abs(first.bbox[0] - x) <= settings.heading_offset for x in edges)
        if heads and at_edge and not _on_graphic(first, graphics):
            body.update(_heading(page, members, body))
    return body


def _foreign_captions(page: PageContent, style: Style, paints: Sequence[Paint], other: set[int]) -> set[int]:
    """Lines that are built as captions are, with a word that is not known for a label: "Joonis 3. Kasv"."""
    graphics = _graphics(page, paints)
    found: set[int] = set()
    for i, line in enumerate(page.lines):
        if i in other or not line.upright or not _LIKE_LABEL.match(line.text) or _on_graphic(line, graphics):
            continue
        if _heads_a_panel([line], style, graphics):
            continue
        if (
            line.block not in {page.lines[j].block for j in range(i)}
            and len(line.text.split()) >= rules().layout.foreign_words
        ):
            found.update(
                j for j, more in enumerate(page.lines) if more.block == line.block and j not in other
            )
    return found


def _is_watermark(line: Line, style: Style) -> bool:
    """Whether a line runs obliquely in large type: its box covers what lies under it, which is no text for that."""
    return line.turn == OBLIQUE and line.size > rules().page.watermark_size * style.size


def _is_heading(line: Line, style: Style) -> bool:
    return _stands_out(line, style) and len(line.text) > rules().layout.heading_letters


def _stands_out(line: Line, style: Style) -> bool:
    return line.upright and (line.bold or line.size > style.size + rules().layout.larger_type)


def _heading(page: PageContent, members: list[int], body: set[int]) -> list[int]:
    """The members when body text follows within two lines, else nothing: a panel's title is no heading."""
    box = boxes.hull(page.lines[i].bbox for i in members)
    settings = rules().layout
    reach = settings.heading_reach * page.lines[members[0]].size
    follows = any(
        0 <= page.lines[i].bbox[1] - box[3] + settings.heading_offset < reach
        and abs(page.lines[i].bbox[0] - box[0]) < settings.heading_indent
        for i in body
    )
    return members if follows else []


def _is_paragraph(lines: Sequence[Line], style: Style) -> bool:
    if not all(line.upright for line in lines):
        return False
    words = sum(len(line.text.split()) for line in lines)
    widths = sorted(boxes.width(line.bbox) for line in lines)
    median = widths[len(widths) // 2]
    settings = rules().layout
    wide = median >= settings.paragraph_width * min(style.column, settings.paragraph_widest)
    full = wide and words >= settings.paragraph_words * len(lines) and len(lines) >= settings.paragraph_lines
    # Of other type, a line that does not end a sentence tells a paragraph from a list.
    return full and (all(style.sets(line) for line in lines) or any(x.text[-1:].isalnum() for x in lines))


def _on_graphic(line: Line, graphics: npt.NDArray[np.float64]) -> bool:
    """Whether most of a line lies on one of the graphics, (N, 4) boxes: a page may have 100,000 of them."""
    x0, y0, x1, y1 = line.bbox
    across = np.minimum(graphics[:, 2], x1) - np.maximum(graphics[:, 0], x0)
    down = np.minimum(graphics[:, 3], y1) - np.maximum(graphics[:, 1], y0)
    common = np.clip(across, 0, None) * np.clip(down, 0, None)
    return bool((common > rules().layout.on_graphic * boxes.area(line.bbox)).any())


def _heads_a_panel(lines: Sequence[Line], style: Style, graphics: npt.NDArray[np.float64]) -> bool:
    """Whether one short line stands close between graphics above and below it, as the title of a panel does."""
    x0, y0, x1, y1 = lines[0].bbox
    settings = rules().layout
    if len(lines) > 1 or x1 - x0 > settings.panel_title_width * style.column:
        return False
    close, touch = settings.panel_title_reach * lines[0].size, settings.graphic_margin
    along = (graphics[:, 0] < x1) & (graphics[:, 2] > x0)
    above = along & (graphics[:, 3] < y0 + touch) & (graphics[:, 3] > y0 - close)
    below = along & (graphics[:, 1] > y1 - touch) & (graphics[:, 1] < y1 + close)
    return bool(above.any() and below.any())


def _graphics(page: PageContent, paints: Sequence[Paint]) -> npt.NDArray[np.float64]:
    """Boxes of what is more than a rule and less than the page (a scan's text is text), a little grown, (N, 4)."""
    most, least = rules().page.whole_page * boxes.area(page.bounds), rules().layout.graphic_height
    margin = rules().layout.graphic_margin
    found = [
        boxes.grown(p.bbox, margin)
        for p in paints
        if boxes.height(p.bbox) > least and boxes.area(p.bbox) < most
    ]
    return np.array(found, np.float64).reshape(-1, 4)


def _table_box(
    caption: CaptionBlock,
    loose: Sequence[Line],
    page: PageContent,
    paints: Sequence[Paint],
    captions: Sequence[CaptionBlock],
) -> Box | None:
    """The table below its caption: rows of loose text and the rules among them, as far as they follow closely."""
    settings = rules().layout
    lines = [p.bbox for p in paints if not p.image and _is_table_part(p.bbox)]
    frames = [p.bbox for p in page.paints if not p.image and _is_frame(p.bbox)]
    frames = [frame for frame in frames if not boxes.overlaps(caption.bbox, frame)]
    parts = sorted([line.bbox for line in loose if line.upright] + lines, key=lambda b: b[1])
    parts = [
        part
        for part in parts
        if not any(boxes.share_inside(part, frame) > settings.inside for frame in frames)
    ]
    table = caption.bbox
    found = False
    for box in parts:
        follows = -settings.table_overlap <= box[1] - table[3] < settings.table_gap
        near = follows or (box[1] < table[3] and box[3] > caption.bbox[3])
        if box[1] < caption.bbox[3] - settings.table_overlap or not near:
            continue
        aligned = box[0] < table[2] + settings.table_side and box[2] > table[0] - settings.table_side
        grown = boxes.hull([table, box])
        if aligned and not any(c is not caption and boxes.overlaps(c.bbox, grown) for c in captions):
            table, found = grown, True
    return table if found else None


def _is_frame(box: Box) -> bool:
    """Whether a path is large enough to be drawn about a figure that stands beside a table."""
    least = rules().layout.figure_frame
    return boxes.width(box) > least and boxes.height(box) > least


def _is_table_part(box: Box) -> bool:
    settings, height = rules().layout, boxes.height(box)
    shade = boxes.width(box) > settings.table_shade_width and height < settings.table_shade_height
    return height < settings.table_rule or shade


def _ink(page: PageContent, frames: Sequence[Box]) -> npt.NDArray[np.bool_]:
    """Where the page differs from its paper; in a tinted frame, from the tint; a frame's own line is no ink."""
    grey = page.ink
    ink = stands_out(grey, page.paper)
    if page.paper <= rules().page.white_paper:
        _erase_rim(ink)
    for frame in sorted(frames, key=boxes.area, reverse=True):
        rows, columns = page.pixels(frame)
        inside = grey[rows, columns]
        if inside.size == 0:
            continue
        ink[rows, columns] = stands_out(inside, _tint(inside, round(rules().layout.tint_edge * page.scale)))
    for frame in frames:
        _erase_outline(ink, page, frame)
    return ink


def _erase_rim(ink: npt.NDArray[np.bool_]) -> None:
    """The outermost pixels of a page, which what runs off it fills but in part: they would be a frame about it."""
    ink[[0, -1]] = False
    ink[:, [0, -1]] = False


def _tint(inside: npt.NDArray[np.uint8], edge: int) -> int:
    """The grey of a frame's ground along its edges: in its middle a picture may cover more than the ground."""
    rings = (
        inside[edge : 2 * edge],
        inside[-2 * edge : -edge],
        inside[:, edge : 2 * edge],
        inside[:, -2 * edge : -edge],
    )
    around = np.concatenate([ring.ravel() for ring in rings])
    return int(np.bincount(around if around.size else inside.ravel(), minlength=256).argmax())


def _erase_outline(ink: npt.NDArray[np.bool_], page: PageContent, frame: Box) -> None:
    x0, y0, x1, y1 = frame
    for side in ((x0, y0, x1, y0), (x0, y1, x1, y1), (x0, y0, x0, y1), (x1, y0, x1, y1)):
        ink[page.pixels(boxes.grown(side, rules().layout.outline))] = False


def _components(
    page: PageContent, ink: npt.NDArray[np.bool_], paints: Sequence[Paint], loose: Sequence[Line]
) -> list[Component]:
    settings = rules().layout
    cell = settings.cell
    rows, columns = -(-ink.shape[0] // cell), -(-ink.shape[1] // cell)
    padded = np.zeros((rows * cell, columns * cell), np.bool_)
    padded[: ink.shape[0], : ink.shape[1]] = ink
    cells = _cells(padded)
    labels, count = ndimage.label(cells, np.ones((3, 3)))
    graphic_ink: npt.NDArray[np.bool_] = padded & _painted(page, padded.shape, paints)
    for line in loose:
        graphic_ink[page.pixels(boxes.grown(line.bbox, settings.loose_margin))] = False
    painted = _cells(graphic_ink)
    components = []
    for label, place in enumerate(ndimage.find_objects(labels, count), start=1):
        if place is None:
            continue
        own: npt.NDArray[np.bool_] = np.equal(labels[place], label)
        box = _tight(page, padded, place, own)
        graphic = bool(painted[place][own].any())
        components.append(
            Component(
                bbox=box,
                graphic=graphic,
                rule=min(boxes.width(box), boxes.height(box)) < settings.rule_width,
                frame=graphic and _is_hollow(own),
            )
        )
    return components


def _cells(mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Whether anything is set in each cell of the mask; of slices numpy does this many times faster."""
    cell = rules().layout.cell
    rows = functools.reduce(np.bitwise_or, (mask[start::cell] for start in range(cell)))
    return np.asarray(functools.reduce(np.bitwise_or, (rows[:, start::cell] for start in range(cell))))


def _whole_images(
    components: Sequence[Component], images: Sequence[Box], captions: Sequence[CaptionBlock]
) -> list[Component]:
    """The components of one embedded image as one, unless the image carries a caption (two figures in one)."""
    settings = rules().layout
    rest = list(components)
    whole: list[Component] = []
    for image in sorted(images, key=boxes.area, reverse=True):
        if any(boxes.share_inside(c.bbox, image) > settings.mostly for c in captions):
            continue
        around = boxes.grown(image, settings.image_margin)
        inside = [c for c in rest if boxes.share_inside(c.bbox, around) > settings.inside]
        if len(inside) > 1 and any(c.graphic for c in inside):
            rest = [c for c in rest if c not in inside]
            whole.append(Component(boxes.hull(c.bbox for c in inside), graphic=True, rule=False, frame=False))
    return whole + rest


def _is_hollow(cells: npt.NDArray[np.bool_]) -> bool:
    """Whether a component runs along its own edges only, on three sides or more."""
    settings = rules().layout
    if min(cells.shape) < settings.hollow_cells:
        return False
    edge = settings.hollow_edge
    sides = (cells[:edge].any(0), cells[-edge:].any(0), cells[:, :edge].any(1), cells[:, -edge:].any(1))
    drawn = sum(float(side.mean()) > settings.hollow_side for side in sides)
    return not cells[edge:-edge, edge:-edge].any() and drawn >= settings.hollow_sides


def _painted(page: PageContent, shape: tuple[int, ...], paints: Sequence[Paint]) -> npt.NDArray[np.bool_]:
    painted = np.zeros(shape, np.bool_)
    for paint in paints:
        rows, columns = page.pixels(boxes.grown(paint.bbox, 1.0))
        painted[rows, columns] = True
    return painted


def _tight(
    page: PageContent, ink: npt.NDArray[np.bool_], place: tuple[slice, slice], own: npt.NDArray[np.bool_]
) -> Box:
    """The component's box to the pixel, in points."""
    cell = rules().layout.cell
    rows = slice(place[0].start * cell, place[0].stop * cell)
    columns = slice(place[1].start * cell, place[1].stop * cell)
    pixels: npt.NDArray[np.bool_] = ink[rows, columns] & own.repeat(cell, 0).repeat(cell, 1)
    ys, xs = np.flatnonzero(pixels.any(1)), np.flatnonzero(pixels.any(0))
    scale = page.scale
    return (
        float(columns.start + xs[0]) / scale,
        float(rows.start + ys[0]) / scale,
        float(columns.start + xs[-1] + 1) / scale,
        float(rows.start + ys[-1] + 1) / scale,
    )
