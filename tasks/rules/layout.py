"""The settings of page layout: every distance, share and count by which text, captions and artwork are told apart.

The rules in `tasks.pdf` read them at the time of use by `rules()`. They were set by hand on papers of PMC, each for the
reason that it names; `tests/benchmarks/sensitivity.py` shows what a fifth more or less of each does to the scores.
Units: points (1/72 inch) unless said otherwise; "sizes" are multiples of the size of type of the line in question;
"share" is of what is named, from 0 to 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class TextRules:
    """Lines of text, the body's type, a manuscript's line numbers."""

    faintest: int = 0xF0
    """Of 255: a colour with no channel below this is not seen on paper."""
    least_alpha: int = 16
    """Of 255: what is painted with less, or not at all, is not seen."""
    under_faint: float = 0.6
    """Share of a faint word that lies on a picture or a path which shows it."""
    seen_through: int = 48
    """Of 255: by as much a picture's pixels are darker or lighter where letters beneath it are seen through it."""
    as_it_is: float = 0.97
    """Share of the pixels above a line by which a picture is shown as it is, and hides what lies beneath."""
    as_high: float = 2.0
    """Times the height of hidden words: what is printed higher there is a watermark or a stamp, not the same words."""
    doubled: float = 0.15
    """Sizes: a line printed again this near makes a bold face out of a plain one."""
    span_again: float = 0.8
    """Share of a span that lies on one of the same text: printed twice."""
    false_space: float = 0.12
    """Sizes: letters nearer than this have no space between them, whatever the text says."""
    true_space: float = 0.5
    """Points: pieces of a line further apart than this have a space between them."""
    number_gap: float = 1.5
    """Sizes: a number so far behind a line is a manuscript's line number, not its end."""
    joined_gap: float = 3.0
    """Sizes: pieces of one printed line, which MuPDF splits at wide spaces, are nearer than this."""
    joined_back: float = 0.5
    """Sizes: by so much a piece may reach back into the one before (kerning, italics)."""
    joined_height: float = 0.5
    """Sizes: so much of their height pieces of one line have in common."""
    longest_label: int = 30
    """Letters of a label that stands without words at the most."""
    level: float = 0.3
    """Sizes by which a label drawn apart may stand above or below its words."""
    same_size: float = 0.3
    """Points: sizes of type that differ by less are one; PDFs round and scale."""
    column_step: int = 4
    """Points: the widths of lines are counted in such steps to find the column's."""
    usual_size: float = 10.0
    """Points: the body's type where a paper has no text."""
    usual_column: float = 240.0
    """Points: the width of a column where a paper has no text."""
    spaced: float = 1.7
    """Sizes from line to line: a paper that is set wider is a manuscript, double-spaced or nearly so."""
    most_lead: float = 4.0
    """Sizes from line to line at the most."""
    least_numbers: int = 8
    """Numbers beside the lines of a paper: fewer are the ticks of a chart or the numbers of a list."""
    counted: float = 0.7
    """Share of the steps from number to number that have to be the usual one (1, or 5 where every fifth is printed)."""
    number_lines: float = 0.4
    """Share of a paper's lines of prose that numbers at one side count; of two columns either may have its side."""
    number_within: float = 0.33
    """Share of such lines that go on within a sentence, with a small letter."""
    number_indent: float = 2.0
    """Sizes by which such numbers begin apart, some having more digits."""
    number_row: int = 100
    """Pieces of text on the height of such a number: more are no row of a page."""
    number_prose: int = 4
    """Words: a line of more is running text, beside which line numbers stand."""
    number_digits: int = 4
    """Digits of a line number at the most."""


