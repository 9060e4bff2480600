"""Boxes on drawn pages: COCO as its own conventions want it, tasks as Label Studio imports them."""

import json
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from tasks.errors import OutputError
from tasks.export.choice import Choice
from tasks.export.exporting import open_export
from tests.tasks.corrections.acts import keep, say
from tests.tasks.export.papers import draw, labelled, rows_of
from tests.tasks.index.small import FIRST, SECOND, part, row


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A dataset of a PDF with two figures on one page, and of one that is gone."""
    draw(tmp_path / "paper.pdf")
    rows = rows_of(tmp_path / "paper.pdf", license="CC BY 4.0")
    labelled(tmp_path / "dataset", FIRST, rows)
    part(tmp_path / "dataset", SECOND, [row(9)])
    return tmp_path / "dataset"


def _coco(out: Path, target: Path, **choice) -> dict:
    open_export(out).choosing(Choice(**choice)).to_coco(target, lambda _: None)
    return json.loads((target / "annotations.json").read_text())


def test_coco_has_pages_boxes_categories_and_licences(out: Path, tmp_path: Path):
    counts = open_export(out).to_coco(tmp_path / "coco", lambda _: None)
    assert (counts.pages, counts.not_drawn) == (1, 1)
    found = json.loads((tmp_path / "coco" / "annotations.json").read_text())
    (page,) = found["images"]
    with Image.open(tmp_path / "coco" / page["file_name"]) as picture:
        assert picture.size == (page["width"], page["height"])
    names = {one["id"]: one["name"] for one in found["categories"]}
    kinds = [names[one["category_id"]] for one in found["annotations"]]
    assert kinds == ["figure", "DMFL", "figure", "DMFL"]
    assert found["licenses"][page["license"] - 1]["url"] == "https://creativecommons.org/licenses/by/4.0/"
    assert all(one["image_id"] == page["id"] and one["iscrowd"] == 0 for one in found["annotations"])
    assert len({one["id"] for one in found["annotations"]}) == 4


def test_only_what_stands_on_drawn_pages_is_counted(tmp_path: Path):
    draw(tmp_path / "paper.pdf")
    rows = rows_of(tmp_path / "paper.pdf", license="CC BY")
    no_page = row(8, license="CC0 1.0", page=None)
    rejected = row(7, license="CC0 1.0", confidence=0.1)
    labelled(tmp_path / "dataset", FIRST, [*rows, row(9, license="CC BY-NC 4.0"), no_page, rejected])
    exporter = open_export(tmp_path / "dataset").choosing(Choice(min_confidence=0.5))
    for form in ("coco", "label_studio"):
        counts = getattr(exporter, f"to_{form}")(tmp_path / form, lambda _: None)
        assert (counts.pages, counts.not_drawn, counts.without_page, counts.rows.left_out) == (1, 1, 1, 1)
        assert (counts.rows.subfigures, len(counts.rows.papers)) == (len(rows), 1)
        assert counts.rows.by_license == {"CC BY": len(rows)}


@pytest.mark.parametrize(
    ("license_", "url"),
    [
        ("CC BY", None),
        ("CC0", "https://creativecommons.org/publicdomain/zero/1.0/"),
        ("CC BY-NC-ND 3.0", "https://creativecommons.org/licenses/by-nc-nd/3.0/"),
        ("https://publisher.example/terms", "https://publisher.example/terms"),
        ("The publisher's own", None),
    ],
)
def test_a_licence_has_its_address_or_none(tmp_path: Path, license_: str, url: str | None):
    draw(tmp_path / "paper.pdf")
    labelled(tmp_path / "dataset", FIRST, rows_of(tmp_path / "paper.pdf", license=license_))
    (found,) = _coco(tmp_path / "dataset", tmp_path / "coco")["licenses"]
    assert found == {"id": 1, "name": license_, **({"url": url} if url else {})}


def test_a_page_says_which_subfigures_have_boxes_on_it(out: Path, tmp_path: Path):
    rows = rows_of(tmp_path / "paper.pdf", license="CC BY 4.0")
    (page,) = _coco(out, tmp_path / "every")["images"]
    assert page["subfigures"] == [one["subfigure_id"] for one in rows]
    only = Choice(among=frozenset({rows[0]["subfigure_id"]}))
    open_export(out).choosing(only).to_label_studio(tmp_path / "boxes", lambda _: None)
    (task,) = json.loads((tmp_path / "boxes" / "tasks.json").read_text())
    assert task["data"]["subfigures"] == [rows[0]["subfigure_id"]]


def test_a_box_lies_around_its_picture(out: Path, tmp_path: Path):
    found = _coco(out, tmp_path / "coco")
    (page,) = found["images"]
    pixels = np.asarray(Image.open(tmp_path / "coco" / page["file_name"]).convert("L"))
    for box in (one["bbox"] for one in found["annotations"]):
        x, y, width, height = (round(value) for value in box)
        assert pixels[y + 3 : y + height - 3, x + 3 : x + width - 3].mean() < 200
        assert pixels[y : y + height, max(0, x - 8) : max(1, x - 3)].mean() > 250


def test_pages_of_whom_anything_may_not_be_passed_on_stay_behind(out: Path, tmp_path: Path):
    rows = rows_of(tmp_path / "paper.pdf", license="CC BY 4.0")
    labelled(out, FIRST, [rows[0], rows[1] | {"third_party": True}])
    with pytest.raises(OutputError, match=r"no page of .* can be drawn"):
        open_export(out).choosing(Choice(redistributable=True)).to_coco(tmp_path / "x", lambda _: None)
    assert not (tmp_path / "x").exists()
    labelled(out, FIRST, rows)
    assert len(_coco(out, tmp_path / "coco", redistributable=True)["annotations"]) == 4


def test_label_studio_gets_tasks_with_predictions_in_percent(out: Path, tmp_path: Path):
    open_export(out).to_label_studio(tmp_path / "boxes", lambda _: None)
    (task,) = json.loads((tmp_path / "boxes" / "tasks.json").read_text())
    folder, _, name = task["data"]["image"].partition("?d=")[2].rpartition("/")
    assert folder == "boxes/pages"
    assert (tmp_path / "boxes" / "pages" / name).is_file()
    (prediction,) = task["predictions"]
    assert prediction["model_version"] == "default@0123456789ab"
    config = ElementTree.parse(tmp_path / "boxes" / "labels.xml")  # noqa: S314 (our own)
    names = {one.get("name") for one in config.iter() if one.get("name")}
    labels = {one.get("value") for one in config.iter("Label")}
    for result in prediction["result"]:
        value = result["value"]
        assert {result["from_name"], result["to_name"]} <= names
        assert set(value["rectanglelabels"]) <= labels
        assert 0 <= value["x"] < value["x"] + value["width"] <= 100
        assert 0 <= value["y"] < value["y"] + value["height"] <= 100
    ids = [result["id"] for result in prediction["result"]]
    assert len(ids) == len(set(ids)) == 4


def test_a_dataset_whose_papers_are_gone_is_one_line(tmp_path: Path):
    part(tmp_path / "dataset", FIRST, [row(1)])
    with pytest.raises(OutputError, match="its PDFs are no longer where they were"):
        open_export(tmp_path / "dataset").to_coco(tmp_path / "coco", lambda _: None)


def test_pages_are_as_people_want_their_rows(out: Path, tmp_path: Path):
    first, second = rows_of(tmp_path / "paper.pdf", license="CC BY 4.0")
    keep(out, say("label", first, "Ponceau stain"), say("no_figure", second))
    found = _coco(out, tmp_path / "coco")
    names = {one["id"]: one["name"] for one in found["categories"]}
    assert [(names[one["category_id"]], one.get("score")) for one in found["annotations"]] == [
        ("figure", None),
        ("Ponceau stain", 1.0),
    ]
    counts = open_export(out).to_label_studio(tmp_path / "boxes", lambda _: None)
    assert counts.rows.by_people == 1
    (task,) = json.loads((tmp_path / "boxes" / "tasks.json").read_text())
    labels = [one["value"]["rectanglelabels"] for one in task["predictions"][0]["result"]]
    assert labels == [["figure"], ["Ponceau stain"]]
    config = ElementTree.parse(tmp_path / "boxes" / "labels.xml")  # noqa: S314 (our own)
    assert "Ponceau stain" in {one.get("value") for one in config.iter("Label")}
    assert len(_coco(out, tmp_path / "sure", min_confidence=0.99)["annotations"]) == 2


def test_a_picture_that_people_take_out_of_the_rows_still_closes_its_page(out: Path, tmp_path: Path):
    first, second = rows_of(tmp_path / "paper.pdf", license="CC BY 4.0")
    second |= {"third_party": True}
    labelled(out, FIRST, [first, second])
    keep(out, say("no_figure", second))
    with pytest.raises(OutputError, match=r"no page of .* can be drawn"):
        open_export(out).choosing(Choice(redistributable=True)).to_coco(tmp_path / "x", lambda _: None)


def test_a_folder_with_any_name_is_an_address_of_label_studio(out: Path, tmp_path: Path):
    open_export(out).to_label_studio(tmp_path / "a&b #1 50%", lambda _: None)
    (task,) = json.loads((tmp_path / "a&b #1 50%" / "tasks.json").read_text())
    address = urlsplit(task["data"]["image"])
    (place,) = parse_qs(address.query)["d"]
    assert not address.fragment
    assert (tmp_path / place).is_file()
