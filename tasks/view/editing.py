"""What a person does in the view, as corrections: written first, then shown by the index; nothing else changes."""

from __future__ import annotations

import functools
import secrets
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from models import taxonomy
from models.inference.caption_view import named_modalities
from tasks.corrections.actions import RANDOM, Action, Correction, Panel, Piece, free_numbers, in_force, undo
from tasks.corrections.files import Journal, kept_text, read_corrections
from tasks.corrections.known import class_code, classes_of
from tasks.corrections.overlay import KEYS, Overlay, read_overlay
from tasks.corrections.queues import Candidates, Order, Unlike, rank
from tasks.corrections.rows import panel_of, read_columns
from tasks.dataset.columns import IMAGE_COLUMN, INDEXED_COLUMNS, SUBFIGURES
from tasks.errors import InputError, PaperError
from tasks.extraction.drawing import Drawer
from tasks.index.documents import Document, make_document, papers_of, unit_vector
from tasks.index.embedded import EmbeddedIndex
from tasks.index.queries import Hit, Query
from tasks.index.rows import place_row
from tasks.index.search import SearchIndex
from tasks.index.source import Part, list_parts, origin, read_part
from tasks.index.thumbnails import thumbnail
from tasks.index.update import corrected
from tasks.records import Box

if TYPE_CHECKING:
    from tasks.stores.paths import StorePath

MOST_AT_ONCE = 500
"""Rows of one action."""
_MOST_BOXES = 30
_RECENT = 200
_FIRST_KEYS = 5
"""Of the likeliest classes, before those of one's own, of which the model knows nothing."""
INDEXED = tuple(column.name for column in INDEXED_COLUMNS if SUBFIGURES in column.tables)