@dataclass(frozen=True, slots=True)
class PageRules:
    """A page's ink, its frame, what repeats from page to page."""

    ink_dpi: float = 100.0
    """Pixels per inch of the page's ink: enough for edges to within a point, and cheap (about 9 ms a page)."""
    most_ink: float = 16e6
    """Pixels of ink at the most, whatever size a page claims; A4 has one million."""
    ink_darkness: int = 16
    """Of 255 below white: above the noise of JPEG margins, below a light grey rule."""
    white_paper: int = 200
    """Of 255: a most common grey below this is a dark picture's, not the paper's, unless a ground was painted."""
    light_paper: float = 0.25
    """Share of a page that is as light as its paper, where that is a picture (a texture, a scan) under the text."""
    ground_edge: float = 6.0
    """Points along a page's edges which a dark ground fills for the most part."""
    whole_page: float = 0.9
    """Share of the page: what covers more of it is its ground, or a scan."""
    repeated: int = 3
    """Pages: a line that stands on so many is a banner or a running head."""
    repeated_of_two: int = 2
    """Pages: the head of left pages stands on two of four."""
    edge: float = 0.08
    """Share of the page's width or height at each side where banners stand, which have no say in the page's turn."""
    margin_band: float = 0.12
    """Share of the page's height at head and foot where page furniture stands."""
    side_band: float = 0.06
    """Share of the page's width at its sides where page furniture stands."""
    off_edge: float = 2.0
    """Points: what ends nearer to a page's edge runs off it."""
    watermarked: int = 3
    """Pages on which the same oblique words stand at least."""
    compared: int = 4
    """Pages whose ink is compared for a watermark: on so many nothing else lies on the same spot."""
    watermark_blur: int = 1
    """Pixels by which a watermark is grown before it is taken away: its edges differ from page to page."""
    watermark_size: float = 2.0
    """Sizes of the body's type: oblique words larger than this are no label of an axis."""


@dataclass(frozen=True, slots=True)
class LayoutRules:
    """What the ink of a page is: paragraphs, headings, tables, frames, and the rest."""

    cell: int = 3
    """Pixels of ink in a cell; components join where no cell between them is empty, 2 to 3.6 points apart."""
    erased_margin: float = 0.7
    """Points around text that is taken out of the ink: letters overhang their boxes."""
    loose_margin: float = 1.5
    """Points around loose text that make no component graphic."""
    rule_width: float = 3.0
    """Points: a component narrower than this is a lone line."""
    image_margin: float = 1.5
    """Points by which the ink of an image may overhang its box."""
    inside: float = 0.9
    """Share of a part that lies in another: it is inside it."""
    mostly: float = 0.5
    """Share of a part that lies in another: it belongs to it more than to anything else."""
    on_graphic: float = 0.6
    """Share of a line that lies on a picture or path: it is written on it."""
    enclosed: float = 0.95
    """Share of a caption that lies in the frame drawn about it."""
    frame_width: float = 80.0
    """Points: a frame about text is at least so wide."""
    frame_height: float = 8.0
    """Points: a frame about text is at least so high."""
    tint_edge: float = 3.0
    """Points: how far within a frame its ground is looked at, clear of its line; the ring is as wide."""
    outline: float = 2.0
    """Points around a frame's own line that are no ink."""
    sentence: int = 6
    """Words: a line of so many is a sentence's, not a label's."""
    sentences: int = 6
    """Lines of sentences that make a frame one about text."""
    hollow_cells: int = 16
    """Cells: a component smaller than this is a ring or a bracket, no frame."""
    hollow_edge: int = 3
    """Cells: a frame's line and its rounded corners."""
    hollow_side: float = 0.7
    """Share of a side that a frame's line covers."""
    hollow_sides: int = 3
    """Sides that a frame has at least."""
    paragraph_lines: int = 3
    """Lines of a paragraph at least; two may be a title of a chart."""
    paragraph_width: float = 0.75
    """Share of the column that the median line of a paragraph fills."""
    paragraph_widest: float = 300.0
    """Points: no paragraph need be wider, however wide the column."""
    paragraph_words: float = 5.0
    """Words a line of a paragraph on average; a table's rows have fewer."""
    larger_type: float = 0.5
    """Points by which a heading's type is larger than the body's."""
    heading_lines: int = 3
    """Lines of a heading at the most."""
    heading_letters: int = 3
    """Letters: what has no more is the letter of a panel, not a heading."""
    heading_edges: int = 3
    """Lines of the body that begin at one x: the edge of a column, at which headings begin."""
    heading_offset: float = 2.0
    """Points by which a heading may begin off that edge."""
    heading_reach: float = 2.5
    """Sizes: how far below a heading its text begins."""
    heading_indent: float = 30.0
    """Points: how far the text under a heading may begin to its side."""
    panel_title_width: float = 0.8
    """Share of the column: the title of a panel is narrower."""
    panel_title_reach: float = 4.0
    """Sizes: how near the graphics above and below a panel's title stand."""
    graphic_margin: float = 2.0
    """Points by which graphics are grown: text that touches one is written on it."""
    graphic_height: float = 4.0
    """Points: a path lower than this is a rule."""
    foreign_words: int = 5
    """Words of a line that may be a caption of an unknown label; fewer are a legend or an axis."""
    table_gap: float = 18.0
    """Points between two rows of a table at the most."""
    table_overlap: float = 2.0
    """Points by which rows of a table may overlap: their boxes are higher than their letters."""
    table_side: float = 40.0
    """Points by which a table's row may stand beside its caption."""
    table_rule: float = 2.0
    """Points: a path lower than this is a rule of a table."""
    table_shade_width: float = 30.0
    """Points: a shaded row is wider than this."""
    table_shade_height: float = 30.0
    """Points: a shaded row is lower than this."""
    figure_frame: float = 80.0
    """Points: a path wider and higher than this is drawn about a figure that stands beside a table."""


