"""A whole run from a store to a store: as on a disk, whatever the store does meanwhile."""

import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from flows.commands.check import check as check_command
from flows.runs.label import label
from flows.runs.shards import Submit
from tasks.dataset.check import Totals, check
from tasks.dataset.lock import reading
from tasks.errors import FigmillError, OutputError
from tasks.extraction.pool import stop_shared_pools
from tasks.labelling import label_shard
from tasks.progress import Reporter
from tasks.runs.outcomes import RunSummary
from tasks.settings import LabelSettings
from tasks.stores import objects, paths
from tasks.stores.scratch import scratch
from tests.flows.command import copies, start
from tests.servers import eventually
from tests.stores import Fault, Store

OUT = "s3://bucket/some/where"
SUBFIGURES = 2
"""Of the small paper."""
JATS = """<article><front><article-meta><title-group><article-title>A liver</article-title></title-group>
</article-meta></front></article>"""


@pytest.fixture(scope="module")
def papers(small_paper: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three papers, one with its JATS, and one that is none."""
    folder = tmp_path_factory.mktemp("papers")
    (folder / "sub").mkdir()
    for name, pdf in zip(("a", "sub/b", "c"), copies(small_paper, folder / ".copies", 3), strict=True):
        pdf.rename(folder / f"{name}.pdf")
    (folder / ".copies").rmdir()
    (folder / "a.xml").write_text(JATS)
    (folder / "text.pdf").write_text("no PDF")
    (folder / ".hidden.pdf").write_text("not even looked at")
    return folder


@pytest.fixture(scope="module")
def local(papers: Path, tiny_bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The dataset that these papers become on a disk."""
    out = tmp_path_factory.mktemp("local") / "out"
    run(str(papers), str(out), str(tiny_bundle))
    return out


@pytest.fixture
def filled(s3: Store, papers: Path) -> Store:
    """The store with the papers under s3://bucket/in."""
    upload(papers, "in")
    s3.requests.clear()
    return s3


def upload(folder: Path, prefix: str) -> None:
    objects.filesystem("s3").put(f"{folder}/", f"bucket/{prefix}/", recursive=True)


def run(inputs: str, out: str, model: str, **options: Any) -> RunSummary:
    settings = LabelSettings((inputs,), out, model=model, device="cpu", workers=1, shard_size=2, **options)
    return label(settings, executor(), Reporter())


@contextmanager
def executor() -> Iterator[Submit]:
    """Two shards at a time in this process; the processes that read PDFs outlive the run, which saves their start."""
    with ThreadPoolExecutor(2) as threads:
        yield lambda shard, settings: threads.submit(label_shard, shard, settings)


@pytest.fixture(scope="module", autouse=True)
def stopped() -> Iterator[None]:
    yield
    stop_shared_pools()


def rows(out: str | Path, folder: str, strip: str) -> list[dict[str, Any]]:
    """Rows without times, and with the PDF's name below the input's folder for its URI."""
    place = paths.store_path(out)
    tables = []
    for name in sorted(paths.names(place / folder)):
        with paths.local_copy(place / folder / name) as file:
            tables.append(pq.read_table(file))
    found = pa.concat_tables(tables).to_pylist()
    for row in found:
        row["source_uri"] = row["source_uri"].removeprefix(strip)
        for name in ("labelled_at", "finished_at", "seconds"):
            row.pop(name, None)
    return sorted(found, key=lambda row: (row["paper_id"], row.get("subfigure_id")))


def assert_same(out: str, inputs: str, local: Path, papers: Path) -> None:
    for folder in ("subfigures", "papers"):
        assert rows(out, folder, inputs) == rows(local, folder, str(papers))
    assert list(check(paths.store_path(out), Totals())) == []


def fetched() -> set[Path]:
    """The files that this process holds of stores, but for bundles."""
    return {path for path in scratch().rglob("*") if path.is_file() and path.parent.name[:6] != "bundle"}


def test_from_store_to_store_is_as_on_a_disk_though_the_store_is_busy(
    filled: Store, papers: Path, local: Path, tiny_bundle: Path
) -> None:
    upload(tiny_bundle, "tiny")
    before = fetched()
    filled.faults += [
        Fault(503, "SlowDown", times=2, method="GET", path="/in/"),
        Fault(503, "SlowDown", times=1, method="PUT", path="/subfigures/"),
        Fault(500, "InternalError", times=1, method="PUT", path="/papers/"),
        Fault(429, "TooManyRequests", times=1, path="list-type"),
        Fault(0, "dropped", times=1, method="GET", path="/tiny/"),
    ]
    summary = run("s3://bucket/in", OUT, "s3://bucket/tiny")
    assert all(fault.times == 0 for fault in filled.faults)
    assert (summary.out, summary.papers, summary.counts.by_status["failed"]) == (OUT, 4, 1)
    assert_same(OUT, "s3://bucket/in", local, papers)
    titles = {row["source_uri"]: row["title"] for row in rows(OUT, "papers", "s3://bucket/in/")}
    assert titles["a.pdf"] == "A liver"
    assert b"text.pdf" in paths.read(paths.store_path(OUT) / "report" / "index.html")
    assert filled.asked("GET /bucket/in/b.pdf") <= 3  # fetched once, whatever the store said meanwhile
    assert fetched() == before


def test_the_same_again_fetches_no_paper(filled: Store, tiny_bundle: Path) -> None:
    run("s3://bucket/in", OUT, str(tiny_bundle))
    filled.requests.clear()
    summary = run("s3://bucket/in", OUT, str(tiny_bundle))
    assert (summary.papers, summary.skipped) == (0, 4)
    assert filled.asked("/bucket/in/") == 0
    paths.put_bytes(b"%PDF-1.4 new", paths.store_path("s3://bucket/in/text.pdf"))
    summary = run("s3://bucket/in", OUT, str(tiny_bundle))
    assert (summary.papers, summary.skipped) == (1, 3)
    assert filled.asked("GET /bucket/in/") == 1


def test_from_store_to_disk_and_from_disk_to_store(
    filled: Store, papers: Path, local: Path, tiny_bundle: Path, tmp_path: Path
) -> None:
    run("s3://bucket/in", str(tmp_path / "out"), str(tiny_bundle))
    run(str(papers), OUT, str(tiny_bundle))
    assert_same(str(tmp_path / "out"), "s3://bucket/in", local, papers)
    assert_same(OUT, str(papers), local, papers)


def test_denied_access_and_wrong_names_are_one_line(filled: Store, tiny_bundle: Path, tmp_path: Path) -> None:
    def refused(inputs: str, out: str, model: str, sentence: str) -> None:
        with pytest.raises(FigmillError, match=sentence) as caught:
            run(inputs, out, model)
        assert "\n" not in str(caught.value)

    bundle, disk = str(tiny_bundle), str(tmp_path / "out")
    refused("s3://nosuch/in", disk, bundle, "cannot read s3://nosuch/in: there is no such bucket")
    refused("s3://bucket/nosuch", disk, bundle, "no PDF file in s3://bucket/nosuch")
    refused("s3://bucket/in", "s3://nosuch/out", bundle, "cannot use --out .*: there is no such bucket")
    refused("s3://bucket/in", "s3://bucket/in", bundle, "something else than a Figmill dataset")
    refused("s3://bucket/in", disk, "s3://bucket/in", "model.json cannot be read: there is no such object")
    filled.faults.append(Fault(403, "AccessDenied", method="PUT"))
    refused("s3://bucket/in", OUT, bundle, "cannot use --out .*access denied")
    filled.faults[:] = [Fault(403, "AccessDenied", path="prefix=in")]
    refused("s3://bucket/in", OUT, bundle, "cannot read s3://bucket/in: access denied")
    filled.faults[:] = [Fault(403, "ExpiredToken", path="/in/a.pdf")]
    refused("s3://bucket/in", OUT, bundle, "cannot read .*credentials are not accepted")


def test_an_object_that_may_not_be_read_is_a_row_and_is_retried(filled: Store, tiny_bundle: Path) -> None:
    filled.faults.append(Fault(403, "AccessDenied", path="/in/a.pdf"))
    summary = run("s3://bucket/in", OUT, str(tiny_bundle))
    assert {(one.name, one.kind) for one in summary.failures} == {
        ("a.pdf", "missing"),
        ("text.pdf", "not_a_pdf"),
    }
    filled.faults.clear()
    summary = run("s3://bucket/in", OUT, str(tiny_bundle), retry_failed=True)
    assert (summary.papers, summary.counts.by_status["ok"]) == (2, 1)
    assert len(rows(OUT, "papers", "")) == 4


def test_a_killed_run_is_finished_by_the_next_and_two_at_once_are_refused(
    s3: Store,
    local: Path,
    small_paper: Path,
    tiny_bundle: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    copies(small_paper, tmp_path / "in", 6)
    upload(tmp_path / "in", "in")
    killed = threading.Event()

    def keep_the_last(request: str) -> None:
        """The store gives it to nobody before the run is killed."""
        if request.startswith("GET /bucket/in/copy-5.pdf"):
            killed.wait(600)

    s3.before = keep_the_last
    options = ("--model", tiny_bundle, "--workers", 1, "--shard-size", 1)
    with monkeypatch.context() as its:
        its.setenv("TMPDIR", str(tmp_path))
        first = start("label", "s3://bucket/in", "--out", OUT, *options, home=tmp_path, log=tmp_path / "log")
    try:
        eventually(lambda: s3.asked("PUT /bucket/some/where/papers/") >= 2 or first.poll() is not None)
        os.kill(first.pid, signal.SIGSTOP)  # it gets no further while others try
        held = rf"{OUT} is being written by process {first.pid} on .*, last heard of \d+ s ago"
        with pytest.raises(OutputError, match=held):
            run("s3://bucket/in", OUT, str(tiny_bundle))
        with pytest.raises(OutputError, match=held), reading(paths.store_path(OUT)):
            pass
    finally:
        first.kill()
        first.wait()
        killed.set()
    assert len(list(tmp_path.glob(".figmill-scratch-*"))) == 1
    summary = run("s3://bucket/in", OUT, str(tiny_bundle))
    assert summary.skipped >= 1
    assert summary.papers >= 1
    assert [row["status"] for row in rows(OUT, "papers", "")] == ["ok"] * 6
    ids = [row["subfigure_id"] for row in rows(OUT, "subfigures", "")]
    assert len(ids) == len(set(ids)) == 6 * SUBFIGURES
    assert list(check(paths.store_path(OUT), Totals())) == []


def test_check_verifies_and_repairs_on_a_store(filled: Store, tiny_bundle: Path) -> None:
    run("s3://bucket/in", OUT, str(tiny_bundle))
    sound = CliRunner().invoke(check_command, [OUT])
    assert (sound.exit_code, sound.stderr) == (0, "")
    assert "2 parts, 4 papers" in sound.stdout
    parts = paths.store_path(OUT) / "subfigures"
    name = min(paths.names(parts))
    paths.put_bytes(paths.read(parts / name)[:-1000], parts / name)
    torn = CliRunner().invoke(check_command, [OUT, "--repair"])
    assert torn.exit_code == 0
    assert f"unreadable: {OUT}/subfigures/{name}" in torn.stdout
    assert paths.exists(paths.store_path(OUT) / ".quarantine" / "papers" / name)
    assert run("s3://bucket/in", OUT, str(tiny_bundle)).papers == 2


def test_what_check_may_not_read_is_not_taken_for_damaged(filled: Store, tiny_bundle: Path) -> None:
    run("s3://bucket/in", OUT, str(tiny_bundle), limit=1)
    filled.faults.append(Fault(403, "AccessDenied", method="GET", path="/some/where/subfigures/part-"))
    refused = CliRunner().invoke(check_command, [OUT, "--repair"])
    assert isinstance(refused.exception, FigmillError)
    assert "access denied" in str(refused.exception)
    filled.faults.clear()
    assert list(check(paths.store_path(OUT), Totals())) == []
