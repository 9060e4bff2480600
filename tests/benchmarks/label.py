"""How fast `figmill label` is on a folder of papers, and how much memory its process tree takes.

    uv run python tests/benchmarks/label.py CORPUS [--out DIR] [OPTION OF figmill label]...

Runs the command as a user would, in a process of its own, and prints a table.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from tests.benchmarks.process_tree import MEASURE, Peak


@dataclass(slots=True)
class First:
    """When the first subfigures were labelled, as the run's log tells it."""

    when: float | None = None

    def watch(self, lines: Iterable[str]) -> None:
        """Reads the log to its end and prints all but the line for each paper."""
        for line in lines:
            labelled = re.search(r": \d+ figures, (\d+) subfigures, read in", line)
            if labelled is None and " DEBUG " not in line:
                print(line, end="", file=sys.stderr)
            elif labelled and int(labelled[1]) and self.when is None:
                self.when = time.monotonic()


@dataclass(frozen=True, slots=True)
class Measured:
    """One timed run; `first` is the seconds until the first subfigure was labelled."""

    seconds: float
    first: float | None
    peak: Peak


def main() -> int:
    """Measures one run and prints it; the exit code is the run's own."""
    options, passed_on = _options()
    with tempfile.TemporaryDirectory(prefix="figmill-benchmark-") as scratch:
        out = options.out or Path(scratch) / "out"
        command = [sys.executable, "-m", "flows.cli", "label", str(options.corpus), "--out", str(out)]
        code, measured = _run([*command, *passed_on])
        if code == 0:
            _print_table(out, measured)
    return code


def _options() -> tuple[argparse.Namespace, list[str]]:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("corpus", type=Path, help="a PDF or a folder of PDFs")
    parser.add_argument(
        "--out", type=Path, help="keep the dataset here (must not hold one yet; default: thrown away)"
    )
    options, passed_on = parser.parse_known_args()
    if options.out and (options.out / "papers").exists():
        parser.error(f"{options.out} holds a dataset already: a rerun would measure nothing")
    return options, passed_on


def _run(command: list[str]) -> tuple[int, Measured]:
    """Runs `command` to its end while sampling its tree; what it reports, papers excepted, goes to this terminal."""
    first, start = First(), time.monotonic()
    with (
        subprocess.Popen([*command, "--verbose"], stderr=subprocess.PIPE, text=True) as process,
        Peak(process.pid) as peak,
    ):
        first.watch(process.stderr or ())
        process.wait()
    seconds = time.monotonic() - start
    return process.returncode, Measured(seconds, first.when and first.when - start, peak)


def _print_table(out: Path, measured: Measured) -> None:
    ledger = pq.read_table(out / "papers", columns=["status", "pages", "figures", "subfigures"]).to_pydict()
    pages, subfigures = sum(page or 0 for page in ledger["pages"]), sum(ledger["subfigures"])
    peak = measured.peak
    rows = {
        "papers": f"{len(ledger['status']):,} ({ledger['status'].count('failed')} failed)",
        "pages": f"{pages:,}",
        "figures": f"{sum(ledger['figures']):,}",
        "subfigures": f"{subfigures:,}",
        "wall time": f"{measured.seconds:.1f} s",
        "first subfigure labelled": "–" if measured.first is None else f"after {measured.first:.1f} s",
        "pages per second": f"{pages / measured.seconds:.1f}",
        "subfigures per second": f"{subfigures / measured.seconds:.1f}",
        f"peak memory of the tree ({MEASURE})": f"{peak.tree / 2**20:,.0f} MiB",
        f"peak of the largest process ({MEASURE})": f"{peak.process / 2**20:,.0f} MiB",
    }
    print()
    for name, value in rows.items():
        print(f"{name:<36}{value:>24}")


if __name__ == "__main__":
    sys.exit(main())
