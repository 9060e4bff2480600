"""Picture files with ImageObjects: valid JSON-LD without a network, each with its licence, credit and article."""

import json
from pathlib import Path

import pytest
from PIL import Image

from tasks.export.choice import Choice
from tasks.export.exporting import open_export
from tests.tasks.index.small import FIRST, part, row


def _exported(tmp_path: Path, rows: list[dict], **choice) -> Path:
    part(tmp_path / "dataset", FIRST, rows)
    open_export(tmp_path / "dataset").choosing(Choice(**choice)).to_pictures(
        tmp_path / "images", lambda _: None
    )
    return tmp_path / "images"


def _objects(folder: Path) -> list[dict]:
    return json.loads((folder / "images.jsonld").read_text())["@graph"]


def test_each_picture_is_described_with_what_a_re_user_needs(tmp_path: Path):
    rights = {"attribution": "Doe et al., 2020, CC BY 4.0", "authors": ["Doe, Jane", "Roe, R."]}
    folder = _exported(tmp_path, [row(1, "DMTR", 0.95, **rights), row(2, figure_license="CC0 1.0")])
    first, second = _objects(folder)
    assert Image.open(folder / first["contentUrl"]).size == (64, 64)
    assert first["license"] == "https://creativecommons.org/licenses/by/4.0/"
    assert first["creditText"] == "Doe et al., 2020, CC BY 4.0"
    assert [one["name"] for one in first["creator"]] == ["Doe, Jane", "Roe, R."]
    assert first["isPartOf"]["sameAs"] == first["acquireLicensePage"] == "https://doi.org/10.1/1"
    assert first["encodingFormat"] == "image/png"
    assert "transmission microscopy" in first["keywords"]
    assert second["license"] == "https://creativecommons.org/publicdomain/zero/1.0/"


def test_it_is_json_ld_of_schema_org(tmp_path: Path):
    rdflib = pytest.importorskip("rdflib")
    folder = _exported(
        tmp_path, [row(1), row(2, license=None, doi=None, title=None, journal=None, caption=None)]
    )
    graph = rdflib.Graph().parse(folder / "images.jsonld", format="json-ld")
    schema = rdflib.Namespace("https://schema.org/")
    assert len(set(graph.subjects(rdflib.RDF.type, schema.ImageObject))) == 2
    assert {str(name) for _, name, _ in graph} >= {str(schema.contentUrl), str(schema.isPartOf)}
    assert all(str(name).startswith((str(schema), str(rdflib.RDF))) for _, name, _ in graph)


def test_a_picture_that_may_not_be_passed_on_is_described_alone(tmp_path: Path):
    rows = [row(1), row(2, license=None)]
    folder = _exported(tmp_path, rows, redistributable=True, null_unlicensed=True)
    assert ["contentUrl" in one for one in _objects(folder)] == [True, False]
    assert len(list((folder / "pictures").iterdir())) == 1


def test_no_row_names_a_file_elsewhere(tmp_path: Path):
    image = row(1)["image"] | {"path": "../../x.png"}
    folder = _exported(tmp_path, [row(1, subfigure_id="../../../x/0/0", image=image)])
    (one,) = _objects(folder)
    assert one["contentUrl"].count("/") == 1
    assert (folder / one["contentUrl"]).is_file()
