"""Proposals: all the ways that a piece of a figure might be parted, of which the judge chooses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tasks.panels.cutting import join
from tasks.panels.gutters import empty_runs, met
from tasks.panels.judging.separations import find_separations
from tasks.panels.pieces import Canvas, Kind, Piece, distribute
from tasks.panels.rules import between, find_split
from tasks.panels.seams import Lines

LEAST = 8.0
"""PDF points: a thinner strip at the edge of a piece is not cut off by itself."""

MOST_CUTS = 7
"""Gaps of about one width at which a piece is cut at once."""

MOST_JOINED = 6
"""Parts of a split of which neighbours are joined; more are the cells of a table."""

PICTURE = 0.08
"""Share of the figure that a picture covers at the least whose seams are looked for."""

LEAST_SEAM = 0.45
"""Share of a line that looks like a seam, from which it is proposed as one."""

MOST_SEAMS = 6
"""Seams that are proposed in one direction."""

WIDE = 0.6
"""Share of the widest gap that others are cut along with it."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A run across a piece from `start` to `stop` in which nothing is drawn, or (`crossed`) nothing but print."""

    start: int
    stop: int
    position: int
    """Where to cut: the middle, or where least print is met."""
    crossed: bool = False

    @property
    def width(self) -> int:
        """Pixels."""
        return self.stop - self.start


@dataclass(frozen=True, slots=True)
class Proposal:
    """The parts that a piece might be made of, in the order of `axis` (None: they stand around each other)."""

    parts: list[Piece]
    axis: int | None
    positions: tuple[int, ...] = ()
    """Where the cuts go through print, which then belongs to no part."""
    by_rule: bool = False
    """The rules of cutting would part it so."""
    certain: bool = False
    """Nobody is asked whether the piece is one panel: filled pictures that interlock, or one for each named panel."""


def propose(canvas: Canvas, piece: Piece, *, by_rule: bool = True) -> Iterator[Proposal]:
    """The ways to part `piece`, which may repeat each other; where there are none but the caption names panels, those
    that the network of places sees.
    """
    found = False
    for proposal in propose_from_ink(canvas, piece, by_rule=by_rule):
        found = True
        yield proposal
    if not found and canvas.named > 1:
        yield from cut_as_seen(canvas, piece)


def cut_as_seen(canvas: Canvas, piece: Piece) -> Iterator[Proposal]:
    """`piece`, if the network takes it for several, cut where it sees panels part: bricks, objects on a dark ground."""
    one, several, *_ = canvas.places.pieces([piece.box])[0]
    if several < one:
        return
    for axis in (0, 1):
        lines = find_separations(canvas.places, canvas.pixels, piece.box, axis)
        for limit in {share for _, share in lines}:
            gaps = [Gap(line, line + 1, line) for line, share in lines if share >= limit]
            proposal = cut_at_gaps(canvas, piece, axis, gaps)
            if len(proposal.parts) > 1:
                yield proposal


def propose_from_ink(canvas: Canvas, piece: Piece, *, by_rule: bool) -> Iterator[Proposal]:
    """As the rules say (if `by_rule`), at the widest gaps, and both with neighbours joined.

    The rules take most of the time.
    """
    split = find_split(canvas, piece) if by_rule else None
    if split is not None:
        certain = split.axis is None or (canvas.named > 1 and canvas.placed.pictures_are_panels)
        own = Proposal(list(split.parts), split.axis, split.positions, by_rule=True, certain=certain)
        yield own
        yield from joined(canvas, own)
    gapless = split is None
    for axis in (0, 1):
        for gaps in choose_gaps(find_gaps(canvas, piece, axis)):
            proposal = cut_at_gaps(canvas, piece, axis, gaps)
            if len(proposal.parts) > 1:
                yield proposal
                yield from joined(canvas, proposal)
            gapless = False
    if gapless and piece.kind is Kind.IMAGE and piece.width * piece.height > PICTURE * canvas.mask.size:
        yield from cut_picture(canvas, piece)


