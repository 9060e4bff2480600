"""Writing parts: subfigure rows streamed to one Parquet file, then the ledger part that makes them count.

From the first row group on, rows go to a file with a leading dot, which no `*.parquet` matches. `commit` closes,
fsyncs and renames it, then writes the ledger part likewise: a part is whole or absent, and counts once its ledger part
is there.
For a dataset on a store, rows go to a temporary file of this machine, which `commit` puts there whole.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import PurePosixPath
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tasks.clock import now
from tasks.dataset.columns import ARTICLE_COLUMNS, ARTICLE_FACTS, IMAGE_COLUMN, PAPERS, SUBFIGURES
from tasks.dataset.files import unfinished, writer_options
from tasks.dataset.ledger import INCOMPLETE, write_ledger_part
from tasks.dataset.schema import PAPER_SCHEMA, Provenance, subfigure_schema, with_provenance
from tasks.dataset.tally import Tally, tally_rows
from tasks.records import Extraction, Figure, LabelledPaper, Score, Status, Subfigure
from tasks.runs.outcomes import Counts, FailedPaper, Failure, ShardOutcome, UnusedJats
from tasks.stores import paths
from tasks.texts import printable, storable
from tasks.version import pipeline_version

if TYPE_CHECKING:
    from tasks.stores.paths import StorePath

_GROUP_BYTES = 32 * 2**20
_GROUP_ROWS = 1000
_NO_BOX = (None,) * 4
"""Of a figure on no page: see `subfigure_schema`."""
_NUMBERS = {pa.float16(): np.float16, pa.float32(): np.float32}
"""numpy's names for pyarrow's types. To ask pyarrow for them, or to hand it a numpy array, imports pandas (2 s) where
that is installed, so vectors go by their buffers."""


@dataclass(frozen=True, slots=True)
class _Row:
    paper: Extraction
    figure: Figure
    subfigure: Subfigure
    score: Score | None
    labelled_at: dt.datetime

    @property
    def weight(self) -> int:
        """Bytes that the row takes, about."""
        scores = 0 if self.score is None else self.score.probabilities.nbytes + self.score.embedding.nbytes
        words = 2 * len(self.figure.caption or "") + _words(self.subfigure)
        return len(self.subfigure.image.data) + scores + words + 1000


def _words(subfigure: Subfigure) -> int:
    """Letters of what is said of a subfigure."""
    said = sum(len(mention.text) for mention in subfigure.mentions or ())
    return said + len(subfigure.text or "")


class PartWriter:
    """Writes one shard's part and ledger part into the dataset folder `out`; a context that cleans up.

    Leaving the context without `commit` removes what was written. Memory holds one row group, not the shard.
    `precision` says what the network computes in; it is asked once there are rows to write.
    """

    def __init__(
        self,
        out: StorePath,
        name: str,
        provenance: Provenance,
        precision: Callable[[], str | None] = lambda: None,
    ) -> None:
        self.part = f"{name}.parquet"
        self._provenance = provenance
        self._precision = precision
        self._target = out / SUBFIGURES / self.part
        self._ledger = out / PAPERS / self.part
        self._unfinished = unfinished(self._target)
        self._file: pq.ParquetWriter | None = None
        self._rows: list[_Row] = []
        self._weight = 0
        self._papers: list[dict[str, Any]] = []
        self._counts = Counts()
        self._failures: list[FailedPaper] = []
        self._unused_jats: list[UnusedJats] = []
        self._tally: Tally = Counter(subfigures=0)

    @property
    def papers(self) -> int:
        """How many it has taken, failed ones included."""
        return self._counts.papers

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(OSError, pa.ArrowException):  # a full disk would speak up again
            if self._file:
                self._file.close()
        self._unfinished.unlink(missing_ok=True)

    def add(self, labelled: LabelledPaper) -> None:
        """Takes a paper's subfigures, in order, and its ledger row."""
        paper, scores, moment = labelled.extraction, iter(labelled.scores), now()
        for figure in paper.figures:
            for subfigure in figure.subfigures:
                self._append(_Row(paper, figure, subfigure, next(scores), moment))
        status: Status = "ok" if labelled.scores else "no_figures"
        counts = {"figures": len(paper.figures), "subfigures": len(labelled.scores), "pages": paper.pages}
        kind = INCOMPLETE if paper.gaps else None
        facts = {"status": status, "error_kind": kind, "gaps": _at_rest([asdict(gap) for gap in paper.gaps])}
        facts["jats_sha256"] = paper.jats_sha256
        self._papers.append(self._paper_row(paper, {**facts, **counts}))
        self._counts += _counts_of(labelled, status, self._provenance.classes)
        self._unused_jats += unused_jats(paper)

    def fail(self, failure: Failure) -> None:
        """Takes the ledger row of a paper that could not be read."""
        facts = {"status": "failed", "error_kind": failure.kind, "error": storable(failure.error)}
        counts = {"figures": 0, "subfigures": 0, "pages": failure.pages}
        self._papers.append(self._paper_row(failure, {**facts, **counts}))
        self._counts += Counts(by_status={"failed": 1}, pages=failure.pages or 0)
        self._failures.append(failed_paper(failure))

    def commit(
        self, permitted: Callable[[], None] = lambda: None, retire: Callable[[], None] = lambda: None
    ) -> ShardOutcome:
        """Puts the part in place, then the ledger part; from then on the shard counts.

        `permitted` is asked last of all, and raises where the dataset is no longer ours to write. `retire` takes
        earlier rows of the same articles away before a reader could see both.
        """
        self._flush()
        self._opened().close()
        retire()
        paths.put(self._unfinished, self._target)
        permitted()
        ledger = pa.Table.from_pylist(self._papers, schema=with_provenance(PAPER_SCHEMA, self._provenance))
        write_ledger_part(self._ledger, ledger, self._tally)
        failures, unused = tuple(self._failures), tuple(self._unused_jats)
        return ShardOutcome(self.part, self._counts, failures, unused_jats=unused)

    def _append(self, row: _Row) -> None:
        if self._rows and self._weight + row.weight > _GROUP_BYTES:
            self._flush()
        self._rows.append(row)
        self._weight += row.weight
        if len(self._rows) >= _GROUP_ROWS:
            self._flush()

    def _flush(self) -> None:
        if self._rows:
            file = self._opened()
            table = _table(self._rows, file.schema, self._provenance)
            file.write_table(table)
            self._tally.update(tally_rows(table))
        self._rows, self._weight = [], 0

    def _opened(self) -> pq.ParquetWriter:
        """The part that is being written. By its first row group the network has computed something."""
        if self._file is None:
            self._provenance = replace(self._provenance, precision=self._precision())
            classes, features = self._provenance.classes, self._provenance.embedding_size
            schema = with_provenance(subfigure_schema(classes, features), self._provenance)
            self._file = pq.ParquetWriter(self._unfinished, schema, **writer_options(schema))
        return self._file

    def _paper_row(self, of: Extraction | Failure, facts: dict[str, Any]) -> dict[str, Any]:
        metadata = of.metadata if isinstance(of, Extraction) else of.paper.metadata
        return {
            "paper_id": of.paper.paper_id,
            "source_uri": storable(of.paper.source_uri),
            **{name: _at_rest(getattr(metadata, name)) for name in ARTICLE_FACTS},
            "source_version": storable(of.paper.source_version),
            "seconds": of.seconds,
            "part": self.part,
            "model_id": self._provenance.model_id,
            "pipeline_version": pipeline_version(),
            "finished_at": now(),
            **facts,
        }


