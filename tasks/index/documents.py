"""A part's rows as documents: what a search tool needs of a subfigure, with a thumbnail in place of the picture."""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from tasks.corrections.overlay import KEYS, Overlay
from tasks.dataset.columns import IMAGE_COLUMN, INDEXED_COLUMNS, PAPERS, SUBFIGURES
from tasks.index.source import Part
from tasks.index.thumbnails import thumbnail
from tasks.settings import default_workers
from tasks.stores import paths

if TYPE_CHECKING:
    from tasks.stores.paths import StorePath

_ROWS = 64
"""Rows decoded at a time."""
_AHEAD = 2
"""So many times as many are decoded ahead: the pictures that wait for it are in memory together."""
_COLUMNS = tuple(column.name for column in INDEXED_COLUMNS if SUBFIGURES in column.tables)
_OF_PAPER = tuple(column.name for column in INDEXED_COLUMNS if SUBFIGURES not in column.tables)
_LISTS = tuple(column.name for column in INDEXED_COLUMNS if pa.types.is_list(column.type))
_NOTHING: Mapping[str, Any] = MappingProxyType(dict.fromkeys((*_COLUMNS, *_OF_PAPER)))
_UNSAID = Overlay()


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One subfigure as a search tool keeps it: `INDEXED_COLUMNS`, and what is made of a row for an index."""

    subfigure_id: str
    paper_id: str
    source_uri: str
    pmcid: str | None
    pmid: str | None
    doi: str | None
    title: str | None
    authors: tuple[str, ...]
    journal: str | None
    license: str | None
    published: dt.date | None
    withdrawn: str | None
    article_type: str | None
    """What the ledger says of the paper."""
    figure_index: int
    figure_label: str | None
    caption: str | None
    alt_text: str | None
    mentions: tuple[str, ...]
    """Sentences of the article that cite the figure, or the panel; without their sections."""
    figure_license: str | None
    third_party: bool | None
    attribution: str | None
    page: int | None
    """None where the figure has no PDF."""
    figure_text: str | None
    """Words printed within the panel."""
    subfigure_index: int
    panel_label: str | None
    subcaption: str | None
    compound: float | None
    """Probability of several panels; None where the model did not say."""
    image_width: int
    image_height: int
    modality: str | None
    modality_path: tuple[str, ...]
    """Every ancestor and the class itself; empty where the subfigure was not scored."""
    confidence: float | None
    modality_set: tuple[str, ...]
    """Classes among which the true one is; empty where the model did not say."""
    rejected: bool | None
    label_source: str | None
    """`model` or `person`; None where nobody has named it."""
    row: int
    """Where the row stands in its part, from 0; of a panel that a person made, the row in place of which it stands."""
    embedding: npt.NDArray[np.float32] | None
    """(d,) of length 1, so that an inner product is the cosine; None where not scored."""
    thumbnail: bytes | None
    """JPEG; None where the picture cannot be decoded, or has not been."""


def read_documents(
    part: Part, overlay: Overlay = _UNSAID, illustrated: bool = True
) -> Iterator[list[Document]]:
    """The documents of a part in the part's order, some dozens at a time, as people want them; `illustrated`: with
    their thumbnails.

    Pictures are decoded on all cores, those of the next rows while the caller has the last. Raises pyarrow's errors and
    OSError for a part that cannot be read.
    """
    papers = papers_of(part)
    columns = [*_COLUMNS, "embedding", *([IMAGE_COLUMN] if illustrated else [])]
    for batch, small in _read(part.path, overlay, columns):
        yield _documents(batch, papers, small or [None] * len(batch.places))


def read_thumbnails(
    path: StorePath, overlay: Overlay = _UNSAID, stop: Callable[[], bool] | None = None
) -> Iterator[list[tuple[str, bytes | None]]]:
    """The thumbnails of a part's rows by subfigure_id, as `read_documents` has them, and without the rest.

    Raises StoppedError where `stop` says so while the part is fetched from a store.
    """
    for batch, small in _read(path, overlay, [*KEYS, "image_width", "image_height", IMAGE_COLUMN], stop):
        yield list(zip(batch.table["subfigure_id"].to_pylist(), small, strict=True))


@dataclass(frozen=True, slots=True)
class _Batch:
    """Rows without their pictures, of which thumbnails are being made; the place of each in the part."""

    table: pa.Table
    places: list[int]
    made: list[Future[tuple[bytes, int, int] | None]]


def _read(
    path: StorePath, overlay: Overlay, columns: Sequence[str], stop: Callable[[], bool] | None = None
) -> Iterator[tuple[_Batch, list[bytes | None]]]:
    """The rows of a part with their thumbnails, if pictures are among the columns."""
    with paths.local_copy(path, stop) as file, ThreadPoolExecutor(default_workers()) as pool:
        batches = pq.ParquetFile(file, buffer_size=1 << 20).iter_batches(
            _ROWS, columns=overlay.columns(columns)
        )
        waiting: deque[_Batch] = deque()
        start = 0
        for batch in batches:
            waiting.append(_begun(pool, *overlay.apply_numbered(pa.Table.from_batches([batch])), start))
            start += len(batch)
            if len(waiting) > _AHEAD:
                yield _done(waiting.popleft())
        while waiting:
            yield _done(waiting.popleft())


def _begun(pool: ThreadPoolExecutor, table: pa.Table, places: list[int], start: int) -> _Batch:
    """Has the thumbnails made; a picture is held no longer than until its own is."""
    here = [start + place for place in places]
    if IMAGE_COLUMN not in table.column_names:
        return _Batch(table, here, [])
    pictures = table[IMAGE_COLUMN].combine_chunks().field("bytes").to_pylist()
    made = [pool.submit(thumbnail, picture) for picture in pictures]
    return _Batch(table.drop_columns([IMAGE_COLUMN]), here, made)


def _done(batch: _Batch) -> tuple[_Batch, list[bytes | None]]:
    made = [one.result() for one in batch.made]
    return batch, [found and found[0] for found in made]


def _documents(
    batch: _Batch, papers: Mapping[str, dict[str, Any]], small: Sequence[bytes | None]
) -> list[Document]:
    vectors = _unit_vectors(batch.table["embedding"].combine_chunks())
    rows = batch.table.drop_columns(["embedding"]).to_pylist()
    return [
        make_document(row, papers, place, vector, made)
        for row, place, vector, made in zip(rows, batch.places, vectors, small, strict=True)
    ]


def papers_of(part: Part) -> Mapping[str, dict[str, Any]]:
    """What the part's ledger says of each paper that an index keeps, by paper_id."""
    with paths.opened(part.path.parent.parent / PAPERS / part.name) as file:
        ledger = pq.ParquetFile(file)
        wanted = ["paper_id", *(name for name in _OF_PAPER if name in ledger.schema_arrow.names)]
        return {row.pop("paper_id"): row for row in ledger.read(columns=wanted).to_pylist()}