@dataclass(frozen=True, slots=True)
class CaptionRules:
    """Where a caption begins and which lines it takes up."""

    bold: int = 2
    """Signs that a bold label counts for a caption and against a sentence; one is needed in all."""
    separated: int = 2
    """Signs that a stop, a colon or a bar behind the label counts."""
    runs_on: int = 3
    """Signs against, where the text goes on as a sentence does ("Figure 3 shows")."""
    ordinary: int = 2
    """Signs against, where the label's word is one of plain prose ("Plate 3")."""
    early_end: float = 4.0
    """Sizes by which the line before ends early: it closed a paragraph."""
    apart: float = 0.5
    """Sizes between a caption's first line and the line before, in one block."""
    other_size: float = 0.5
    """Points by which the line before differs in type, in one block."""
    line_height: float = 1.3
    """Sizes that a line takes of the page at least; some fonts give their letters smaller boxes."""
    block_gap: float = 0.9
    """Line heights: lines of one block nearer than this are one caption."""
    next_up: float = 0.3
    """Line heights by which the next line may stand higher than expected."""
    next_down: float = 0.55
    """Line heights by which the next line may stand lower than expected; a paragraph's gap is more."""
    spaced_down: float = 0.9
    """Line heights by which it may stand lower where the caption is double-spaced."""
    regular: float = 0.15
    """Sizes by which the distances from line to line may differ within such a caption."""
    hanging: float = 9.0
    """Sizes by which the second line may be indented, under the words behind the label."""
    on_line_up: float = 0.7
    """Line heights: a piece on the same line stands no higher than this."""
    on_line_gap: float = 6.0
    """Sizes: a piece on the same line stands no further to the right."""
    other_type: float = 0.6
    """Points by which the type within a caption may differ, as for symbols."""
    indent: float = 3.0
    """Sizes by which a caption's lines may be indented."""
    flush: float = 0.3
    """Sizes by which the right edges of lines differ that are set flush right."""
    second_column: float = 4.0
    """Sizes between the two columns that a caption is set in."""
    second_column_top: float = 0.5
    """Line heights by which a caption's second column may begin higher or lower."""
    second_column_width: float = 0.4
    """Share of a caption's width: what stands beside it and is narrower is no second column of it."""
    beside: float = 12.0
    """Sizes: how much higher or lower than a caption one beside it may begin."""
    words_below_label: float = 1.2
    """Sizes: how far below a label alone its words begin."""
    words_under_picture: float = 40.0
    """Points: how far under a picture the words may stand whose label is above it."""
    next_column: float = 12.0
    """Sizes to the right of a caption within which the next column begins."""
    plate_lines: int = 12
    """Lines under a picture with its label above it that may all be its caption, where the page has no others."""
    full_line: float = 0.85
    """Share of a caption's width: a last line as long goes on on the next page, if it does not end a sentence."""
    trailer: float = 3.0
    """Sizes: how far below a caption an address that belongs to it may stand."""
    phrase: int = 4
    """Words: fewer are a fragment, as of a formula, or print of a picture."""
    fragments: int = 6
    """Pieces of formulas that may stand between two lines of a caption."""
    fragment_height: float = 1.0
    """Sizes by which a piece of a formula stands above or below its line."""


