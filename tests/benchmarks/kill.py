"""Kills runs with SIGKILL at random moments and counts the rows that are lost or doubled in the end.

    uv run python -m tests.benchmarks.kill [--kills 50] [--seed 0] [--papers 24] [--work label ingest ...]

A process that has imported all that a run needs forks a run at a time: so a kill falls into the work and not into
the imports. Two in three hit the run itself, one in three a process that reads PDFs. When a run gets through, its
rows are compared with those of a run that nobody killed, and the next round starts with an empty dataset.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import math
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from PIL import Image

from tests import pmc_bucket
from tests.stores import s3_server

Rows = Counter[tuple[str, ...]]


@dataclass(slots=True)
class Outcome:
    """What became of all rounds together."""

    length: float
    """Seconds that a run takes: kills come before its end."""
    kills_of_runs: int = 0
    kills_of_readers: int = 0
    rounds: int = 0
    lost: int = 0
    doubled: int = 0
    strange: int = 0
    findings: list[str] = field(default_factory=list)

    @property
    def kills(self) -> int:
        """Processes killed so far."""
        return self.kills_of_runs + self.kills_of_readers


@dataclass(frozen=True, slots=True)
class Work:
    """What is killed, and what it leaves."""

    prepare: Callable[[Path, int, str], Path]
    """Makes in a folder, of so many papers, what the work starts from and leaves as it is."""
    begin: Callable[[Path, Path], None]
    """Makes of that a fresh place to work at."""
    do: Callable[[Path, Path, str], None]
    rows: Callable[[Path], Rows]
    reads: bool
    """Whether it has processes that read papers."""


def main() -> int:
    """Exit status 0 only if nothing was lost, doubled or different."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=50, help="spread over the kinds of work")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--papers", type=int, default=24)
    parser.add_argument("--model", default="default", help="a bundle's name or folder")
    parser.add_argument("--work", nargs="+", choices=WORKS, default=list(WORKS))
    options = parser.parse_args()
    kills = math.ceil(options.kills / len(options.work))
    with tempfile.TemporaryDirectory(prefix="figmill-kill-") as scratch, s3_server() as store:
        os.environ.update(store.environment)
        sound = [_sound(name, Path(scratch), options, kills) for name in options.work]
    return 0 if all(sound) else 1