def make_document(
    row: Mapping[str, Any],
    papers: Mapping[str, dict[str, Any]],
    number: int,
    vector: npt.NDArray[np.float32] | None,
    small: bytes | None,
) -> Document:
    """A row's document; `papers` as `papers_of` has them, `number` its place in the part, `small` its thumbnail."""
    own = {name: row[name] for name in _COLUMNS if name in row}  # a part of an earlier schema lacks some
    known = {**_NOTHING, **papers.get(row["paper_id"], {}), **own}
    lists = {name: tuple(known[name] or ()) for name in _LISTS}
    lists["mentions"] = tuple(mention["text"] for mention in lists["mentions"] if mention and mention["text"])
    return Document(**(known | lists), row=number, embedding=vector, thumbnail=small)


def _unit_vectors(column: pa.FixedSizeListArray) -> list[npt.NDArray[np.float32] | None]:
    """The embeddings at length 1; None where a subfigure was not scored, or where the network saw nothing."""
    size = column.type.list_size
    flat = column.values.slice(column.offset * size, len(column) * size)
    values = flat.to_numpy(zero_copy_only=False).astype(np.float32).reshape(len(column), size)
    return [unit_vector(vector) for vector in values]


def unit_vector(vector: npt.ArrayLike) -> npt.NDArray[np.float32] | None:
    """`vector` at length 1; None where it has no direction."""
    exact = np.asarray(vector, np.float32)
    length = float(np.linalg.norm(exact))
    return exact / length if np.isfinite(length) and length > 0 else None
