"""A shard from PDFs to its part: batches across papers, order within a paper, bad images kept as rows."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tasks.bundles import open_bundle
from tasks.dataset.dataset import Dataset
from tasks.errors import UnusableBundleError
from tasks.extraction.pool import stop_shared_pools
from tasks.labelling import label_shard, provenance_of
from tasks.progress import Reporter
from tasks.records import Paper
from tasks.runs.shard import Shard
from tasks.settings import LabelSettings
from tests.tasks.small_records import failure, files


@pytest.fixture(scope="module", autouse=True)
def _no_processes_left() -> Iterator[None]:
    yield
    stop_shared_pools()


def settings(out: Path, bundle: Path, **options: object) -> LabelSettings:
    return replace(LabelSettings((), str(out), model=str(bundle), device="cpu", workers=1), **options)


def test_a_shard_of_real_pdfs_becomes_a_part(
    tmp_path: Path, demo_papers: list[Path], tiny_bundle: Path
) -> None:
    (tmp_path / "text.pdf").write_text("no PDF")
    papers = tuple(
        files(Paper(hashlib.sha256(pdf.read_bytes()).hexdigest(), str(pdf)))
        for pdf in (*demo_papers, tmp_path / "text.pdf")
    )
    reporter = Reporter()
    options = settings(tmp_path / "out", tiny_bundle)
    with Dataset(tmp_path / "out", provenance_of(open_bundle(str(tiny_bundle)), options)) as dataset:
        shard = Shard(dataset.shard_name(["x"]), (failure(7, "missing"), *papers))
        outcome = label_shard(shard, settings(tmp_path / "out", tiny_bundle), reporter)
    table = pq.read_table(tmp_path / "out" / "subfigures")
    assert json.loads(table.schema.metadata[b"figmill.provenance"])["precision"] is not None
    rows = table.to_pylist()
    assert len(rows) == outcome.counts.subfigures >= 6
    assert outcome.counts.by_status == {"ok": 2, "failed": 2}
    assert {failed.kind for failed in outcome.failures} == {"missing", "not_a_pdf"}
    assert (reporter.counts.papers, reporter.counts.failed, reporter.counts.subfigures) == (4, 2, len(rows))
    assert set(outcome.counts.stage_seconds) == {"extract", "prepare", "classify", "write"}
    for item in papers[:2]:
        mine = [
            (row["figure_index"], row["subfigure_index"])
            for row in rows
            if row["paper_id"] == item.paper.paper_id
        ]
        assert mine == sorted(mine) != []
    for row in rows:
        assert hashlib.sha256(row["image"]["bytes"]).hexdigest() == row["image_sha256"]
        assert row["confidence"] == max(row["probabilities"])
        assert sum(row["probabilities"]) == pytest.approx(1, abs=1e-5)


def test_an_unknown_model_is_named() -> None:
    with pytest.raises(UnusableBundleError, match="unknown model 'nosuch'"):
        open_bundle("nosuch")


@pytest.mark.parametrize(
    ("bundle", "captions", "read"),
    [("default", True, True), ("default", False, False), (None, True, False)],
)
def test_captions_are_read_where_the_bundle_can_and_the_run_may(
    tiny_bundle: Path, bundle: str | None, captions: bool, read: bool
) -> None:
    info = open_bundle(bundle or str(tiny_bundle))
    assert provenance_of(info, settings(Path(), tiny_bundle, captions=captions)).captions is read


def test_a_bundle_that_does_not_load_ends_the_shard_and_leaves_nothing(
    tmp_path: Path, demo_papers: list[Path], tiny_bundle: Path
) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    for file in tiny_bundle.iterdir():
        (broken / file.name).write_bytes(file.read_bytes())
    weights = broken / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1000])
    pdf = demo_papers[0]
    options = settings(tmp_path / "out", broken)
    with Dataset(tmp_path / "out", provenance_of(open_bundle(str(broken)), options)) as dataset:
        shard = Shard(
            dataset.shard_name(["x"]), (files(Paper(hashlib.sha256(pdf.read_bytes()).hexdigest(), str(pdf))),)
        )
        with pytest.raises(UnusableBundleError, match="is cut short or damaged"):
            label_shard(shard, settings(tmp_path / "out", broken))
        assert list(dataset.out.rglob("*.parquet*")) == []
