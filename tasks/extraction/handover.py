"""What a reading process hands over: one paper's Extraction as Arrow in a file.

The process has parsed a hostile PDF, so its file is checked before it is used: that it is this paper's, by its schema,
its size, its counts and the hashes of its images. It is read into memory of the reader's own, not mapped: a mapped
file could change, or end, after it was checked.

Two Arrow streams, one after the other: the paper in one row, then a batch of one row for each figure, so that the
process holds the images of one figure twice, not of all.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import stat
import struct
from collections.abc import Iterable, Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, BinaryIO, get_args

import pyarrow as pa

from tasks.records import (
    Box,
    CaptionSource,
    EncodedImage,
    Extraction,
    Figure,
    FigureKind,
    Gap,
    GapKind,
    ImageFormat,
    Mention,
    Metadata,
    Paper,
    Precision,
    Rights,
    Subfigure,
    TextSource,
    Withdrawal,
)
from tasks.settings import ExtractionLimits
from tasks.texts import storable

_TEXT_BYTES = 256 * 2**20
"""What a file may hold beside its images: captions, gaps, notes."""

_MOST_ITEMS = 1_000_000
"""In the lists of one row, together; a figure has at most 32,767 subfigures."""
_SHA256 = re.compile("[0-9a-f]{64}")
_HEADER, _COMPRESSION = 2, 3
"""Fields of `Message` and of `RecordBatch` in Arrow's `Message.fbs`."""

_TEXT, _TEXTS, _BOX = pa.string(), pa.list_(pa.string()), pa.list_(pa.float64(), 4)

_METADATA = pa.struct(
    {
        "pmcid": _TEXT,
        "pmid": _TEXT,
        "doi": _TEXT,
        "title": _TEXT,
        "authors": _TEXTS,
        "journal": _TEXT,
        "license": _TEXT,
        "published": pa.date32(),
        "published_precision": _TEXT,
        "withdrawn": _TEXT,
        "abstract": _TEXT,
        "keywords": _TEXTS,
        "subjects": _TEXTS,
        "article_type": _TEXT,
    }
)
_GAP = pa.struct({"kind": _TEXT, "page": pa.int32(), "sentence": _TEXT})
_PAPER = pa.schema(
    {
        "metadata": _METADATA,
        "pages": pa.int16(),
        "seconds": pa.float64(),
        "jats_sha256": _TEXT,
        "gaps": pa.list_(_GAP),
        "notes": _TEXTS,
        "figures": pa.int16(),
    }
)
"""Extraction without its paper; of its figures the number."""

_IMAGE = pa.struct(
    {
        "data": pa.large_binary(),
        "format": _TEXT,
        "width": pa.int32(),
        "height": pa.int32(),
        "sha256": _TEXT,
    }
)
_SUBFIGURE = pa.struct(
    {
        "subfigure_index": pa.int16(),
        "bbox": _BOX,
        "image": _IMAGE,
        "panel_label": _TEXT,
        "subcaption": _TEXT,
        "mentions": pa.list_(pa.struct({"section": _TEXT, "text": _TEXT})),
        "text": _TEXT,
        "text_source": _TEXT,
    }
)
_FIGURE = pa.schema(
    {
        "figure_index": pa.int16(),
        "page": pa.int16(),
        "bbox": _BOX,
        "kind": _TEXT,
        "label": _TEXT,
        "caption": _TEXT,
        "caption_source": _TEXT,
        "subfigures": pa.list_(_SUBFIGURE),
        "id": _TEXT,
        "doi": _TEXT,
        "alt_text": _TEXT,
        "rights": pa.struct({"license": _TEXT, "third_party": pa.bool_(), "attribution": _TEXT}),
    }
)


def write_extraction(extraction: Extraction, file: Path) -> None:
    """Writes what was read of a paper; the file must not be there yet. Raises OSError."""
    facts = {name: getattr(extraction, name) for name in ("pages", "seconds", "jats_sha256", "notes")}
    facts |= {"metadata": asdict(extraction.metadata), "gaps": [asdict(gap) for gap in extraction.gaps]}
    paper = facts | {"figures": len(extraction.figures)}
    with file.open("xb") as sink:
        _write(sink, _paper_schema(extraction.paper), [paper])
        _write(sink, _FIGURE, map(asdict, extraction.figures))


def read_extraction(file: Path, paper: Paper, limits: ExtractionLimits) -> Extraction:
    """What was read of a paper. Raises OSError where the file is not to be had.

    Whatever else it raises (ValueError most often) means that the file is not what `write_extraction` writes.
    """
    data = _bytes(file, limits.result_mb * 2**20 + _TEXT_BYTES)
    try:
        return _extraction(data, paper)
    except OSError as error:  # pyarrow's, of a file that is cut short
        raise ValueError(str(error)) from error


def _bytes(file: Path, most: int) -> bytes:
    """The file's bytes; what is checked is what is read, whatever its name means by then."""
    try:
        handle = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        _expect(error.errno != errno.ELOOP, "a regular file within the limits")  # a link
        raise
    with os.fdopen(handle, "rb") as opened:
        state = os.fstat(opened.fileno())
        _expect(stat.S_ISREG(state.st_mode) and state.st_size <= most, "a regular file within the limits")
        data = opened.read(most + 1)
    _expect(len(data) <= most, "a regular file within the limits")
    return data