class Editing:
    """One person's session at a dataset; threads share it."""

    def __init__(
        self, out: StorePath, who: str, index: SearchIndex, drawer: Drawer, own: Sequence[str] = ()
    ) -> None:
        self.out = out
        self.journal = Journal(out, who)
        self.who = self.journal.who
        self.token = secrets.token_urlsafe(32)
        """What every form shows: a page elsewhere cannot know it."""
        self._index, self._drawer, self._own = index, drawer, tuple(own)
        self._lock = threading.RLock()
        self._writer = EmbeddedIndex(out)
        self._writer.prepare(origin(out, list_parts(out)))
        self._candidates = functools.lru_cache(16)(self._read_candidates)
        self._unlike: tuple[Query, dict[str, int], list[str], Unlike, set[str]] | None = None

    def close(self) -> None:
        """Leaves the index as an update does."""
        self._writer.finish()
        self._writer.__exit__(None, None, None)

    @property
    def classes(self) -> tuple[str, ...]:
        """What a row may be named: the model's classes, one's own, ImageCLEF's, and those that people named."""
        named = [one.value for one in self._standing() if one.action == "label" and one.value]
        return tuple(dict.fromkeys([*self._model_classes, *self._own, *taxonomy.CODES, *named]))

    @functools.cached_property
    def _model_classes(self) -> tuple[str, ...]:
        return classes_of(self.out)

    def likeliest(self, hit: Hit) -> list[str]:
        """The classes for a row, as the model ranks them; the others behind."""
        row = place_row(self.out, hit.part, hit.row, ["probabilities"])
        known = [value for value in row.get("probabilities") or () if value is not None]
        ranked: list[str] = []
        if len(known) == len(self._model_classes):
            ranked = [self._model_classes[place] for place in np.argsort(-np.array(known), kind="stable")]
        first = [*ranked[:_FIRST_KEYS], *self._own, *ranked[_FIRST_KEYS:]]
        return list(dict.fromkeys([*first, *self.classes]))

    def recent(self) -> list[tuple[Correction, bool]]:
        """What people did last, the latest first, each with whether it still holds; undos are left out."""
        every = sorted(read_corrections(self.out).corrections, key=lambda one: one.made_at, reverse=True)
        holding = {one.correction_id for one in in_force(every)}
        return [(one, one.correction_id in holding) for one in every if one.action != "undo"][:_RECENT]

    def counts(self) -> tuple[int, int]:
        """How many corrections hold, and how many of them are this person's."""
        standing = self._standing()
        return len(standing), sum(one.who == self.who for one in standing)

    # What is asked next

    def queue(self, order: Order, query: Query) -> list[str]:
        """The rows that answer and of which nobody has spoken, in an order; at random: of which this person has not."""
        with self._lock:
            counting = [one for one in self._standing() if order != RANDOM or one.who == self.who]
            spoken = {panel.subfigure_id for one in counting for panel in (one.panel, *one.others)}
            if order == "unlike":
                names = self._by_unlikeness(query, spoken)
            else:
                candidates = self._candidates(query)
                names = [candidates.names[place] for place in rank(order, candidates)]
                if order == "disagree":
                    names = [name for name in names if name in self._contradicted]
        return [name for name in names if name not in spoken]

    def _read_candidates(self, query: Query) -> Candidates:
        found = self._index.ids(query)
        return Candidates(
            tuple(name for name, _, _ in found),
            np.array([confidence or 0.0 for _, confidence, _ in found], np.float32),
            np.array([rejected for _, _, rejected in found], bool),
        )

    def _by_unlikeness(self, query: Query, spoken: set[str]) -> list[str]:
        if self._unlike is None or self._unlike[0] != query:
            scored, vectors = self._index.vectors(query)
            known = self._candidates(query)
            there = set(scored)
            unscored = [name for name in known.names if name not in there]  # panels that people made, too
            names = [*scored, *unscored]
            vectors = np.pad(vectors, ((0, len(unscored)), (0, 0)))  # they are like nothing
            surety = dict(zip(known.names, known.confidence.tolist(), strict=True))
            places = {name: place for place, name in enumerate(names)}
            confidence = np.array([surety.get(name, 0.0) for name in names], np.float32)
            self._unlike = query, places, names, Unlike(vectors, confidence), set()
        _, places, names, unlike, noted = self._unlike
        unlike.corrected([places[name] for name in spoken - noted if name in places])
        noted |= spoken
        return [names[place] for place in unlike.order()]

    @functools.cached_property
    def _contradicted(self) -> frozenset[str]:
        """Rows whose own words name one modality, and not that of the row; found once, for it takes a while."""
        found = set()
        for name, (modality, own) in self._index.own_words().items():
            named = named_modalities(own)
            if len(named) == 1 and modality not in named:
                found.add(name)
        return frozenset(found)

    # What is done

    def say(self, action: Action, hits: Sequence[Hit], value: str | None, queue: str | None) -> None:
        """An action on each of some rows. Raises InputError for what makes no sense."""
        if not hits or len(hits) > MOST_AT_ONCE:
            raise InputError(f"choose 1 to {MOST_AT_ONCE} pictures")
        text = self._value(action, value)
        with self._lock:
            made = [
                Correction(action=action, who=self.who, panel=panel, value=text, queue=queue)
                for panel in self._panels(hits)
            ]
            self.journal.append(*made)
            self._show([(hit.part, hit.row) for hit in hits])

    def merge(self, hits: Sequence[Hit]) -> str:
        """Makes one panel of several of a figure; returns its name. Raises InputError, PaperError."""
        hits = sorted(hits, key=lambda hit: hit.subfigure_index)
        figures = {(hit.paper_id, hit.figure_index, hit.page) for hit in hits}
        if len(hits) < 2 or len(hits) > MOST_AT_ONCE or len(figures) != 1:
            raise InputError("choose two or more panels of one figure to merge them")
        with self._lock:
            panels = self._panels(hits)
            boxes = [panel.subfigure_bbox for panel in panels]
            if hits[0].page is None or any(box is None for box in boxes):
                raise PaperError("no_pages", "A figure that is an image file has no page to cut it from.")
            known = [box for box in boxes if box is not None]
            union = (
                min(box[0] for box in known),
                min(box[1] for box in known),
                max(box[2] for box in known),
                max(box[3] for box in known),
            )
            (piece,) = self._cut(hits[0], [union], in_points=True)
            modalities = {hit.modality for hit in hits}
            said = Correction(
                action="merge",
                who=self.who,
                panel=panels[0],
                value=modalities.pop() if len(modalities) == 1 else None,
                others=tuple(panels[1:]),
                pieces=(piece,),
            )
            self.journal.append(said)
            self._show([(hit.part, hit.row) for hit in hits], reshaped=True)
        return piece.subfigure_id

    def draw(self, hit: Hit, boxes: Sequence[Box], replacing: bool) -> list[str]:
        """New panels at boxes of the page, in fractions of it: in place of a panel, or beside it. Returns their names.

        Raises InputError, PaperError.
        """
        if not boxes or len(boxes) > _MOST_BOXES:
            raise InputError(f"draw 1 to {_MOST_BOXES} boxes")
        if hit.page is None:
            raise PaperError("no_pages", "A figure that is an image file has no page to draw on.")
        with self._lock:
            (panel,) = self._panels([hit])
            pieces = self._cut(hit, boxes)
            made = [Correction(action="split", who=self.who, panel=panel, pieces=tuple(pieces))]
            if not replacing:
                made = [
                    Correction(action="draw", who=self.who, panel=panel, pieces=(piece,)) for piece in pieces
                ]
            self.journal.append(*made)
            self._show([(hit.part, hit.row)], reshaped=True)
        return [piece.subfigure_id for piece in pieces]

    def take_back(self, correction_id: str | None = None) -> Correction | None:
        """Undoes an action, or the last of this person's that still holds; None where there is none."""
        with self._lock:
            standing = self._standing()
            wanted = [
                one
                for one in standing
                if (one.correction_id == correction_id if correction_id else one.who == self.who)
            ]
            if not wanted:
                return None
            target = wanted[-1]
            self.journal.append(undo(target, self.who))
            self._show(list(self._places([target.panel, *target.others])), reshaped=True)
        return target

    # How it is seen

    def _standing(self) -> list[Correction]:
        return in_force(read_corrections(self.out).corrections)

    def _value(self, action: Action, value: str | None) -> str | None:
        if action == "label":
            return class_code((value or "").strip(), self.classes, "the label")
        if action in ("letter", "caption"):
            return kept_text(value or "")
        return None

    def _panels(self, hits: Sequence[Hit]) -> list[Panel]:
        """What the rows are known by; of a panel that a person made, by its own picture and box."""
        return [panel_of(self._standing_row(hit)) for hit in hits]

    def _standing_row(self, hit: Hit) -> dict[str, Any]:
        raw = place_row(self.out, hit.part, hit.row, [*KEYS, "page", "figure_bbox"])
        for row in (*read_overlay(self.out).rows(raw, keep_removed=True), raw):
            if row["subfigure_id"] == hit.subfigure_id:
                return row
        raise InputError(f"{hit.subfigure_id} is no longer there: load the page again")

    def _cut(self, hit: Hit, boxes: Sequence[Box], *, in_points: bool = False) -> list[Piece]:
        if hit.page is None:
            raise PaperError("no_pages", "The figure is on no page.")
        cuts = self._drawer.cut(hit.source_uri, hit.paper_id, hit.page, tuple(boxes), in_points)
        stem = f"{hit.paper_id[:16]}/{hit.figure_index}"
        taken = {one.subfigure_index for one in self._index.paper(hit.paper_id)}
        numbers = free_numbers(taken, len(cuts))
        return [
            Piece(
                subfigure_id=f"{stem}/{number}",
                bbox=box,
                image=image.data,
                width=image.width,
                height=image.height,
            )
            for number, (box, image) in zip(numbers, cuts, strict=True)
        ]

    def _places(self, panels: Sequence[Panel]) -> Iterator[tuple[str, int]]:
        """Part and row of the dataset's rows that stand, or once stood, where these panels are."""
        overlay = read_overlay(self.out)
        wanted = {panel.paper_id for panel in panels}
        shown = {paper: {hit.part for hit in self._index.paper(paper)} for paper in wanted}
        # A paper is in one part; where nothing of it is left in the index, every part must be asked.
        only = set().union(*shown.values()) if all(shown.values()) else None
        for part, table in read_columns(self.out, [*KEYS, "page", "figure_bbox"], only):
            papers = table["paper_id"].to_pylist()
            for number in (place for place, paper in enumerate(papers) if paper in wanted):
                row = table.slice(number, 1).to_pylist()[0]
                standing = [row, *overlay.rows(row, keep_removed=True)]
                if any(
                    panel.image_sha256 == one["image_sha256"]
                    and panel.is_at(one["subfigure_id"], one["subfigure_bbox"])
                    for panel in panels
                    for one in standing
                ):
                    yield part, number

    def _show(self, places: Sequence[tuple[str, int]], reshaped: bool = False) -> None:
        """Brings the index up to date with what stands at some rows of the parts.

        `reshaped`: others may stand there than before, which the queues must learn.
        """
        overlay = read_overlay(self.out)
        parts: dict[str, Part] = {}
        papers: dict[str, Mapping[str, dict[str, Any]]] = {}
        for name, number in dict.fromkeys(places):
            if name not in parts:
                parts[name] = corrected(read_part(self.out / SUBFIGURES / name), overlay)
                papers[name] = papers_of(parts[name])
            standing = self._standing_at(name, number, overlay)
            documents = [self._document(row, papers[name], number) for row in standing]
            self._writer.revise(parts[name], number, documents)
        self._candidates.cache_clear()
        if reshaped:
            self._unlike = None

    def _standing_at(self, part: str, number: int, overlay: Overlay) -> list[dict[str, Any]]:
        """What stands in place of a row; with its picture only where the index has none of that name yet."""
        there = {hit.subfigure_id for hit in self._index.at(part, number)}
        standing = overlay.rows(place_row(self.out, part, number) | {IMAGE_COLUMN: None})
        if all(row["subfigure_id"] in there or row[IMAGE_COLUMN] for row in standing):
            return standing
        return overlay.rows(place_row(self.out, part, number, [*INDEXED, "embedding", IMAGE_COLUMN, *KEYS]))

    def _document(self, row: dict[str, Any], papers: Mapping[str, dict[str, Any]], number: int) -> Document:
        picture, vector = row[IMAGE_COLUMN], row.get("embedding")
        small = thumbnail(picture["bytes"]) if picture else None
        direction = unit_vector(vector) if vector and None not in vector else None
        return make_document(row, papers, number, direction, small[0] if small else None)
