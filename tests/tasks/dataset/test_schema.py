"""The columns at rest, one by one, as the design names them; and that the usual readers open them."""

import json
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tasks.dataset.columns import ARTICLE_COLUMNS, ARTICLE_FACTS, COLUMNS, MEANINGS
from tasks.dataset.parts import PartWriter
from tasks.dataset.schema import (
    PAPER_SCHEMA,
    lacking,
    paper_schema,
    read_captions,
    subfigure_schema,
    with_provenance,
)
from tasks.records import Metadata
from tests.tasks.small_records import PROVENANCE, failure, labelled

BOX = pa.list_(pa.float32(), 4)
MOMENT = pa.timestamp("us", tz="UTC")
TEXTS = pa.list_(pa.string())
MENTIONS = pa.list_(pa.struct([("section", pa.string()), ("text", pa.string())]))
GAPS = pa.list_(pa.struct([("kind", pa.string()), ("page", pa.int32()), ("sentence", pa.string())]))
ARTICLE = [
    ("pmcid", pa.string(), True),
    ("pmid", pa.string(), True),
    ("doi", pa.string(), True),
    ("title", pa.string(), True),
    ("authors", TEXTS, True),
    ("journal", pa.string(), True),
    ("license", pa.string(), True),
    ("published", pa.date32(), True),
    ("published_precision", pa.string(), True),
    ("withdrawn", pa.string(), True),
]

SUBFIGURE_COLUMNS = [
    ("subfigure_id", pa.string(), False),
    ("paper_id", pa.string(), False),
    ("source_uri", pa.string(), False),
    *ARTICLE,
    ("figure_index", pa.int16(), False),
    ("figure_id", pa.string(), True),
    ("figure_doi", pa.string(), True),
    ("figure_label", pa.string(), True),
    ("caption", pa.string(), True),
    ("caption_source", pa.string(), True),
    ("alt_text", pa.string(), True),
    ("mentions", MENTIONS, True),
    ("figure_license", pa.string(), True),
    ("third_party", pa.bool_(), True),
    ("attribution", pa.string(), True),
    ("page", pa.int16(), True),
    ("figure_bbox", BOX, True),
    ("figure_kind", pa.string(), False),
    ("figure_text", pa.string(), True),
    ("figure_text_source", pa.string(), True),
    ("subfigure_index", pa.int16(), False),
    ("panel_label", pa.string(), True),
    ("subcaption", pa.string(), True),
    ("subfigure_bbox", BOX, True),
    ("compound", pa.float32(), True),
    ("image", pa.struct([("bytes", pa.binary()), ("path", pa.string())]), True),
    ("image_width", pa.int32(), False),
    ("image_height", pa.int32(), False),
    ("image_sha256", pa.string(), False),
    ("modality", pa.string(), True),
    ("modality_path", pa.list_(pa.string()), True),
    ("confidence", pa.float32(), True),
    ("modality_set", pa.list_(pa.string()), True),
    ("rejected", pa.bool_(), True),
    ("probabilities", pa.list_(pa.float32(), 3), True),
    ("embedding", pa.list_(pa.float16(), 4), True),
    ("model_id", pa.string(), False),
    ("label_source", pa.string(), True),
    ("pipeline_version", pa.string(), False),
    ("labelled_at", MOMENT, False),
]
PAPER_COLUMNS = [
    ("paper_id", pa.string(), False),
    ("source_uri", pa.string(), False),
    *ARTICLE,
    ("abstract", pa.string(), True),
    ("keywords", TEXTS, True),
    ("subjects", TEXTS, True),
    ("article_type", pa.string(), True),
    ("source_version", pa.string(), True),
    ("jats_sha256", pa.string(), True),
    ("status", pa.string(), False),
    ("error_kind", pa.string(), True),
    ("error", pa.string(), True),
    ("gaps", GAPS, True),
    ("pages", pa.int32(), True),
    ("figures", pa.int32(), False),
    ("subfigures", pa.int32(), False),
    ("seconds", pa.float64(), False),
    ("part", pa.string(), False),
    ("model_id", pa.string(), False),
    ("pipeline_version", pa.string(), False),
    ("finished_at", MOMENT, False),
]


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dataset")
    for folder in ("subfigures", "papers"):
        (out / folder).mkdir()
    with PartWriter(out, "part-0123456789abcdef", PROVENANCE, lambda: "bfloat16") as part:
        part.add(labelled(1))
        part.fail(failure(2))
        part.commit()
    return out


def columns(schema: pa.Schema) -> list[tuple[str, pa.DataType, bool]]:
    return [(field.name, field.type, field.nullable) for field in schema]


@pytest.mark.parametrize(
    ("folder", "expected"), [("subfigures", SUBFIGURE_COLUMNS), ("papers", PAPER_COLUMNS)]
)
def test_a_written_part_has_the_design_column_by_column(
    dataset: Path, folder: str, expected: list[Any]
) -> None:
    assert columns(pq.read_schema(next((dataset / folder).iterdir()))) == expected


