"""Croissant metadata as its own library validates it, and as it then reads the rows."""

import json
from pathlib import Path

import pytest

from tasks.export.exporting import open_export
from tests.tasks.index.small import FIRST, part, row

mlc = pytest.importorskip("mlcroissant")


def _dataset(out: Path) -> Path:
    part(out, FIRST, [row(0, "DMTR", 0.95), row(1), row(2, license="CC0"), row(3, None, license=None)])
    return out


def _valid(file: Path):
    """The dataset that the file describes. `mlcroissant` raises where the metadata is in error."""
    found = mlc.Dataset(jsonld=file)
    assert found.metadata.ctx.issues.errors == set()
    warnings = [str(warning) for warning in found.metadata.ctx.issues.warnings]
    assert [
        warning for warning in warnings if "citeAs" not in warning
    ] == []  # only its makers know how to cite it
    return found


def test_it_describes_the_dataset_where_it_stands(tmp_path: Path):
    out = _dataset(tmp_path / "dataset")
    file = open_export(out).describe()
    assert file == out / "croissant.json"
    rows = list(_valid(file).records("subfigures"))
    assert [one["subfigures/subfigure_id"].decode() for one in rows] == [f"{n:016x}/0/0" for n in range(4)]
    first = rows[0]
    assert first["subfigures/image"].size == (64, 64)
    assert first["subfigures/probabilities"] == pytest.approx([0.95, 0.05], abs=1e-6)
    assert [step.decode() for step in first["subfigures/modality_path"]] == [
        "microscopy",
        "microscopy/transmission",
    ]
    assert first["subfigures/published"].year == 2020
    assert first["subfigures/rejected"] is False


def test_it_names_the_classes_in_their_order_and_the_licences_by_address(tmp_path: Path):
    out = _dataset(tmp_path / "dataset")
    found = _valid(open_export(out).describe())
    light, chart = found.records("modalities")
    assert [light["modalities/code"], chart["modalities/code"]] == ["DMFL", "GFIG"]
    assert (light["modalities/fbbi"], chart["modalities/fbbi"]) == ("FBbi:00000246", "")
    assert found.metadata.license == [
        "https://creativecommons.org/licenses/by/4.0/",
        "https://creativecommons.org/publicdomain/zero/1.0/",
    ]


def test_it_lies_in_an_exported_repository_and_fits_what_is_there(tmp_path: Path):
    open_export(_dataset(tmp_path / "dataset")).to_huggingface(tmp_path / "a name, Ünïcode", lambda _: None)
    found = _valid(tmp_path / "a name, Ünïcode" / "croissant.json")
    assert len(list(found.records("subfigures"))) == 4


def test_a_dataset_without_any_licence_claims_none(tmp_path: Path):
    part(tmp_path / "dataset", FIRST, [row(1, license=None)])
    assert "license" not in json.loads(open_export(tmp_path / "dataset").describe().read_text())


def test_lists_of_records_have_a_field_for_each_name(tmp_path: Path):
    said = [{"section": "Results", "text": "See Fig. 1."}, {"section": None, "text": "And b."}]
    part(tmp_path / "dataset", FIRST, [row(0, mentions=said, authors=["A", "B"]), row(1, mentions=[])])
    first, second = _valid(open_export(tmp_path / "dataset").describe()).records("subfigures")
    assert [
        (one["subfigures/mentions/section"], one["subfigures/mentions/text"])
        for one in first["subfigures/mentions"]
    ] == [(b"Results", b"See Fig. 1."), (None, b"And b.")]
    assert first["subfigures/authors"] == [b"A", b"B"]
    assert second["subfigures/mentions"] == []


def test_splits_are_told_by_the_names_of_the_files(tmp_path: Path):
    part(tmp_path / "dataset", FIRST, [row(number) for number in range(30)])
    exporter = open_export(tmp_path / "dataset").splitting()
    counts = exporter.to_huggingface(tmp_path / "repository", lambda _: None)
    found = _valid(tmp_path / "repository" / "croissant.json")
    splits = [one["subfigures/split"].decode() for one in found.records("subfigures")]
    assert {split: splits.count(split) for split in set(splits)} == dict(counts.by_split)
    assert len(counts.by_split) > 1
    assert [one["splits/split_name"] for one in found.records("splits")] == list(
        dict.fromkeys(sorted(counts.by_split, key=["train", "validation", "test"].index))
    )