@dataclass(frozen=True, slots=True)
class FigureRules:
    """Which pieces of artwork make a figure, and which caption they belong to."""

    reach_across: float = 22.0
    """Points: loose text this near beside artwork (legends, axis labels, letters) belongs to it."""
    reach_down: float = 16.0
    """Points: the same above and below, where the next text is nearer."""
    least_seed: float = 18.0
    """Points: the longer side of the smallest component that a figure may start from."""
    frame_margin: float = 3.0
    """Points by which a picture's frame is larger than the picture."""
    frame_words: int = 5
    """Words: a line of so many in a frame is a sentence."""
    barrier_width: float = 3.0
    """Points of a barrier that reach into a corridor before it blocks it."""
    barrier_height: float = 0.4
    """Share of a barrier's height that lies in a corridor before it blocks it."""
    touching: float = 2.0
    """Points by which boxes that only touch may overlap."""
    rule_overhang: float = 5.0
    """Points: a rule that sticks out further was drawn for something else."""
    column_margin: float = 5.0
    """Points by which the columns of a forest plot may leave its rows and its caption's width."""
    sure_distance: float = 40.0
    """Points: artwork nearer to a caption tells which way the paper's captions point."""
    wrong_way: float = 40.0
    """Points added to a distance that does not lead the way the paper's other captions point."""
    sideways_cost: float = 1.5
    """How much more a point across counts than one down: captions stand mostly above or below."""
    first_claim: float = 120.0
    """Points: how far a caption without artwork may reach for the piece nearest to it."""
    far: float = 100.0
    """Points, or as many as it is long: what is further from all of a figure (a logo) is no part of it."""
    words_width: float = 80.0
    """Points: a figure of words alone (a listing, a sequence) is at least so wide."""
    words_height: float = 30.0
    """Points: a figure of words alone is at least so high."""
    row: float = 20.0
    """Points: figures whose tops differ by less stand in one row, as do those mostly on one height."""
    plate_words: int = 8
    """Words in a line of prose: what is written in a figure has hardly any such line."""
    plate_lines: int = 3
    """Lines of prose that a page of pictures has at the most."""


@dataclass(frozen=True, slots=True)
class UncaptionedRules:
    """Artwork that no caption names: figure, or logo, banner, cover, portrait."""

    least_width: float = 150.0
    """Points: artwork without a caption is taken for a figure only when it is at least so wide."""
    least_height: float = 90.0
    """Points: the same for its height; a banner is lower."""
    least_piece: float = 0.02
    """Share of the page: smaller pieces are not kept, not even for a caption on another page."""
    beside_captions: float = 0.12
    """Share of the page: where figures have captions, what has none and is smaller is a portrait or a logo."""
    banner: float = 4.0
    """Times as long as wide: no figure, but a banner or a row of logos."""
    cover: float = 0.5
    """Share of a first page: a picture that takes more of it is a cover, where the figures behind it have captions."""
    name_reach: float = 45.0
    """Points above a picture within which its name ("Graphical abstract") stands."""


@dataclass(frozen=True, slots=True)
class LayoutSettings:
    """All numbers of the rules in `tasks.pdf` that find text, captions and figures."""

    text: TextRules = field(default_factory=TextRules)
    page: PageRules = field(default_factory=PageRules)
    layout: LayoutRules = field(default_factory=LayoutRules)
    captions: CaptionRules = field(default_factory=CaptionRules)
    figures: FigureRules = field(default_factory=FigureRules)
    uncaptioned: UncaptionedRules = field(default_factory=UncaptionedRules)


_current = LayoutSettings()


def rules() -> LayoutSettings:
    """The settings that hold now."""
    return _current


@contextmanager
def using(settings: LayoutSettings) -> Iterator[None]:
    """Other settings for as long as the context lasts: for measurements, in one thread."""
    global _current
    before, _current = _current, settings
    try:
        yield
    finally:
        _current = before