def cut_picture(canvas: Canvas, piece: Piece) -> Iterator[Proposal]:
    """A picture cut at black gutters, and at lines that may be seams: the likeliest, those nearly as likely, all."""
    lines = canvas.lines(piece.box)
    for axis in (0, 1):
        lit = met(canvas.lit, piece.box, axis)
        least = LEAST * canvas.unit
        gaps = [
            Gap(piece.box[axis] + start, piece.box[axis] + stop, piece.box[axis] + (start + stop) // 2)
            for start, stop in empty_runs(lit, 2)
            if start > least and len(lit) - stop > least
        ]
        seams = find_likely_seams(lines[axis], max(24 * canvas.unit, 0.08 * max(piece.width, piece.height)))
        chosen_lines = [
            [piece.box[axis] + position for position, share in seams if share >= limit]
            for limit in limits(seams)
        ]
        ways = [cut_at_gaps(canvas, piece, axis, chosen) for chosen in choose_gaps(gaps)]
        ways += [
            cut_at_gaps(canvas, piece, axis, [Gap(line, line + 1, line) for line in sorted(own)])
            for own in chosen_lines
        ]
        yield from (way for way in ways if len(way.parts) > 1)


def limits(seams: Sequence[tuple[int, float]]) -> set[float]:
    """The shares from which `seams` are cut at together: all, those nearly as likely as the likeliest, that alone."""
    if not seams:
        return set()
    likeliest = max(share for _, share in seams)
    return {LEAST_SEAM, 0.85 * likeliest, likeliest}


def find_likely_seams(lines: Lines, least: float) -> list[tuple[int, float]]:
    """Those of `lines` that may be seams, likeliest first: where, and how much of it looks like one."""
    apart = round(least)
    if lines.length < 2 * apart or lines.height < apart:
        return []
    shares = lines.shares.copy()
    for band in lines.bands:
        shares[(band.start + band.stop) // 2] = band.share
    shares[:apart] = shares[-apart:] = 0
    found: list[tuple[int, float]] = []
    while len(found) < MOST_SEAMS and shares.max() >= LEAST_SEAM:
        peak = int(shares.argmax())
        found.append((peak, float(shares[peak])))
        shares[max(0, peak - apart) : peak + apart] = 0
    return found


def find_gaps(canvas: Canvas, piece: Piece, axis: int) -> list[Gap]:
    """The gaps across `axis` of `piece` that no path bridges; those that only print bridges come last."""
    first, last = piece.box[axis], piece.box[axis + 2]
    least = LEAST * canvas.unit
    empty = list(runs_across(canvas, piece, axis, max(2, round(canvas.unit)), core=False))
    found = [Gap(start, stop, (start + stop) // 2) for start, stop in empty]
    for start, stop in runs_across(canvas, piece, axis, max(3, round(6 * canvas.unit)), core=True):
        if not any(a < stop and b > start for a, b in empty):
            position = canvas.thinnest(piece.box, axis, start, stop)
            if position is not None:
                found.append(Gap(start, stop, position, crossed=True))
    return [
        gap
        for gap in found
        if gap.start - first > least
        and last - gap.stop > least
        and not canvas.placed.is_drawn_across(piece.box, axis, gap.start, gap.stop)
    ]


def runs_across(
    canvas: Canvas, piece: Piece, axis: int, least: int, *, core: bool
) -> Iterator[tuple[int, int]]:
    """Where nothing is drawn (print left out if `core`) across the whole of `piece` for `least` pixels or more."""
    for start, stop in empty_runs(canvas.met(piece.box, axis, core=core), least):
        yield piece.box[axis] + start, piece.box[axis] + stop


def choose_gaps(gaps: Sequence[Gap]) -> Iterator[list[Gap]]:
    """Which of `gaps` to cut at together: the widest, the two widest, those about as wide, those above a drop."""
    if not gaps:
        return
    order = sorted(gaps, key=lambda gap: -gap.width)
    numbers = {1, min(2, len(order)), sum(gap.width >= WIDE * order[0].width for gap in order)}
    if len(order) > 2:
        drops = [a.width / b.width for a, b in pairwise(order)]
        numbers.add(drops.index(max(drops)) + 1)
    for number in sorted(numbers):
        if number <= MOST_CUTS:
            yield sorted(order[:number], key=lambda gap: gap.start)


def cut_at_gaps(canvas: Canvas, piece: Piece, axis: int, gaps: Sequence[Gap]) -> Proposal:
    """`piece` cut at all of `gaps`, which follow each other across `axis`."""
    edges = [piece.box[axis], *(gap.position for gap in gaps), piece.box[axis + 2]]
    parts = [part for part in map(canvas.piece, between(piece.box, axis, edges)) if part]
    crossed = tuple(gap.position for gap in gaps if gap.crossed)
    return Proposal(distribute(piece.letters, parts), axis, crossed)


def joined(canvas: Canvas, proposal: Proposal) -> Iterator[Proposal]:
    """`proposal` with each two neighbours made one."""
    parts = proposal.parts
    if proposal.axis is None or not 2 < len(parts) <= MOST_JOINED:
        return
    for number in range(len(parts) - 1):
        both = join(canvas, parts[number], parts[number + 1])
        yield Proposal([*parts[:number], both, *parts[number + 2 :]], proposal.axis, proposal.positions)
