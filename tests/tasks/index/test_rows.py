"""Whole rows are read back from the parts, in the order of the hits; a stale index says so."""

import json
from pathlib import Path

import pytest

from tasks.dataset.schema import subfigure_schema
from tasks.errors import OutputError
from tasks.index.queries import Query
from tasks.index.rows import figure_boxes, picture, whole_rows
from tasks.index.search import SearchIndex
from tests.tasks.index.small import FIRST, dataset, part, row
from tests.tasks.index.test_search import indexed
from tests.tasks.small_datasets import png


def test_every_column_but_the_image_as_json_has_it(tmp_path: Path):
    out = indexed(dataset(tmp_path))
    with SearchIndex(out) as index:
        hits = index.search(Query(order="unsurest"), 10)
    rows = whole_rows(out, hits)
    assert [one["subfigure_id"] for one in rows] == [hit.subfigure_id for hit in hits]
    assert list(rows[0]) == [
        "score",
        *(name for name in subfigure_schema(["a", "b"], 2).names if name != "image"),
    ]
    json.dumps(rows, allow_nan=False)
    first = next(one for one in rows if one["subfigure_id"].startswith(f"{0:016x}"))
    assert first["modality_path"] == ["microscopy", "microscopy/transmission"]
    assert first["published"] == "2020-01-01"
    assert first["embedding"] == [1.0, 0.0]


def test_the_picture_and_the_boxes_of_a_row(tmp_path: Path):
    out = indexed(dataset(tmp_path))
    with SearchIndex(out) as index:
        hits = index.search(Query(), 10)
    assert picture(out, hits[3]) == png(3)
    assert picture(out, hits[5]) == b"torn"
    assert figure_boxes(out, hits)[hits[4].subfigure_id] == ([0, 0, 10, 10], [0, 0, 10, 10])


def test_an_index_that_is_older_than_the_part_says_so(tmp_path: Path):
    out = indexed(dataset(tmp_path))
    with SearchIndex(out) as index:
        hits = index.search(Query(), 4)
    part(out, FIRST, [row(8)])
    with pytest.raises(OutputError, match="figmill index"):
        whole_rows(out, hits)
    with pytest.raises(OutputError, match="figmill index"):
        picture(out, hits[0])