def _table(rows: list[_Row], schema: pa.Schema, provenance: Provenance) -> pa.Table:
    columns = {**_paper_columns(rows), **_figure_columns(rows), **_image_columns(rows)}
    columns |= _model_columns(rows, schema, provenance)
    arrays = [
        column if isinstance(column, pa.Array) else pa.array(column, schema.field(name).type)
        for name, column in ((name, columns[name]) for name in schema.names)
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


def _paper_columns(rows: list[_Row]) -> dict[str, Any]:
    return {
        "subfigure_id": [_stem(row, "/") for row in rows],
        "paper_id": [row.paper.paper.paper_id for row in rows],
        "source_uri": [storable(row.paper.paper.source_uri) for row in rows],
        **{name: [_at_rest(getattr(row.paper.metadata, name)) for row in rows] for name in ARTICLE_COLUMNS},
        "pipeline_version": [pipeline_version()] * len(rows),
        "labelled_at": [row.labelled_at for row in rows],
    }


def _at_rest(value: Any) -> Any:
    """A value as a column takes it: every text in it in valid UTF-8, records as their fields."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, Mapping):
        return {name: _at_rest(part) for name, part in value.items()}
    return [_at_rest(part) for part in value] if isinstance(value, list | tuple) else value


def _figure_columns(rows: list[_Row]) -> dict[str, Any]:
    return {
        "figure_index": [row.figure.figure_index for row in rows],
        "figure_id": [storable(row.figure.id) for row in rows],
        "figure_doi": [storable(row.figure.doi) for row in rows],
        "figure_label": [storable(row.figure.label) for row in rows],
        "caption": [storable(row.figure.caption) for row in rows],
        "caption_source": [row.figure.caption_source for row in rows],
        "alt_text": [storable(row.figure.alt_text) for row in rows],
        "mentions": [_mentions(row.subfigure) for row in rows],
        "figure_license": [storable(row.figure.rights.license) for row in rows],
        "third_party": [row.figure.rights.third_party for row in rows],
        "attribution": [storable(row.figure.rights.attribution) for row in rows],
        "page": [row.figure.page for row in rows],
        "figure_bbox": [row.figure.bbox or _NO_BOX for row in rows],
        "figure_kind": [row.figure.kind for row in rows],
        "figure_text": [storable(row.subfigure.text) for row in rows],
        "figure_text_source": [row.subfigure.text_source for row in rows],
        "subfigure_index": [row.subfigure.subfigure_index for row in rows],
        "panel_label": [storable(row.subfigure.panel_label) for row in rows],
        "subcaption": [storable(row.subfigure.subcaption) for row in rows],
        "subfigure_bbox": [row.subfigure.bbox or _NO_BOX for row in rows],
    }


def _mentions(subfigure: Subfigure) -> list[dict[str, Any]] | None:
    return None if subfigure.mentions is None else [_at_rest(asdict(one)) for one in subfigure.mentions]


def _image_columns(rows: list[_Row]) -> dict[str, Any]:
    images = [row.subfigure.image for row in rows]
    suffixes = {"png": "png", "jpeg": "jpg"}
    return {
        IMAGE_COLUMN: [
            {"bytes": image.data, "path": f"{_stem(row, '-')}.{suffixes[image.format]}"}
            for row, image in zip(rows, images, strict=True)
        ],
        "image_width": [image.width for image in images],
        "image_height": [image.height for image in images],
        "image_sha256": [image.sha256 for image in images],
    }


def _model_columns(rows: list[_Row], schema: pa.Schema, provenance: Provenance) -> dict[str, Any]:
    scores = [row.score for row in rows]
    best = [None if score is None else int(score.probabilities.argmax()) for score in scores]
    return {
        "compound": [None if score is None else score.compound for score in scores],
        "modality": [None if index is None else provenance.classes[index] for index in best],
        "modality_path": [None if score is None else score.path for score in scores],
        "confidence": [None if score is None else float(score.probabilities.max()) for score in scores],
        "modality_set": [None if score is None else score.members for score in scores],
        "rejected": [None if score is None else score.rejected for score in scores],
        "label_source": [None if score is None else "model" for score in scores],
        "probabilities": _vectors(
            [None if score is None else score.probabilities for score in scores],
            schema.field("probabilities").type,
        ),
        "embedding": _vectors(
            [None if score is None else score.embedding for score in scores], schema.field("embedding").type
        ),
        "model_id": [provenance.model_id] * len(rows),
    }


def _vectors(vectors: list[np.ndarray | None], kind: pa.DataType) -> pa.Array:
    """Vectors of one length as a fixed-size list: by one flat array, not by Python numbers.

    None becomes a list of nulls, not a null list: pyarrow cannot read a null fixed-size list back from Parquet.
    """
    dtype = _NUMBERS[kind.value_type]
    blank = np.zeros(kind.list_size, dtype)
    flat = np.concatenate([blank if vector is None else vector.astype(dtype) for vector in vectors])
    known = np.repeat([vector is not None for vector in vectors], kind.list_size)
    buffers = [pa.py_buffer(np.packbits(known, bitorder="little")), pa.py_buffer(flat)]
    values = pa.Array.from_buffers(kind.value_type, len(flat), buffers)
    return pa.FixedSizeListArray.from_arrays(values, type=kind)


def _stem(row: _Row, separator: str) -> str:
    numbers = (row.figure.figure_index, row.subfigure.subfigure_index)
    return separator.join([row.paper.paper.paper_id[:16], *map(str, numbers)])


def _counts_of(labelled: LabelledPaper, status: Status, classes: tuple[str, ...]) -> Counts:
    scored = [score for score in labelled.scores if score is not None]
    return Counts(
        by_status={status: 1},
        pages=labelled.extraction.pages,
        figures=len(labelled.extraction.figures),
        subfigures=len(labelled.scores),
        rejected=sum(score.rejected for score in scored),
        unscored=len(labelled.scores) - len(scored),
        by_modality=Counter(classes[int(score.probabilities.argmax())] for score in scored),
        unlicensed=int(labelled.extraction.metadata.license is None),
    )


def unused_jats(read: Extraction) -> list[UnusedJats]:
    """The JATS XML that a paper was read without although it is there."""
    uri = read.paper.source_uri
    name = printable(PurePosixPath(uri).name)
    return [
        UnusedJats(name, storable(uri), printable(gap.sentence)) for gap in read.gaps if gap.kind == "jats"
    ]


def failed_paper(failure: Failure) -> FailedPaper:
    """A failure as a report names it."""
    uri = failure.paper.source_uri
    return FailedPaper(
        printable(PurePosixPath(uri).name), storable(uri), failure.kind, printable(failure.error)
    )
