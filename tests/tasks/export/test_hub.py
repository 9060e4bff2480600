"""A repository for the Hugging Face Hub: its card counts what is there, `datasets` opens it, nothing local leaks."""

import json
import re
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from huggingface_hub import DatasetCard

from tasks.export.choice import Choice, ExportCounts
from tasks.export.exporting import open_export
from tests.tasks.corrections.acts import keep, rows_of, say
from tests.tasks.index.small import FIRST, SECOND, dataset, part, row
from tests.tasks.small_datasets import PROVENANCE, paper, write_part

HOSTILE = "CC BY <script>alert(1)</script> [x](javascript:alert) | # `"


def _export(out: Path, target: Path, **choice) -> ExportCounts:
    return open_export(out).choosing(Choice(**choice)).to_huggingface(target, lambda _: None)


def test_the_datasets_library_opens_it_with_pictures(tmp_path: Path):
    from datasets import load_dataset

    counts = _export(dataset(tmp_path / "dataset"), tmp_path / "repository")
    rows = load_dataset(
        str(tmp_path / "repository"), split="train", cache_dir=str(tmp_path / "cache")
    ).select(range(5))
    assert (counts.subfigures, counts.left_out, len(counts.papers)) == (6, 0, 6)
    assert rows[0]["image"].size == (64, 64)
    assert rows["modality"] == ["DMTR", "DMFL", "GGEL", "GFIG", "DMTR"]


def test_the_card_counts_licences_by_papers_and_by_subfigures(tmp_path: Path):
    out = tmp_path / "dataset"
    same_paper = {"paper_id": "a" * 64, "license": "CC0 1.0"}
    part(out, FIRST, [row(1), row(2, **same_paper), row(3, **same_paper), row(4, license=None)])
    _export(out, tmp_path / "repository")
    card = DatasetCard.load(tmp_path / "repository" / "README.md")
    assert "| [CC0 1.0](https://creativecommons.org/publicdomain/zero/1.0/) | 1 | 2 |" in card.text
    assert "| [CC BY 4.0](https://creativecommons.org/licenses/by/4.0/) | 1 | 1 |" in card.text
    assert "| not known | 1 | 1 |" in card.text
    assert card.data.license == "other"
    assert card.data.size_categories == ["n<1K"]
    assert card.data.pretty_name == "repository"


def test_the_card_says_by_whom_rows_are_named(tmp_path: Path):
    out = dataset(tmp_path / "dataset")
    _export(out, tmp_path / "models")
    assert (
        "Named by the model `default@0123456789ab`, not by people."
        in (tmp_path / "models" / "README.md").read_text()
    )
    rows = rows_of(out)
    keep(out, say("label", rows[0], "GTAB"), say("several", rows[1]), say("letter", rows[2], "c"))
    assert _export(out, tmp_path / "peoples").by_people == 2
    card = (tmp_path / "peoples" / "README.md").read_text()
    assert "not by people" not in card
    assert "but for 2 rows of which a person has the last word (`label_source`)." in card


def test_licences_that_the_hub_knows_stand_in_the_front_matter(tmp_path: Path):
    out = dataset(tmp_path / "dataset")
    counts = _export(out, tmp_path / "repository", licenses=("CC BY 4.0", "CC0"))
    card = DatasetCard.load(tmp_path / "repository" / "README.md")
    assert card.data.license == ["cc-by-4.0", "cc0-1.0"]
    assert "licence CC BY 4.0 or CC0. 1 rows were left out" in card.text
    assert counts.by_license == {"CC BY 4.0": 4, "CC0": 1}


def test_rows_are_chosen_by_modality_confidence_and_abstention(tmp_path: Path):
    out = dataset(tmp_path / "dataset")
    chosen = {
        "microscopy": Choice(modalities=("microscopy",)),
        "sure": Choice(min_confidence=0.9),
        "named": Choice(named_only=True),
        "both": Choice(modalities=("microscopy/transmission",), min_confidence=0.5),
    }
    found = {}
    for name, choice in chosen.items():
        open_export(out).choosing(choice).to_huggingface(tmp_path / name, lambda _: None)
        table = pq.read_table(tmp_path / name / "data", columns=["modality"])
        found[name] = table["modality"].to_pylist()
    assert found == {
        "microscopy": ["DMTR", "DMFL", "DMTR"],
        "sure": ["DMTR", "GFIG"],
        "named": ["DMTR", "DMFL", "GGEL", "GFIG"],
        "both": ["DMTR"],
    }