def test_each_column_is_written_down_once_with_a_sentence() -> None:
    names = [column.name for column in COLUMNS]
    assert len(names) == len(set(names))
    assert [column.name for column in COLUMNS if not column.meaning.endswith(".")] == []
    assert list(MEANINGS) == subfigure_schema(PROVENANCE.classes, 4).names


def test_what_is_known_of_an_article_has_a_column() -> None:
    assert tuple(Metadata.__dataclass_fields__) == ARTICLE_FACTS
    assert set(ARTICLE_FACTS) <= set(PAPER_SCHEMA.names)
    assert set(ARTICLE_FACTS) & set(subfigure_schema(PROVENANCE.classes, 4).names) == set(ARTICLE_COLUMNS)


@pytest.mark.parametrize("folder", ["subfigures", "papers"])
def test_a_file_says_which_model_wrote_it(dataset: Path, folder: str) -> None:
    metadata = pq.read_schema(next((dataset / folder).iterdir())).metadata
    assert metadata[b"figmill.schema_version"] == b"3"
    assert json.loads(metadata[b"figmill.classes"]) == list(PROVENANCE.classes)
    assert metadata[b"figmill.model_id"] == PROVENANCE.model_id.encode()
    assert metadata[b"figmill.model_card"] == b"# Card"
    said = json.loads(metadata[b"figmill.provenance"])
    assert said == {"model_id": PROVENANCE.model_id, "captions": False, "precision": "bfloat16", "ocr": False}


def test_schema_2_is_schema_3_without_what_3_brought() -> None:
    added = {column.name for column in COLUMNS if column.since == "3"}
    names = [name for name, _, _ in SUBFIGURE_COLUMNS if name not in added]
    assert subfigure_schema(PROVENANCE.classes, 4, "2").names == names
    assert paper_schema("2").names == [name for name, _, _ in PAPER_COLUMNS if name not in added]
    assert {"compound", "mentions", "gaps"} <= added
    assert all(column.nullable for column in COLUMNS if column.since == "3")


def test_a_file_may_lack_what_the_newest_schema_brought_and_nothing_else() -> None:
    whole = subfigure_schema(PROVENANCE.classes, 4)
    early = pa.schema([field for field in whole if field.name not in ("mentions", "authors")])
    assert lacking(early, whole) == early
    assert lacking(whole, whole) == whole
    assert lacking(pa.schema([field for field in whole if field.name != "caption"]), whole) is None


@pytest.mark.parametrize(
    ("said", "captions"),
    [('{"captions": true}', True), ('{"captions": false}', False), ("{}", None), ("[1]", None), ("{", None)],
)
def test_whether_captions_were_read_is_what_a_file_says_or_nothing(said: str, captions: bool | None) -> None:
    assert read_captions({"provenance": said}) is captions
    assert read_captions({}) is None


def test_parts_are_zstd(dataset: Path) -> None:
    group = pq.ParquetFile(next((dataset / "subfigures").iterdir())).metadata.row_group(0)
    assert {group.column(index).compression for index in range(group.num_columns)} == {"ZSTD"}


def test_duckdb_reads_it(dataset: Path) -> None:
    rows = duckdb.read_parquet(f"{dataset}/subfigures/*.parquet")
    microscopy = rows.filter("list_contains(modality_path, 'microscopy')").order("subfigure_id")
    found = microscopy.project(
        "modality, round(confidence::double, 2), embedding[2], octet_length(image.bytes)"
    )
    assert [row[:3] for row in found.fetchall()] == [("DMEL", 0.9, 1.0), ("DMFL", 0.9, 1.0)] * 2
    assert min(row[3] for row in found.fetchall()) > 1000
    ledger = duckdb.read_parquet(f"{dataset}/papers/*.parquet")
    assert ledger.project("status, pages").order("status").fetchall() == [("failed", None), ("ok", 7)]


def test_pandas_reads_it(dataset: Path) -> None:
    frame = pd.read_parquet(dataset / "subfigures")
    assert len(frame) == 6
    assert list(frame.figure_bbox[0]) == [0, 0, 100, 200.25]
    assert list(frame.modality_path[1]) == ["microscopy", "microscopy/fluorescence"]


def test_hugging_face_datasets_shows_pictures(dataset: Path, tmp_path: Path) -> None:
    import datasets

    files = [str(file) for file in (dataset / "subfigures").iterdir()]
    rows = datasets.load_dataset("parquet", data_files=files, split="train", cache_dir=str(tmp_path))
    assert isinstance(rows.features["image"], datasets.Image)
    assert rows[0]["image"].size == (64, 64)
    assert rows[0]["confidence"] == pytest.approx(0.9)
    assert rows[0]["embedding"] == [0, 1, 2, 3]


def test_hugging_face_features_describe_every_column() -> None:
    import datasets

    schema = with_provenance(subfigure_schema(PROVENANCE.classes, 4), PROVENANCE)
    features = json.loads(schema.metadata[b"huggingface"])["info"]["features"]
    described = datasets.Features.from_dict(features)
    inferred = datasets.Features.from_arrow_schema(schema.remove_metadata())
    assert {name: kind for name, kind in described.items() if name != "image"} == {
        name: kind for name, kind in inferred.items() if name != "image"
    }
    assert len(PAPER_SCHEMA) == len(PAPER_COLUMNS)