def _extraction(data: bytes, paper: Paper) -> Extraction:
    source = pa.BufferReader(data)
    (row,) = _rows(source, _paper_schema(paper))
    count = row.pop("figures")
    figures = tuple(_figure(index, found) for index, found in enumerate(_rows(source, _FIGURE)))
    _expect(len(figures) == count, "all figures")
    _expect(not source.read(1), "nothing but figures")
    metadata = Metadata(**{name: _tuple(value) for name, value in row.pop("metadata").items()})
    _expect(metadata.withdrawn in (None, *get_args(Withdrawal)), "a known withdrawal")
    _expect(metadata.published_precision in (None, *get_args(Precision)), "a known precision of dates")
    _expect(row["pages"] >= 0 and row["seconds"] >= 0, "pages and seconds")
    _expect(row["jats_sha256"] is None or bool(_SHA256.fullmatch(row["jats_sha256"])), "a SHA-256")
    gaps, notes = tuple(Gap(**gap) for gap in row.pop("gaps")), tuple(row.pop("notes"))
    _expect(all(gap.kind in get_args(GapKind) for gap in gaps), "known kinds of gaps")
    return Extraction(paper, metadata, figures=figures, gaps=gaps, notes=notes, **row)


def _figure(index: int, row: dict[str, Any]) -> Figure:
    subfigures = tuple(_subfigure(place, part) for place, part in enumerate(row.pop("subfigures")))
    rights = Rights(**row.pop("rights"))
    figure = Figure(**row, subfigures=subfigures, rights=rights)
    _expect(figure.figure_index == index, "figures in order")
    _expect(figure.kind in get_args(FigureKind), "a known kind of figure")
    _expect(figure.caption_source in (None, *get_args(CaptionSource)), "a known source of captions")
    return replace(figure, bbox=_box(row["bbox"]))


def _subfigure(index: int, row: dict[str, Any]) -> Subfigure:
    image = EncodedImage(**row.pop("image"))
    mentions = row.pop("mentions")
    subfigure = Subfigure(
        **row,
        image=image,
        mentions=None if mentions is None else tuple(Mention(**mention) for mention in mentions),
    )
    _expect(subfigure.subfigure_index == index, "subfigures in order")
    _expect(subfigure.text_source in (None, *get_args(TextSource)), "a known source of words")
    _expect(image.format in get_args(ImageFormat), "a known image format")
    _expect(image.width > 0 and image.height > 0, "the size of an image")
    _expect(hashlib.sha256(image.data).hexdigest() == image.sha256, "the image of its hash")
    return replace(subfigure, bbox=_box(row["bbox"]))


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _box(values: list[float] | None) -> Box | None:
    if values is None:
        return None
    x0, y0, x1, y1 = map(float, values)
    return x0, y0, x1, y1


def _expect(sound: bool, what: str) -> None:
    if not sound:
        raise ValueError(f"the reading process did not hand over {what}")


def _write(sink: BinaryIO, schema: pa.Schema, rows: Iterable[dict[str, Any]]) -> None:
    kind = pa.struct(list(schema))
    with pa.ipc.new_stream(sink, schema, options=pa.ipc.IpcWriteOptions(use_threads=False)) as stream:
        for row in rows:
            columns = pa.array([_storable(row)], kind).flatten()
            stream.write_batch(pa.RecordBatch.from_arrays(columns, schema=schema))


def _rows(source: pa.BufferReader, schema: pa.Schema) -> Iterator[dict[str, Any]]:
    """The rows of the next stream in `source`."""
    for batch in checked_batches(source, schema):
        _expect(batch.num_rows == 1, "one row in a batch")
        yield from batch.to_pylist()


def checked_batches(source: pa.BufferReader, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """The batches of the next stream in `source`, each checked to the last offset before it is read.

    A compressed one is refused before it is unpacked: the size of a file bounds what it takes in memory. ValueError
    and Arrow's own errors mean that the stream is not what a process of ours writes.
    """
    messages = pa.ipc.MessageReader.open_stream(source)
    first = next(iter(messages), None)
    # By its bytes: Arrow would take any message for a schema, and crash this process on one that is none.
    expected = pa.ipc.read_message(schema.serialize()).metadata
    _expect(first is not None and first.metadata.equals(expected), "this paper's schema")
    for message in messages:
        _expect(message.type == "record batch" and not _is_compressed(message), "rows as they are")
        batch = pa.ipc.read_record_batch(message, schema)
        batch.validate(full=True)
        _expect(sum(map(_items, batch.columns)) <= _MOST_ITEMS, "a number of items within reason")
        yield batch


def _is_compressed(message: pa.Message) -> bool:
    """Whether its header names a codec (Arrow's `Message.fbs`); struct.error where the header ends too soon."""
    header = message.metadata.to_pybytes()
    root = struct.unpack_from("<I", header)[0]
    batch = _field(header, root, _HEADER)
    return batch is None or _field(header, batch, _COMPRESSION) is not None


def _field(buffer: bytes, table: int, number: int) -> int | None:
    """Where a field of a FlatBuffers table points to; None where the table lacks it."""
    names = table - struct.unpack_from("<i", buffer, table)[0]
    place = 4 + 2 * number
    if place >= struct.unpack_from("<H", buffer, names)[0]:
        return None
    offset = struct.unpack_from("<H", buffer, names + place)[0]
    if not offset:
        return None
    at: int = table + offset
    return at + int(struct.unpack_from("<I", buffer, at)[0])


def _items(column: pa.Array) -> int:
    """How many items the lists in a column hold: each becomes an object, however few bytes it takes."""
    if pa.types.is_struct(column.type):
        return sum(map(_items, column.flatten()))
    if pa.types.is_list(column.type):
        return len(column.flatten()) + _items(column.flatten())
    return 0


def _storable(value: Any) -> Any:
    """The same with every text in it as valid UTF-8."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {name: _storable(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_storable(part) for part in value]
    return value


def _paper_schema(paper: Paper) -> pa.Schema:
    """It names the paper, so that the file of another is not taken for this one's."""
    return _PAPER.with_metadata({"figmill.paper_id": paper.paper_id})