def test_local_paths_and_keys_stay_at_home_and_all_else_is_as_it_was(tmp_path: Path):
    out = dataset(tmp_path / "dataset")
    web = "https://me:secret@example.org/a/b.pdf?X-Amz-Signature=secret#secret"
    part(out, SECOND, [row(4, source_uri=web), row(5, source_uri="s3://own/c.pdf")])
    _export(out, tmp_path / "repository")
    before, after = pq.read_table(out / "subfigures"), pq.read_table(tmp_path / "repository" / "data")
    assert after["source_uri"].to_pylist() == [
        *(f"paper-{number}.pdf" for number in range(4)),
        "https://example.org/a/b.pdf",
        "c.pdf",
    ]
    assert after.drop_columns("source_uri").equals(before.drop_columns("source_uri"))
    assert after.schema.metadata == before.schema.metadata
    assert (tmp_path / "repository" / "MODEL.md").read_text() == PROVENANCE.card
    assert str(tmp_path) not in (tmp_path / "repository" / "README.md").read_text()


def test_the_card_says_what_other_vocabularies_call_a_modality(tmp_path: Path):
    _export(dataset(tmp_path / "dataset"), tmp_path / "repository")
    lines = (tmp_path / "repository" / "README.md").read_text().splitlines()
    assert "| DMFL | fluorescence microscopy | 1 |  |  | FBbi:00000246 |  |  |" in lines


@pytest.mark.parametrize("form", ["huggingface", "webdataset", "croissant"])
def test_a_dataset_of_schema_2_is_handed_on_as_it_is(tmp_path: Path, form: str):
    write_part(tmp_path / "dataset", FIRST, [row(1)], [paper(1)], version="2")
    exporter = open_export(tmp_path / "dataset")
    if form == "croissant":
        assert json.loads(exporter.describe().read_text())["version"] == "2.0.0"
    elif form == "huggingface":
        assert exporter.to_huggingface(tmp_path / "out", lambda _: None).subfigures == 1
    else:
        assert exporter.to_webdataset(tmp_path / "out", 10**9, lambda _: None).subfigures == 1


def test_parts_written_before_a_column_was_added_have_nulls_in_it(tmp_path: Path):
    out = tmp_path / "dataset"
    part(out, FIRST, [row(1)])
    part(out, SECOND, [row(2, figure_text="Days", license="CC0 1.0")])
    early = pq.read_table(out / "subfigures" / FIRST).drop_columns(["figure_text", "mentions", "authors"])
    pq.write_table(early, out / "subfigures" / FIRST)
    _export(out, tmp_path / "repository")
    files = sorted((tmp_path / "repository" / "data").iterdir())
    assert len({tuple(pq.read_schema(file).names) for file in files}) == 1
    rows = pq.read_table(tmp_path / "repository" / "data")
    assert rows["figure_text"].to_pylist() == [None, "Days"]
    open_export(out).to_webdataset(tmp_path / "shards", 10**9, lambda _: None)
    open_export(out).to_pictures(tmp_path / "images", lambda _: None)


def test_nothing_from_a_dataset_becomes_markup_of_the_card(tmp_path: Path):
    out = tmp_path / "dataset"
    part(out, FIRST, [row(1, license=HOSTILE), row(2, modality=f"x{HOSTILE}")])
    _export(out, tmp_path / "repository")
    text = (tmp_path / "repository" / "README.md").read_text()
    assert re.search(r"(?<!\\)<script", text) is None
    assert re.search(r"(?<!\\)\[x(?<!\\)\]\(javascript", text) is None
    table = text.split("## Labels")[0].split("| --- | --- | --- |")[1]
    assert all(len(re.findall(r"(?<!\\)\|", line)) == 4 for line in table.strip().splitlines())


@pytest.mark.parametrize("name", ["a: b # c", '"quoted"', "{x: [y"])
def test_any_folder_name_is_valid_front_matter(tmp_path: Path, name: str):
    _export(dataset(tmp_path / "dataset"), tmp_path / name)
    assert DatasetCard.load(tmp_path / name / "README.md").data.pretty_name == name
