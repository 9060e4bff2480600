"""Shards as the library `webdataset` reads them: a picture, its words, its facts under one key."""

import io
import json
import math
import tarfile
from pathlib import Path

import pytest
from PIL import Image

from tasks.errors import OutputError
from tasks.export.choice import Choice
from tasks.export.exporting import open_export
from tests.tasks.index.small import FIRST, dataset, part, row
from tests.tasks.small_datasets import png


def _shards(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.tar"))


def _export(out: Path, target: Path, shard_bytes: int = 10**9, **choice) -> Path:
    open_export(out).choosing(Choice(**choice)).to_webdataset(target, shard_bytes, lambda _: None)
    return target


def test_webdataset_reads_what_was_written(tmp_path: Path):
    wds = pytest.importorskip("webdataset")
    shards = _shards(_export(dataset(tmp_path / "dataset"), tmp_path / "shards"))
    samples = list(wds.WebDataset([str(shard) for shard in shards], shardshuffle=False).decode("pil"))
    assert [sample["__key__"] for sample in samples] == [f"{number:016x}-0-0" for number in range(6)]
    first = samples[0]
    assert first["png"].size == (64, 64)
    assert first["txt"] == "Loss of cristae. Liver."
    assert first["json"]["modality"] == "DMTR"
    assert first["json"]["modality_name"] == "transmission microscopy"
    assert first["json"]["modality_identifiers"] == {"fbbi": "FBbi:00000258"}
    assert first["json"]["probabilities"] == pytest.approx({"DMFL": 0.95, "GFIG": 0.05}, abs=1e-6)
    assert first["json"]["license"] == "CC BY 4.0"
    assert first["json"]["published"] == "2020-01-01"
    assert samples[1]["txt"] == "Mitochondrial network of cells."


def test_the_datasets_library_reads_the_folder_by_its_card(tmp_path: Path):
    from datasets import load_dataset

    folder = _export(dataset(tmp_path / "dataset"), tmp_path / "shards", named_only=True)
    rows = load_dataset(str(folder), split="train", cache_dir=str(tmp_path / "cache"))
    assert len(rows) == 4
    assert rows[0]["png"].size == (64, 64)


def test_a_shard_ends_where_it_is_full_and_the_same_rows_give_the_same_bytes(tmp_path: Path):
    out = dataset(tmp_path / "dataset")
    once = _shards(_export(out, tmp_path / "once", shard_bytes=20_000))
    twice = _shards(_export(out, tmp_path / "twice", shard_bytes=20_000))
    assert [shard.name for shard in once] == [f"figmill-{number:06d}.tar" for number in range(len(once))]
    assert len(once) > 1
    assert [shard.read_bytes() for shard in once] == [shard.read_bytes() for shard in twice]


def test_a_name_from_a_dataset_leads_nowhere(tmp_path: Path):
    """A dataset may come from anywhere: what it calls its rows becomes letters, digits and dashes."""
    out = tmp_path / "dataset"
    hostile = row(
        1,
        subfigure_id="../../etc/passwd.tar/\x00",
        image={"bytes": png(), "path": "/etc/passwd"},
        caption="\ud800 torn".encode("utf-8", "replace").decode(),
    )
    part(out, FIRST, [hostile])
    (shard,) = _shards(_export(out, tmp_path / "shards"))
    with tarfile.open(shard) as tar:
        assert tar.getnames() == ["etc-passwd-tar.png", "etc-passwd-tar.txt", "etc-passwd-tar.json"]


def test_a_caption_of_megabytes_is_handed_on_whole(tmp_path: Path):
    book = "Cells \x1b[31m\u202e<script>. " * 300_000
    part(tmp_path / "dataset", FIRST, [row(1, caption=book, subcaption=book)])
    (shard,) = _shards(_export(tmp_path / "dataset", tmp_path / "shards"))
    with tarfile.open(shard) as tar:
        text = tar.extractfile(f"{1:016x}-0-0.txt")
        assert text is not None
        assert text.read().decode() == book


def test_what_is_no_number_is_null(tmp_path: Path):
    nowhere = [math.nan, math.inf, -math.inf, 1e30]
    part(tmp_path / "dataset", FIRST, [row(1, confidence=math.nan, compound=math.inf, figure_bbox=nowhere)])
    (shard,) = _shards(_export(tmp_path / "dataset", tmp_path / "shards"))
    with tarfile.open(shard) as tar:
        text = tar.extractfile(f"{1:016x}-0-0.json")
        assert text is not None
        facts = json.loads(text.read(), parse_constant=pytest.fail)
    assert (facts["confidence"], facts["compound"], facts["page"]) == (None, None, 3)
    assert facts["figure_bbox"] == [None, None, None, pytest.approx(1e30)]


def test_a_picture_that_is_none_is_handed_on_as_it_is(tmp_path: Path):
    out = tmp_path / "dataset"
    part(out, FIRST, [row(1, None, image={"bytes": b"torn", "path": "x.png"})])
    (shard,) = _shards(_export(out, tmp_path / "shards"))
    with tarfile.open(shard) as tar:
        names = tar.getnames()
        facts = json.load(io.TextIOWrapper(tar.extractfile(names[2]), "utf-8"))
    assert names[0].endswith(".bin")
    assert facts["modality"] is facts["probabilities"] is facts["modality_identifiers"] is None


@pytest.mark.parametrize("what", ["file", "full folder"])
def test_a_target_that_holds_something_is_left_alone(tmp_path: Path, what: str):
    out, target = dataset(tmp_path / "dataset"), tmp_path / "shards"
    if what == "file":
        target.write_bytes(b"mine")
    else:
        target.mkdir()
        (target / "mine.txt").write_text("mine")
    with pytest.raises(OutputError, match="holds something already"):
        _export(out, target)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dataset", "shards"]


def test_where_nothing_is_chosen_nothing_is_written(tmp_path: Path):
    out = dataset(tmp_path / "dataset")
    with pytest.raises(OutputError, match=r"no subfigure of .* is chosen: leave out .* --redistributable"):
        _export(out, tmp_path / "shards", licenses=("CC BY-NC 4.0",))
    assert [path.name for path in tmp_path.iterdir()] == ["dataset"]


def test_an_export_that_breaks_off_leaves_nothing(tmp_path: Path):
    out = dataset(tmp_path / "dataset")

    def stop(rows: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        open_export(out).to_webdataset(tmp_path / "shards", 10**9, stop)
    assert [path.name for path in tmp_path.iterdir()] == ["dataset"]


def test_an_empty_folder_may_be_the_target(tmp_path: Path):
    (tmp_path / "shards").mkdir()
    assert len(_shards(_export(dataset(tmp_path / "dataset"), tmp_path / "shards"))) == 1


def test_pictures_are_the_very_bytes_of_the_dataset(tmp_path: Path):
    (shard,) = _shards(_export(dataset(tmp_path / "dataset"), tmp_path / "shards"))
    with tarfile.open(shard) as tar:
        data = tar.extractfile(f"{3:016x}-0-0.png").read()
    assert data == png(3)
    assert Image.open(io.BytesIO(data)).size == (64, 64)
