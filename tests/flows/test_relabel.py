"""The same pictures under another model: every paper once, nothing but the labels changed, no PDF opened."""

import json
import shutil
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from flows.commands.relabel import relabel as relabel_command
from flows.runs.label import label_here
from flows.runs.relabelling import relabel, relabel_here
from flows.runs.shards import Submit
from models.bundle.description import Description, bundle_info
from models.bundle.serialization import save_bundle
from models.networks.build import build_network
from models.transforms import Transform
from tasks.dataset.check import Totals, check
from tasks.dataset.columns import columns_of
from tasks.dataset.exchange import Exchange
from tasks.dataset.ledger import Mark, drop_papers, mark_papers, retire_papers
from tasks.errors import OutputError
from tasks.progress import Reporter
from tasks.relabelling import PartShard, relabel_shard
from tasks.runs.outcomes import RunSummary, ShardOutcome
from tasks.settings import LabelSettings, RelabelSettings
from tasks.stores import objects, paths
from tests.flows.command import copies
from tests.stores import Store

LABELS = (
    "compound",
    "modality",
    "modality_path",
    "confidence",
    "modality_set",
    "rejected",
    "probabilities",
    "embedding",
    "model_id",
)
TIMES = ("labelled_at", "finished_at", "part")


@pytest.fixture(scope="module")
def papers(demo_papers: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("papers")
    for paper in demo_papers:
        shutil.copy(paper, folder)
    copies(folder / "demo-liver.pdf", folder, 1)
    (folder / "text.pdf").write_text("no PDF")
    (folder / "demo-liver.xml").write_text("<article/>")
    return folder


@pytest.fixture(scope="module")
def labelled(papers: Path, tiny_bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dataset of four papers, one of them failed, in two parts; the PDFs are gone."""
    out = tmp_path_factory.mktemp("labelled") / "out"
    read = LabelSettings(
        (str(papers),), str(out), model=str(tiny_bundle), device="cpu", workers=1, shard_size=2
    )
    label_here(read, Reporter())
    shutil.rmtree(papers)
    return out


@pytest.fixture(scope="module")
def other_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Another untrained network, of other classes."""
    import torch

    torch.manual_seed(2)
    network = build_network("resnet18:b3-1", 3)
    folder = tmp_path_factory.mktemp("bundles") / "other"
    transform = Transform(size=32, resize=32)
    description = Description(
        name="other", model="resnet18:b3-1", classes=("DMFL", "GFIG", "GGEL"), transform=transform
    )
    save_bundle(folder, description, network, "# other\nUntrained.\n")
    return folder


def run(source: Path | str, out: Path | str, model: Path, **options: Any) -> RunSummary:
    settings = RelabelSettings(str(source), str(out), model=str(model), device="cpu", **options)
    return relabel_here(settings, Reporter())


def stopped(exchange: Exchange) -> None:
    """Instead of a step of an exchange."""
    raise KeyboardInterrupt


def rows(out: Path | str, folder: str, without: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    place = paths.store_path(str(out)) / folder
    found = []
    for name in paths.names(place):
        with paths.local_copy(place / name) as file:
            found += pq.read_table(file).to_pylist()
    for row in found:
        for column in (*TIMES, *without):
            row.pop(column, None)
    return sorted(found, key=lambda row: (row["paper_id"], row.get("subfigure_id")))


def test_by_the_same_model_the_rows_are_the_same(labelled: Path, tiny_bundle: Path, tmp_path: Path) -> None:
    summary = run(labelled, tmp_path / "out", tiny_bundle)
    assert (summary.inputs, summary.papers, summary.counts.by_status) == (4, 4, {"ok": 3, "failed": 1})
    assert set(summary.counts.stage_seconds) == {"prepare", "classify", "write"}
    close = ("probabilities", "embedding", "confidence")  # batches differ, and with them the last digits
    assert rows(tmp_path / "out", "subfigures", close) == rows(labelled, "subfigures", close)
    assert rows(tmp_path / "out", "papers") == rows(labelled, "papers")
    assert len([row for row in rows(labelled, "papers") if row["jats_sha256"]]) == 1
    for ours, theirs in zip(rows(tmp_path / "out", "subfigures"), rows(labelled, "subfigures"), strict=True):
        assert ours["probabilities"] == pytest.approx(theirs["probabilities"], abs=1e-5)
    assert (tmp_path / "out" / "report" / "index.html").stat().st_size > 1000


def test_by_another_model_the_labels_are_its_own_and_all_else_stays(
    labelled: Path, other_bundle: Path, tmp_path: Path
) -> None:
    run(labelled, tmp_path / "out", other_bundle)
    assert rows(tmp_path / "out", "subfigures", LABELS) == rows(labelled, "subfigures", LABELS)
    assert rows(tmp_path / "out", "papers", ("model_id",)) == rows(labelled, "papers", ("model_id",))
    for row in rows(tmp_path / "out", "subfigures"):
        assert row["modality"] in ("DMFL", "GFIG", "GGEL")
        assert len(row["probabilities"]) == 3
        assert row["model_id"] == bundle_info(other_bundle).model_id
    assert list(check(tmp_path / "out", Totals())) == []


def test_that_words_were_read_from_pictures_is_kept(
    labelled: Path, other_bundle: Path, tmp_path: Path
) -> None:
    source = tmp_path / "source"
    shutil.copytree(labelled, source)
    for file in (*(source / "subfigures").iterdir(), *(source / "papers").iterdir()):
        table = pq.read_table(file)
        said = json.loads(table.schema.metadata[b"figmill.provenance"])
        metadata = table.schema.metadata | {b"figmill.provenance": json.dumps(said | {"ocr": True}).encode()}
        if file.parent.name == "subfigures":
            place = table.schema.names.index("figure_text_source")
            table = table.set_column(place, table.schema.field(place), pa.array(["ocr"] * len(table)))
        pq.write_table(table.replace_schema_metadata(metadata), file)
    run(source, tmp_path / "out", other_bundle)
    assert {row["figure_text_source"] for row in rows(tmp_path / "out", "subfigures")} == {"ocr"}
    for file in (*(tmp_path / "out" / "subfigures").iterdir(), *(tmp_path / "out" / "papers").iterdir()):
        assert json.loads(pq.read_schema(file).metadata[b"figmill.provenance"])["ocr"] is True


def test_a_dataset_of_schema_2_is_brought_up(labelled: Path, other_bundle: Path, tmp_path: Path) -> None:
    source = tmp_path / "source"
    shutil.copytree(labelled, source)
    for file in (*(source / "subfigures").iterdir(), *(source / "papers").iterdir()):
        table = pq.read_table(file)
        names = [column.name for column in columns_of(file.parent.name, "2")]
        kept = [name for name in names if name in table.column_names]
        metadata = table.schema.metadata | {b"figmill.schema_version": b"2"}
        del metadata[b"figmill.provenance"]
        pq.write_table(table.select(kept).replace_schema_metadata(metadata), file)
    run(source, tmp_path / "out", other_bundle)
    new = tuple(
        column.name
        for column in columns_of("subfigures")
        if column.since == "3" and column.name not in LABELS
    )
    brought_up = rows(tmp_path / "out", "subfigures", LABELS + new)
    assert brought_up == rows(labelled, "subfigures", LABELS + new)
    for row in rows(tmp_path / "out", "subfigures"):
        assert row["label_source"] == "model"
        assert {row[name] for name in new if name != "label_source"} == {None}
    assert list(check(tmp_path / "out", Totals())) == []


def test_a_dataset_written_before_all_columns_of_schema_3_is_brought_up(
    labelled: Path, other_bundle: Path, tmp_path: Path
) -> None:
    source = tmp_path / "source"
    shutil.copytree(labelled, source)
    for file in (*(source / "subfigures").iterdir(), *(source / "papers").iterdir()):
        table = pq.read_table(file)
        late = [name for name in ("mentions", "authors", "gaps", "pmid") if name in table.column_names]
        pq.write_table(table.drop_columns(late), file)
    assert list(check(source, Totals())) == []
    with pytest.raises(OutputError, match=r"earlier Figmill and has no column pmid: .*`figmill relabel"):
        run(labelled, source, other_bundle)
    run(source, tmp_path / "out", other_bundle)
    assert list(check(tmp_path / "out", Totals())) == []
    assert {row["mentions"] for row in rows(tmp_path / "out", "subfigures")} == {None}


def test_the_next_run_goes_on_and_does_what_is_new(
    labelled: Path, other_bundle: Path, tmp_path: Path
) -> None:
    source, out = tmp_path / "source", tmp_path / "out"
    shutil.copytree(labelled, source)
    late = max((source / "papers").iterdir()).name
    for folder in ("papers", "subfigures"):
        shutil.move(source / folder / late, tmp_path / f"{folder}-{late}")
    assert run(source, out, other_bundle).papers == 2
    again = run(source, out, other_bundle)
    assert (again.papers, again.skipped) == (0, 2)
    for folder in ("papers", "subfigures"):
        shutil.move(tmp_path / f"{folder}-{late}", source / folder / late)
    new = run(source, out, other_bundle)
    assert (new.papers, new.skipped, new.shards) == (2, 2, 1)
    assert rows(out, "subfigures", LABELS) == rows(source, "subfigures", LABELS)


def test_a_run_that_dies_between_parts_loses_and_doubles_nothing(
    labelled: Path, other_bundle: Path, tmp_path: Path
) -> None:
    @contextmanager
    def executor() -> Iterator[Submit[PartShard, RelabelSettings]]:
        done = 0

        def submit(shard: PartShard, settings: RelabelSettings) -> Future[ShardOutcome]:
            nonlocal done
            done += 1
            future: Future[ShardOutcome] = Future()
            if done == 2:
                future.set_exception(OutputError("the disk is full"))
            else:
                future.set_result(relabel_shard(shard, settings))
            return future

        yield submit

    settings = RelabelSettings(str(labelled), str(tmp_path / "out"), model=str(other_bundle), device="cpu")
    with pytest.raises(OutputError, match="the disk is full"):
        relabel(settings, executor(), Reporter())
    summary = run(labelled, tmp_path / "out", other_bundle)
    assert (summary.papers, summary.skipped) == (2, 2)
    assert rows(tmp_path / "out", "subfigures", LABELS) == rows(labelled, "subfigures", LABELS)


def test_from_store_to_store(s3: Store, labelled: Path, other_bundle: Path, tmp_path: Path) -> None:
    objects.filesystem("s3").put(f"{labelled}/", "bucket/figures/", recursive=True)
    run("s3://bucket/figures", "s3://bucket/other", other_bundle)
    assert rows("s3://bucket/other", "subfigures", LABELS) == rows(labelled, "subfigures", LABELS)
    assert list(check(paths.store_path("s3://bucket/other"), Totals())) == []


def test_what_cannot_be_relabelled_is_one_line(labelled: Path, other_bundle: Path, tmp_path: Path) -> None:
    for source, out, sentence in (
        (tmp_path, tmp_path / "out", "is no Figmill dataset"),
        (labelled, labelled / ".", "is the dataset that is relabelled"),
        (labelled, tmp_path / "nosuch" / ".." / "out", "labelled by"),
    ):
        if sentence == "labelled by":
            shutil.copytree(labelled, tmp_path / "out")
        with pytest.raises(OutputError, match=sentence):
            run(source, out, other_bundle)


def test_an_image_that_is_not_the_one_it_was_is_said_and_nothing_is_written(
    labelled: Path, other_bundle: Path, tmp_path: Path
) -> None:
    source = tmp_path / "source"
    shutil.copytree(labelled, source)
    part = max((source / "subfigures").iterdir(), key=lambda file: file.stat().st_size)
    table = pq.read_table(part)
    hashes = ["0" * 64] * table.num_rows
    pq.write_table(
        table.set_column(table.schema.get_field_index("image_sha256"), table.field("image_sha256"), [hashes]),
        part,
    )
    with pytest.raises(OutputError, match=r"is not the one it was.*figmill check .* --repair"):
        run(source, tmp_path / "out", other_bundle)
    assert len(list((tmp_path / "out" / "papers").iterdir())) <= 1


def test_the_command(
    labelled: Path, other_bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path))
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    command = [str(labelled), "--model", str(other_bundle), "--out", str(tmp_path / "out"), "--device", "cpu"]
    done = CliRunner().invoke(relabel_command, command)
    assert done.exit_code == 0, done.output
    assert "4: 3 with figures, 1 failed" in done.stdout
    assert "Nothing to do: 4 of 4 papers" in CliRunner().invoke(relabel_command, command).stdout


def test_articles_that_changed_or_went_in_the_source_do_so_here(
    labelled: Path, other_bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, out = tmp_path / "source", tmp_path / "out"
    shutil.copytree(labelled, source)
    ledgers = list((source / "papers").iterdir())
    for ledger in ledgers:  # as if they had come from PMC
        table = pq.read_table(ledger).to_pylist()
        came = [one | {"pmcid": f"PMC{one['paper_id'][:8]}", "source_version": "v1"} for one in table]
        pq.write_table(pa.Table.from_pylist(came, schema=pq.read_schema(ledger)), ledger)
    run(source, out, other_bundle)
    first, second = sorted(one["paper_id"] for one in rows(source, "papers") if one["status"] == "ok")[:2]
    files = {one["paper_id"]: ledger.name for ledger in ledgers for one in pq.read_table(ledger).to_pylist()}
    mark_papers(source, files[first], {first: Mark("retracted", "v2")})
    drop_papers(source, files[second], {second})
    before = rows(out, "subfigures")
    with monkeypatch.context() as patch:
        patch.setattr(Exchange, "retire", stopped)
        with pytest.raises(KeyboardInterrupt):
            run(source, out, other_bundle)
    assert rows(out, "subfigures") == [one for one in before if one["paper_id"] != second]
    assert run(source, out, other_bundle).papers == 1
    assert rows(out, "papers", ("model_id",)) == rows(source, "papers", ("model_id",))
    assert {one["withdrawn"] for one in rows(out, "subfigures") if one["paper_id"] == first} == {"retracted"}
    assert list(check(out, Totals())) == []


JATS = """<article><front><journal-meta><journal-title-group><journal-title>Liver</journal-title></journal-title-group>
</journal-meta><article-meta><title-group><article-title>{}</article-title></title-group></article-meta></front></article>"""


@pytest.fixture
def source(demo_papers: list[Path], tiny_bundle: Path, tmp_path: Path) -> LabelSettings:
    """How a dataset of two papers, in one part, was labelled."""
    liver = next(paper for paper in demo_papers if paper.stem == "demo-liver")
    copies(liver, tmp_path / "in", 2)
    out = tmp_path / "source"
    settings = LabelSettings(
        (str(tmp_path / "in"),), str(out), model=str(tiny_bundle), device="cpu", workers=1, newer_jats=True
    )
    label_here(settings, Reporter())
    return settings


def read_anew(settings: LabelSettings, title: str = "A liver") -> str:
    """Reads the first paper by JATS that came since; its paper_id."""
    first = min(Path(settings.inputs[0]).glob("*.pdf"))
    first.with_suffix(".xml").write_text(JATS.format(title))
    assert label_here(settings, Reporter()).papers == 1
    return next(row["paper_id"] for row in rows(settings.out, "papers") if row["title"] == title)


def test_papers_that_were_read_anew_in_the_source_are_relabelled(
    source: LabelSettings, other_bundle: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    run(source.out, out, other_bundle)
    for title in ("A liver", "Another liver"):
        read_anew(source, title)
        summary = run(source.out, out, other_bundle)
        assert (summary.papers, summary.skipped, summary.counts.by_status) == (1, 1, {"ok": 1})
        assert {row["journal"] for row in rows(out, "papers")} == {None, "Liver"}
        assert rows(out, "papers", ("model_id",)) == rows(source.out, "papers", ("model_id",))
        assert rows(out, "subfigures", LABELS) == rows(source.out, "subfigures", LABELS)
        again = run(source.out, out, other_bundle)
        assert (again.papers, again.skipped) == (0, 2)
    assert list(check(out, Totals())) == []


@pytest.mark.parametrize("killed", ["before", "half retired", "retired", "before the drop"])
def test_killed_while_rows_of_another_reading_are_exchanged_nothing_is_lost_or_doubled(
    source: LabelSettings, other_bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, killed: str
) -> None:
    out = tmp_path / "out"
    run(source.out, out, other_bundle)
    paper_id = read_anew(source)
    before = rows(out, "papers"), rows(out, "subfigures")

    def dies(exchange: Exchange) -> None:
        (part,) = [one.name for one in (out / "papers").iterdir()]
        aside = (out / "subfigures" / part).read_bytes()
        if killed != "before":
            retire_papers(out, part, {paper_id})
        if killed == "half retired":
            (out / "subfigures" / part).write_bytes(aside)
        stopped(exchange)

    with monkeypatch.context() as patch:
        if killed == "before the drop":
            patch.setattr(Exchange, "drop", stopped)
        else:
            patch.setattr(Exchange, "retire", dies)
        with pytest.raises(KeyboardInterrupt):
            run(source.out, out, other_bundle)
    if killed == "before":
        assert (rows(out, "papers"), rows(out, "subfigures")) == before
    assert run(source.out, out, other_bundle).papers == (killed != "before the drop")
    assert rows(out, "papers", ("model_id",)) == rows(source.out, "papers", ("model_id",))
    assert rows(out, "subfigures", LABELS) == rows(source.out, "subfigures", LABELS)
    assert list(check(out, Totals())) == []


def test_a_dataset_that_has_gone_on_by_itself_keeps_its_later_reading(
    source: LabelSettings, tiny_bundle: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    run(source.out, out, tiny_bundle)
    read_anew(replace(source, out=str(out)))
    assert (run(source.out, out, tiny_bundle).papers, len(rows(out, "papers"))) == (0, 2)
    assert {row["journal"] for row in rows(out, "papers")} == {None, "Liver"}