def _sound(name: str, scratch: Path, options: argparse.Namespace, kills: int) -> bool:
    """Whether nothing was lost, doubled or different in one kind of work; prints what was found."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        outcome = kill_runs(WORKS[name], scratch, Path(folder), options, kills)
    print(
        f"{name}: {outcome.kills} kills ({outcome.kills_of_runs} of runs, {outcome.kills_of_readers} of readers) "
        f"in {outcome.rounds} rounds, {time.monotonic() - started:.0f} s: {outcome.lost} rows lost, "
        f"{outcome.doubled} doubled, {outcome.strange} others",
        *outcome.findings,
        sep="\n",
        flush=True,
    )
    return not (outcome.lost or outcome.doubled or outcome.strange or outcome.findings)


def kill_runs(work: Work, scratch: Path, folder: Path, options: argparse.Namespace, kills: int) -> Outcome:
    """Rounds of killed runs until so many processes were killed; what they start from stays in `scratch`."""
    from models.inference.predict import load_predictor  # before the first fork
    from tasks.bundles import open_bundle

    model = options.model
    # ONNX Runtime: the threads that OpenVINO computes with would not be there in a fork.
    load_predictor(open_bundle(model).path, "cpu", "fp32")
    source = work.prepare(scratch, options.papers, model)
    whole, out = folder / "whole", folder / "out"
    work.begin(source, whole)
    outcome = Outcome(_finish(_fork(lambda: work.do(source, whole, model))))
    expected = work.rows(whole)
    chance = random.Random(options.seed)
    while outcome.kills < kills:
        shutil.rmtree(out, ignore_errors=True)
        work.begin(source, out)
        run = lambda: work.do(source, out, model)  # noqa: E731
        while outcome.kills < kills and not _killed_run(work, run, chance, outcome):
            pass
        _finish(_fork(run))
        outcome.rounds += 1
        outcome.findings += differences(whole, out, _compare(expected, work.rows(out), outcome))
        outcome.findings += _findings(out)
        print(
            f"{outcome.kills} of {kills} kills, {outcome.lost} lost, {outcome.doubled} doubled",
            file=sys.stderr,
        )
    return outcome


@cache
def _make_papers(scratch: Path, papers: int, _model: str) -> Path:
    from tasks.demo.papers import make_papers

    folder = scratch / "in"
    folder.mkdir()
    pdf = make_papers(scratch / "demo")[0].read_bytes()
    for number in range(papers):
        (folder / f"{number:03}.pdf").write_bytes(pdf + b"\n%% copy %d\n" % number)
    (folder / "text.pdf").write_text("no PDF")
    return folder


@cache
def _make_dataset(scratch: Path, papers: int, model: str) -> Path:
    source, out = _make_papers(scratch, papers, model), scratch / "labelled"
    _finish(_fork(lambda: _label(source, out, model)))
    return out


def _make_bucket(scratch: Path, papers: int, _model: str) -> Path:
    """In a process of its own, whose connections no fork inherits."""

    def fill() -> None:
        from tests.stores import Store

        bucket = pmc_bucket.PmcBucket(Store(os.environ["AWS_ENDPOINT_URL"]))
        for number in range(1, papers + 1):
            bucket.put(number, pmc_bucket.drawn(number, scratch))
        bucket.write_inventory(1)

    _finish(_fork(fill))
    return scratch


def _label(source: Path, out: Path, model: str) -> None:
    from flows.runs.label import label_here
    from tasks.progress import Reporter
    from tasks.settings import ExtractionLimits, LabelSettings

    settings = LabelSettings(
        (str(source),),
        str(out),
        model=model,
        device="cpu",
        runtime="fp32",
        workers=2,
        shard_size=3,
        limits=ExtractionLimits(timeout=600),  # no kill is to be taken for a slow paper
    )
    label_here(settings, Reporter())


def _ingest(_source: Path, out: Path, model: str) -> None:
    from flows.runs.ingesting import ingest_here
    from tasks.progress import Reporter
    from tasks.settings import IngestSettings

    settings = IngestSettings(str(out), model=model, device="cpu", runtime="fp32", workers=2, shard_size=3)
    ingest_here(settings, Reporter())


def _relabel(source: Path, out: Path, model: str) -> None:
    from flows.runs.relabelling import relabel_here
    from tasks.progress import Reporter
    from tasks.settings import RelabelSettings

    relabel_here(
        RelabelSettings(str(source), str(out), model=model, device="cpu", runtime="fp32"), Reporter()
    )


def _index(_source: Path, out: Path, _model: str) -> None:
    from tasks.index.opening import open_target
    from tasks.index.update import plan_update, update

    with open_target(out, None, "figmill") as target:
        update(out, target, plan_update(out, target))


def _correct(_source: Path, out: Path, _model: str) -> None:
    """Ben's labels are taken in at once, Ada names row after row; what she saw written she does not say again."""
    from tasks.corrections.actions import Correction
    from tasks.corrections.exchange import take_in
    from tasks.corrections.files import Journal, read_corrections
    from tasks.corrections.known import classes_of
    from tasks.corrections.rows import KNOWN_BY, panel_of, read_columns
    from tasks.corrections.told import ToldFile, labelled

    panels = [panel_of(row) for _, table in read_columns(out, KNOWN_BY) for row in table.to_pylist()]
    code = classes_of(out)[0]
    take_in(out, ToldFile(tuple(labelled("kill", one.subfigure_id, code) for one in panels)), "Ben")
    journal, written = Journal(out, "Ada"), _written(out)
    there = {one.subfigure_id for one in read_corrections(out).corrections if one.who == "Ada"}
    seen = set(written.read_text().splitlines()) if written.exists() else set()
    with written.open("a") as notes:
        for panel in panels:
            if panel.subfigure_id not in seen | there:
                journal.append(Correction(action="label", who="Ada", panel=panel, value=code))
                print(panel.subfigure_id, file=notes, flush=True)


def _written(out: Path) -> Path:
    """Where Ada notes what the dataset has taken: it must not be lost afterwards."""
    return out.with_suffix(".written")


def _copy_uncorrected(source: Path, out: Path) -> None:
    _copy(source, out)
    _written(out).unlink(missing_ok=True)


def _corrections(out: Path) -> Rows:
    """What people said, as often as they said it."""
    from tasks.corrections.files import read_corrections

    found = read_corrections(out)
    said = Counter((one.who, one.action, one.subfigure_id, str(one.value)) for one in found.corrections)
    return said + Counter(("unreadable", problem.sentence) for problem in found.problems)


def _compact(_source: Path, out: Path, _model: str) -> None:
    from tasks.dataset.compaction import compact, plan_compaction
    from tasks.dataset.dataset import Dataset, provenance_in

    with Dataset(out, provenance_in(out)):
        compact(out, plan_compaction(out, 10**9))


def _nothing(_source: Path, _out: Path) -> None:
    """A run makes its dataset itself."""


def _copy(source: Path, out: Path) -> None:
    shutil.copytree(source, out)


def _documents(out: Path) -> Rows:
    """What the index holds."""
    from tasks.index.queries import Query
    from tasks.index.search import SearchIndex

    with SearchIndex(out) as index:
        return Counter((hit.subfigure_id,) for hit in index.search(Query(), 100_000))


def _fork(do: Callable[[], None]) -> int:
    """The process id of a process of its own group that does something."""
    pid = os.fork()
    if pid:
        return pid
    try:
        os.setsid()
        do()
        os._exit(0)
    except BaseException as error:  # noqa: BLE001 (the child must not go on with the parent's work)
        print(f"the run failed: {error!r}", file=sys.stderr)
        os._exit(1)


