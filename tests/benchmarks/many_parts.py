"""What many parts cost: time and memory of a run with one new paper, an ingest's planning, check and compact.

    uv run python -m tests.benchmarks.many_parts [--parts 400 4000] [--only run ingest check compact] [--keep DIR]

Makes a dataset of that many parts with the real schema and the default model's names, each of a few papers with small
pictures: one part is written as `figmill label` writes it, the others are its bytes with other ids. Then each command
runs in a process of its own; seconds and the highest resident set are those of the process, its start-up included.
The first run finds parts of which it knows nothing, the second those that the first has noted.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from tasks.bundles import open_bundle
from tasks.dataset.dataset import Dataset
from tasks.dataset.parts import PartWriter
from tasks.dataset.schema import Provenance
from tasks.demo.papers import make_papers
from tasks.labelling import provenance_of
from tasks.records import Extraction, LabelledPaper, Metadata, Paper, Score
from tasks.settings import LabelSettings
from tests.stores import s3_server
from tests.tasks.small_records import figure

FIGMILL = [sys.executable, "-m", "flows.cli"]
PAPERS = 5
"""In a part."""
IDS = [letter * 16 for letter in "abcde"]
"""The first digits of the template's papers, which every part replaces by its own."""
TEMPLATE = "part-" + "f" * 16


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one command."""

    seconds: float
    core_seconds: float
    megabytes: float


def main() -> None:
    """Prints a line for each size and command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--parts", type=int, nargs="+", default=[400, 4_000])
    parser.add_argument("--only", nargs="+", default=["run", "ingest", "check", "compact"])
    parser.add_argument("--keep", type=Path, help="where the datasets are kept")
    options = parser.parse_args()
    found: dict[str, list[float]] = {}
    print(f"{'parts':>7}  {'what':<28}{'seconds':>9}{'core-s':>9}{'MB':>7}", flush=True)
    with tempfile.TemporaryDirectory(prefix="figmill-parts-") as scratch, inventory(Path(scratch)):
        for parts in options.parts:
            out = (options.keep or Path(scratch)) / str(parts)
            make(out, parts)
            for name, command in commands(out, Path(scratch) / f"new-{parts}", options.only):
                cost = measure(command)
                found.setdefault(name, []).append(cost.core_seconds)
                print(
                    f"{parts:>7}  {name:<28}{cost.seconds:>9.2f}{cost.core_seconds:>9.2f}{cost.megabytes:>7.0f}",
                    flush=True,
                )
    for name, costs in found.items():
        if len(costs) > 1:
            print(f"growth: {name}: {costs[-1] / costs[0]:.2f} times the core-seconds", flush=True)


def commands(out: Path, scratch: Path, only: list[str]) -> Iterator[tuple[str, Callable[[], list[str]]]]:
    """Each command by what it shows, in the order in which they run."""
    papers = iter(new_papers(scratch))
    run = [*FIGMILL, "label", "--no-prefect", "--out", str(out)]
    if "run" in only:
        yield "first run, 1 new paper", lambda: [*run, str(next(papers))]
        yield "run, 1 new paper", lambda: [*run, str(next(papers))]
        yield "run, nothing new", lambda: [*run, str(scratch / "0.pdf")]
        yield "report", lambda: [*FIGMILL, "report", str(out)]
    if "ingest" in only:
        ingest = [*FIGMILL, "ingest", "--no-prefect", "--out", str(out)]
        yield "ingest, dry run", lambda: [*ingest, "--since", "2026-11-01", "--dry-run"]
    if "check" in only:
        yield "check", lambda: [*FIGMILL, "check", str(out)]
    if "compact" in only:
        yield "compact", lambda: [*FIGMILL, "compact", str(out)]
        if "run" in only:
            yield "run after it, 1 new paper", lambda: [*run, str(next(papers))]


def measure(command: Callable[[], list[str]]) -> Cost:
    """Runs a command in a process of its own. Ends the benchmark where it fails."""
    words = command()
    started = time.perf_counter()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(words, stdout=said, stderr=subprocess.STDOUT)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            sys.exit(f"{' '.join(words[2:])} failed: {said.read().decode(errors='replace')[-2000:]}")
    return Cost(time.perf_counter() - started, used.ru_utime + used.ru_stime, used.ru_maxrss / 1000)


def make(out: Path, parts: int) -> None:
    """A dataset of so many parts, unless it is there."""
    if out.exists():
        return
    settings = LabelSettings((), str(out))
    provenance = provenance_of(open_bundle(settings.model), settings)
    with Dataset(out, provenance):
        part = write_template(out, provenance)
    rows, ledger = (replaceable(out / folder / part) for folder in ("subfigures", "papers"))
    for number in range(parts):
        name = f"part-{number:016x}.parquet"
        for folder, data in (("subfigures", rows), ("papers", ledger)):
            (out / folder / name).write_bytes(renamed(data, number))
    for folder in ("subfigures", "papers"):
        (out / folder / part).unlink()


def write_template(out: Path, provenance: Provenance) -> str:
    """A part as a run writes it, of papers with ids that are easily found in its bytes."""
    chance, classes = np.random.default_rng(0), len(provenance.classes)
    with PartWriter(out, TEMPLATE, provenance) as part:
        for place, first in enumerate(IDS):
            paper = Paper(first + "0" * 48, f"/papers/{first}.pdf")
            facts = Metadata(pmcid=f"PMC{first}", license="CC BY 4.0", title="Cells.")
            data = chance.integers(0, 255, 400, np.uint8).tobytes()
            read = Extraction(paper, facts, pages=9, figures=(figure(0, 2, data),), seconds=1.0)
            likely = np.full(classes, 0.1 / classes, np.float32)
            likely[place % classes] = 0.9
            features = np.zeros(provenance.embedding_size, np.float16)
            score = Score(likely, features, rejected=False, path=("microscopy", "microscopy/fluorescence"))
            part.add(LabelledPaper(read, (score, replace(score))))
        return part.commit().part


def replaceable(file: Path) -> bytes:
    """The bytes of a part in which the ids stand as they are: nothing packed, no statistics of them."""
    with pq.ParquetFile(file) as opened:
        table, metadata = opened.read(), opened.schema_arrow.metadata
    aside = file.with_name(".plain")
    table = table.replace_schema_metadata(metadata)
    pq.write_table(table, aside, compression="none", use_dictionary=False, write_statistics=False)
    data = aside.read_bytes()
    aside.unlink()
    return data


def renamed(data: bytes, number: int) -> bytes:
    """The same part with other papers."""
    for place, old in enumerate(IDS):
        new = hashlib.blake2b(f"{number} {place}".encode(), digest_size=8).hexdigest()
        data = data.replace(old.encode(), new.encode())
    return data.replace(TEMPLATE.encode(), f"part-{number:016x}".encode())


def new_papers(folder: Path) -> list[Path]:
    """Some PDFs that no dataset has, each in bytes of its own."""
    pdf = make_papers(folder / "demo")[0].read_bytes()
    found = []
    for number in range(4):
        found.append(folder / f"{number}.pdf")
        found[-1].write_bytes(pdf + b"\n%% %d\n" % number)
    return found


@contextlib.contextmanager
def inventory(folder: Path) -> Iterator[None]:
    """A bucket with an inventory of one article, on a store of this machine that the environment names."""
    from tests import pmc_bucket

    with s3_server() as store:
        os.environ.update(store.environment)
        bucket = pmc_bucket.PmcBucket(store)
        bucket.put(1, pmc_bucket.drawn(1, folder))
        bucket.write_inventory(1)
        yield


if __name__ == "__main__":
    main()