def _killed_run(work: Work, do: Callable[[], None], chance: random.Random, outcome: Outcome) -> bool:
    """Starts a run and kills it, or one of its readers and lets it go on; True if it got through."""
    run = _fork(do)
    moment = time.monotonic() + chance.uniform(0.05, 0.95) * outcome.length
    readers = work.reads and chance.random() < 1 / 3
    while time.monotonic() < moment:
        time.sleep(0.005)
        if os.waitpid(run, os.WNOHANG)[0]:
            outcome.length *= 0.8  # the machine has become faster, or most was done already
            return True
    if not readers:
        os.kill(run, signal.SIGKILL)
        os.waitpid(run, 0)
        outcome.kills_of_runs += 1
        return False
    children = _readers_of(run)
    if children:
        with contextlib.suppress(ProcessLookupError):
            os.kill(chance.choice(children), signal.SIGKILL)
            outcome.kills_of_readers += 1
    _finish(run)
    return True


def _finish(run: int) -> float:
    """Waits for a run; the seconds that took. Raises RuntimeError if it did not end well."""
    started = time.monotonic()
    status = os.waitstatus_to_exitcode(os.waitpid(run, 0)[1])
    if status:
        raise RuntimeError(f"a run ended with status {status}")
    return time.monotonic() - started


def _readers_of(run: int) -> list[int]:
    """Process ids of the run's reading processes."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            parent = (
                int((entry / "stat").read_text().rpartition(")")[2].split()[1]) if entry.name.isdigit() else 0
            )
            if parent == run and b"extraction.confined" in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
        except OSError:
            continue  # it has just ended
    return found


def _rows(out: Path) -> Rows:
    """The rows of ledger and parts as often as they are there, without times and without the part's name."""
    ledger = pq.read_table(
        out / "papers", columns=["paper_id", "status", "error_kind", "figures", "subfigures"]
    )
    columns = ["subfigure_id", "image_sha256", "modality", "figure_label", "panel_label", "caption"]
    parts = pq.read_table(out / "subfigures", columns=columns)
    return Counter(tuple(map(str, row.values())) for table in (ledger, parts) for row in table.to_pylist())


def _compare(expected: Rows, found: Rows, outcome: Outcome) -> list[tuple[str, ...]]:
    """Counts what is lost, doubled and otherwise; the rows that only the killed run has."""
    outcome.lost += len(expected.keys() - found.keys())
    outcome.doubled += sum(number - 1 for number in found.values())
    others = sorted(found.keys() - expected.keys())
    outcome.strange += len(others)
    outcome.findings += [f"only in the killed run: {row}" for row in others[:5]]
    return others


def differences(whole: Path, out: Path, strange: Sequence[tuple[str, ...]]) -> list[str]:
    """How pictures differ of panels that both datasets have, but not alike; `strange` rows begin with their ids.

    Twice a chart's PNG had other bytes than in the run without kills. Why is not known, nor what it looked like.
    """
    told = []
    for name, *_ in strange[:5]:
        first, second = (_picture(folder, name) for folder in (whole, out))
        if first and second and first != second:
            told.append(f"{name}: {len(first)} and {len(second)} bytes, {_apart(first, second)}")
    return told


def _picture(out: Path, subfigure_id: str) -> bytes | None:
    if not (out / "subfigures").is_dir():
        return None
    found = pq.read_table(
        out / "subfigures", columns=["image"], filters=[("subfigure_id", "=", subfigure_id)]
    )
    return found["image"][0].as_py()["bytes"] if len(found) else None


def _apart(first: bytes, second: bytes) -> str:
    one, other = (np.asarray(Image.open(io.BytesIO(data)).convert("RGB"), int) for data in (first, second))
    if one.shape != other.shape:
        return f"{one.shape} and {other.shape}"
    far = np.abs(one - other).max(axis=2)
    rows, columns = np.nonzero(far)
    if not len(rows):
        return "the same pixels"
    place = f"rows {rows.min()} to {rows.max()}, columns {columns.min()} to {columns.max()}"
    return f"{len(rows)} of {far.size} pixels apart by {far.max()} at most, {place}"


def _findings(out: Path) -> list[str]:
    from tasks.dataset.check import Totals, check

    return [f"{finding.kind}: {finding.path.name}: {finding.sentence}" for finding in check(out, Totals())]


WORKS = {
    "label": Work(_make_papers, _nothing, _label, _rows, reads=True),
    "ingest": Work(_make_bucket, _nothing, _ingest, _rows, reads=True),
    "relabel": Work(_make_dataset, _nothing, _relabel, _rows, reads=False),
    "compact": Work(_make_dataset, _copy, _compact, _rows, reads=False),
    "index": Work(_make_dataset, _copy, _index, _documents, reads=False),
    "corrections": Work(_make_dataset, _copy_uncorrected, _correct, _corrections, reads=False),
}

if __name__ == "__main__":
    sys.exit(main())
